"""Hyperparameters of an exact GP: priors, start, and the search for the most probable.

Symbols
-------
n       training pairs; y standardised to mean 0, sd 1                (n,)
d       features
l       lengthscales                                                  (d,)
s²      outputscale
v       learned noise variances: one, or one for each of g groups     (g,)
s_b²    variance of the offsets of sources, if there are any
θ       [log l, log s², log v], and log s_b²; what is searched        (d + 1 + g,) or one more

Priors: l ~ LogNormal(√2 + ½ log d, √3) and v ~ LogNormal(−4, 1), as BoTorch has them (Hvarfner
et al., Vanilla Bayesian Optimization Performs Great in High Dimensions, ICML 2024); and
s² ~ LogNormal(0, 1) on the standardised outcome, which lets it move by an order of magnitude and
keeps it from running away with the lengthscales; s_b² ~ LogNormal(−4, 2), like the noise but
less sure. They are densities of l, s², v and s_b², not of their
logarithms, so the optimum is the one that BoTorch would find.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import torch
from gpytorch.priors import LogNormalPrior
from scipy.optimize import minimize
from torch import Tensor

from bo_loop.models.kernels import Gathered, matern, shared_error
from bo_loop.models.linalg import JITTER, with_jitter
from bo_loop.models.marginal import log_marginal

MIN_LENGTHSCALE = 2.5e-2
MIN_NOISE = 1e-4
_BOUNDS_L = (log(MIN_LENGTHSCALE), log(1e6))
_BOUNDS_S2 = (log(1e-4), log(1e4))
_BOUNDS_V = (log(MIN_NOISE), log(1e2))
_BOUNDS_B = (log(1e-6), log(1e2))
# Median r between pairs of standardised features is about √2 / c at lengthscales c √d.
_START_SCALES = (0.5, 1.0, 2.0, 4.0)
_START_NOISE = 0.05


@dataclass(frozen=True)
class Problem:
    """The data that hyperparameters are fitted to.

    Parameters
    ----------
    pairs : Gathered
        n pairs.
    y : (n,) float64 tensor
        Standardised.
    noise : (n,) float64 tensor
        Known noise variances, in the units of `y`.
    group : (n,) int64 tensor, optional
        Which learned noise each pair has; without, all have the same.
    n_groups : int
        g.
    offset : (n,) int64 tensor, optional
        Number of the offset each pair has, −1 for none; without, there are no offsets.
    """

    pairs: Gathered
    y: Tensor
    noise: Tensor
    group: Tensor | None = None
    n_groups: int = 1
    offset: Tensor | None = None

    def take(self, rows: Tensor) -> "Problem":
        """Return the problem of the pairs at `rows` (k,)."""
        group, offset = (None if t is None else t[rows] for t in (self.group, self.offset))
        pairs, y, noise = self.pairs.take(rows), self.y[rows], self.noise[rows]
        return Problem(pairs, y, noise, group, self.n_groups, offset)


@dataclass(frozen=True)
class Optimum:
    """Where the search ended.

    Parameters
    ----------
    theta : (d + 1 + g,) float64, or one more with offsets
    mll : float
        Log marginal likelihood there, of all n values (not a mean), without the priors.
    mean : float
        Best constant mean, in the units of `y`.
    objective : float
        (mll + log priors) / n, what was maximised.
    n_iter, n_eval : int
        L-BFGS iterations and evaluations.
    converged : bool
    message : str
        Why the search ended.
    jitter : float
        The largest jitter any evaluation took.
    """

    theta: np.ndarray
    mll: float
    mean: float
    objective: float
    n_iter: int
    n_eval: int
    converged: bool
    message: str
    jitter: float


def lengthscale_prior(d: int) -> LogNormalPrior:
    """Prior of each of d lengthscales."""
    return LogNormalPrior(sqrt(2.0) + 0.5 * log(d), sqrt(3.0))


def outputscale_prior() -> LogNormalPrior:
    """Prior of the variance of the latent function, on the standardised outcome."""
    return LogNormalPrior(0.0, 1.0)


def noise_prior() -> LogNormalPrior:
    """Prior of the learned noise variance, on the standardised outcome."""
    return LogNormalPrior(-4.0, 1.0)


def offset_prior() -> LogNormalPrior:
    """Prior of the variance of the sources' offsets, on the standardised outcome."""
    return LogNormalPrior(-4.0, 2.0)


