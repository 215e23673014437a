"""Pickers that score items one by one: by bounds, or by streaming every item.

A picker holds k items in order of their pair ids. `pick` finds the best of those left, `believe`
conditions on rows that were taken into the batch (kriging believer: on their means).

Symbols
-------
k      items
left   positions of items not yet taken
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from bo_loop.acquisition.batch.pool_scores import PoolScores
from bo_loop.acquisition.batch.replicates import AfterMeasuring, drawn_values, measured_items
from bo_loop.acquisition.objectives.base import AffineView, Objective
from bo_loop.acquisition.objectives.compound import log_costs
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.objectives.items import Items, first_mentions
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.gains import Gains, gains_of, moments_of
from bo_loop.acquisition.scores.screen import (
    Improving,
    Looked,
    Marginal,
    ranked,
    screen_of,
    top,
)
from bo_loop.acquisition.scores.values import blocks, item_values
from bo_loop.base.errors import ConfigError
from bo_loop.base.screening import Screen
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows


class Picker(Protocol):
    """Finds items one after another."""

    def pick(self, left: Rows, incumbent: Incumbent) -> tuple[int, float]:
        """Return the position of the best item left, and its score."""

    def believe(self, rows: Rows) -> None:
        """Condition on the means of `rows`."""

    def raised(self, incumbent: Incumbent, at: int) -> Incumbent:
        """Return the incumbent once an item counts as found, with what was expected of it."""

    def non_finite(self) -> Rows:
        """Return the rows of items that no finite value or bound of a variance is known of."""


def believed(posterior: PoolPosterior, rows: Rows, noise: Floats) -> PoolPosterior:
    """Condition on the means of `rows`, as if measured with variances `noise` (N,)."""
    if len(rows) == 0:
        return posterior
    return posterior.condition(rows, posterior.mean(rows), noise[rows])


@dataclass
class _Scored(ABC):
    """What `Lazy` and `Streamed` share; `posterior` is the one after all calls of `believe`.

    With `measured` (k, m), the pairs that picking each item measures, items are scored by what
    these measurements would teach; without, by their latent values.
    """

    posterior: PoolPosterior
    objective: Objective
    acquisition: Marginal
    pairs: PoolPairs
    items: Rows
    noise: Floats
    measured: Mask | None = None

    def __post_init__(self):
        self._known_weight = self._weigh()
        self._prepare()

    def _weigh(self) -> Floats | None:
        """Log of each item's chance of success over its cost, where they count; (k,)."""
        log_success, per_cost = self.pairs.log_success, self.objective.per_cost
        if log_success is None and not per_cost:
            return None
        weight = -log_costs(self.pairs, self.items) if per_cost else np.zeros(len(self.items))
        if log_success is not None:
            parts = self.objective.parts(self.pairs)[self.items]
            weight += (log_success[parts] * first_mentions(parts)).sum(axis=1)
        return weight

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def best(self, left: Rows, incumbent: Incumbent, q: int) -> tuple[Rows, Floats]:
        """Return the q best of the items left, and their scores."""

    def pick(self, left: Rows, incumbent: Incumbent) -> tuple[int, float]:
        """Return the position of the best item left, and its score."""
        positions, scores = self.best(left, incumbent, 1)
        return int(positions[0]), float(scores[0])


class Lazy(_Scored):
    """Screening by bounds, for scores of a row's own mean and variance and a known weight."""

    def _prepare(self) -> None:
        self._prior, self._looked = self.posterior, Looked.nothing()

    def best(self, left: Rows, incumbent: float, q: int) -> tuple[Rows, Floats]:
        """Return the q best of the items left, and their scores; tightened bounds are kept."""
        scores, rows = self._scores(incumbent), self.items[left]
        if q >= len(left):
            view = self._view()
            exact = scores.of(rows).scored(view.mean(rows), view.variance(rows))
            places = ranked(exact, q)
            return left[places], exact[places]
        rows, exact, self._looked = top(
            self._screen,
            scores,
            lambda some: self._view().variance(some),
            self._position,
            q=q,
            besides=np.sort(np.delete(self.items, left)),
            looked=self._looked,
        )
        return self._position[rows], exact

    def ceilings(self, incumbent: float) -> Floats:
        """Bound the score of each item from above, at any time; (k,)."""
        mean, bound = self._prior.mean(self.items), self._prior.variance_bound(self.items)
        return self._scores(incumbent).of(self.items)(mean, bound)

    @cached_property
    def _screen(self) -> Screen:
        return screen_of(self._prior, self.items)

    @cached_property
    def _position(self) -> Rows:
        """Where each row stands among the items; (N,)."""
        position = np.full(len(self.pairs), -1, dtype=np.int64)
        position[self.items] = np.arange(len(self.items))
        return position

    def _scores(self, incumbent: float) -> PoolScores:
        view, weight = self.objective.view(self.posterior, self.pairs), self._known_weight
        if weight is not None:
            weight = np.zeros(len(self.pairs))
            weight[self.items] = self._known_weight
        noise = None if self.measured is None else self.noise
        return PoolScores(self.acquisition, incumbent, view.sign, view.offset, noise, weight)

    def _view(self) -> AffineView | AfterMeasuring:
        view = self.objective.view(self.posterior, self.pairs)
        return view if self.measured is None else AfterMeasuring(view, self.noise)

    def believe(self, rows: Rows) -> None:
        """Condition on the means of `rows`; means stay, and bounds stay bounds."""
        self.posterior = believed(self.posterior, rows, self.noise)

    def raised(self, incumbent: float, at: int) -> float:
        """Return the incumbent once an item counts as found."""
        value = self.objective.view(self._prior, self.pairs).mean(self.items[[at]])
        return self.objective.raised(incumbent, value[0])

    def non_finite(self) -> Rows:
        """Return the rows that no finite mean or bound is known of."""
        return self._screen.non_finite()


