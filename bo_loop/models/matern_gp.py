"""`MaternGP`: the recipe of an exact Matérn-3/2 GP on metal-ligand pairs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import torch

from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.exact_gp import ExactGP
from bo_loop.models.gp.fitting import Problem, evaluate
from bo_loop.models.kernels.matern import GatheredMatern, MaternForm, MaternNames
from bo_loop.models.kernels.matern_tiles import Gathered, gather
from bo_loop.models.kernels.ordering import farthest_first
from bo_loop.models.kernels.tensors import as_tensors, qualified_names, refuse_counts

# Median r between pairs of standardised features is about √2 / c at lengthscales c √d.
_START_SCALES = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class MaternGP(ExactGP):
    """Exact GP with a Matérn-3/2 kernel with ARD over all features.

    Parameters are those of `ExactGP`. The rows that hyperparameters are found on fill the space.
    """

    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if a block holds counts."""
        refuse_counts(blocks)

    def naming(self, features: PairFeatures) -> MaternNames:
        """Lengthscales by ``block.feature``, and the outputscale."""
        return MaternNames(qualified_names(features))

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

    def guess(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ with the most probable of a few equal lengthscales."""
        return _most_probable_start(problem)

    def _gathered(self, features: PairFeatures) -> Gathered:
        metal, ligand, x = as_tensors(features, torch.device(self.device))
        return gather(x, metal, ligand)


def _most_probable_start(problem: Problem) -> Floats:
    """θ with equal lengthscales c √d for the most probable of a few c."""
    d = problem.form.size - 1
    noise = problem.noise_start()
    starts = [np.array([log(c * sqrt(d))] * d + [0.0, *noise]) for c in _START_SCALES]
    return max(starts, key=lambda theta: evaluate(problem, theta)[0]["objective"])
