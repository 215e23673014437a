"""Refine constants by non-linear least squares: values, covariance, intervals, sigma.

Symbols
-------
θ        (p,) free constants and nuisances
r, J     (N,) weighted residuals; (N, p) their analytic derivatives
ν        degrees of freedom: readings less parameters, absorptivities among them
s        sigma of the fit, √(r·r/ν): 1 if the errors of reading are what was stated
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import POTENTIOMETRIC, Constant
from bo_loop.lab.titration.objective import Objective, identity_weights
from bo_loop.lab.titration.starts import NO_SOLUTION, safe, starts

_MOST_EVALUATIONS = 40
_REWEIGHTED = 6  # times at most
_SAME_WEIGHTS = 1e-3
_CONVERGED = 1e-10
_GOOD = 1.5  # sigma of a fit that needs no other start
LEVEL = 0.95


@dataclass(frozen=True)
class Fit:
    """What came of a refinement.

    Parameters
    ----------
    objective : Objective
        With the weights of the last step.
    theta, sd : (p,) float64
        Estimates and their sd, those of the fit's own scatter; inf where nothing determines one.
    covariance : (p, p) float64
    n_data, dof : int
        N without what was known of nuisances before; ν.
    sigma : float
        s.
    bic : float
        −2 ln L + (number of parameters) ln N, s estimated.
    at_bound : tuple of str
        Parameters that ended at a bound.
    """

    objective: Objective
    theta: Floats
    sd: Floats
    covariance: Floats
    n_data: int
    dof: int
    sigma: float
    bic: float
    at_bound: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """What θ is."""
        return self.objective.names()

    @property
    def correlation(self) -> Floats:
        """Of the estimates; (p, p). What nothing determines goes with nothing."""
        known = np.isfinite(self.sd)
        sd = np.where(known, self.sd, 1.0)
        return np.where(np.isfinite(self.covariance), self.covariance, 1.0) / np.outer(sd, sd)

    @property
    def t(self) -> float:
        """Half width of a 95 % interval in sd, by Student's distribution."""
        return float(stats.t.ppf(0.5 + LEVEL / 2, self.dof))


def fit(objective: Objective, constants: Sequence[Constant]) -> Fit:
    """Refine the free constants and the nuisances.

    Parameters
    ----------
    objective : Objective
    constants : sequence of Constant
        Starts and bounds of the species in `objective.system`, in their order.

    Raises
    ------
    DataError
        If there are too few points, or no start is found at which balances close.
    """
    free = [constants[s] for s in objective.free]
    weighted = replace(objective, weights=identity_weights(objective.titrations))
    _require_points(weighted)
    found = []
    for start in starts(weighted, free):
        one = _reweighted(weighted, free, start)
        found += [one] if one is not None else []
        if one is not None and one.sigma < _GOOD:
            break
    if not found:
        raise DataError(
            "the mass balance has no solution at the constants to start from: give other values "
            "in free=, or check the concentrations."
        )
    return min(found, key=lambda one: one.bic)


def _require_points(objective: Objective) -> None:
    n, p = _sizes(objective)
    if n < p + 2:
        raise DataError(
            f"{n} readings do not determine {p} parameters: measure more points, or refine fewer "
            "constants."
        )


def _sizes(objective: Objective) -> tuple[int, int]:
    """Return the number of readings, and of parameters with all absorptivities."""
    p, n = len(objective.free) + len(objective.nuisances), 0
    for one in objective.titrations:
        n += len(one) if one.method == POTENTIOMETRIC else int(np.size(one.signals))
    for group in objective.groups:
        p += len(objective.seen(group[0])) * objective.titrations[group[0]].signals.shape[1]
    return n, p


