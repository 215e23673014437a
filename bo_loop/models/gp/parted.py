"""A posterior whose large questions are answered by parts, on the workers of a cluster.

Every worker holds the model once. A part brings the features of its own pairs and takes back a
mean and a variance bound for each, 16 bytes; only where the best may hide (`screen`) are exact
variances asked for, here. Where all of them are wanted, parts bring them too.

The rows are cut into the very blocks that `ModelPosterior` works through, and a worker computes
whole blocks: what comes back is the same to the last bit, however many workers there are, as on one
thread of this machine.

Symbols
-------
k      rows asked for
n      training pairs
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from torch import Tensor

from bo_loop.base.parallel import Executor
from bo_loop.base.progress import report
from bo_loop.base.types import Floats, PairFeatures, PoolPosterior, Rows
from bo_loop.models.gp.factored import Factored
from bo_loop.models.gp.posterior import ModelPosterior
from bo_loop.models.kernels.base import PairKernel

SHARED_BYTES = 2**30
"""A larger factor, of 11,585 pairs or more, stays here, and with it the exact variances."""

_CHEAP, _EXACT = ("mean", "variance_bound"), ("variance",)
_BLOCKS, _PARTS = 8, 64  # a part is of at most so many blocks; so many parts, if they are smaller


class Bindable(Protocol):
    """A model as a worker needs it; `PairModel` is one."""

    def bind(self, features: PairFeatures) -> PoolPosterior:
        """Bind the model to rows."""

    def extended(self, features: PairFeatures) -> PairFeatures:
        """Return the pairs in tables that extend the model's."""

    def leading(self) -> "Bindable":
        """Return the model without the part of its factor that only exact variances take."""


class PartedPosterior(ModelPosterior):
    """`ModelPosterior` of `features`, on an executor.

    Parameters
    ----------
    model : Bindable
    features : PairFeatures
        The p pairs behind the rows of `x`.
    executor : Executor
    kernel, data, mean, x
        As for `ModelPosterior`.
    """

    def __init__(
        self,
        model: Bindable,
        features: PairFeatures,
        executor: Executor,
        kernel: PairKernel,
        data: Factored,
        mean: Tensor,
        x: Tensor,
    ):
        super().__init__(kernel, data, mean, x)
        self._model, self._features, self._executor = model, features, executor

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean; (k,), original units."""
        missing = [self._missing(name, rows) for name in _CHEAP]
        # Bounds are wanted next; of rows of which only one of the two is known, blocks differ.
        self._ask(_CHEAP if np.array_equal(*missing) else _CHEAP[:1], missing[0])
        return super().mean(rows)

    def variance(self, rows: Rows) -> Floats:
        """Latent variance; (k,)."""
        if self._data.factor.nbytes <= SHARED_BYTES:
            self._ask(_EXACT, self._missing("variance", rows))
        return super().variance(rows)

    def variance_bound(self, rows: Rows) -> Floats:
        """Variance given the leading training pairs alone, never below `variance`; (k,)."""
        self._ask(_CHEAP[1:], self._missing("variance_bound", rows))
        return super().variance_bound(rows)

    def _ask(self, names: tuple[str, ...], missing: Rows) -> None:
        """Look up `names` of the rows `missing`, if they are more than a block."""
        blocks = list(self._blocks(len(missing)))
        if len(blocks) < 2:
            return
        size = min(_BLOCKS, -(-len(blocks) // _PARTS)) * blocks[0].stop
        parts = _Parts(self._features, np.split(missing, range(size, len(missing), size)))
        model = self._model if names == _EXACT else self._model.leading()
        answers = self._executor.run(Screening(model, names), parts)
        for done, (position, found) in enumerate(answers, start=1):
            for name, values in zip(names, found, strict=True):
                self._known[name][parts.rows[position]] = values
            report(f"screening {len(missing):,} pairs", done, len(parts))


@dataclass(frozen=True)
class Screening:
    """What a worker does with a part.

    Parameters
    ----------
    model : Bindable
    names : tuple of str
        Methods of a `PoolPosterior`: ``mean``, ``variance``, ``variance_bound``.
    """

    model: Bindable
    names: tuple[str, ...]

    def __call__(self, part: PairFeatures) -> list[Floats]:
        """Return what each method says of the k pairs of a part; (k,) each."""
        bound, rows = self.model.bind(self.model.extended(part)), np.arange(len(part))
        return [getattr(bound, name)(rows) for name in self.names]


@dataclass(frozen=True)
class _Parts(Sequence[PairFeatures]):
    """Parts of a pool, each made when it is sent."""

    features: PairFeatures
    rows: list[Rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> PairFeatures:
        return replace(self.features.take(self.rows[position]), source=None, own=None).compact()
