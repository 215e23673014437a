"""A fitted pair of β1 and βn models that answers for every n: what `BetaGP` returns.

Symbols
-------
n       number of ligands of a pair
q       pairs of a t-batch; b such batches
stage   BETA_1 for n = 1, BETA_N above
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.log_beta_model import LogBetaModel
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.kernels.tensors import require_extended_tables, require_finite
from bo_loop.models.staged.posterior import StagedPosterior
from bo_loop.models.stages import (
    INPUTS,
    BetaOne,
    for_beta_1,
    numbers,
    only,
    own_names,
    with_inputs,
)

BETA_1, BETA_N = 0, 1
STAGES = {BETA_1: "beta_1", BETA_N: "beta_n"}


class BetaModel(LogBetaModel):
    """β1 for n = 1, βn above, with covariance 0 between them.

    Parameters
    ----------
    features : PairFeatures
        Gives the tables and their names; the training pairs are in `models`.
    models : mapping of int to PairModel
        By stage; a stage without training data is absent, and its pairs are refused.
    source : BetaOne or None
        Where the inputs of βn come from; None without pairs of n = 1, and βn then has no inputs.
    scaling : mapping
        ``centre`` and ``scale`` of these inputs.
    chosen : mapping of int to sequence of str or None
        Features that each stage sees; None for all.
    fit_report : mapping
        How the hyperparameters were found; JSON-able.

    Notes
    -----
    n is among the pair features of X. The inputs of βn are what `source` predicts: they stay when
    a posterior is conditioned on results, which is exact given them.
    """

    def __init__(
        self,
        features: PairFeatures,
        models: Mapping[int, PairModel],
        source: BetaOne | None,
        scaling: Mapping[str, list[float]],
        chosen: Mapping[int, Collection[str] | None],
        fit_report: Mapping[str, Any],
    ):
        super().__init__()
        self.models = dict(models)
        self.fit_report = dict(fit_report)
        self._tables = replace(features.take(np.empty(0, dtype=np.int64)), source=None, own=None)
        self.source = source
        self._scaling = scaling
        self._chosen = dict(chosen)
        self.eval()

    def hyperparameters(self) -> dict[str, Any]:
        """Everything `build` needs besides the data; JSON-able, in original units.

        Returns
        -------
        dict
            ``beta_1`` and ``beta_n`` as `PairModel.hyperparameters`, of the stages there are;
            ``inputs``: centre and scale of what βn takes from β1.
        """
        own = {STAGES[stage]: model.hyperparameters() for stage, model in self.models.items()}
        return own | {"inputs": dict(self._scaling)}

    def noise(self, features: PairFeatures) -> Floats:
        """Learned noise variance of a measurement of each pair; (n,), original units²."""
        stage = self._stages(features)
        out = np.empty(len(features))
        for number, model in self.models.items():
            out[stage == number] = model.noise_variance
        return out

    def parts(self, features: PairFeatures) -> dict[str, tuple[PairModel, PairFeatures, Rows]]:
        """Take the model apart.

        Returns
        -------
        dict
            For ``beta_1`` and ``beta_n``, where there are such pairs among `features`: the exact
            GP, the pairs as it sees them, and their positions.
        """
        stage = self._stages(features)
        rows = {number: np.flatnonzero(stage == number) for number in self.models}
        return {
            STAGES[number]: (model, self._seen(number, features.take(rows[number])), rows[number])
            for number, model in self.models.items()
            if len(rows[number])
        }

    def bind(self, features: PairFeatures) -> StagedPosterior:
        """Bind the model to rows; as `PairModel.bind`.

        Raises
        ------
        DataError
            If the tables differ, a feature is not finite, or a pair belongs to a stage that has
            no training data.
        """
        require_extended_tables(self._tables, features)
        require_finite(features)
        parts = self.parts(features)
        bound = {
            number: parts[name][0].bind(parts[name][1])
            for number, name in STAGES.items()
            if name in parts
        }
        return StagedPosterior(self._stages(features), bound)

    @torch.no_grad()
    def moments(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Latent mean (…, q) and covariance (…, q, q) at X (…, q, 2 + d_p), original units."""
        features, shape = self._features(X), X.shape[:-1]
        stage = torch.as_tensor(self._stages(features)).reshape(shape)
        mean = torch.zeros(shape, dtype=torch.float64)
        covariance = torch.zeros(*shape, shape[-1], dtype=torch.float64)
        for number, model in self.models.items():
            mine = stage == number
            if not mine.any():
                continue
            x = torch.as_tensor(self._seen(number, features).X).reshape(*shape, -1)
            own = [each.cpu() for each in model.moments(x)]
            mean = torch.where(mine, own[0], mean)
            both = mine.unsqueeze(-1) & mine.unsqueeze(-2)
            covariance = torch.where(both, own[1], covariance)
        return mean, covariance

    def learned_noise(self, X: Tensor) -> Tensor:
        """Learned noise variance of a new result, that of its stage; (…, q)."""
        return torch.as_tensor(self.noise(self._features(X))).reshape(X.shape[:-1])

    def _features(self, X: Tensor) -> PairFeatures:
        """Look up X (…, 2 + d_p) in the model's tables."""
        x = X.detach().cpu().numpy().reshape(-1, X.shape[-1])
        rows = x[:, :2].astype(np.int64)
        return replace(self._tables, metal_row=rows[:, 0], ligand_row=rows[:, 1], pair=x[:, 2:])

    def _stages(self, features: PairFeatures) -> Rows:
        stage = stages_of(features)
        for number, what in ((BETA_1, "n = 1"), (BETA_N, "n above 1")):
            if number not in self.models and (stage == number).any():
                raise DataError(
                    f"{(stage == number).sum()} of {len(stage)} pairs have {what}, of which the "
                    "model has seen no constant. Add such constants to the data, leave these "
                    "pairs out, or use model=matern_gp, which learns all n together."
                )
        return stage

    def _seen(self, stage: int, features: PairFeatures) -> PairFeatures:
        if stage == BETA_1:
            return for_beta_1(features, self._chosen[BETA_1])
        return for_beta_n(features, self.source, self._scaling, self._chosen[BETA_N])


def stages_of(features: PairFeatures) -> Rows:
    """Return which stage answers for each pair; (n,) int64."""
    return np.where(numbers(features) == 1, BETA_1, BETA_N)


def for_beta_n(
    features: PairFeatures,
    source: BetaOne | None,
    scaling: Mapping[str, list[float]],
    chosen: Collection[str] | None,
) -> PairFeatures:
    """Return what the βn model sees of pairs: its own features and what β1 is predicted to be.

    Or those among them that are `chosen`.
    """
    names = own_names(features, "beta_n")
    if source is not None:
        features = with_inputs(features, source.inputs(features), scaling)
        names = (*names, *(f"pair.{name}" for name in INPUTS))
    return only(features, names if chosen is None else chosen)
