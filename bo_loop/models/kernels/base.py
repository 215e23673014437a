"""What every kernel of pairs has: covariances, their form in a fit, names of hyperparameters."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import gpytorch
import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Floats, PairFeatures


class Form(Protocol):
    """Prior covariance of given pairs as a function of θ_k, with the prior of θ_k."""

    @property
    def size(self) -> int:
        """Length of θ_k."""

    def covariance(self, theta: Tensor) -> Tensor:
        """(n, n), differentiable; the upper triangle is undefined, and has no gradient."""

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ_k, up to a constant."""

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ_k; (p, 2)."""


class Naming(Protocol):
    """How the kernel's part of θ is stated in original units, and read back."""

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Name θ_k (p,); JSON-able. `scale` (log β) is the unit of the standardised outcome."""

    def fits(self, stated: Mapping[str, Any]) -> bool:
        """Whether stated hyperparameters belong to these features and this kernel."""

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ_k (p,) that `stated` says."""


class PairKernel(gpytorch.kernels.Kernel, ABC):
    """A kernel of pairs, with what an exact GP over a large pool asks for beside `forward`.

    X is ``[metal row, ligand row, pair features]`` (`PairFeatures.X`), and the kernel holds the
    tables that the rows are of. Kernels are differentiable in their hyperparameters, not in X: how
    the features behind X move a prediction is what `slopes` says.
    """

    closed_form: ClassVar[bool] = False
    """Whether `slopes` costs little more than a prediction."""

    @abstractmethod
    def block(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p); (n, n′)."""

    @abstractmethod
    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""

    @abstractmethod
    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p); (n,)."""

    @abstractmethod
    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""

    @abstractmethod
    def farthest_first(self, x: Tensor, m: int) -> Tensor:
        """Choose m rows of `x` (n, 2 + d_p), every prefix of which fills the space; (m,) int64."""

    @abstractmethod
    def over(self, features: PairFeatures) -> "PairKernel":
        """Return the same kernel over other tables, which extend these."""

    @abstractmethod
    def slopes(
        self, x: Tensor, train: Tensor, alpha: Tensor, solve: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Differentiate the posterior mean and variance of pairs with respect to their features.

        Parameters
        ----------
        x : (k, 2 + d_p) float64 tensor
        train : (n, 2 + d_p) float64 tensor
            Training pairs.
        alpha : (n,) float64 tensor
            K_v⁻¹ (y − mean), so that the mean is the prior one plus Σ_j k(x_i, x_j) α_j.
        solve : callable
            From covariances with the training pairs, (k, n), to their product with K_v⁻¹.

        Returns
        -------
        mean, variance : (k, d) float64 tensor
            In the order of `PairFeatures.dense`.
        """

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **params) -> Tensor:
        """Covariance of `x1` (…, n, 2 + d_p) and `x2` (…, n', 2 + d_p).

        Returns
        -------
        (…, n, n') float64 tensor, or (…, n) with `diag`
        """
        # torch.broadcast_shapes would import sympy.
        batch = torch.Size(np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2]))
        k = batch.numel()
        x1, x2 = (x.expand(*batch, *x.shape[-2:]).reshape(k, *x.shape[-2:]) for x in (x1, x2))
        if diag and torch.equal(x1, x2):
            return self.variance(x1.reshape(-1, x1.shape[-1])).reshape(*batch, -1)
        blocks = [self.block(a, b) for a, b in zip(x1, x2, strict=True)]
        if diag:
            return torch.stack([block.diagonal() for block in blocks]).reshape(*batch, -1)
        return torch.stack(blocks).reshape(*batch, x1.shape[-2], x2.shape[-2])