class Streamed(_Scored):
    """Every item is scored by the distribution of its value.

    Constraints, costs and the chance that the experiments succeed weigh the score.
    """

    def _prepare(self) -> None:
        self._prior = self.posterior
        if not (self.objective.scalar or isinstance(self.acquisition, Improving)):
            raise no_front(self.acquisition)
        limits = [limit.parts(self.pairs)[self.items] for limit in self.objective.limits]
        parts = np.column_stack([self.objective.parts(self.pairs)[self.items], *limits])
        self._local = Items.of(self.posterior, parts)

    def best(self, left: Rows, incumbent: Incumbent, q: int) -> tuple[Rows, Floats]:
        """Return the q best of the items left, and their scores."""
        scores = self._scores(left, incumbent)
        if np.isneginf(scores).all():  # nothing can beat the incumbent: the nearest to it first
            scores = self._scores(left, incumbent, by_draws=True)
        places = ranked(scores, q)
        return left[places], scores[places]

    def _scores(self, left: Rows, incumbent: Incumbent, by_draws: bool = False) -> Floats:
        scores = [self._block(left[some], incumbent, by_draws) for some in blocks(len(left))]
        return np.concatenate(scores)

    def _block(self, at: Rows, incumbent: Incumbent, by_draws: bool) -> Floats:
        local = self._local.take(at)
        scores = self._unweighted(local.first(self.objective.width), at, incumbent, by_draws)
        if self.objective.limits or self._known_weight is not None:
            scores = self.acquisition.weighted(scores, self._log_weight(local, at))
        return scores

    def _unweighted(self, own: Items, at: Rows, incumbent: Incumbent, by_draws: bool) -> Floats:
        objective, acquisition = self.objective, self.acquisition
        about = self.items[at], self.pairs
        measured = None if self.measured is None else self.measured[at]
        if objective.gaussian:
            own = own if measured is None else measured_items(own, measured, self.noise)
            return acquisition.value(*moments_of(objective, own, *about), incumbent)
        if measured is not None or by_draws:
            values = drawn_values(objective, own, *about, measured, self.noise)
            if isinstance(acquisition, Improving):
                return acquisition.of_gains(Gains.drawn(objective.improvement(values, incumbent)))
            return acquisition.value(values.mean(axis=0), values.var(axis=0), incumbent)
        if isinstance(acquisition, Improving):
            return acquisition.of_gains(gains_of(objective, own, *about, incumbent))
        return acquisition.value(*moments_of(objective, own, *about), incumbent)

    def _log_weight(self, local: Items, at: Rows) -> Floats:
        log_weight = np.zeros(len(at)) if self._known_weight is None else self._known_weight[at]
        column = self.objective.width
        for limit in self.objective.limits:
            own = local.columns(column, limit.width)
            log_weight = log_weight + limit.log_chance(own, self.pairs)
            column += limit.width
        return log_weight

    def raised(self, incumbent: Incumbent, at: int) -> Incumbent:
        """Return the incumbent once an item counts as found."""
        return self.objective.raised(incumbent, self._values[at])

    def non_finite(self) -> Rows:
        """Return the rows of items that no finite value or bound of a variance is known of."""
        finite = np.isfinite(self._values).reshape(len(self.items), -1).all(axis=1)
        return self.items[~(finite & np.isfinite(self._prior.variance_bound(self.items)))]

    @cached_property
    def _values(self) -> Floats:
        return item_values(self._prior, self.objective, self.pairs, self.items)

    def believe(self, rows: Rows) -> None:
        """Condition on the means of `rows`, by an update of every item's own Gaussian."""
        self._local = self._local.believing(self.posterior, rows, self.noise[rows])
        self.posterior = believed(self.posterior, rows, self.noise)


def no_front(acquisition: Acquisition) -> ConfigError:
    """Return the error of an acquisition that cannot score several values an item."""
    return ConfigError(
        f"acquisition {type(acquisition).__name__} needs one value an item, and a pareto objective "
        "has several. Choose auto, log_ei, ei or pi, which then score the hypervolume gained."
    )
