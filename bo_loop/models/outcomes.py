"""Several outcomes of pairs, each with a model of its own, as of a campaign's properties.

Symbols
-------
n       pairs, each a value of one outcome
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bo_loop.base.errors import DataError, FitError
from bo_loop.base.types import FittedModel, Floats, ModelRecipe, PairFeatures, Rows
from bo_loop.models.kernels.tensors import checked_targets
from bo_loop.models.staged.beta_gp import totals
from bo_loop.models.staged.posterior import StagedPosterior


class OutcomeModels:
    """Models that answer each for the pairs of its outcome; the covariance between them is 0.

    Parameters
    ----------
    models : mapping of str to FittedModel
        By outcome.
    fit_report : mapping
        Sums, and behind them the report of each; JSON-able.
    """

    def __init__(self, models: Mapping[str, FittedModel], fit_report: Mapping[str, Any]):
        self.models = dict(models)
        self.fit_report = dict(fit_report)

    def hyperparameters(self) -> dict[str, Any]:
        """Return those of each model by its outcome; JSON-able."""
        return {name: model.hyperparameters() for name, model in self.models.items()}

    def bind(self, features: PairFeatures) -> StagedPosterior:
        """Bind to rows; their tables are the models', or an extension of them.

        Raises
        ------
        DataError
            If a row is of an outcome that has no model.
        """
        numbers = {name: i for i, name in enumerate(self.models)}
        stage = np.array([numbers[name] for name in self._known(features)], dtype=np.int64)
        bound = {
            numbers[name]: self.models[name].bind(seen)
            for name, (seen, _) in by_outcome(features).items()
        }
        return StagedPosterior(stage, bound)

    def noise(self, features: PairFeatures) -> Floats:
        """Learned noise variance of a measurement of each pair; (n,)."""
        out = np.empty(len(features))
        for name, (seen, rows) in by_outcome(features).items():
            out[rows] = self.models[name].noise(seen)
        return out

    def parts(self, features: PairFeatures) -> dict[str, tuple[FittedModel, PairFeatures, Rows]]:
        """Return the exact GPs inside, with the pairs each answers for and their positions."""
        found = {}
        for name, (seen, rows) in by_outcome(features).items():
            parts = self.models[name].parts(seen)
            for part, (model, own, at) in parts.items():
                found[name if len(parts) == 1 else f"{name}, {part}"] = model, own, rows[at]
        return found

    def _known(self, features: PairFeatures) -> list[str]:
        names = features.outcome.tolist()
        if unknown := sorted(set(names) - set(self.models)):
            raise DataError(f"There is no model of {', '.join(unknown)}.")
        return names


@dataclass(frozen=True)
class EachOutcome:
    """The recipe of `OutcomeModels`: one recipe, fitted to each outcome alone.

    Parameters
    ----------
    recipe : ModelRecipe
    """

    recipe: ModelRecipe

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if the model cannot compare features of these blocks."""
        self.recipe.require_blocks(blocks)

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None = None,
        *,
        start: Mapping[str, Any] | None = None,
        near: Callable[[], PairFeatures] | None = None,
    ) -> OutcomeModels:
        """Return a model of each outcome; parameters as of `ModelRecipe`.

        Raises
        ------
        DataError, FitError
            As the recipe does; the outcome is named.
        """

        def fitted(name: str, *data: Any, near: Any) -> FittedModel:
            return self.recipe.fit(*data, start=(start or {}).get(name, start), near=near)

        return _of_each(features, y, noise_var, fitted, near)

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
        near: Callable[[], PairFeatures] | None = None,
    ) -> OutcomeModels:
        """Return models with given hyperparameters, by outcome; nothing is optimised."""

        def built(name: str, *data: Any, near: Any) -> FittedModel:
            if name not in hyperparameters:
                raise DataError("the hyperparameters hold none of it: they are of other data.")
            return self.recipe.build(*data, hyperparameters[name], near)

        return _of_each(features, y, noise_var, built, near)


def by_outcome(features: PairFeatures) -> dict[str, tuple[PairFeatures, Rows]]:
    """Return the pairs of each outcome there is, as its model sees them, and their positions."""
    rows = {name: np.flatnonzero(features.outcome == name) for name in features.spreads}
    return {name: (features.take(at).of_outcome(name), at) for name, at in rows.items() if len(at)}


def _of_each(
    features: PairFeatures,
    y: Floats,
    noise_var: Floats | None,
    make: Callable[..., FittedModel],
    near: Callable[[], PairFeatures] | None,
) -> OutcomeModels:
    """Make a model of each outcome by `make(name, features, y, noise_var, near=near)`."""
    y, noise_var = checked_targets(features, y, noise_var)
    models = {}
    for name, (seen, rows) in by_outcome(features).items():
        asked = None if near is None else _asked(near, name)
        try:
            models[name] = make(name, seen, y[rows], noise_var[rows], near=asked)
        except (DataError, FitError) as error:
            raise type(error)(f"{name}: {error}") from error
    reports = {name: model.fit_report for name, model in models.items()}
    return OutcomeModels(models, totals(list(reports.values())) | {"outcomes": reports})


def _asked(near: Callable[[], PairFeatures], name: str) -> Callable[[], PairFeatures]:
    def of_this() -> PairFeatures:
        every = near()
        return every.take(np.flatnonzero(every.outcome == name)).of_outcome(name)

    return of_this


def each_outcome(recipe: ModelRecipe, features: PairFeatures) -> ModelRecipe:
    """Return the recipe itself, or for pairs of several outcomes one of a model for each."""
    return recipe if features.outcome is None else EachOutcome(recipe)
