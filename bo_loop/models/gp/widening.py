"""How much wider intervals for ligands never seen must be than the search makes them.

The marginal likelihood weighs each value given those before it, and most of these share its
ligand: it says little about the error for a new ligand, and a few structures that are wrong, as
every table has some, make the errors heavy-tailed. The more pairs there are, the surer the model,
by more than its errors fall. So the pairs that it is conditioned on are asked directly. Ligands
are left out with all their pairs, and the standard deviations are widened by what brings 95 % of
the values left out within their 95 % intervals, for n = 1 and for n > 1 alike. That multiplies the
learned variances, of kernel and noise, by one factor, which changes no mean where no noise is
known beforehand.

Symbols
-------
n        training pairs, in the order of the factor
K_v      their covariance, with noise, L Lᵀ                (n, n)
α        K_v⁻¹ (y − m)                                     (n,)
g        the pairs of one ligand
r_g      ([K_v⁻¹]_gg)⁻¹ α_g, what the others miss by       (|g|,)
z        r_g / √diag(([K_v⁻¹]_gg)⁻¹)                       (n,)

Without a refit, exactly: Ginsbourger & Schärer, Fast calculation of Gaussian process multiple-fold
cross-validation residuals and their covariances, arXiv:2101.03108, theorem 1.
"""

from collections.abc import Iterator

import numpy as np
import torch

from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.models.gp.linalg import solve_lower

_SHARE, _WIDTH = 0.95, 1.959964  # of values within so many standard deviations
_FEWEST = 20  # ligands: of fewer, not one is expected outside
_ROWS, _BATCH = 1500, 256  # pairs left out, and so many at once


def widening(z: Floats, group: Rows, several: Mask) -> float:
    """Return the factor for standard deviations, at least 1.

    Parameters
    ----------
    z : (n,) float64
        Errors over their sds, as `left_out` gives them.
    group : (n,) int64
        Equal for the pairs of one ligand.
    several : (n,) bool
        Whether the pair is of n > 1.
    """
    kinds = [kind for kind in (several, ~several) if len(np.unique(group[kind])) >= _FEWEST]
    widths = [float(np.quantile(np.abs(z[kind]), _SHARE)) for kind in kinds]
    return max([_WIDTH, *widths]) / _WIDTH


@torch.no_grad()
def left_out(
    factor: torch.Tensor, alpha: torch.Tensor, group: Rows, seed: int
) -> tuple[Rows, Floats, Floats]:
    """Errors of pairs, predicted without any pair of their group, and their sds.

    Parameters
    ----------
    factor : (n, n) float64 tensor
        L.
    alpha : (n,) float64 tensor
    group : (n,) int64
    seed : int
        Of more than 1,500 pairs, groups are drawn until they have so many: a 95 % quantile
        needs no more, and each pair takes n² operations.

    Returns
    -------
    tuple of (k,) int64, (k,) float64, (k,) float64
        Which pairs, their r_g, and its standard deviations.
    """
    batches = list(_drawn(group, seed))
    found = []
    for rows in batches:
        columns = factor.new_zeros(len(factor), len(rows))
        columns[rows, np.arange(len(rows))] = 1.0
        white = solve_lower(factor, columns)
        found.append(without_group(white.mT @ white, alpha[rows], group[rows]))
    error, sd = np.concatenate(found, axis=1)
    return np.concatenate(batches), error, sd


def _drawn(group: Rows, seed: int) -> Iterator[Rows]:
    """Rows of whole groups, in batches."""
    order = np.argsort(group, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    batch, left = [], _ROWS
    for number in np.random.default_rng(seed).permutation(len(groups)):
        batch.append(groups[number])
        left -= len(groups[number])
        if left <= 0 or sum(map(len, batch)) >= _BATCH:
            yield np.concatenate(batch)
            batch = []
        if left <= 0:
            return
    if batch:
        yield np.concatenate(batch)


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
