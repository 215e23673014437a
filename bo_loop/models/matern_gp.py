"""`MaternGP`: the recipe of an exact Matérn-3/2 GP on metal-ligand pairs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.exact_gp import ExactGP
from bo_loop.models.gp.fitting import MaternForm, Problem, cold_start, optimise
from bo_loop.models.kernels.kernels import GatheredMatern
from bo_loop.models.kernels.matern_form import Gathered, gather
from bo_loop.models.kernels.ordering import farthest_first
from bo_loop.models.kernels.tensors import as_tensors, qualified_names, refuse_counts

_SCOUT_ROWS = 750  # the start is refined on so many rows first, at a few ms an evaluation


@dataclass(frozen=True)
class MaternGP(ExactGP):
    """Exact GP with a Matérn-3/2 kernel with ARD over all features.

    Parameters are those of `ExactGP`. The rows that hyperparameters are found on fill the space.
    """

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if a block holds counts."""
        refuse_counts(blocks)

    def naming(self, features: PairFeatures) -> "_Names":
        """Lengthscales by ``block.feature``, and the outputscale."""
        return _Names(qualified_names(features))

    def form(self, features: PairFeatures) -> MaternForm:
        """Prior covariance of the pairs as a function of lengthscales and outputscale."""
        return MaternForm(self._gathered(features))

    def kernel(self, features: PairFeatures, hyperparameters: Mapping[str, Any]) -> GatheredMatern:
        """Kernel over the tables of `features`."""
        metal, ligand, x = as_tensors(features, torch.device(self.device))
        # By name: a mapping that has been through canonical JSON is in another order.
        stated = hyperparameters["lengthscales"]
        lengthscale = x.new_tensor([stated[name] for name in qualified_names(features)])
        return GatheredMatern(metal, ligand, lengthscale, hyperparameters["outputscale"])

    def fill(self, features: PairFeatures, size: int) -> Rows:
        """Rows of at most `size` pairs that fill the space, in their order."""
        n = len(features)
        if n <= size:
            return np.arange(n)
        first = int(np.random.default_rng(self.seed).integers(n))
        pairs = self._gathered(features)
        even = pairs.pair.new_full((pairs.width,), pairs.width**0.5)
        return farthest_first(pairs, even, size, first).sort().values.cpu().numpy()

    def cold_start(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ with the most probable of a few equal lengthscales, refined on a few rows."""
        rows = self.fill(features, _SCOUT_ROWS)
        if len(rows) == len(features):
            return cold_start(problem)
        scout = problem.take(rows, self.form(features.take(rows)))
        return optimise(scout, cold_start(scout), self.max_iter).theta

    def _gathered(self, features: PairFeatures) -> Gathered:
        metal, ligand, x = as_tensors(features, torch.device(self.device))
        return gather(x, metal, ligand)


@dataclass(frozen=True)
class _Names:
    """`Naming` of [log lengthscales, log outputscale]."""

    lengthscales: tuple[str, ...]

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        *lengthscales, outputscale = np.exp(theta).tolist()
        named = dict(zip(self.lengthscales, lengthscales, strict=True))
        return {"lengthscales": named, "outputscale": outputscale * scale**2}

    def fits(self, stated: Mapping[str, Any]) -> bool:
        named = set(stated.get("lengthscales", ())) == set(self.lengthscales)
        return named and "outputscale" in stated

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        lengthscales = [stated["lengthscales"][name] for name in self.lengthscales]
        return np.log([*lengthscales, stated["outputscale"] / scale**2])
