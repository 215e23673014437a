"""Training data with their Cholesky factor.

Symbols
-------
n      training pairs, in the model's own order
K_v    covariance of the training data, with noise          (n, n)
L      lower Cholesky factor of K_v                         (n, n)
m      prior mean                                           (n,)
z      L⁻¹ (y − m)                                          (n,)
α      L⁻ᵀ z = K_v⁻¹ (y − m)                                (n,)
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from bo_loop.base.progress import report
from bo_loop.models.gp.linalg import (
    JITTER,
    cholesky_,
    solve_lower,
    solve_upper,
    with_jitter,
)
from bo_loop.models.gp.source_noise import add_shared_error_
from bo_loop.models.kernels.base import PairKernel

LEADING = 512  # so many pairs at the front fill the space; variance bounds use them alone


@dataclass(frozen=True)
class Factored:
    """Training data, and what conditioning on them has computed.

    Parameters
    ----------
    x : (n, 2 + d_p) float64 tensor
    y : (n,) float64 tensor
        Original units.
    factor : (n, n) float64 tensor
        L, with zeros above the diagonal.
    alpha : (n,) float64 tensor
    order : (n,) int64 tensor
        Where each pair stood when it was given.
    """

    x: Tensor
    y: Tensor
    factor: Tensor
    alpha: Tensor
    order: Tensor

    def rescaled_(self, by: float) -> "Factored":
        """Multiply all standard deviations, of kernel and noise; in the memory of `factor`."""
        return replace(self, factor=self.factor.mul_(by), alpha=self.alpha / by**2)


@torch.no_grad()
def factorise(
    kernel: PairKernel,
    x: Tensor,
    y: Tensor,
    noise: Tensor,
    mean: Tensor,
    offsets: tuple[Tensor, float] | None = None,
) -> tuple[Factored, float]:
    """Order the pairs, factor their covariance and condition on them.

    Parameters
    ----------
    kernel : PairKernel
    x : (n, 2 + d_p) float64 tensor
    y, noise : (n,) float64 tensor
        Values, and the whole of their noise variances.
    mean : (n,) float64 tensor
        m.
    offsets : tuple, optional
        Number of each row's offset, −1 for none, (n,) int64; and the variance of the offsets.

    Returns
    -------
    tuple
        The data, in an order whose first `LEADING` pairs fill the space, and the jitter added.

    Raises
    ------
    FitError
        If the covariance has no Cholesky factor, even with jitter.
    """
    order = _leading_first(kernel, x)
    x, y, noise, mean = x[order], y[order], noise[order], mean[order]

    what = f"conditioning on {len(y):,} constants"
    report(what, 0, 3)

    def attempt(jitter: float) -> Tensor:
        matrix = kernel.lower(x)
        report(what, 1, 3)
        if offsets is not None:
            add_shared_error_(matrix, offsets[0][order], offsets[1])
        matrix.diagonal().add_(noise + jitter)
        return cholesky_(matrix).tril_()

    factor, jitter = with_jitter(
        attempt, _jitter(kernel, x), f"The covariance of {len(y)} training pairs"
    )
    report(what, 2, 3)
    white = solve_lower(factor, (y - mean)[:, None])[:, 0]
    alpha = solve_upper(factor, white[:, None])[:, 0]
    report(what, 3, 3)
    return Factored(x, y, factor, alpha, order), jitter


def _jitter(kernel: PairKernel, x: Tensor) -> float:
    return JITTER * kernel.variance(x).max().item()


def _leading_first(kernel: PairKernel, x: Tensor) -> Tensor:
    leading = kernel.farthest_first(x, min(len(x), LEADING))
    rest = torch.ones(len(x), dtype=torch.bool, device=x.device)
    rest[leading] = False
    return torch.cat([leading, rest.nonzero()[:, 0]])
