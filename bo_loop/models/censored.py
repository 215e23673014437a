"""Censored results: Gaussian stand-ins for "log β > 20", by expectation propagation.

Symbols
-------
c        censored results
f        latent log β of their pairs, f ~ N(m, K) given every exact result      (c,)
b        bounds; s = +1 where the true value lies above, −1 where below         (c,)
v        noise variances of the measurements                                    (c,)
τ, ν     precision and precision × mean of the sites                            (c,)
z        s (μ₋ − b) / √(v + σ²₋), at the cavity's mean μ₋ and variance σ²₋      (c,)

The likelihood of one result is Φ(s (f − b) / √v): a step, smoothed by the measurement's noise.
Each is replaced by a Gaussian site such that the marginal of f keeps its first two moments
(Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, section 3.6). A site is a
value ν/τ with noise variance 1/τ, which any exact model takes as a result. 1/τ is never below v: a
bound carries less information than a value.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from bo_loop.base.errors import FitError
from bo_loop.base.types import Floats

_MAX_SWEEPS = 500
_TOLERANCE = 1e-8
_DAMPING = 0.5
_LEAST_PRECISION = 1e-8  # of 1/σ²: a bound that is kept anyway says nothing


@dataclass(frozen=True)
class Sites:
    """Gaussian stand-ins for c censored results.

    Parameters
    ----------
    value : (c,) float64
        log β.
    variance : (c,) float64
        All of their noise.
    """

    value: Floats
    variance: Floats


def sites(mean: Floats, covariance: Floats, bound: Floats, sign: Floats, noise: Floats) -> Sites:
    """Find the sites of censored results.

    Parameters
    ----------
    mean, covariance : (c,), (c, c) float64
        Of log β given everything else; latent.
    bound : (c,) float64
        What was reported.
    sign : (c,) float64
        +1: the true value lies above the bound; −1: below.
    noise : (c,) float64
        Noise variance of each measurement, above 0.

    Returns
    -------
    Sites

    Raises
    ------
    FitError
        If the iteration does not settle.
    """
    prior_variance = np.diag(covariance)
    least = _LEAST_PRECISION / prior_variance
    tau, nu = least.copy(), least * mean
    for _ in range(_MAX_SWEEPS):
        posterior_mean, posterior_variance = _posterior(mean, covariance, tau, nu)
        new_tau, new_nu = _matched(
            posterior_mean, posterior_variance, tau, nu, (bound, sign, noise)
        )
        new_tau = np.clip(new_tau, least, 1.0 / noise)
        change = np.abs(new_tau - tau) * prior_variance
        shift = np.abs(new_nu - nu) * np.sqrt(prior_variance)
        tau, nu = tau + _DAMPING * (new_tau - tau), nu + _DAMPING * (new_nu - nu)
        if max(change.max(), shift.max()) < _TOLERANCE * (1.0 + np.abs(nu).max()):
            return Sites(nu / tau, 1.0 / tau)
    raise FitError(
        f"The {len(mean)} censored results could not be turned into Gaussian ones: expectation "
        f"propagation did not settle in {_MAX_SWEEPS} sweeps. Look for bounds that contradict one "
        "another or exact results of the same pair."
    )


def _posterior(mean: Floats, covariance: Floats, tau: Floats, nu: Floats) -> tuple[Floats, Floats]:
    """Condition N(mean, covariance) on the sites; marginal means and variances, (c,) each."""
    gain = np.linalg.solve(covariance + np.diag(1.0 / tau), covariance)
    posterior = covariance - covariance @ gain
    return mean + gain.T @ (nu / tau - mean), np.diag(posterior)


def _matched(
    mean: Floats,
    variance: Floats,
    tau: Floats,
    nu: Floats,
    results: tuple[Floats, Floats, Floats],
) -> tuple[Floats, Floats]:
    """Sites that give each marginal the moments of its cavity times the likelihood."""
    bound, sign, noise = results
    cavity_variance = 1.0 / (1.0 / variance - tau)
    cavity_mean = cavity_variance * (mean / variance - nu)
    width = np.sqrt(noise + cavity_variance)
    z = sign * (cavity_mean - bound) / width
    log_density = -(z**2) / 2.0 - np.log(np.sqrt(2.0 * np.pi))
    ratio = np.exp(log_density - log_ndtr(z))
    tilted_mean = cavity_mean + sign * cavity_variance * ratio / width
    shrunk = ratio * (z + ratio) * cavity_variance / width**2
    tilted_variance = cavity_variance * (1.0 - shrunk)
    new_tau = 1.0 / tilted_variance - 1.0 / cavity_variance
    return new_tau, tilted_mean / tilted_variance - cavity_mean / cavity_variance
