"""Which laboratory or publication a row comes from, and the noise learned for it.

A source with at least `LEAST_ROWS` rows among those that hyperparameters are fitted to has a noise
of its own; all others share one, and so does every source that the fit has not seen. If no row is
left to share it, the shared noise is the mean of the others, weighted by their rows.

The lab's own results (`PairFeatures.own`) are one source, `OWN`, whatever the campaign is called,
and pairs without sources are still to be measured there: predictions carry the noise of `OWN` if
it has enough rows, else the shared one.

A source may also be off by an offset b ~ N(0, s_b²), the same for all its rows: its results then
share an error of variance s_b². `OWN` has none, so that log β means what the lab itself would
measure; as long as the lab has measured nothing, it means what the average source would.

Pseudo-observations of a distilled model are the source `MEMORY`. Their noise is known, so none is
learned for them, and they have no offset: they speak of log β as it is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.kernels.tiles import tiles

LEAST_ROWS = 20
# No names of sources: cells are read without the spaces around them.
OWN = " own"
MEMORY = " memory"


def labels(features: PairFeatures) -> NDArray[np.str_]:
    """Return the source of every pair, `OWN` for the lab's own; (n,)."""
    if features.source is None:
        return np.full(len(features), OWN)
    return features.source if features.own is None else np.where(features.own, OWN, features.source)


def require_sources(features: PairFeatures, option: str) -> None:
    """Check that training pairs say where they come from.

    Raises
    ------
    DataError
        If they do not.
    """
    if features.source is None:
        raise DataError(
            f"{option}=true asks for the source of every row, but the pairs of this fit come "
            f"without. Give observations with a source column, or set {option}=false."
        )


def groups_of(sources: NDArray[np.str_]) -> "Groups":
    """Group the rows by the noise they have."""
    counts = Counter(sources.tolist())
    names = tuple(sorted(name for name, n in counts.items() if n >= LEAST_ROWS))
    place = {name: i for i, name in enumerate(names)}
    position = [place.get(name, len(names)) for name in sources.tolist()]
    return Groups(names, np.array(position, dtype=np.int64))


def offset_of(sources: NDArray[np.str_]) -> Rows:
    """Return the number of each row's offset; −1 for `OWN` and `MEMORY`, which have none; (n,)."""
    numbers = np.unique(sources, return_inverse=True)[1]
    return np.where(np.isin(sources, (OWN, MEMORY)), -1, numbers)


def shared_error(offset: Tensor) -> Tensor:
    """Return 1 where two rows share an offset, else 0; lower triangle of (n, n) float64.

    Parameters
    ----------
    offset : (n,) int64 tensor
        Number of each row's offset; −1 for none.
    """
    same = (offset[:, None] == offset) & (offset >= 0)
    return same.tril_().double()


def add_shared_error_(matrix: Tensor, offset: Tensor, variance: float) -> None:
    """Add `variance` to the lower triangle where rows share an offset, a tile at a time.

    Parameters
    ----------
    matrix : (n, n) float64 tensor
    offset : (n,) int64 tensor
        As for `shared_error`.
    variance : float
    """
    for rows, columns in tiles(*matrix.shape, matrix.device, lower=True):
        same = (offset[rows, None] == offset[columns]) & (offset[columns] >= 0)
        matrix[rows, columns].add_(same.to(matrix.dtype), alpha=variance)


def noise_of(sources: NDArray[np.str_], shared: float, by_source: Mapping[str, float]) -> Floats:
    """Learned noise variance of a row of each source; (n,)."""
    known = {**by_source, MEMORY: 0.0}
    return np.array([known.get(name, shared) for name in sources.tolist()], dtype=np.float64)


@dataclass(frozen=True)
class Groups:
    """Rows that have one learned noise each.

    Parameters
    ----------
    names : tuple of str
        The sources that have a noise of their own, in alphabetical order.
    position : (n,) int64
        Which of them each row comes from; ``len(names)`` for rows that share a noise.
    """

    names: tuple[str, ...]
    position: Rows

    def __len__(self) -> int:
        return int(self.position.max()) + 1

    def shared(self, noise: Sequence[float]) -> float:
        """Return the shared one of the learned `noise`, or the rows' mean if there is none."""
        if len(self) > len(self.names):
            return noise[-1]
        return float(np.asarray(noise)[self.position].mean())
