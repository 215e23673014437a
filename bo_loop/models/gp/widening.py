"""How much wider intervals for ligands never seen must be than the search makes them.

The marginal likelihood weighs each value given those before it, and most of these share its ligand:
it says little about the error for a new ligand, and a few structures that are wrong, as every table
has some, make the errors heavy-tailed. So the data are asked directly. Each ligand is left out with
all its pairs, and the standard deviations are widened by what brings 95 % of the values left out
within their 95 % intervals, for n = 1 and for n > 1 alike. That multiplies all
variances, of kernel and noise, by one factor, which changes no mean.

Symbols
-------
n        training pairs that hyperparameters were found on
K_v      their covariance, with noise                      (n, n)
α        K_v⁻¹ (y − m)                                     (n,)
g        the pairs of one ligand
r_g      ([K_v⁻¹]_gg)⁻¹ α_g, what the others miss by       (|g|,)
z        r_g / √diag(([K_v⁻¹]_gg)⁻¹)                       (n,)

Without a refit, exactly: Ginsbourger & Schärer, Fast calculation of Gaussian process multiple-fold
cross-validation residuals and their covariances, arXiv:2101.03108, theorem 1.
"""

import numpy as np
import torch

from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.models.gp.linalg import cholesky_, inverse_, solve_lower, solve_upper

_SHARE, _WIDTH = 0.95, 1.959964  # of values within so many standard deviations
_FEWEST = 20  # ligands: of fewer, not one is expected outside


def widening(z: Floats, group: Rows, several: Mask) -> float:
    """Return the factor for standard deviations, at least 1.

    Parameters
    ----------
    z : (n,) float64
        As `left_out` gives them.
    group : (n,) int64
        Equal for the pairs of one ligand.
    several : (n,) bool
        Whether the pair is of n > 1.
    """
    kinds = [kind for kind in (several, ~several) if len(np.unique(group[kind])) >= _FEWEST]
    widths = [float(np.quantile(np.abs(z[kind]), _SHARE)) for kind in kinds]
    return max([_WIDTH, *widths]) / _WIDTH


@torch.no_grad()
def left_out(covariance: torch.Tensor, off: torch.Tensor, group: Rows) -> Floats:
    """Standardised errors of every pair, predicted without any pair of its group.

    Parameters
    ----------
    covariance : (n, n) float64 tensor
        K_v; only the lower triangle is read. It is overwritten.
    off : (n,) float64 tensor
        y − m.
    group : (n,) int64

    Returns
    -------
    (n,) float64
        z.

    Raises
    ------
    NotPositiveDefiniteError
        If K_v has no Cholesky factor.
    """
    factor = cholesky_(covariance)
    alpha = solve_upper(factor, solve_lower(factor, off[:, None]))[:, 0]
    error, sd = without_group(inverse_(factor), alpha, group)
    return error / sd


def without_group(
    precision: torch.Tensor, alpha: torch.Tensor, group: Rows
) -> tuple[Floats, Floats]:
    """Errors of every pair predicted without any pair of its group, and their sds; (n,) each.

    Parameters
    ----------
    precision : (n, n) float64 tensor
        K_v⁻¹; only the lower triangle is read.
    alpha : (n,) float64 tensor
    group : (n,) int64
    """
    precision, alpha = precision.cpu().numpy(), alpha.cpu().numpy()
    error, sd = np.empty(len(group)), np.empty(len(group))
    order = np.argsort(group, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        lower = np.tril(precision[np.ix_(own, own)])
        spread = np.linalg.inv(lower + np.tril(lower, -1).T)
        error[own], sd[own] = spread @ alpha[own], np.sqrt(np.diag(spread))
    return error, sd
