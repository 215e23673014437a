"""Linear absorptivities eliminated from the fit of the constants: variable projection.

Symbols
-------
D      (N, A) concentrations of absorbing species, each row times its weight
Y      (N, K) signals, likewise
E      (A, K) absorptivities, shifts or intensities: E = D⁺Y, or ≥ 0 column by column
P      D D⁺; the residual is (1 − P) Y

Golub and Pereyra, SIAM J. Numer. Anal. 1973, 10, 413. The derivative is Kaufman's (BIT 1975, 15,
49), −(1 − P) dD E: what it leaves out is of second order in the residual, and JᵀJ is exactly what
eliminating E from the full normal equations gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from bo_loop.base.types import Floats

_ALIKE = 1e-9  # of the largest singular value: columns of D that say the same


@dataclass(frozen=True)
class Projected:
    """The signals that no choice of absorptivities explains.

    Parameters
    ----------
    residual : (N, K) float64
    absorptivities : (A, K) float64
        Of the smallest norm, where D leaves a choice.
    rank : int
        Of D: how many absorptivities a column of Y determines.
    """

    residual: Floats
    absorptivities: Floats
    rank: int


def project(design: Floats, signals: Floats, *, non_negative: bool = False) -> Projected:
    """Eliminate the absorptivities.

    Parameters
    ----------
    design, signals : (N, A), (N, K) float64
    non_negative : bool
        Whether absorptivities may not be below 0.
    """
    scale = np.linalg.norm(design, axis=0)
    scale[scale == 0] = 1.0
    u, s, vt = np.linalg.svd(design / scale, full_matrices=False)
    kept = s > _ALIKE * s[0]
    if not non_negative:
        found = (vt[kept].T / s[kept]) @ (u[:, kept].T @ signals) / scale[:, None]
    else:
        every = [nnls(design / scale, column)[0] for column in signals.T]
        found = np.column_stack(every) / scale[:, None]
    return Projected(signals - design @ found, found, int(kept.sum()))


def derivative(
    design: Floats, changes: Sequence[Floats], found: Projected, *, non_negative: bool = False
) -> Floats:
    """Return how the residual changes; (N, K, p).

    Parameters
    ----------
    design : (N, A) float64
    changes : sequence of (N, A) float64
        dD by each of p parameters.
    found : Projected
    non_negative : bool
        As of `project`: absorptivities at 0 stay there.
    """
    moved = np.stack([-change @ found.absorptivities for change in changes], axis=-1)
    result = np.empty_like(moved)
    active = found.absorptivities > 0 if non_negative else np.ones_like(found.absorptivities, bool)
    patterns, which = np.unique(active, axis=1, return_inverse=True)
    for i, pattern in enumerate(patterns.T):
        columns = np.flatnonzero(which.ravel() == i)
        basis = _basis(design[:, pattern])
        part = moved[:, columns].reshape(len(design), -1)
        left = part - basis @ (basis.T @ part)
        result[:, columns] = left.reshape(len(design), len(columns), -1)
    return result


def _basis(design: Floats) -> Floats:
    """Return orthonormal columns that span those of D."""
    if design.shape[1] == 0:
        return design
    scale = np.linalg.norm(design, axis=0)
    scale[scale == 0] = 1.0
    u, s, _ = np.linalg.svd(design / scale, full_matrices=False)
    return u[:, s > _ALIKE * s[0]]
