"""A `PoolPosterior` over rows that several independent models answer for.

Symbols
-------
p       rows
k       rows asked for
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bo_loop.base.screening import Bounded, Ceiling, Listed, Screen, merged
from bo_loop.base.types import Floats, PoolPosterior, Rows
from bo_loop.models.gp.conditioned import Conditioned


class StagedPosterior:
    """Rows of several posteriors side by side; the covariance between posteriors is 0.

    Parameters
    ----------
    stage : (p,) int64
        Which posterior answers for each row. Within a posterior, rows keep their order.
    posteriors : mapping of int to PoolPosterior
        By stage; each bound to its own rows only.
    """

    def __init__(self, stage: Rows, posteriors: Mapping[int, PoolPosterior]):
        self._stage = stage
        self._posteriors = dict(posteriors)
        self._position = np.empty(len(stage), dtype=np.int64)
        for number in self._posteriors:
            mine = stage == number
            self._position[mine] = np.arange(mine.sum())

    def mean(self, rows: Rows) -> Floats:
        """Posterior mean; (k,), original units."""
        return self._each(rows, lambda posterior, own: posterior.mean(own))

    def variance(self, rows: Rows) -> Floats:
        """Latent variance; (k,)."""
        return self._each(rows, lambda posterior, own: posterior.variance(own))

    def variance_bound(self, rows: Rows) -> Floats:
        """Upper bound of the latent variance; (k,)."""
        return self._each(rows, lambda posterior, own: posterior.variance_bound(own))

    def screen(self, rows: Rows) -> Screen:
        """Return the means and bounds of `rows` (k,), to be asked for the highest ceilings."""
        rows = np.unique(rows)
        stages = {}
        for number, posterior in self._posteriors.items():
            own = np.flatnonzero(self._stage == number)
            if len(asked := self._position[rows[self._stage[rows] == number]]):
                stages[number] = own, posterior.screen(asked)
        return _StagedScreen(list(stages.values()))

    def covariance(self, rows_a: Rows, rows_b: Rows) -> Floats:
        """Latent covariance; (k_a, k_b)."""
        rows_a, rows_b = np.asarray(rows_a), np.asarray(rows_b)
        out = np.zeros((len(rows_a), len(rows_b)))
        for number, posterior in self._posteriors.items():
            a, b = (np.flatnonzero(self._stage[rows] == number) for rows in (rows_a, rows_b))
            if len(a) and len(b):
                own = self._position[rows_a[a]], self._position[rows_b[b]]
                out[np.ix_(a, b)] = posterior.covariance(*own)
        return out

    def condition(self, rows: Rows, values: Floats, noise: Floats) -> Conditioned:
        """Exact posterior after observing `values` (k,) with `noise` variances (k,)."""
        return Conditioned(self, rows, values, noise)

    def _each(self, rows: Rows, ask: Callable[[PoolPosterior, Rows], Floats]) -> Floats:
        rows = np.asarray(rows)
        out = np.empty(len(rows))
        for number, posterior in self._posteriors.items():
            at = np.flatnonzero(self._stage[rows] == number)
            if len(at):
                out[at] = ask(posterior, self._position[rows[at]])
        return out


@dataclass(frozen=True)
class _StagedScreen:
    """The `Screen` of several stages.

    Parameters
    ----------
    stages : list of tuple
        The rows that a stage answers for, in its order, and its own screen.
    """

    stages: list[tuple[Rows, Screen]]

    def highest(self, most: int, ceiling: Ceiling, besides: Rows) -> Listed:
        """List the rows of the highest ceilings; see `bo_loop.base.screening.Screen`."""
        lists = []
        for rows, screen in self.stages:
            own = np.flatnonzero(np.isin(rows, besides, assume_unique=True))
            found = screen.highest(most, _Renumbered(ceiling, rows), own)
            lists.append(replace(found, rows=rows[found.rows]))
        return merged(lists)

    def non_finite(self) -> Rows:
        """Return the rows of which mean or bound is no finite number."""
        return np.sort(np.concatenate([rows[each.non_finite()] for rows, each in self.stages]))


@dataclass(frozen=True)
class _Renumbered:
    """A ceiling, asked by the numbers that rows have in a stage."""

    ceiling: Ceiling
    rows: Rows

    def of(self, rows: Rows) -> Bounded:
        return self.ceiling.of(self.rows[rows])
