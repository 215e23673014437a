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

import heapq
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.gains import Gains
from bo_loop.base.errors import ConfigError
from bo_loop.base.screening import Screen, Screened
from bo_loop.base.types import Floats, PoolPosterior, Rows

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
            "feasibility or a cost. Choose auto, log_ei, ei or pi, or leave out "
            "objective.constraints, objective.per_cost and objective.feasibility."
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


class Scores(Protocol):
    """Scores and scores of rows, (m,) each, from their posterior means and variances."""

    def of(self, rows: Rows) -> "Scores":
        """Return those of `rows` (m,)."""

    def __call__(self, mean: Floats, variance_bound: Floats) -> Floats:
        """Bound the scores from above, given mean and bound of log β; see `Ceiling`."""

    def viewed(self, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance, or its bound, of what is maximised, from those of log β."""

    def bounded(self, mean: Floats, variance_bound: Floats) -> Floats:
        """Bound the scores from above, given mean and bound of what is maximised."""

    def scored(self, mean: Floats, variance: Floats) -> Floats:
        """Score the rows by mean and variance of what is maximised."""


def screen_of(posterior: PoolPosterior, rows: Rows) -> Screen:
    """Return the screen of different `rows` (k,), the posterior's own if it has one."""
    own = getattr(posterior, "screen", None)
    if own is not None:
        return own(rows)
    rows = np.sort(rows)
    return Screened(rows, posterior.mean(rows), posterior.variance_bound(rows))


@dataclass(frozen=True)
class Looked:
    """Rows whose exact variances were computed, now or before an update: bounds of their variances.

    Parameters
    ----------
    rows : (m,) int64
        In ascending order.
    mean, variance : (m,) float64
        Of what is maximised.
    """

    rows: Rows
    mean: Floats
    variance: Floats

    @classmethod
    def nothing(cls) -> "Looked":
        """Before the first."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))

    def also(self, rows: Rows, mean: Floats, variance: Floats) -> "Looked":
        """Return these, and others in their stead or beside them."""
        every = np.concatenate([rows, self.rows])
        found, first = np.unique(every, return_index=True)
        mean, variance = np.append(mean, self.mean), np.append(variance, self.variance)
        return Looked(found, mean[first], variance[first])


def top(
    screen: Screen,
    scores: Scores,
    variance: Callable[[Rows], Floats],
    position: Rows,
    *,
    q: int,
    besides: Rows,
    looked: Looked,
) -> tuple[Rows, Floats, Looked]:
    """Find the q best rows exactly, computing as few variances as their bounds allow.

    Parameters
    ----------
    screen : Screen
        Of rows of the posterior.
    scores : Scores
        Of the rows of the posterior.
    variance : callable
        From rows (m,) to exact variances (m,) of what is maximised; asked for at most 4,096 at a
        time.
    position : (N,) int64
        Where each row of the screen stands: ties go to the smaller position.
    q : int
        Rows wanted, fewer than there are.
    besides : (b,) int64
        Rows of the screen that are not to be found, in ascending order.
    looked : Looked
        What earlier calls found.

    Returns
    -------
    rows, scores : (q,) int64, (q,) float64
        Best first; equal to scoring every row, ties within a relative 1e-9 going to the smaller
        position.
    Looked
        With what this call computed.
    """
    known = ~np.isin(looked.rows, besides)
    kept = looked.rows[known], looked.mean[known], looked.variance[known]
    besides = np.union1d(besides, looked.rows)
    done, block = 0, min(max(FIRST_BLOCK, q), LARGEST_BLOCK)
    found = _Order.of(screen, scores, kept, besides, position, block)
    exact, variances = np.empty(0), np.empty(0)
    while not _settled(exact, found.ceiling_at(done), q):
        if found.lacks(done + block):
            found = _Order.of(screen, scores, kept, besides, position, 2 * (done + block))
            continue
        some = slice(done, done + block)
        rows, fresh = found.rows[some], variance(found.rows[some])
        exact = np.append(exact, scores.of(rows).scored(found.mean[some], fresh))
        variances = np.append(variances, fresh)
        done += len(rows)
        block = min(2 * block, LARGEST_BLOCK)
    by_position = np.argsort(position[found.rows[:done]], kind="stable")
    best = by_position[ranked(exact[by_position], q)]
    looked = looked.also(found.rows[:done], found.mean[:done], variances)
    return found.rows[best], exact[best], looked


@dataclass(frozen=True)
class _Order:
    """Rows in the order of their scores, as far as they are listed; `rest` bounds the others."""

    rows: Rows
    mean: Floats
    ceiling: Floats
    rest: float
    n_rest: int

    @classmethod
    def of(
        cls,
        screen: Screen,
        scores: Scores,
        kept: tuple[Rows, Floats, Floats],
        besides: Rows,
        position: Rows,
        most: int,
    ) -> "_Order":
        """List rows of a screen, among those that were looked at before."""
        listed = screen.highest(most, scores, besides)
        mean, _ = scores.of(listed.rows).viewed(listed.mean, listed.variance_bound)
        rows, seen_mean, seen_bound = kept
        ceiling = scores.of(rows).bounded(seen_mean, seen_bound)
        rows, mean = np.append(listed.rows, rows), np.append(mean, seen_mean)
        ceiling = np.append(listed.ceiling, ceiling)
        order = np.lexsort((position[rows], -ceiling))
        if listed.n_rest:
            order = order[ceiling[order] > listed.rest]
        return cls(rows[order], mean[order], ceiling[order], listed.rest, listed.n_rest)

    def lacks(self, n: int) -> bool:
        """Whether the first n are not all listed."""
        return n > len(self.rows) and self.n_rest > 0

    def ceiling_at(self, at: int) -> float | None:
        """Return the ceiling of the row at a place, None behind the last row."""
        if at < len(self.rows):
            return float(self.ceiling[at])
        return self.rest if self.n_rest else None


def ranked(scores: Floats, q: int) -> Rows:
    """Positions of the q best of `scores` (k,), best first; (min(q, k),).

    Each place goes to the smallest position among the scores that are left and lie within a
    relative 1e-9 of the best of them.
    """
    left = np.arange(len(scores))
    if len(scores) > q:
        last = np.partition(scores, len(scores) - q)[len(scores) - q]
        left = np.flatnonzero(scores >= _tied_with(last))
    order = left[np.argsort(-scores[left], kind="stable")].tolist()
    sorted_scores = scores[order].tolist()
    taken, tied, places = set(), [], []
    best = pushed = 0
    while len(places) < min(q, len(scores)):
        while order[best] in taken:
            best += 1
        least = _tied_with(sorted_scores[best])
        while pushed < len(order) and sorted_scores[pushed] >= least:
            heapq.heappush(tied, order[pushed])
            pushed += 1
        places.append(heapq.heappop(tied))
        taken.add(places[-1])
    return np.array(places, dtype=np.int64)


def _settled(scores: Floats, next_ceiling: float | None, q: int) -> bool:
    """Whether no row below `next_ceiling` can take, or tie for, one of the q places."""
    if next_ceiling is None:
        return True
    if len(scores) < q:
        return False
    last_place = np.partition(scores, len(scores) - q)[len(scores) - q]
    # Once for ties, once for what rounding may take off a ceiling.
    return bool(next_ceiling < _tied_with(_tied_with(last_place)))


def _tied_with(score: float) -> float:
    return score - TIE * abs(score)
