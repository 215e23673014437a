"""Space-filling order of training rows.

Symbols
-------
n   pairs
m   pairs chosen
"""

import torch
from torch import Tensor

from bo_loop.models.kernels.matern_tiles import Gathered


def farthest_first(pairs: Gathered, lengthscale: Tensor, m: int, first: int = 0) -> Tensor:
    """Choose m rows, each the farthest from those already chosen; ties go to the lowest row.

    Parameters
    ----------
    pairs : Gathered
        n pairs.
    lengthscale : (d,) float64 tensor
        Scales of the features in the distance.
    m : int
        How many; at most n.
    first : int
        The row to begin with.

    Returns
    -------
    (m,) int64 tensor
        Rows in the order chosen: every prefix fills the space too (Gonzalez 1985).
    """
    metal, ligand, pair = (
        table / scale
        for table, scale in zip(
            (pairs.metal, pairs.ligand, pairs.pair), pairs.split(lengthscale), strict=True
        )
    )
    chosen = torch.empty(m, dtype=torch.int64, device=lengthscale.device)
    nearest = lengthscale.new_full((len(pairs.metal_row),), torch.inf)
    row = first
    for i in range(m):
        chosen[i] = row
        squared = _from(metal, int(pairs.metal_row[row]))[pairs.metal_row]
        squared += _from(ligand, int(pairs.ligand_row[row]))[pairs.ligand_row]
        squared += _from(pair, row)
        nearest = torch.minimum(nearest, squared)
        nearest[row] = -1.0  # below the 0 of another row for the same pair
        row = int(nearest.argmax())
    return chosen


def _from(table: Tensor, row: int) -> Tensor:
    """Squared distance of every row from one; (u,)."""
    return ((table - table[row]) ** 2).sum(1)
