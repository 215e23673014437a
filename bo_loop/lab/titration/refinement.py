"""Refine constants by non-linear least squares: values, covariance, intervals, sigma.

Symbols
-------
θ        (p,) free constants and nuisances
r, J     (N,) weighted residuals; (N, p) their analytic derivatives
ν        degrees of freedom: readings less parameters, absorptivities among them
s        sigma of the fit, √(r·r/ν): 1 if the errors of reading are what was stated
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import optimize, stats

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import POTENTIOMETRIC, Constant
from bo_loop.lab.titration.objective import Objective, identity_weights
from bo_loop.solution.species import PROTON

_MOST_EVALUATIONS = 40
_REWEIGHTED = 6  # times at most
_SAME_WEIGHTS = 1e-3
_NO_SOLUTION = 1e4  # a residual where the balances cannot be closed
_LOG_K = range(1, 23)  # tried, to start from
_CONVERGED = 1e-10
_MOST_STARTS = 3
_GOOD = 1.5  # sigma of a fit that needs no other start
_LEVEL = 0.95
_FURTHEST = 20.0  # log10 β, of a limit that is looked for


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
        """Of the estimates; (p, p)."""
        sd = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(sd, sd)

    @property
    def t(self) -> float:
        """Half width of a 95 % interval in sd, by Student's distribution."""
        return float(stats.t.ppf(0.5 + _LEVEL / 2, self.dof))


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
    for start in _starts(weighted, free):
        one = _reweighted(weighted, free, start)
        found += [one] if one is not None else []
        if one is not None and one.sigma < _GOOD and np.isfinite(one.sd).all():
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


def _starts(objective: Objective, free: Sequence[Constant]) -> list[Floats]:
    """Return where to start: what was given; else the best of a scan over log K."""
    usual = [nuisance.usual for nuisance in objective.nuisances]
    if all(one.log_beta is not None for one in free):
        return [np.array([*(one.log_beta for one in free), *usual], dtype=np.float64)]
    acid = next(
        (
            float(value)
            for each, value in zip(objective.system.species, objective.log_beta, strict=True)
            if sorted(each.parts.values()) == [1, 1] and PROTON in each.parts
        ),
        8.0,
    )
    metals = any(_counts(one)[0] for one in free)
    scores, tried = [], []
    for spread in (1.5,) if metals else (1.5, 5.0):
        for log_k in _LOG_K:
            known = (float(log_k), acid) if metals else (0.0, float(log_k))
            start = np.array([*(_pattern(one, *known, spread) for one in free), *usual])
            r = _safe(objective.residual)(start)
            scores.append(float(np.log1p(r**2).sum()) if len(r) > 1 else np.inf)
            tried.append(start)
        scores.append(np.inf)
        tried.append(start)
    lowest = [
        k
        for k in range(len(tried))
        if np.isfinite(scores[k]) and scores[k] == min(scores[max(k - 1, 0) : k + 2])
    ]
    return [tried[k] for k in sorted(lowest, key=lambda k: scores[k])[:_MOST_STARTS]]


def _counts(one: Constant) -> tuple[int, int, int]:
    """Return how many metal ions, ligands and protons a species holds."""
    protons = one.parts.get(PROTON, 0)
    others = {name: n for name, n in one.parts.items() if name != PROTON}
    metals = sum(n for name, n in others.items() if "+" in name)
    return metals, sum(others.values()) - metals, protons


def _pattern(one: Constant, log_k: float, acid: float, spread: float) -> float:
    """Guess log β of a species from log K of ML and of HL, unless it is given."""
    if one.log_beta is not None:
        return one.log_beta
    metals, ligands, protons = _counts(one)
    if not metals:
        falling = acid * protons - spread * protons * (protons - 1) / 2
        return falling if protons > 0 else 14.0 * protons
    bound = log_k * (ligands - 0.15 * ligands * (ligands - 1)) + (metals - 1) * 3.0
    return bound + (min(0.6 * acid, 6.0) if protons > 0 else 9.0) * protons


def _safe(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """Return a residual that is very large where the balances cannot be closed."""

    def guarded(theta: Floats) -> Floats:
        try:
            return function(theta)
        except DataError:
            return np.array([_NO_SOLUTION])

    return guarded


def _reweighted(objective: Objective, free: Sequence[Constant], theta: Floats) -> Fit | None:
    """Fit, take the errors of volume from the curve as fitted, and fit again until they hold."""
    try:
        for _ in range(_REWEIGHTED):
            before = objective.weights
            weights = tuple(
                1.0 / objective.reading_sd(i, theta) for i in range(len(objective.titrations))
            )
            objective = replace(objective, weights=weights)
            theta = _least_squares(objective, free, theta)
            change = max(
                float(np.abs(new / old - 1).max()) for new, old in zip(weights, before, strict=True)
            )
            if change < _SAME_WEIGHTS:
                break
        return _summary(objective, free, theta)
    except (DataError, np.linalg.LinAlgError):
        return None


def _least_squares(
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
        found = _safe(objective.residual)(values(given))
        return found if len(found) == size else np.full(size, _NO_SOLUTION)

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


def intervals(found: Fit, constants: Sequence[Constant]) -> Floats:
    """Return 95 % limits of the free constants by profile likelihood; (p', 2).

    A limit is where the other parameters, refined anew, leave a sum of squares larger by
    F(1, ν)/ν (Venzon and Moolgavkar, Appl. Statist. 1988, 37, 87); inf where none is.
    """
    free = [constants[s] for s in found.objective.free]
    lowest = found.objective.residual(found.theta)
    lowest = float(lowest @ lowest)
    target = lowest * (1.0 + stats.f.ppf(_LEVEL, 1, found.dof) / found.dof)
    limits = np.empty((len(free), 2))
    for k in range(len(free)):
        for side, sign in enumerate((-1.0, 1.0)):
            limits[k, side] = _limit(found, free, k, sign, target)
    return limits


def _limit(found: Fit, free: Sequence[Constant], k: int, sign: float, target: float) -> float:
    sd, best = found.sd[k], found.theta[k]
    if not found.t * sd < _FURTHEST:
        return sign * np.inf
    last = found.theta.copy()

    def excess(distance: float) -> float:
        nonlocal last
        start = last.copy()
        start[k] = best + sign * distance
        last = _least_squares(found.objective, free, start, held=k)
        r = _safe(found.objective.residual)(last)
        return float(r @ r) - target

    low, high = 0.0, found.t * sd
    while excess(high) < 0:
        low, high = high, 1.5 * high
        if high > _FURTHEST:
            return sign * np.inf
    if low == 0.0 and excess(0.8 * high) < 0:
        low = 0.8 * high
    root = optimize.brentq(excess, low, high, xtol=5e-3 * sd) if low else high
    return float(best + sign * root)
