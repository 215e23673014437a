"""Exact screening: the best rows of a large pool from a few exact variances.

Means are cheap and exact variances dear, but an upper bound of a variance is cheap too. Most
scores cannot fall as the variance grows, so the bound gives each row a ceiling. Rows are scored
exactly in decreasing order of ceiling, in growing blocks, until the best found beat every ceiling
that is left. The answer is that of scoring every row.

Conditioning never raises a variance, so whatever variance was exact before stays a bound after:
`top` hands its tightened bounds to the next call, and a batch costs little more than one pick.

Symbols
-------
k                rows screened
q                rows wanted
mean             (k,) posterior mean of what is maximised
variance_bound   (k,) never below the variance
ceiling          (k,) never below the score
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.gains import Gains
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Rows

TIE = 1e-9
"""Scores within this relative distance are equal, and the earlier position wins."""

FIRST_BLOCK = 256
LARGEST_BLOCK = 4096


class Marginal(Acquisition, ABC):
    """An acquisition that scores a row by its own mean and variance alone.

    Under an objective whose values are not Gaussian, an item is scored by the mean and variance of
    its value; see `Improving` for the others.
    """

    bounded: ClassVar[bool] = False
    """Whether the score cannot fall as the variance grows, at the same mean and incumbent."""

    @abstractmethod
    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means and variances; (k,)."""

    def weighted(self, scores: Floats, log_weight: Floats) -> Floats:
        """Weigh scores (k,) with the probability of feasibility over the cost; (k,).

        Raises
        ------
        ConfigError
            If the score is not one that a probability can multiply.
        """
        raise ConfigError(
            f"acquisition {type(self).__name__} cannot be weighed with a probability of "
            "feasibility or a cost. Choose log_ei, ei or pi, or leave out objective.constraints, "
            "objective.per_cost and objective.feasibility."
        )

    def ceiling(self, mean: Floats, variance_bound: Floats, incumbent: float) -> Floats:
        """Bound the score from above for any variance up to `variance_bound`; (k,)."""
        if self.bounded:
            return self.value(mean, variance_bound, incumbent)
        return np.full(len(mean), np.inf)


class Improving(Marginal, ABC):
    """A marginal acquisition of which the gains over the incumbent say all."""

    @abstractmethod
    def of_gains(self, gains: Gains) -> Floats:
        """Score k items by their gains; (k,)."""

    def weighted(self, scores: Floats, log_weight: Floats) -> Floats:
        """Multiply with the weight; (k,)."""
        return scores * np.exp(log_weight)


@dataclass(frozen=True)
class Screened:
    """What a screening found.

    Parameters
    ----------
    positions : (≤ q,) int64
        The best rows, best first, as positions in the arrays given.
    scores : (≤ q,) float64
        Their exact scores.
    variance_bound : (k,) float64
        The bounds given, exact where the variance was computed.
    """

    positions: Rows
    scores: Floats
    variance_bound: Floats


def top(
    acquisition: Marginal,
    *,
    mean: Floats,
    variance_bound: Floats,
    variance: Callable[[Rows], Floats],
    incumbent: float,
    q: int,
    log_weight: Floats | None = None,
) -> Screened:
    """Find the q best rows exactly, computing as few variances as their bounds allow.

    Parameters
    ----------
    acquisition : Marginal
        The score.
    mean : (k,) float64
        Means of all rows, in the objective's units.
    variance_bound : (k,) float64
        Never below the variances, but for rounding: a relative 1e-9 is added.
    variance : callable
        From positions (m,) to exact variances (m,); asked for at most 4,096 at a time, unless
        all k are wanted.
    incumbent : float
        Best value so far, in the objective's units.
    q : int
        Rows wanted; with fewer rows, all of them come back.
    log_weight : (k,) float64, optional
        Log of what each score, and so its ceiling, is weighed with.

    Returns
    -------
    Screened
        Equal to scoring every row; ties within a relative 1e-9 go to the smaller position.

    Raises
    ------
    ConfigError
        If there are weights, and the score is not one that they can multiply.
    """
    ceiling = acquisition.ceiling(mean, variance_bound * (1 + TIE), incumbent)
    if log_weight is not None:
        ceiling = acquisition.weighted(ceiling, log_weight)
    order = np.argsort(-ceiling, kind="stable")
    scores = np.empty(len(mean))
    tightened = variance_bound.copy()
    done, block = 0, min(max(FIRST_BLOCK, q), LARGEST_BLOCK) if q < len(mean) else q
    while done < len(order) and not _settled(scores[order[:done]], ceiling[order[done]], q):
        some = order[done : done + block]
        tightened[some] = variance(some)
        scores[some] = acquisition.value(mean[some], tightened[some], incumbent)
        if log_weight is not None:
            scores[some] = acquisition.weighted(scores[some], log_weight[some])
        done += len(some)
        block = min(2 * block, LARGEST_BLOCK)
    scored = np.sort(order[:done])
    positions = scored[ranked(scores[scored], q)]
    return Screened(positions, scores[positions], tightened)


def ranked(scores: Floats, q: int) -> Rows:
    """Positions of the q best of `scores` (k,), best first; (min(q, k),).

    Each place goes to the smallest position among the scores that are left and lie within a
    relative 1e-9 of the best of them.
    """
    left = np.arange(len(scores))
    if len(scores) > q:
        last = np.partition(scores, len(scores) - q)[len(scores) - q]
        left = np.flatnonzero(scores >= _tied_with(last))
    places = []
    for _ in range(min(q, len(scores))):
        tied = scores[left] >= _tied_with(scores[left].max())
        first = int(np.argmax(tied))
        places.append(left[first])
        left = np.delete(left, first)
    return np.array(places, dtype=np.int64)


def _settled(scores: Floats, next_ceiling: float, q: int) -> bool:
    """Whether no row below `next_ceiling` can take, or tie for, one of the q places."""
    if len(scores) < q:
        return False
    last_place = np.partition(scores, len(scores) - q)[len(scores) - q]
    # Once for ties, once for what rounding may take off a ceiling.
    return bool(next_ceiling < _tied_with(_tied_with(last_place)))


def _tied_with(score: float) -> float:
    return score - TIE * abs(score)
