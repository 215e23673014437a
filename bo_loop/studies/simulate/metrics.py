"""How well a replay went: pure functions of the values it found and the values there were.

All values are of what is maximised, higher is better.

Symbols
-------
N        pairs of the pool
T        experiments made
truth    (N,) value of every pair of the pool
found    (T,) values in the order in which they were measured
K        pairs of the top
"""

import math

import numpy as np
from numpy.typing import NDArray

from bo_loop.base.types import Floats

NEAR_BEST = 0.95
"""Share of the way from the pool's worst value to its best that counts as near the best."""


def best_so_far(found: Floats) -> Floats:
    """Best value after each experiment; (T,)."""
    return np.maximum.accumulate(found)


def simple_regret(found: Floats, truth: Floats) -> Floats:
    """By how much the best value found falls short of the pool's best; (T,), at least 0."""
    return truth.max() - best_so_far(found)


def top_threshold(truth: Floats, share: float) -> float:
    """Smallest value that belongs to the top `share` of the pool.

    The top are the ⌈share · N⌉ pairs of highest value, and whatever ties with the last of them.
    """
    # A product such as 0.05 · 20 may come out a rounding error above the whole number.
    k = max(1, math.ceil(share * len(truth) - 1e-9))
    return float(np.partition(truth, len(truth) - k)[len(truth) - k])


def share_found(found: Floats, truth: Floats, threshold: float) -> Floats:
    """Share of the pool's pairs of at least `threshold` that each experiment leaves found; (T,)."""
    return np.cumsum(found >= threshold) / np.count_nonzero(truth >= threshold)


def near_best(truth: Floats) -> float:
    """Value at `NEAR_BEST` of the way from the pool's worst to its best."""
    return float(truth.min() + NEAR_BEST * (truth.max() - truth.min()))


def experiments_to(found: Floats, threshold: float) -> float:
    """Return the number of experiments until a value reaches `threshold`; infinity if none does."""
    reached = np.flatnonzero(found >= threshold)
    return float(reached[0] + 1) if len(reached) else math.inf


def random_share(n_pool: int, n_experiments: int) -> Floats:
    """Share of any set of pairs that random choice is expected to have found; (T,).

    Drawing t of N without replacement finds K t / N of K pairs on average (hypergeometric).
    """
    return np.minimum(np.arange(1, n_experiments + 1), n_pool) / n_pool


def random_experiments_to(n_pool: int, n_good: int) -> float:
    """Mean number of random experiments until the first of `n_good` pairs is found.

    Drawing without replacement, it is (N + 1) / (K + 1) (negative hypergeometric).
    """
    return (n_pool + 1) / (n_good + 1)


def enrichment(share: Floats, n_pool: int) -> Floats:
    """How many times as many top pairs each experiment leaves found as random choice; (T,)."""
    return share / random_share(n_pool, len(share))


def area(hits: NDArray[np.bool_], n_top: int) -> float:
    """Area under the curve of the share found, 1 for a replay that finds the top first.

    Parameters
    ----------
    hits : (T,) bool
        Whether each experiment was of a top pair.
    n_top : int
        Top pairs in the pool, K.
    """
    ideal = np.minimum(np.arange(1, len(hits) + 1), n_top)
    return float(np.cumsum(hits).sum() / ideal.sum())
