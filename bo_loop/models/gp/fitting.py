"""Hyperparameters of an exact GP: priors, start, and the search for the most probable.

Symbols
-------
n       training pairs; y standardised to mean 0, sd 1                (n,)
θ_k     parameters of the kernel, as its `Form` lays them out         (p,)
v       learned noise variances: one, or one for each of g groups     (g,)
s_b²    variance of the offsets of sources, if there are any
θ       [θ_k, log v], and log s_b²; what is searched                  (p + g,) or one more

Priors: v ~ LogNormal(−4, 1), as BoTorch has it, and s_b² ~ LogNormal(−4, 2), like the noise but
less sure; those of θ_k are the kernel's. They are densities of v and s_b², not of their
logarithms, so the optimum is the one that BoTorch would find.
"""

import itertools
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Any

import numpy as np
import torch
from gpytorch.priors import LogNormalPrior
from scipy.optimize import minimize
from torch import Tensor

from bo_loop.base.progress import report
from bo_loop.base.types import Floats, Rows
from bo_loop.models.gp.linalg import JITTER, with_jitter
from bo_loop.models.gp.marginal import log_marginal
from bo_loop.models.gp.source_noise import shared_error
from bo_loop.models.kernels.base import Form

MIN_NOISE = 1e-4
_BOUNDS_V = (log(MIN_NOISE), log(1e2))
_BOUNDS_B = (log(1e-6), log(1e2))
_START_NOISE = 0.05
# The search ends when a step gains less in log posterior density: hundredths of a nat say nothing
# about hyperparameters, which the data leave open by many.
_GAIN = 0.01


@dataclass(frozen=True)
class Problem:
    """The data that hyperparameters are fitted to.

    Parameters
    ----------
    form : Form
        Of n pairs.
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

    form: Form
    y: Tensor
    noise: Tensor
    group: Tensor | None = None
    n_groups: int = 1
    offset: Tensor | None = None

    def take(self, rows: Rows, form: Form) -> "Problem":
        """Return the problem of the pairs at `rows` (k,), which have the prior `form`."""
        group, offset = (None if t is None else t[rows] for t in (self.group, self.offset))
        return Problem(form, self.y[rows], self.noise[rows], group, self.n_groups, offset)

    def moments(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Covariance of the values but for their noise (lower triangle), and that; (n, n), (n,)."""
        p = self.form.size
        value = theta[p:].exp()
        covariance = self.form.covariance(theta[:p])
        if self.offset is not None:
            # tril: the gradient above the diagonal is undefined, and must not be multiplied.
            covariance = covariance + (value[-1] * shared_error(self.offset)).tril()
        return covariance, self.noise + (value[0] if self.group is None else value[self.group])

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, up to a constant."""
        p = self.form.size
        value = theta[p:].exp()
        density = (
            self.form.log_prior(theta[:p]) + noise_prior().log_prob(value[: self.n_groups]).sum()
        )
        return density if self.offset is None else density + offset_prior().log_prob(value[-1])

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ."""
        rest = [_BOUNDS_V] * self.n_groups + [_BOUNDS_B] * (self.offset is not None)
        return np.vstack([self.form.bounds(), rest])

    def noise_start(self) -> list[float]:
        """Log v, and log s_b² if there are offsets, to start from."""
        return [log(_START_NOISE)] * (self.n_groups + (self.offset is not None))


@dataclass(frozen=True)
class Optimum:
    """Where the search ended.

    Parameters
    ----------
    theta : (p + g,) float64, or one more with offsets
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


@cache
def noise_prior() -> LogNormalPrior:
    """Prior of the learned noise variance, on the standardised outcome."""
    return LogNormalPrior(-4.0, 1.0)


@cache
def offset_prior() -> LogNormalPrior:
    """Prior of the variance of the sources' offsets, on the standardised outcome."""
    return LogNormalPrior(-4.0, 2.0)


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
        covariance, noise = problem.moments(leaf)
        mll, mean = log_marginal(covariance, noise + jitter, problem.y)
        del covariance
        objective = (mll + problem.log_prior(leaf)) / len(problem.y)
        objective.backward()
        of_data = mll.item() + 0.5 * mean.item() ** 2  # without the prior of the mean
        parts = {"objective": objective.item(), "mll": of_data, "mean": mean.item()}
        return parts, leaf.grad.cpu().numpy()

    (parts, gradient), jitter = with_jitter(
        attempt, JITTER, f"The covariance of {len(problem.y)} training pairs"
    )
    return parts | {"jitter": jitter}, gradient


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

    done = itertools.count(1)
    what = "searching for hyperparameters"
    report(what, 0, max_iter)

    def negative(theta: np.ndarray) -> tuple[float, np.ndarray]:
        parts, gradient = evaluate(problem, theta)
        jitters.append(parts["jitter"])
        return -parts["objective"], -gradient

    bounds = problem.bounds()
    found: Any = minimize(
        negative,
        np.clip(start, *bounds.T),
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        callback=lambda _: report(what, min(next(done), max_iter - 1), max_iter),
        options={"maxiter": max_iter, "maxcor": 20, "ftol": _GAIN / len(problem.y), "gtol": 1e-5},
    )
    report(what, max_iter, max_iter)
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
