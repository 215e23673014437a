"""Scores of the rows of a pool and their bounds, as they travel to where means and bounds are.

Symbols
-------
N    rows of the posterior
k    rows asked about
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from bo_loop.acquisition.batch.replicates import AfterMeasuring
from bo_loop.acquisition.objectives.base import AffineView
from bo_loop.acquisition.scores.screen import TIE, Marginal
from bo_loop.base.packing import Packed
from bo_loop.base.types import Floats, Rows


@dataclass(frozen=True)
class PoolScores:
    """The `bo_loop.acquisition.scores.screen.Scores` of an acquisition.

    Parameters
    ----------
    acquisition : Marginal
    incumbent : float
    sign : float
        As of `AffineView`.
    offset : (N,) float64
        As of `AffineView`.
    noise : (N,) float64, optional
        Score the rows by what a measurement with such a noise variance would teach.
    log_weight : (N,) float64, optional
        Log of what each score is weighed with.
    """

    acquisition: Marginal
    incumbent: float
    sign: float
    offset: Floats
    noise: Floats | None = None
    log_weight: Floats | None = None

    def of(self, rows: Rows) -> "PoolScores":
        """Return the ceilings of `rows` (k,) alone."""
        taken = {name: column[rows] for name, column in self._columns().items()}
        return replace(self, **taken)

    def __call__(self, mean: Floats, variance_bound: Floats) -> Floats:
        """Bound the scores of all rows from above; (N,)."""
        return self.bounded(*self.viewed(mean, variance_bound))

    def viewed(self, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance, or its bound, of what is maximised, from those of log β."""
        rows, view = (
            np.arange(len(mean)),
            AffineView(_Moments(mean, variance), self.sign, self.offset),
        )
        if self.noise is not None:
            view = AfterMeasuring(view, self.noise)
        return view.mean(rows), view.variance(rows)

    def bounded(self, mean: Floats, variance_bound: Floats) -> Floats:
        """Bound the scores from above, given mean and bound of what is maximised; (N,)."""
        bound = variance_bound * (1 + TIE)  # but for rounding, never below the variance
        return self._weighed(self.acquisition.ceiling(mean, bound, self.incumbent))

    def scored(self, mean: Floats, variance: Floats) -> Floats:
        """Score the rows by mean and variance of what is maximised; (N,)."""
        return self._weighed(self.acquisition.value(mean, variance, self.incumbent))

    def _weighed(self, scores: Floats) -> Floats:
        if self.log_weight is None:
            return scores
        return self.acquisition.weighted(scores, self.log_weight)

    def _columns(self) -> dict[str, Floats]:
        columns = {name: getattr(self, name) for name in ("offset", "noise", "log_weight")}
        return {name: column for name, column in columns.items() if column is not None}

    def __getstate__(self) -> dict[str, Any]:
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        return state | {name: Packed.of(column) for name, column in self._columns().items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            found = value.column() if isinstance(value, Packed) else value
            object.__setattr__(self, name, found)


@dataclass(frozen=True)
class _Moments:
    """What is known of rows that stand side by side."""

    means: Floats
    variances: Floats

    def mean(self, rows: Rows) -> Floats:
        return self.means[rows]

    def variance(self, rows: Rows) -> Floats:
        return self.variances[rows]