def log_prior(theta: Tensor, n_groups: int = 1, *, offsets: bool = False) -> Tensor:
    """Log prior density of [l, s², v], and s_b² with `offsets`, at θ."""
    value = theta.exp()
    d = len(theta) - 1 - n_groups - offsets
    density = (
        lengthscale_prior(d).log_prob(value[:d]).sum()
        + outputscale_prior().log_prob(value[d])
        + noise_prior().log_prob(value[d + 1 : d + 1 + n_groups]).sum()
    )
    return density + offset_prior().log_prob(value[-1]) if offsets else density


def evaluate(problem: Problem, theta: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
    """Objective, its parts and its gradient.

    Returns
    -------
    tuple
        ``objective``, ``mll``, ``mean`` and ``jitter``; and d objective / dθ.

    Raises
    ------
    FitError
        If the covariance has no Cholesky factor whatever the jitter.
    """

    def attempt(jitter: float) -> tuple[dict[str, float], np.ndarray]:
        leaf = torch.tensor(theta, device=problem.y.device, requires_grad=True)
        value = leaf.exp()
        d = problem.pairs.width
        covariance = matern(problem.pairs, problem.pairs, value[:d], value[d], lower=True)
        if problem.offset is not None:
            # tril: the gradient above the diagonal is undefined, and must not be multiplied.
            covariance = covariance + (value[-1] * shared_error(problem.offset)).tril()
        learned = value[d + 1] if problem.group is None else value[d + 1 :][problem.group]
        mll, mean = log_marginal(covariance, problem.noise + learned + jitter, problem.y)
        del covariance
        objective = (
            mll + log_prior(leaf, problem.n_groups, offsets=problem.offset is not None)
        ) / len(problem.y)
        objective.backward()
        parts = {"objective": objective.item(), "mll": mll.item(), "mean": mean.item()}
        return parts, leaf.grad.cpu().numpy()

    (parts, gradient), jitter = with_jitter(
        attempt, JITTER, f"The covariance of {len(problem.y)} training pairs"
    )
    return parts | {"jitter": jitter}, gradient


def cold_start(problem: Problem) -> np.ndarray:
    """θ with equal lengthscales c √d for the most probable of a few c."""
    d = problem.pairs.width
    noise = [log(_START_NOISE)] * (problem.n_groups + (problem.offset is not None))
    starts = [np.array([log(c * sqrt(d))] * d + [0.0, *noise]) for c in _START_SCALES]
    return max(starts, key=lambda theta: evaluate(problem, theta)[0]["objective"])


def optimise(problem: Problem, start: np.ndarray, max_iter: int) -> Optimum:
    """Maximise the objective from θ = `start` by L-BFGS-B.

    Parameters
    ----------
    problem : Problem
    start : as `Optimum.theta`
        Moved to the nearest value within bounds.
    max_iter : int
        Iterations after which the search is cut off (and `converged` is false).

    Raises
    ------
    FitError
        If the covariance has no Cholesky factor whatever the jitter.
    """
    jitters = []

    def negative(theta: np.ndarray) -> tuple[float, np.ndarray]:
        parts, gradient = evaluate(problem, theta)
        jitters.append(parts["jitter"])
        return -parts["objective"], -gradient

    d, g = problem.pairs.width, problem.n_groups
    b = [] if problem.offset is None else [_BOUNDS_B]
    bounds = np.array([_BOUNDS_L] * d + [_BOUNDS_S2] + [_BOUNDS_V] * g + b)
    found: Any = minimize(
        negative,
        np.clip(start, *bounds.T),
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "maxcor": 20, "ftol": 1e-7, "gtol": 1e-5},
    )
    parts, _ = evaluate(problem, found.x)
    return Optimum(
        theta=found.x,
        mll=parts["mll"],
        mean=parts["mean"],
        objective=parts["objective"],
        n_iter=int(found.nit),
        n_eval=int(found.nfev),
        converged=bool(found.success),
        message=str(found.message),
        jitter=max(jitters),
    )
