"""Latent features of the curves of a database as a table, and the property they should predict."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.data.cells import read_cells
from bo_loop.data.ligand_cells import LIGAND_COLUMNS, ligands_of, numbers_of
from bo_loop.lab.spectra.latent import Study, study_latent


def read_property(path: Path) -> tuple[str, dict[str, float]]:
    """Read one number a ligand from a table with ``ligand`` or ``smiles`` and one other column.

    Returns
    -------
    str
        What the number is called.
    dict of str to float
        By `ligand_group`.

    Raises
    ------
    DataError
        Naming each row that cannot be used.
    """
    cells = read_cells(path)
    smiles, problems = ligands_of(cells, path)
    others = [name for name in cells.frame if name not in LIGAND_COLUMNS]
    if len(others) != 1:
        raise DataError(
            f"{path} needs one column of numbers beside the ligand's; it has "
            f"{', '.join(map(str, others)) or 'none'}."
        )
    numbers, wrong = numbers_of(cells, others, blanks=False)
    if problems := [*cells.problems, *problems, *wrong]:
        raise DataError(f"The property in {path} cannot be used.", problems)
    found: dict[str, float] = {}
    for row, each, value in zip(cells.rows, smiles, numbers[others[0]], strict=True):
        group = ligand_group(each)
        if group in found:
            problems.append(f"row {row}: {each} stands there twice")
        found[group] = value
    if problems:
        raise DataError(f"The property in {path} cannot be used.", problems)
    return str(others[0]), found


def latent_table(
    curves: pd.DataFrame,
    known: dict[str, float] | None,
    *,
    models: Sequence[str],
    components: Sequence[int],
    repeats: int,
) -> tuple[pd.DataFrame, Study, Floats]:
    """Choose a latent model of curves, and describe each ligand by it.

    Parameters
    ----------
    curves : DataFrame
        As `bo_loop.lab.spectra.curve_tables.curve_table` returns them.
    known : dict of str to float, optional
        A property, by `ligand_group`: the choice is by how well it is predicted, on the ligands
        that have it. None: by how well curves held back are given back.
    models, components, repeats
        As of `study_latent`.

    Returns
    -------
    DataFrame
        ``ligand, smiles``, and a column for each component.
    Study
    (m, p) float64
        The curves that the choice rests on.

    Raises
    ------
    DataError
        As `study_latent`.
    """
    groups = [ligand_group(smiles) for smiles in curves["smiles"]]
    X = curves.drop(columns=["ligand", "smiles"]).to_numpy(np.float64)
    used = np.array([known is None or group in known for group in groups])
    y = None if known is None else np.array([known[g] for g in groups if g in known])
    study = study_latent(
        X[used],
        y,
        [group for group, own in zip(groups, used, strict=True) if own],
        models=models,
        components=components,
        repeats=repeats,
    )
    features = study.latent.encode(X)
    names = [f"{study.kind}_{i + 1}" for i in range(features.shape[1])]
    table = curves[["ligand", "smiles"]].reset_index(drop=True)
    return pd.concat([table, pd.DataFrame(features, columns=names)], axis=1), study, X[used]
