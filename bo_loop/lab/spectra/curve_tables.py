"""Curves of one method on one grid: a row a ligand, for latent features."""

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.database import Lab

_MOST_POINTS = 1000


def curve_table(lab: Lab, method: str | None) -> pd.DataFrame:
    """Return the curves of a method without their background, the mean over a ligand's records.

    The grid is the range that all records cover, in steps of the coarsest record.

    Parameters
    ----------
    lab : Lab
    method : str or None
        None where the database holds one method alone.

    Returns
    -------
    DataFrame
        ``ligand``, ``smiles``, and a column ``method@x`` for each point of the grid.

    Raises
    ------
    DataError
        If there is no such record, several methods, or no range that all cover.
    """
    found = lab.table("SELECT ligand, smiles, method, x, y, background FROM records")
    there = sorted(found["method"].unique())
    if method is None and len(there) != 1:
        raise DataError(f"{lab.path} holds {', '.join(there) or 'nothing'}: give method=.")
    found = found[found["method"] == (method or there[0])]
    if found.empty:
        raise DataError(f"{lab.path} holds no record of {method}; it has {', '.join(there)}.")
    low, high = max(x[0] for x in found["x"]), min(x[-1] for x in found["x"])
    if low >= high:
        raise DataError(f"The records of {method or there[0]} share no range of x.")
    step = max(float(np.median(np.diff(x))) for x in found["x"])
    grid = np.linspace(low, high, int(np.clip((high - low) / step, 2, _MOST_POINTS)) + 1)
    rows = [
        np.interp(grid, row.x, np.asarray(row.y) - np.asarray(row.background))
        for row in found.itertuples()
    ]
    names = [f"{method or there[0]}@{x:.6g}" for x in grid]
    table = pd.DataFrame(rows, columns=names).groupby(found["smiles"].to_numpy(), sort=True).mean()
    table.insert(0, "ligand", found.groupby("smiles")["ligand"].first())
    return table.rename_axis("smiles").reset_index()
