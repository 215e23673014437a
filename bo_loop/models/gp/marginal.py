"""Log marginal likelihood of an exact GP, with its gradient by the trace formula.

Symbols
-------
K        covariance of the data, without noise              (n, n)
v        noise variances                                    (n,)
y        data                                               (n,)
m        constant mean, m ~ N(0, 1), profiled out: 1ᵀK_v⁻¹y / (1ᵀK_v⁻¹1 + 1)
K_v      K + diag(v) = L Lᵀ
α        K_v⁻¹ (y − m)                                      (n,)
G        ∂ log p / ∂K = ½ (α αᵀ − K_v⁻¹)                    (n, n)

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), eqs 2.30 and 5.9. One
Cholesky factorisation and one inverse an evaluation, all in the memory of K. m maximises
log p + log N(m; 0, 1) for the given K and v, so its own derivative drops out (envelope theorem).
The prior, on the standardised outcome, keeps the mean of a few data that are all alike to the
kernel within their range, which the likelihood alone does not.
"""

from math import log, pi

import torch
from torch import Tensor

from bo_loop.models.gp.linalg import cholesky_, inverse_, solve_lower, solve_upper


def log_marginal(covariance: Tensor, noise: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Log density of `y` under the GP and of its constant mean, at the best one.

    Parameters
    ----------
    covariance : (n, n) float64 tensor
        Only the lower triangle is read. It is overwritten, so it must be used for nothing else,
        and `backward` may be called once.
    noise : (n,) float64 tensor
        Noise variances.
    y : (n,) float64 tensor

    Returns
    -------
    tuple of () float64 tensors
        The log marginal likelihood with the log prior density of the mean (but for a constant;
        differentiable), and the mean.

    Raises
    ------
    NotPositiveDefiniteError
        If K + diag(v) has no Cholesky factor.
    """
    return _LogMarginal.apply(covariance, noise, y)


class _LogMarginal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, covariance, noise, y):
        covariance = covariance.detach()
        covariance.diagonal().add_(noise)
        factor = cholesky_(covariance)
        ones, data = solve_lower(factor, torch.stack([torch.ones_like(y), y], 1)).unbind(1)
        mean = ones.dot(data) / (ones.dot(ones) + 1.0)
        white = data - mean * ones
        ctx.factor = factor
        ctx.alpha = solve_upper(factor, white[:, None])[:, 0]
        ctx.mark_non_differentiable(mean)
        log_det = 2.0 * factor.diagonal().log().sum()
        misfit = white.dot(white) + mean.square()
        return -0.5 * (misfit + log_det + len(y) * log(2.0 * pi)), mean

    @staticmethod
    def backward(ctx, gradient, _):
        alpha, factor = ctx.alpha, ctx.factor
        del ctx.alpha, ctx.factor
        scale = float(gradient)
        # An entry below the diagonal stands for itself and its mirror image: twice ½.
        lower = inverse_(factor).addr_(alpha, alpha, beta=-scale, alpha=scale)
        lower.diagonal().mul_(0.5)
        return lower, lower.diagonal().clone(), -scale * alpha
