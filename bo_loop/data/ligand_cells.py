"""Tables of numbers of ligands: whose each row is, and what its cells say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.data.cells import Cells
from bo_loop.data.ligand_names import by_name, keys
from bo_loop.data.numbers import plain_value


def ligand_smiles(text: str) -> str:
    """Return the standardised SMILES of a name that is known, or of a SMILES.

    Raises
    ------
    DataError
        If it is neither, or names several ligands.
    """
    named: Sequence[str] = tuple(
        dict.fromkeys(s for key in sorted(keys(text)) for s in by_name().get(key, ()))
    )
    if len(named) > 1:
        raise DataError(f"{text!r} names several ligands: {', '.join(named)}; write a SMILES.")
    return standardise(named[0] if named else text)


_READERS = {"smiles": standardise, "ligand": ligand_smiles}
LIGAND_COLUMNS = tuple(_READERS)
"""Columns that say whose a row is, the first of them first."""


def ligands_of(cells: Cells, path: Path) -> tuple[list[str], list[str]]:
    """Read whose each row is, by its ``smiles``, or where there is none by its ``ligand``.

    Returns
    -------
    list of str
        Standardised SMILES of the rows, ``""`` where it cannot be read.
    list of str
        What is wrong with which row.

    Raises
    ------
    DataError
        If the table has neither column.
    """
    columns = [name for name in LIGAND_COLUMNS if name in cells.frame]
    if not columns:
        raise DataError(
            f"{path} needs a column smiles or ligand, which says whose each row is; it has "
            f"{', '.join(map(str, cells.frame.columns))}."
        )
    found: dict[tuple[str, str], str] = {}
    smiles, problems = [], []
    for number, row in zip(cells.rows, cells.frame[columns].to_dict("records"), strict=True):
        said = next(((str(column), text) for column, text in row.items() if text), ("smiles", ""))
        try:
            if said not in found:
                found[said] = (
                    standardise(said[1]) if said[0] == "smiles" else ligand_smiles(said[1])
                )
        except BoLoopError as error:
            problems.append(f"row {number}: {error}")
        smiles.append(found.get(said, ""))
    return smiles, problems


def numbers_of(
    cells: Cells, names: Sequence[str], *, blanks: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Read columns of plain numbers.

    Parameters
    ----------
    cells : Cells
    names : sequence of str
    blanks : bool
        Whether a cell may be empty; it is nan then.

    Returns
    -------
    DataFrame of float64
    list of str
        What is wrong with which cell.
    """
    frame = cells.frame[list(names)]
    numbers = frame.map(lambda text: plain_value(text or None)).astype(np.float64)
    wrong = numbers.isna() & (frame.ne("") if blanks else True)
    problems = [
        f"row {cells.rows[i]}, {names[k]}: {frame.iat[i, k]!r} is not a number"
        for i, k in np.argwhere(wrong.to_numpy())
    ]
    return numbers, problems
