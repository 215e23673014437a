"""Surrogate: a feature schema and a fitted model in one; fit, build, predict.

A pair lies outside the applicability domain (†) where the model knows hardly more of it than it
did without data: the prior correlation with every known pair is below `FAMILIAR`, so that none
explains a quarter of its variance; or all of them together leave its latent standard deviation at
`UNINFORMED` of that of the prior or more, so that they explain little more than a third. A ligand
without a donor atom lies outside whatever it resembles: no known ligand binds as it does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import FittedModel, Floats, Mask, ModelRecipe, PairFeatures, Rows
from bo_loop.chemistry.donors import donor_sites
from bo_loop.data.observations import standardised
from bo_loop.features.schema import FeatureSchema
from bo_loop.models.censored import sites
from bo_loop.models.gp.leave_one_out import LeftOut, leave_one_out
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.gp.source_noise import MEMORY, OWN, labels
from bo_loop.models.outcomes import each_outcome

FAMILIAR = 0.5
UNINFORMED = 0.8
_AT_ONCE = 1000  # pairs whose correlations with all known ones are held
_SIGNS = {"none": 0.0, "lower": 1.0, "upper": -1.0}


@dataclass(frozen=True)
class Surrogate:
    """A fitted model that answers for any pair the feature schema can describe.

    Parameters
    ----------
    schema : FeatureSchema
        Frozen features.
    recipe : ModelRecipe
        The model without its data.
    features : PairFeatures
        The n training pairs.
    y : (n,) float64
        log β; of a censored result, the value that stands for it.
    noise_var : (n,) float64
        Variance reported with each observation, 0 where none was; of a censored result, what its
        stand-in has beyond the learned noise.
    model : FittedModel
        The fitted model.
    censored : (n,) bool
        Which training pairs have bounds in place of values.
    """

    schema: FeatureSchema
    recipe: ModelRecipe
    features: PairFeatures
    y: Floats
    noise_var: Floats
    model: FittedModel
    censored: Mask

    @classmethod
    def fit(
        cls,
        schema: FeatureSchema,
        recipe: ModelRecipe,
        observations: pd.DataFrame,
        *,
        start: Mapping[str, Any] | None = None,
        near: pd.DataFrame | None = None,
    ) -> "Surrogate":
        """Fit `recipe` to observations that the features of `schema` can describe.

        Of very many observations, the model may keep those that matter for the pairs `near`.

        Hyperparameters are found on the exact results alone. Censored ones then enter as Gaussian
        stand-ins (`bo_loop.models.censored`).

        Raises
        ------
        DataError
            If an observation cannot be used, or all are censored.
        FitError
            If the model cannot be fitted.
        """
        data = _training(schema, observations)
        recipe = each_outcome(recipe, data.features)
        asked = None if near is None else partial(described, data.features, schema, near)
        model = recipe.fit(*data.exact(), start=start, near=asked)
        return cls._with_censored(schema, recipe, data, model, asked)

    @classmethod
    def build(
        cls,
        schema: FeatureSchema,
        recipe: ModelRecipe,
        observations: pd.DataFrame,
        hyperparameters: Mapping[str, Any],
        near: pd.DataFrame | None = None,
    ) -> "Surrogate":
        """Condition `recipe` on observations, as for `fit`; nothing is optimised.

        Raises
        ------
        DataError
            As `fit`, or if the hyperparameters belong to other features.
        FitError
            If the model cannot be built.
        """
        data = _training(schema, observations)
        recipe = each_outcome(recipe, data.features)
        asked = None if near is None else partial(described, data.features, schema, near)
        model = recipe.build(*data.exact(), hyperparameters, asked)
        return cls._with_censored(schema, recipe, data, model, asked)

    @classmethod
    def _with_censored(
        cls,
        schema: FeatureSchema,
        recipe: ModelRecipe,
        data: "_Training",
        model: FittedModel,
        asked: Callable[[], PairFeatures] | None,
    ) -> "Surrogate":
        """Add the censored results to a `model` of the exact ones.

        A stand-in says what the lab itself would measure, so it counts as the lab's own. The
        offset of the source of a bound, if sources have any, is noise of that bound alone.
        """
        features, y, noise_var = data.features, data.y, data.noise_var
        rows = np.flatnonzero(data.sign)
        if len(rows):
            hyperparameters = model.hyperparameters()
            offset = _offset_variance(model, features)
            shared = (offset * (labels(features) != OWN))[rows]
            bound = model.bind(features)
            found = sites(
                bound.mean(rows),
                bound.covariance(rows, rows),
                y[rows],
                data.sign[rows],
                model.noise(features)[rows] + noise_var[rows] + shared,
            )
            if offset.any():
                own = labels(features) == OWN
                own[rows] = True
                features = replace(features, own=own)
            learned = model.noise(features)[rows]
            y, noise_var = y.copy(), noise_var.copy()
            y[rows], noise_var[rows] = found.value, np.maximum(found.variance - learned, 0.0)
            report = model.fit_report | {"n_censored": len(rows)}
            model = recipe.build(features, y, noise_var, hyperparameters, asked)
            model.fit_report = report | model.fit_report
        return cls(schema, recipe, features, y, noise_var, model, data.sign != 0.0)

    def features_of(self, pairs: pd.DataFrame) -> PairFeatures:
        """Describe `pairs` in tables that extend the model's, for the model to `bind`."""
        asked = described(self.features, self.schema, pairs)
        return replace(asked, source=None, own=None)  # still to be measured, whoever did before

    def screening(self) -> "Surrogate":
        """Return what predicts the same means and variance bounds, if it can be, in few bytes."""
        if not isinstance(self.model, PairModel):
            return self
        model, none = self.model.leading().compact(), np.empty(0)
        pairs = self.features.take(none.astype(np.int64)).compact()
        features = model.extended(replace(pairs, source=None, own=None))
        return replace(self, features=features, y=none, noise_var=none, model=model, censored=none)

    def similarity(self, features: PairFeatures, rows: Rows) -> Floats:
        """Return the prior correlation of pairs with the training pairs.

        Parameters
        ----------
        features : PairFeatures
            As `features_of` gives them.
        rows : (k,) int64
            Pairs among them.

        Returns
        -------
        (k, n) float64
            1 for the same pair; 0 between pairs that different stages of the model answer for.
        """
        n = len(self.y)
        similar = np.zeros((len(rows), n))
        for model, seen, at in self.model.parts(self.behind_training(features, rows)).values():
            new, old = np.flatnonzero(at >= n), np.flatnonzero(at < n)
            similar[np.ix_(at[new] - n, at[old])] = model.bind(seen).similarity(new, old)
        return similar

    def outside_domain(self, features: PairFeatures, rows: Rows) -> Mask:
        """Return which pairs lie outside the applicability domain; parameters as of `similarity`.

        Returns
        -------
        (k,) bool
        """
        n, outside = len(self.y), np.ones(len(rows), dtype=bool)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            asked = self.behind_training(features, some)
            for model, seen, at in self.model.parts(asked).values():
                new, old = np.flatnonzero(at >= n), np.flatnonzero(at < n)
                if len(new) == 0 or len(old) == 0:
                    continue
                bound = model.bind(seen)
                nearest = bound.similarity(new, old).max(1)
                share = np.sqrt(bound.variance(new) / bound.prior_variance(new))
                outside[start + at[new] - n] = (nearest < FAMILIAR) | (share >= UNINFORMED)
        return outside

    def behind_training(self, features: PairFeatures, rows: Rows) -> PairFeatures:
        """Return the training pairs, and behind them `rows` (k,) of `features`."""
        asked = features.take(rows)
        return replace(
            asked,
            source=None,
            own=None,
            metal_row=np.concatenate([self.features.metal_row, asked.metal_row]),
            ligand_row=np.concatenate([self.features.ligand_row, asked.ligand_row]),
            pair=np.vstack([self.features.pair, asked.pair]),
            outcome=None
            if asked.outcome is None
            else np.concatenate([self.features.outcome, asked.outcome]),
        )

    def left_out(self) -> list[LeftOut]:
        """Predict every measured value from all the others, for each part of the model."""
        measured = ~self.censored & (labels(self.features) != MEMORY)
        return [
            leave_one_out(part, among=measured[at])
            for part, _, at in self.model.parts(self.features).values()
        ]

    def noise_sds(self) -> list[float]:
        """Learned noise standard deviations, in log β: one, or one for each stage or source."""
        measured = labels(self.features) != MEMORY
        return np.sqrt(np.unique(self.model.noise(self.features)[measured])).tolist()

    def predict(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Predict log β.

        Parameters
        ----------
        pairs : DataFrame, n rows
            The pair columns.

        Returns
        -------
        DataFrame, n rows
            ``mean``, ``sd`` (predictive: with noise), ``sd_latent``, ``outside_domain``; the
            index of `pairs`.
        """
        pairs = standardised(pairs, "the pairs")
        features = self.features_of(pairs)
        donorless = {each: not donor_sites(each) for each in pairs["smiles"].unique()}
        posterior = self.model.bind(features)
        rows = np.arange(len(pairs))
        variance = posterior.variance(rows)
        return pd.DataFrame(
            {
                "mean": posterior.mean(rows),
                "sd": np.sqrt(variance + self.model.noise(features)),
                "sd_latent": np.sqrt(variance),
                "outside_domain": self.outside_domain(features, rows)
                | pairs["smiles"].map(donorless).to_numpy(dtype=bool),
            },
            index=pairs.index,
        )


def _offset_variance(model: FittedModel, features: PairFeatures) -> Floats:
    """Learned variance of the sources' offsets where the model has any, by pair; (n,)."""
    found = np.zeros(len(features))
    for part, _, at in model.parts(features).values():
        found[at] = part.hyperparameters().get("offset_variance", 0.0)
    return found


def described(features: PairFeatures, schema: FeatureSchema, pairs: pd.DataFrame) -> PairFeatures:
    """Describe `pairs` in tables that extend the tables of `features`."""
    whole = features.concat(schema.transform(pairs))
    return whole.take(np.arange(len(features), len(whole)))


@dataclass(frozen=True)
class _Training:
    """The observations: features, log β or bound, reported variance; sign: see `sites`."""

    features: PairFeatures
    y: Floats
    noise_var: Floats
    sign: Floats

    def exact(self) -> tuple[PairFeatures, Floats, Floats]:
        """Features, log β and variances of the results that are not bounds."""
        rows = np.flatnonzero(self.sign == 0)
        if len(rows) == 0:
            raise DataError(
                f"All {len(self.y)} observations are censored; a model needs some exact values. "
                "Add literature, or results with a number."
            )
        return self.features.take(rows), self.y[rows], self.noise_var[rows]


def _training(schema: FeatureSchema, observations: pd.DataFrame) -> _Training:
    return _Training(
        features=schema.transform(observations),
        y=observations["log_beta"].to_numpy(np.float64),
        noise_var=np.nan_to_num(observations["log_beta_sd"].to_numpy(np.float64)) ** 2,
        sign=observations["censoring"].map(_SIGNS).to_numpy(np.float64),
    )
