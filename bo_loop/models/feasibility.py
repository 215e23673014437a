"""Whether an experiment on a pair succeeds: a Gaussian-process classifier of failed and measured.

Symbols
-------
c, k   pairs with an outcome; pairs asked for
y      +1 measured, −1 failed                                                  (c,)
K, k_* prior correlation under the model of log β, among the c; of k with c     (c, c), (k, c)
g      latent, g ~ GP(m, a² K); an experiment succeeds with probability Φ(g)

Failures are few, so nothing is fitted to them: what is alike for log β is taken to be alike here,
by the lengthscales found there, and m and a are fixed. a = 2 lets a single failure bring the pairs
like it near even odds; m is such that a pair unlike any other succeeds with probability 0.9. The
posterior of g is found by expectation propagation, each outcome a censored result at 0 with unit
noise (`bo_loop.models.censored`), and P = Φ(μ / √(1 + σ²)) at its mean μ and variance σ² (Rasmussen
& Williams, Gaussian Processes for Machine Learning, 2006, section 3.6).
"""

from collections.abc import Callable

import numpy as np
from scipy.special import log_ndtr, ndtri

from bo_loop.base.errors import FitError
from bo_loop.base.types import Floats, Rows
from bo_loop.models.censored import sites

PRIOR = 0.9
"""Probability of success of a pair that is like no other."""

_VARIANCE = 4.0
_MEAN = ndtri(PRIOR) * np.sqrt(1.0 + _VARIANCE)
_BLOCK = 4096


def log_success(
    correlation: Callable[[Rows, Rows], Floats], asked: Rows, known: Rows, outcome: Floats
) -> Floats:
    """Log of the probability that an experiment succeeds.

    Parameters
    ----------
    correlation : callable
        From rows (i,) and (j,) to their prior correlation (i, j).
    asked : (k,) int64
        Rows asked for.
    known : (c,) int64
        Rows with an outcome; may be none.
    outcome : (c,) float64
        +1: it succeeded; −1: it failed.

    Returns
    -------
    (k,) float64

    Raises
    ------
    FitError
        If expectation propagation does not settle.
    """
    if len(known) == 0:
        return np.full(len(asked), np.log(PRIOR))
    prior = _VARIANCE * correlation(known, known)
    mean, zeros, ones = np.full(len(known), _MEAN), np.zeros(len(known)), np.ones(len(known))
    try:
        found = sites(mean, prior, zeros, outcome, ones)
    except FitError as error:
        raise FitError(
            f"The model of failures did not settle on {len(known)} outcomes. Set "
            "objective.feasibility=false for this round."
        ) from error
    inverse = np.linalg.inv(prior + np.diag(found.variance))
    weights = inverse @ (found.value - mean)
    blocks = [asked[start : start + _BLOCK] for start in range(0, len(asked), _BLOCK)]
    found_blocks = []
    for rows in blocks:
        cross = _VARIANCE * correlation(rows, known)
        left = _VARIANCE - np.einsum("kc,cd,kd->k", cross, inverse, cross, optimize=True)
        spread = np.sqrt(1.0 + np.maximum(left, 0.0))
        found_blocks.append(log_ndtr((_MEAN + cross @ weights) / spread))
    return np.concatenate(found_blocks) if found_blocks else np.empty(0)
