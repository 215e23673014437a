"""The best compromises between several objectives, and what a further point would add to them.

Symbols
-------
k    items
p    objectives
f    points on the front
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bo_loop.base.types import Floats, Mask


def non_dominated(points: Floats) -> Mask:
    """Return which of k points (k, p) no other dominates: as good in all, better in one; (k,)."""
    import torch  # not on the way to the `bo-loop status` of one objective
    from botorch.utils.multi_objective import is_non_dominated

    return is_non_dominated(torch.as_tensor(points)).numpy()


@dataclass(frozen=True)
class Front:
    """Points that no other dominates, and where their hypervolume begins.

    Parameters
    ----------
    points : (f, p) float64
    reference : (p,) float64
    """

    points: Floats
    reference: Floats

    @classmethod
    def of(cls, points: Floats, reference: Sequence[float] | Floats) -> "Front":
        """Keep the points that no other dominates."""
        points = np.asarray(points, dtype=np.float64)
        return cls(points[non_dominated(points)], np.asarray(reference, dtype=np.float64))

    @cached_property
    def _cells(self) -> Floats:
        import torch
        from botorch.utils.multi_objective.box_decompositions.non_dominated import (
            FastNondominatedPartitioning,
        )

        partitioning = FastNondominatedPartitioning(
            ref_point=torch.as_tensor(self.reference), Y=torch.as_tensor(self.points)
        )
        return partitioning.get_hypercell_bounds().numpy()

    def gain(self, values: Floats) -> Floats:
        """Return the hypervolume that each of `values` (…, p) adds; (…,)."""
        total = np.zeros(values.shape[:-1])
        for low, high in zip(*self._cells, strict=True):
            total += np.prod(np.clip(np.minimum(values, high) - low, 0.0, None), axis=-1)
        return total


Incumbent = float | Front
"""The best so far: a value, or a front of several objectives."""
