"""Squared distances between rows of tables, and how a large matrix is cut into tiles."""

from collections.abc import Iterator

import torch
from torch import Tensor

_TILE_CPU = 2**19  # elements: 4 MB, so that a tile stays in the cache
_TILE_CUDA = 2**26


def inner_factors(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Augment (n, d) and (n', d) so that their inner products are squared distances."""
    norm_a, norm_b = (a**2).sum(1, keepdim=True), (b**2).sum(1, keepdim=True)
    one_a, one_b = torch.ones_like(norm_a), torch.ones_like(norm_b)
    return torch.cat([-2.0 * a, norm_a, one_a], 1), torch.cat([b, one_b, norm_b], 1)


def squared_distance(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances of the rows of `a` (u, d) and `b` (u', d); (u, u')."""
    inner_a, inner_b = inner_factors(a, b)
    return (inner_a @ inner_b.mT).clamp_(min=0.0)


def tiles(
    n: int, width: int, device: torch.device, *, lower: bool = False
) -> Iterator[tuple[slice, slice]]:
    """Cut an (n, width) matrix into rows that fit the cache; with `lower`, up to the diagonal."""
    budget = _TILE_CPU if device.type == "cpu" else _TILE_CUDA
    step = max(1, budget // max(1, width))
    for start in range(0, n, step):
        stop = min(n, start + step)
        yield slice(start, stop), slice(0, stop if lower else width)
