"""Constants of protonated complexes MHL: a table of their own, beside the observations.

They are not log β of ML_n, and no model of that learns from them: they count in water, at a pH.
"""

from pathlib import Path

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import ion_of_cells
from bo_loop.data.cells import bad_rows, quantities_of, read_cells
from bo_loop.data.headers import listed
from bo_loop.data.observations import standardised
from bo_loop.data.sources.srd46 import MHL, MHL_COLUMNS

_NEEDED = ("metal", "charge", "smiles", "equilibrium", "log_K", "temperature_C", "ionic_strength_M")


def load_protonated(path: Path, *, encoding: str | None = None) -> pd.DataFrame:
    """Read a table of MHL constants.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.parquet`` or ``.xlsx`` with `_NEEDED`; ``equilibrium`` is ``[MHL]/[ML][H]`` or
        ``[MHL]/[M][HL]``.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.

    Returns
    -------
    DataFrame
        `bo_loop.data.sources.srd46.MHL_COLUMNS`, with standard SMILES.

    Raises
    ------
    DataError
        If the file cannot be read, or with one line for every bad cell.
    """
    cells = read_cells(path, (*_NEEDED, "ligand", "source"), needed=_NEEDED, encoding=encoding)
    frame, problems = cells.frame, list(cells.problems)
    missing = [column for column in _NEEDED if column not in frame]
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(missing)}; it has {listed(cells.header)}. Constants "
            f"of protonated complexes need {', '.join(_NEEDED)}."
        )
    numbers = {}
    for column in ("log_K", "temperature_C", "ionic_strength_M"):
        values, _, wrong = quantities_of(cells, column)
        numbers[column] = pd.Series(values, index=frame.index, dtype="float64")
        problems += wrong
    ions = []
    columns = zip(cells.rows, frame["metal"], frame["charge"], frame["equilibrium"], strict=True)
    for row, metal, charge, equilibrium in columns:
        try:
            ions.append(ion_of_cells(metal, charge))
        except DataError as error:
            problems.append(f"row {row}, metal: {error}")
        if equilibrium.replace(" ", "") not in MHL.values():
            expected = " or ".join(MHL.values())
            problems.append(f"row {row}, equilibrium: {equilibrium!r} — expected {expected}")
    if problems:
        raise bad_rows(path, problems)
    frame = standardised(frame, str(path)).assign(
        **numbers,
        metal=[ion.metal for ion in ions],
        charge=[ion.charge for ion in ions],
        equilibrium=frame["equilibrium"].str.replace(" ", ""),
        ligand=frame.get("ligand", ""),
        source=frame.get("source", path.stem),
    )
    return frame[list(MHL_COLUMNS)]
