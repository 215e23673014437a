"""`BetaGP`: the published β1 and βn models as one recipe.

Kanahashi, Urushihara and Yamaguchi, Sci. Rep. 2022, 12, 11159: a GP for log β1, and a GP for
log βn (n > 1) that also sees what the first one predicts.
"""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bo_loop.base.checks import require_count
from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.kernels.tensors import checked_targets, refuse_counts
from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.staged.beta_model import (
    BETA_1,
    BETA_N,
    STAGES,
    BetaModel,
    for_beta_n,
    stages_of,
)
from bo_loop.models.stages import BetaOne, for_beta_1, scaling_of


@dataclass(frozen=True)
class BetaGP:
    """β1 for n = 1; βn above, which also sees β1's predicted mean and variance.

    The inputs from β1 are out of fold by `ligand_group` for every pair of a training ligand
    (`bo_loop.models.stages.BetaOne`); n and the complex charge are features of βn. A stage
    without data is left out, and pairs that need it are refused; without constants of n = 1, βn
    goes without the inputs from β1.

    Parameters
    ----------
    folds : int
        Number of folds of ligand groups for the out-of-fold inputs.
    beta_1_features, beta_n_features : sequence of str or None
        The features each stage sees, as ``block.feature``; None for all. Forward selection
        (`bo_loop.models.explain.forward_selection`) finds good ones.
    max_iter, fit_rows, seed, device
        Of each stage's fit, as in `MaternGP`.
    """

    folds: int = 5
    beta_1_features: Sequence[str] | None = None
    beta_n_features: Sequence[str] | None = None
    max_iter: int = 200
    fit_rows: int | None = 4000
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self):
        require_count("folds", self.folds, 2)
        self.stage_recipe()  # refuses bad options

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if a block holds counts."""
        refuse_counts(blocks)

    def stage_recipe(self) -> MaternGP:
        """Return the recipe of a single stage."""
        return MaternGP(
            max_iter=self.max_iter, fit_rows=self.fit_rows, seed=self.seed, device=self.device
        )

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None = None,
        *,
        start: Mapping[str, Any] | None = None,
        near: Callable[[], PairFeatures] | None = None,
    ) -> BetaModel:
        """Fit β1, then βn on what β1 predicts.

        Parameters
        ----------
        features, y, noise_var
            As for `MaternGP.fit`; the pair block holds ``n_ligands``, unscaled.
        start : mapping, optional
            Hyperparameters of an earlier fit, as `BetaModel.hyperparameters` gives them; ignored
            with a `FitWarning` if they are another model's.
        near : callable, optional
            Ignored: the stages are conditioned on all pairs.

        Returns
        -------
        BetaModel

        Raises
        ------
        ConfigError
            If a chosen feature does not exist.
        DataError
            As `MaternGP.fit`, or if a number of ligands is not 1, 2, 3 …
        FitError
            If a covariance has no Cholesky factor, even with jitter.
        """
        if start is not None and not set(STAGES.values()) & set(start):
            warnings.warn(
                "The fit began afresh: the hyperparameters to start from are of another model, "
                "with other features.",
                FitWarning,
                stacklevel=2,
            )
        begin = start or {}

        def fitted(stage: int, seen: PairFeatures, y: Floats, noise: Floats) -> PairModel:
            return self.stage_recipe().fit(seen, y, noise, start=begin.get(STAGES[stage]))

        return self._assemble(features, y, noise_var, fitted, None)

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
        near: Callable[[], PairFeatures] | None = None,
    ) -> BetaModel:
        """Condition on the pairs with given hyperparameters; nothing is optimised.

        Parameters
        ----------
        features, y, noise_var, near
            As for `fit`.
        hyperparameters : mapping
            As `BetaModel.hyperparameters` gives them.

        Returns
        -------
        BetaModel

        Raises
        ------
        ConfigError, DataError, FitError
            As `fit`, or if the hyperparameters belong to another model or other features.
        """

        def built(stage: int, seen: PairFeatures, y: Floats, noise: Floats) -> PairModel:
            if STAGES[stage] not in hyperparameters:
                raise DataError(
                    f"The hyperparameters hold no {STAGES[stage]}, but the data do: they belong "
                    "to another model, or to other data."
                )
            return self.stage_recipe().build(seen, y, noise, hyperparameters[STAGES[stage]])

        return self._assemble(features, y, noise_var, built, hyperparameters.get("inputs"))

    def _assemble(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        make: Callable[[int, PairFeatures, Floats, Floats], PairModel],
        scaling: Mapping[str, list[float]] | None,
    ) -> BetaModel:
        """Make the stages by `make(stage, pairs as the stage sees them, y, noise)`."""
        y, noise_var = checked_targets(features, y, noise_var)
        stage = stages_of(features)
        ones, more = np.flatnonzero(stage == BETA_1), np.flatnonzero(stage == BETA_N)
        models, source = {}, None
        if len(ones):
            seen = for_beta_1(features.take(ones), self.beta_1_features)
            models[BETA_1] = make(BETA_1, seen, y[ones], noise_var[ones])
            source = self._source(models[BETA_1], seen, y[ones], noise_var[ones])
        if len(more):
            pairs = features.take(more)
            if scaling is None and source is not None:
                scaling = scaling_of(source.inputs(pairs))
            seen = for_beta_n(pairs, source, scaling or {}, self.beta_n_features)
            models[BETA_N] = make(BETA_N, seen, y[more], noise_var[more])
        chosen = {BETA_1: self.beta_1_features, BETA_N: self.beta_n_features}
        return BetaModel(features, models, source, scaling or {}, chosen, _report(models))

    def _source(
        self, model: PairModel, seen: PairFeatures, y: Floats, noise_var: Floats
    ) -> BetaOne:
        """Condition on the pairs outside each fold, with the hyperparameters of all pairs."""
        group = seen.ligand_group[seen.ligand_row]
        hyperparameters = model.hyperparameters()
        models: list[PairModel | None] = []
        for fold in range(self.folds):
            rows = np.flatnonzero(group % self.folds != fold)
            if 0 < len(rows) < len(y):
                part = seen.take(rows), y[rows], noise_var[rows]
                models.append(self.stage_recipe().build(*part, hyperparameters))
            else:  # nothing outside the fold; or nothing within, and it is never asked
                models.append(None)
        return BetaOne(model, tuple(models), np.unique(group), self.beta_1_features)


def _report(models: Mapping[int, PairModel]) -> dict[str, Any]:
    """Sum the stages' reports up, and keep them; nothing was optimised if they are empty."""
    reports = {STAGES[stage]: model.fit_report for stage, model in models.items()}
    return totals(list(reports.values())) | reports


def totals(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the fits of several models come to; nothing where nothing was optimised."""
    if not all("n_iter" in report for report in reports):
        return {}
    starts = {report["start"] for report in reports}
    rows = [report.get("n_fit_rows", report["n_rows"]) for report in reports]
    weighted = sum(r["objective"] * n for r, n in zip(reports, rows, strict=True))
    return {
        "start": starts.pop() if len(starts) == 1 else "mixed",
        **{key: sum(r[key] for r in reports) for key in ("n_rows", "n_iter", "mll")},
        "objective": weighted / sum(rows),
        "converged": all(r["converged"] for r in reports),
    }
