"""Which training pairs matter for the pairs that a model will be asked for.

Symbols
-------
n   training pairs
p   pairs that the model will be asked for
m   training pairs to keep
"""

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Rows
from bo_loop.models.kernels.base import PairKernel

_MOST_ASKED = 1000  # of more pairs, so many that fill the space stand for all
_BLOCK = 2**24  # correlations held at once: 128 MB


@torch.no_grad()
def nearest(kernel: PairKernel, x: Tensor, asked: Tensor, m: int) -> Rows:
    """Choose the training pairs with the greatest prior correlation, in turn for each pair asked.

    First the nearest of every pair asked, then the second nearest of every pair, and so on, so that
    none is left with few neighbours because others have many close ones.

    Parameters
    ----------
    kernel : PairKernel
        With tables for both sides.
    x : (n, 2 + d_p) float64 tensor
    asked : (p, 2 + d_p) float64 tensor
    m : int
        At most n.

    Returns
    -------
    (m,) int64
        In ascending order. Ties go to the greater correlation, then to the lower row.
    """
    if len(asked) > _MOST_ASKED:
        asked = asked[kernel.farthest_first(asked, _MOST_ASKED)]
    n = len(x)
    sd, best = kernel.variance(x).sqrt(), torch.full((n,), n, device=x.device)
    closest = torch.full((n,), -torch.inf, dtype=x.dtype, device=x.device)
    for some in asked.split(max(1, _BLOCK // n)):
        correlation = kernel.block(some, x) / torch.outer(kernel.variance(some).sqrt(), sd)
        order = correlation.argsort(dim=1, descending=True, stable=True)
        rank = torch.empty_like(order)
        rank.scatter_(1, order, torch.arange(n, device=x.device).expand_as(order))
        best = torch.minimum(best, rank.amin(0))
        closest = torch.maximum(closest, correlation.amax(0))
    order = np.lexsort((-closest.cpu().numpy(), best.cpu().numpy()))
    return np.sort(order[:m])
