"""The Matérn-3/2 kernel with ARD over all features: formula, form, names, slopes.

Symbols
-------
n, k, d     training pairs, pairs asked for, features
x, X        features                                                 (d,), (k, d)
l           lengthscales                                             (d,)
w           inverse squared lengthscales, 1 / l²                     (d,)
s²          outputscale
r           √ Σ_j w_j (x_j − x_bj)²
k           s² (1 + √3 r) exp(−√3 r)
θ_k         [log l, log s²]                                          (d + 1,)
E           exp(−√3 r) of the pairs asked for and the training pairs (k, n)
A           K_v⁻¹ k of every pair asked for                          (n, k)
α           K_v⁻¹ (y − mean)                                         (n,)
m′, v′      slopes of the posterior mean and variance                (k, d)

∂k(x, x_b)/∂x_j = −3 s² w_j E_b (x_j − x_bj), so that m′ = −3 s² w ∘ (x (E α) − E (α ∘ X)) and
v′ = 6 s² w ∘ (x (H 1) − H X) with H = E ∘ Aᵀ: two products of an (k, n) and an (n, d) matrix give
all features at once, from the factor that the fit made.

Priors: l ~ LogNormal(√2 + ½ log d, √3), as BoTorch has it (Hvarfner et al., Vanilla Bayesian
Optimization Performs Great in High Dimensions, ICML 2024), and s² ~ LogNormal(0, 1) on the
standardised outcome, which lets it move by an order of magnitude and keeps it from running away
with the lengthscales. They are densities of l and s², not of their logarithms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from typing import Any

import numpy as np
import torch
from gpytorch.constraints import Positive
from gpytorch.priors import LogNormalPrior
from torch import Tensor

from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.kernels.base import PairKernel
from bo_loop.models.kernels.matern_tiles import Gathered, gather, matern, matern_times
from bo_loop.models.kernels.ordering import farthest_first
from bo_loop.models.kernels.tensors import as_tensors

MIN_LENGTHSCALE = 2.5e-2
_BOUNDS_L = (log(MIN_LENGTHSCALE), log(1e6))
_BOUNDS_S2 = (log(1e-4), log(1e4))


class GatheredMatern(PairKernel):
    """Matérn-3/2 with ARD over X = [metal row, ligand row, pair features].

    Parameters
    ----------
    metal : (n_metals, d_m) float64 tensor
        All metal blocks side by side.
    ligand : (n_ligands, d_l) float64 tensor
        All ligand blocks side by side.
    lengthscale : (d,) float64 tensor
        Metal, ligand, then pair features: d = d_m + d_l + d_p.
    outputscale : float
        s².
    """

    closed_form = True

    def __init__(self, metal: Tensor, ligand: Tensor, lengthscale: Tensor, outputscale: float):
        super().__init__()
        self.register_buffer("metal", metal)
        self.register_buffer("ligand", ligand)
        log_scale = torch.tensor(outputscale, dtype=metal.dtype, device=metal.device).log()
        self.register_parameter("raw_lengthscale", torch.nn.Parameter(lengthscale.log()))
        self.register_parameter("raw_outputscale", torch.nn.Parameter(log_scale))
        for name in ("raw_lengthscale", "raw_outputscale"):
            self.register_constraint(name, Positive(torch.exp, torch.log))

    @property
    def lengthscale(self) -> Tensor:
        """(d,) float64 tensor."""
        return self.raw_lengthscale_constraint.transform(self.raw_lengthscale)

    @property
    def outputscale(self) -> Tensor:
        """() float64 tensor, s²."""
        return self.raw_outputscale_constraint.transform(self.raw_outputscale)

    @property
    def is_stationary(self) -> bool:
        """The kernel depends on differences of features only."""
        return True

    def gather(self, x: Tensor) -> Gathered:
        """Look up the pairs `x` (n, 2 + d_p) in the kernel's tables."""
        return gather(x, self.metal, self.ligand)

    def block(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p); (n, n′)."""
        return matern(self.gather(x1), self.gather(x2), self.lengthscale, self.outputscale)

    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""
        a, b = self.gather(x1), self.gather(x2)
        return matern_times(a, b, self.lengthscale, self.outputscale, weights)

    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""
        pairs = self.gather(x)
        return matern(pairs, pairs, self.lengthscale, self.outputscale, lower=True)

    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p): the outputscale; (n,)."""
        return self.outputscale.expand(len(x))

    def farthest_first(self, x: Tensor, m: int) -> Tensor:
        """Choose m rows of `x` that fill the space; see `bo_loop.models.kernels.ordering`."""
        return farthest_first(self.gather(x), self.lengthscale, m)

    def over(self, features: PairFeatures) -> "GatheredMatern":
        """Return the same kernel over other tables, which extend these."""
        metal, ligand, _ = as_tensors(features, self.metal.device)
        other = GatheredMatern(metal, ligand, self.lengthscale.detach(), self.outputscale.item())
        # The very numbers: the logarithm of an exponential may differ in its last bit.
        other.raw_lengthscale, other.raw_outputscale = self.raw_lengthscale, self.raw_outputscale
        return other

    @torch.no_grad()
    def slopes(
        self, x: Tensor, train: Tensor, alpha: Tensor, solve: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Differentiate mean and variance of pairs in closed form; see `PairKernel.slopes`."""
        own, others = self._dense(x), self._dense(train)
        lengthscale, scale = self.lengthscale, self.outputscale
        distance = torch.cdist(own / lengthscale, others / lengthscale) * 3.0**0.5
        decay = torch.exp(-distance)
        cross = distance.add_(1.0).mul_(decay).mul_(scale)
        decay_solved = solve(cross) * decay
        weight = -3.0 * scale / lengthscale**2
        mean = weight * (own * (decay @ alpha)[:, None] - decay @ (alpha[:, None] * others))
        total = decay_solved.sum(1, keepdim=True)
        variance = -2.0 * weight * (own * total - decay_solved @ others)
        return mean, variance

    def _dense(self, x: Tensor) -> Tensor:
        """Features of the pairs `x` (n, 2 + d_p), in the order of `PairFeatures.dense`; (n, d)."""
        return torch.cat([self.metal[x[:, 0].long()], self.ligand[x[:, 1].long()], x[:, 2:]], 1)


@dataclass(frozen=True)
class MaternForm:
    """`Form` of the Matérn-3/2 kernel with ARD."""

    pairs: Gathered

    @property
    def size(self) -> int:
        """Length of θ_k, d + 1."""
        return self.pairs.width + 1

    def covariance(self, theta: Tensor) -> Tensor:
        """Lower triangle of the (n, n) covariance."""
        value = theta.exp()
        return matern(self.pairs, self.pairs, value[:-1], value[-1], lower=True)

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of l and s²."""
        value = theta.exp()
        scales = lengthscale_prior(len(theta) - 1).log_prob(value[:-1]).sum()
        return scales + outputscale_prior().log_prob(value[-1])

    def bounds(self) -> Floats:
        """Lower and upper bound of log l and log s²; (d + 1, 2)."""
        return np.array([_BOUNDS_L] * self.pairs.width + [_BOUNDS_S2])


@dataclass(frozen=True)
class MaternNames:
    """`Naming` of θ_k.

    Parameters
    ----------
    lengthscales : tuple of str
        ``block.feature`` of each lengthscale; (d,).
    """

    lengthscales: tuple[str, ...]

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Name l and s² in original units, `scale` (log β) being the unit of the outcome."""
        *lengthscales, outputscale = np.exp(theta).tolist()
        named = dict(zip(self.lengthscales, lengthscales, strict=True))
        return {"lengthscales": named, "outputscale": outputscale * scale**2}

    def fits(self, stated: Mapping[str, Any]) -> bool:
        """Whether stated hyperparameters are those of these features."""
        named = set(stated.get("lengthscales", ())) == set(self.lengthscales)
        return named and "outputscale" in stated

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ_k of stated hyperparameters."""
        lengthscales = [stated["lengthscales"][name] for name in self.lengthscales]
        return np.log([*lengthscales, stated["outputscale"] / scale**2])


@cache
def lengthscale_prior(d: int) -> LogNormalPrior:
    """Prior of each of d lengthscales."""
    return LogNormalPrior(sqrt(2.0) + 0.5 * log(d), sqrt(3.0))


@cache
def outputscale_prior() -> LogNormalPrior:
    """Prior of the variance of the latent function, on the standardised outcome."""
    return LogNormalPrior(0.0, 1.0)
