"""Space-filling order of training rows.

Symbols
-------
n   pairs
m   pairs chosen
"""

import torch
from torch import Tensor

from bo_loop.models.kernels import Gathered, matern


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
    one = lengthscale.new_ones(())
    chosen = torch.empty(m, dtype=torch.int64, device=lengthscale.device)
    nearest = torch.full_like(pairs.pair[:, 0], -1.0)
    row = first
    for i in range(m):
        chosen[i] = row
        # The kernel falls with the distance, so the farthest has the smallest largest k.
        last = pairs.take(chosen[i : i + 1])
        nearest = torch.maximum(nearest, matern(last, pairs, lengthscale, one)[0])
        nearest[row] = torch.inf
        row = int(nearest.argmin())
    return chosen
