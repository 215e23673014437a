"""Which training pairs matter for the pairs that a model will be asked for.

Symbols
-------
n   training pairs
p   pairs that the model will be asked for
m   training pairs to keep
"""

from collections.abc import Callable

import numpy as np
import torch

from bo_loop.base.types import PairFeatures, Rows
from bo_loop.models.kernels.base import PairKernel

MOST_ASKED = 5_000
"""So many pairs, evenly spread, stand for all that a model will be asked for."""

_COMPARED = 1000  # of more pairs, so many that fill the space are compared with all
_BLOCK = 2**24  # correlations held at once: 128 MB


def rows_to_keep(
    kernel: PairKernel,
    features: PairFeatures,
    near: Callable[[], PairFeatures] | None,
    most: int | None,
    device: str,
) -> Rows:
    """Choose the training pairs to condition on: the lab's own, and those that matter.

    Parameters
    ----------
    kernel : PairKernel
        Over the tables of `features`.
    features : PairFeatures
        n pairs.
    near : callable, optional
        Describes the pairs that the model will be asked for. Without, all rows are kept.
    most : int, optional
        How many rows to keep, the lab's own among them; None: all.
    device : str

    Returns
    -------
    (m,) int64
        In ascending order.
    """
    n = len(features)
    if near is None or most is None or n <= most:
        return np.arange(n)
    own = np.zeros(n, dtype=bool) if features.own is None else features.own
    others = np.flatnonzero(~own)
    left = min(len(others), max(0, most - int(own.sum())))
    chosen = others[nearest(kernel, features.take(others), near(), left, device)]
    return np.sort(np.concatenate([np.flatnonzero(own), chosen]))


@torch.no_grad()
def nearest(
    kernel: PairKernel, features: PairFeatures, near: PairFeatures, m: int, device: str
) -> Rows:
    """Choose the training pairs with the greatest prior correlation, in turn for each pair asked.

    First the nearest of every pair asked, then the second nearest of every pair, and so on, so that
    none is left with few neighbours because others have many close ones.

    Parameters
    ----------
    kernel : PairKernel
        Over the tables of `features`.
    features : PairFeatures
        n pairs.
    near : PairFeatures
        p pairs, in tables that extend those of `features`.
    m : int
        At most n.
    device : str

    Returns
    -------
    (m,) int64
        In ascending order. Ties go to the greater correlation, then to the lower row.
    """
    kernel = kernel.over(near)
    x, asked = (torch.as_tensor(pairs.X, device=torch.device(device)) for pairs in (features, near))
    if len(asked) > _COMPARED:
        asked = asked[evenly_spread(len(asked))]
        asked = asked[kernel.farthest_first(asked, _COMPARED)]
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


def evenly_spread(p: int) -> Rows:
    """Return `MOST_ASKED` of p rows, evenly spread whatever their order; all if there are fewer.

    Multiples of the golden ratio, modulo 1: of a table of metals and ligands, as many of each.
    """
    if p <= MOST_ASKED:
        return np.arange(p)
    return np.unique((np.arange(MOST_ASKED) * ((np.sqrt(5.0) - 1.0) / 2.0) % 1.0 * p).astype(int))