def _reweighted(objective: Objective, free: Sequence[Constant], theta: Floats) -> Fit | None:
    """Fit, take the errors of volume from the curve as fitted, and fit again until they hold."""
    try:
        for _ in range(_REWEIGHTED):
            before = objective.weights
            weights = tuple(
                1.0 / objective.reading_sd(i, theta) for i in range(len(objective.titrations))
            )
            objective = replace(objective, weights=weights)
            theta = least_squares(objective, free, theta)
            change = max(
                float(np.abs(new / old - 1).max()) for new, old in zip(weights, before, strict=True)
            )
            if change < _SAME_WEIGHTS:
                break
        return _summary(objective, free, theta)
    except (DataError, np.linalg.LinAlgError):
        return None


def least_squares(
    objective: Objective,
    free: Sequence[Constant],
    theta: Floats,
    held: int | None = None,
) -> Floats:
    """Minimise the residuals by Levenberg and Marquardt's method; θ number `held` stays."""
    import lmfit  # with SciPy's statistics: only where something is refined

    parameters = lmfit.Parameters()
    for k, value in enumerate(theta):
        low, high = (free[k].low, free[k].high) if k < len(free) else (-np.inf, np.inf)
        inside = float(np.clip(value, low + 1e-6, high - 1e-6))
        parameters.add(f"p{k}", value=inside, min=low, max=high, vary=k != held)
    moving = [k for k in range(len(theta)) if k != held]
    if not moving:
        return theta

    def values(given: Any) -> Floats:
        return np.array([given[f"p{k}"].value for k in range(len(theta))])

    size = len(objective.residual(values(parameters)))

    def residual(given: Any) -> Floats:
        found = safe(objective.residual)(values(given))
        return found if len(found) == size else np.full(size, NO_SOLUTION)

    def jacobian(given: Any) -> Floats:
        return objective.jacobian(values(given))[:, moving]

    minimizer = lmfit.Minimizer(
        residual, parameters, Dfun=jacobian, col_deriv=0, xtol=_CONVERGED, ftol=_CONVERGED,
        calc_covar=False, scale_covar=False,
    )  # fmt: skip
    return values(minimizer.leastsq(max_nfev=_MOST_EVALUATIONS).params)


def _summary(objective: Objective, free: Sequence[Constant], theta: Floats) -> Fit:
    r, j = objective.residual(theta), objective.jacobian(theta)
    priors = sum(nuisance.sd is not None for nuisance in objective.nuisances)
    n = len(r) - priors
    p = len(theta) + sum(
        objective.projected(group, theta).rank * objective.titrations[group[0]].signals.shape[1]
        for group in objective.groups
    )
    dof = max(n + priors - p, 1)
    sigma = float(np.sqrt(r @ r / dof))
    covariance = _inverse(j.T @ j) * sigma**2
    logs = sum(
        -2.0 * np.log(w).sum() * (1 if one.signals is None else one.signals.shape[1])
        for w, one in zip(objective.weights, objective.titrations, strict=True)
    )
    bic = n * np.log(max(r @ r, 1e-300) / n) + logs + p * np.log(n)
    at_bound = [
        objective.system.species[s].name
        for s, value, one in zip(objective.free, theta, free, strict=False)
        if not one.low + 0.01 < value < one.high - 0.01
    ]
    sd = np.sqrt(np.diag(covariance))
    return Fit(objective, theta, sd, covariance, n, dof, sigma, float(bic), tuple(at_bound))


def _inverse(normal: Floats) -> Floats:
    """Invert JᵀJ; inf on the diagonal of what nothing determines."""
    scale = np.sqrt(np.diag(normal))
    dead = scale <= 1e-12 * max(float(scale.max(initial=0.0)), 1e-300)
    scale = np.where(dead, 1.0, scale)
    scaled = normal / np.outer(scale, scale)
    scaled[dead] = scaled[:, dead] = 0.0
    scaled[dead, dead] = 1.0
    values, vectors = np.linalg.eigh(scaled)
    found = (vectors / np.maximum(values, 1e-14)) @ vectors.T / np.outer(scale, scale)
    found[dead, dead] = np.inf
    return found
