"""How many features a GP needs: forward selection in the order of their relevance.

Symbols
-------
d       features
c       features kept: the c most relevant
MAE     mean absolute error on the validation pairs, log β

Kanahashi et al., Sci. Rep. 2022, 12, 11159: a GP for every number of features in the order of
their KL relevance, and the number with the smallest MAE is kept. Here a coarse grid of numbers is
tried first, then those around the best, each halving the gap to its neighbours.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bo_loop.base.checks import require_count
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.explain.relevance import relevance
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.stages import only


@dataclass(frozen=True)
class Task:
    """The pairs that features are chosen for.

    Parameters
    ----------
    features : PairFeatures
        All pairs, as the GP sees them.
    y, noise_var : (n,) float64
        log β, and known noise variances.
    train, valid : int64 arrays
        Positions of the pairs that are fitted to, and of those that are predicted.
    """

    features: PairFeatures
    y: Floats
    noise_var: Floats
    train: Rows
    valid: Rows


@dataclass(frozen=True)
class Selection:
    """Features in the order of relevance, and how many to keep.

    Parameters
    ----------
    relevance : mapping of str to float
        By ``block.feature``, the largest first; sums to 1.
    mae : mapping of int to float
        For every number of features tried, in ascending order.
    """

    relevance: Mapping[str, float]
    mae: Mapping[int, float]

    @property
    def count(self) -> int:
        """Number of features with the smallest MAE; the smaller of two."""
        return min(self.mae, key=lambda count: (self.mae[count], count))

    @property
    def names(self) -> list[str]:
        """Return the features kept, the most relevant first."""
        return list(self.relevance)[: self.count]


@dataclass(frozen=True)
class ForwardSelection:
    """Choose features by their relevance and the error on validation pairs.

    Parameters
    ----------
    max_rows : int
        GPs are fitted to so many training pairs, drawn at random.
    grid : int
        Numbers of features on the coarse grid, from 1 to all.
    every : bool
        Try every number of features, as published, instead.
    max_iter : int
        L-BFGS iterations of each fit; each starts from the one before.
    seed : int
        Draws the training pairs.
    """

    max_rows: int = 2000
    grid: int = 12
    every: bool = False
    max_iter: int = 50
    seed: int = 0

    def __post_init__(self):
        for name, least in (("max_rows", 2), ("grid", 2), ("max_iter", 1)):
            require_count(f"selection.{name}", getattr(self, name), least)

    def run(
        self,
        task: Task,
        recipe: MaternGP,
        memory: dict[str, Any],
        note: Callable[[int, int, float | None], None] = lambda done, total, mae: None,
    ) -> Selection:
        """Fit one GP for each number of features and keep the best number.

        Parameters
        ----------
        task : Task
        recipe : MaternGP
            Seed and device of the GPs.
        memory : dict
            Results so far, JSON-able; filled in as they come. Given back, nothing is fitted
            twice: start with an empty one.
        note : callable
            Called after each GP with the number done, the number expected and the last MAE.

        Returns
        -------
        Selection

        Raises
        ------
        FitError
            If a covariance has no Cholesky factor, even with jitter.
        """
        recipe = replace(recipe, max_iter=self.max_iter, fit_rows=None)
        task = replace(task, train=self._drawn(task.train))
        if "relevance" not in memory:
            model = _fitted(task, recipe, task.features, None)
            shares = relevance(model, task.features.take(task.train))
            memory |= {"relevance": shares, "start": model.hyperparameters(), "mae": {}}
        d, points = len(memory["relevance"]), memory["mae"]
        note(len(points), self._expected(d), None)
        for count in self._coarse(d):
            self._try(task, recipe, memory, count, note)
        while ahead := _around_best(points, d):
            for count in ahead:
                self._try(task, recipe, memory, count, note)
        mae = {int(count): value["mae"] for count, value in points.items()}
        return Selection(memory["relevance"], dict(sorted(mae.items())))

    def _drawn(self, train: Rows) -> Rows:
        if len(train) <= self.max_rows:
            return train
        rng = np.random.default_rng(self.seed)
        return np.sort(rng.choice(train, self.max_rows, replace=False))

    def _coarse(self, d: int) -> list[int]:
        size = d if self.every else min(self.grid, d)
        return sorted({round(count) for count in np.linspace(1, d, size)})

    def _expected(self, d: int) -> int:
        gap = max(1, d // max(1, len(self._coarse(d)) - 1))
        return len(self._coarse(d)) + 2 * int(np.log2(gap))

    def _try(
        self,
        task: Task,
        recipe: MaternGP,
        memory: dict[str, Any],
        count: int,
        note: Callable[[int, int, float | None], None],
    ) -> None:
        points = memory["mae"]
        if str(count) not in points:
            names = list(memory["relevance"])[:count]
            seen = only(task.features, names)
            model = _fitted(task, recipe, seen, _start(memory, names, count))
            error = model.bind(seen).mean(task.valid) - task.y[task.valid]
            points[str(count)] = {
                "mae": float(np.abs(error).mean()),
                "hyperparameters": model.hyperparameters(),
            }
        total = max(self._expected(len(memory["relevance"])), len(points))
        note(len(points), total, points[str(count)]["mae"])


def _fitted(task: Task, recipe: MaternGP, seen: PairFeatures, start: Any) -> PairModel:
    rows = task.train
    with warnings.catch_warnings():
        # These fits are cut short on purpose: they are compared, not used.
        warnings.filterwarnings("ignore", "The fit stopped", FitWarning)
        return recipe.fit(seen.take(rows), task.y[rows], task.noise_var[rows], start=start)


def _start(memory: Mapping[str, Any], names: list[str], count: int) -> dict[str, Any]:
    """Start from the nearest number tried; lengthscales it lacks from the GP of all features."""
    points = memory["mae"]
    nearest = min(points, key=lambda tried: (abs(int(tried) - count), int(tried)), default=None)
    near = memory["start"] if nearest is None else points[nearest]["hyperparameters"]
    known = memory["start"]["lengthscales"] | near["lengthscales"]
    return near | {"lengthscales": {name: known[name] for name in names}}


def _around_best(points: Mapping[str, Any], d: int) -> list[int]:
    """Numbers halfway between the best one and its neighbours, if they have not been tried."""
    tried = sorted(int(count) for count in points)
    best = min(tried, key=lambda count: (points[str(count)]["mae"], count))
    at = tried.index(best)
    below = tried[at - 1] if at else 0
    above = tried[at + 1] if at + 1 < len(tried) else d + 1
    halfway = {(below + best) // 2, (best + above) // 2}
    return sorted(count for count in halfway if 1 <= count <= d and count not in tried)
