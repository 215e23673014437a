"""`MaternGP`: the recipe of an exact Matérn-3/2 GP on metal-ligand pairs.

Symbols
-------
n          training pairs
m_y, s_y   mean and sd of y, by which the fit standardises it
θ          log hyperparameters in standardised units: see `bo_loop.models.fitting`
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from bo_loop.errors import ConfigError, DataError
from bo_loop.models.factored import factorise
from bo_loop.models.fitting import Optimum, Problem, cold_start, optimise
from bo_loop.models.kernels import GatheredMatern, gather
from bo_loop.models.linalg import FitWarning
from bo_loop.models.ordering import farthest_first
from bo_loop.models.pair_model import PairModel
from bo_loop.models.sources import Groups, groups_of, labels, noise_of, offset_of, require_sources
from bo_loop.models.tables import as_tensors, checked_targets, qualified_names
from bo_loop.records import Floats, PairFeatures

_SCOUT_ROWS = 750  # the start is refined on so many rows first, at a few ms an evaluation


@dataclass(frozen=True)
class MaternGP:
    """Exact GP: constant mean, Matérn-3/2 with ARD over all features, learned and known noise.

    Parameters
    ----------
    max_iter : int
        L-BFGS iterations after which the fit is cut off, with a warning.
    fit_rows : int or None
        Hyperparameters are found on at most so many rows, chosen to fill the space, and then
        conditioned on all. None uses every row; the time grows with its cube.
    seed : int
        Picks the row the choice begins with.
    device : str
        "cpu" or "cuda".
    source_noise : bool
        Learn a noise for each source that has enough rows, and one for the rest
        (`bo_loop.models.sources`), in place of one for all.
    source_offset : bool
        Allow for a constant offset of each source, from what the lab itself would measure.
    """

    max_iter: int = 200
    fit_rows: int | None = 4000
    seed: int = 0
    device: str = "cpu"
    source_noise: bool = False
    source_offset: bool = False

    def __post_init__(self):
        if self.max_iter < 1:
            raise ConfigError(f"max_iter is {self.max_iter}; give at least 1.")
        if self.fit_rows is not None and self.fit_rows < 2:
            raise ConfigError(f"fit_rows is {self.fit_rows}; give at least 2, or null for all.")
        if self.device not in ("cpu", "cuda"):
            raise ConfigError(f"device is {self.device!r}; choose 'cpu' or 'cuda'.")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise ConfigError("device is 'cuda', but PyTorch sees no GPU here; use 'cpu'.")

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None = None,
        *,
        start: Mapping[str, Any] | None = None,
    ) -> PairModel:
        """Find the most probable hyperparameters, then condition on all pairs.

        Parameters
        ----------
        features : PairFeatures
            n pairs. The tables may hold metals and ligands of the pool as well.
        y : (n,) float64
            log β.
        noise_var : (n,) float64, optional
            Known noise variances (log β²), 0 where none is known. The learned noise comes on
            top, so a small reported sd never forces the mean through a point.
        start : mapping, optional
            Hyperparameters of an earlier fit to start from, as `PairModel.hyperparameters`
            gives them; ignored with a `FitWarning` if it had other features.

        Returns
        -------
        PairModel

        Raises
        ------
        DataError
            If there is no pair, lengths differ, a number is not finite, or the pairs lack the
            sources that `source_noise` or `source_offset` needs.
        FitError
            If a covariance has no Cholesky factor, even with jitter.
        """
        y, noise_var = checked_targets(features, y, noise_var)
        centre, scale = _centre_and_scale(y)
        problem = self._problem(features, (y - centre) / scale, noise_var / scale**2)
        rows = self._subset_rows(problem, self.fit_rows or len(y))
        fitted, groups = problem.take(rows), None
        if self.source_noise:
            require_sources(features, "source_noise")
            groups = groups_of(labels(features.take(rows.cpu().numpy())))
            group = torch.as_tensor(groups.position, device=problem.y.device)
            fitted = replace(fitted, group=group, n_groups=len(groups))
        if self.source_offset:
            require_sources(features, "source_offset")
            offset = torch.as_tensor(offset_of(labels(features)), device=problem.y.device)
            fitted = replace(fitted, offset=offset[rows])
        names = qualified_names(features)
        theta = _theta(start, names, groups, scale, offsets=self.source_offset)
        warm = theta is not None
        if theta is None:
            scout = fitted.take(self._subset_rows(fitted, _SCOUT_ROWS))
            theta = cold_start(scout)
            if len(scout.y) < len(fitted.y):
                theta = optimise(scout, theta, self.max_iter).theta
        found = optimise(fitted, theta, self.max_iter)
        if not found.converged:
            warnings.warn(
                f"The fit stopped after {found.n_iter} iterations before it converged "
                f"({found.message}). Its hyperparameters are usable, but not the best; raise "
                "max_iter, or start from these.",
                FitWarning,
                stacklevel=2,
            )
        hyperparameters = _hyperparameters(found, names, groups, centre, scale)
        if self.source_offset:
            hyperparameters["offset_variance"] = float(np.exp(found.theta[-1])) * scale**2
        report = _report(found, len(y), len(fitted.y), warm=warm)
        return self._condition(features, y, noise_var, hyperparameters, report)

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
    ) -> PairModel:
        """Condition on the pairs with given hyperparameters; nothing is optimised.

        Parameters
        ----------
        features, y, noise_var
            As for `fit`.
        hyperparameters : mapping
            As `PairModel.hyperparameters` gives them.

        Returns
        -------
        PairModel

        Raises
        ------
        DataError
            As for `fit`, or if the hyperparameters belong to other features.
        FitError
            If the covariance has no Cholesky factor, even with jitter.
        """
        y, noise_var = checked_targets(features, y, noise_var)
        if set(hyperparameters["lengthscales"]) != set(qualified_names(features)):
            raise DataError("The hyperparameters belong to other features than these pairs have.")
        return self._condition(features, y, noise_var, hyperparameters, {})

    def _problem(self, features: PairFeatures, y: Floats, noise_var: Floats) -> Problem:
        device = torch.device(self.device)
        metal, ligand, x = as_tensors(features, device)
        pairs = gather(x, metal, ligand)
        return Problem(
            pairs,
            torch.as_tensor(y, device=device),
            torch.as_tensor(noise_var, device=device),
        )

    def _subset_rows(self, problem: Problem, size: int) -> torch.Tensor:
        """Rows of at most `size` pairs that fill the space, in their order."""
        n = len(problem.y)
        if n <= size:
            return torch.arange(n, device=problem.y.device)
        first = int(np.random.default_rng(self.seed).integers(n))
        d = problem.pairs.width
        even = problem.y.new_full((d,), d**0.5)
        return farthest_first(problem.pairs, even, size, first).sort().values

    def _condition(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats,
        hyperparameters: Mapping[str, Any],
        report: dict[str, Any],
    ) -> PairModel:
        metal, ligand, x = as_tensors(features, torch.device(self.device))
        # By name: a mapping that has been through canonical JSON is in another order.
        stated = hyperparameters["lengthscales"]
        lengthscale = x.new_tensor([stated[name] for name in qualified_names(features)])
        kernel = GatheredMatern(metal, ligand, lengthscale, hyperparameters["outputscale"])
        mean, noise = hyperparameters["mean"], hyperparameters["noise"]
        by_source = hyperparameters.get("source_noise")
        learned = noise
        if by_source is not None:
            learned = x.new_tensor(noise_of(labels(features), noise, by_source))
        total = x.new_tensor(noise_var) + learned
        offset_variance = hyperparameters.get("offset_variance")
        offsets = None
        if offset_variance is not None:
            numbers = torch.as_tensor(offset_of(labels(features)), device=x.device)
            offsets = numbers, offset_variance
        data, jitter = factorise(kernel, x, x.new_tensor(y), total, mean, offsets)
        return PairModel(
            features,
            kernel,
            data,
            mean=mean,
            noise=noise,
            fit_report=report | {"jitter_all_rows": jitter},
            source_noise=by_source,
            offset_variance=offset_variance,
        )


def _centre_and_scale(y: Floats) -> tuple[float, float]:
    """Mean and sample sd; the sd of equal values counts as 1."""
    spread = float(y.std(ddof=1)) if len(y) > 1 else 0.0
    return float(y.mean()), spread or 1.0


def _theta(
    start: Mapping[str, Any] | None,
    names: tuple[str, ...],
    groups: Groups | None,
    scale: float,
    *,
    offsets: bool,
) -> np.ndarray | None:
    """θ of earlier hyperparameters on today's scale; None if there are none that fit."""
    if start is None:
        return None
    if set(start.get("lengthscales", ())) != set(names):
        warnings.warn(
            "The fit began afresh: the hyperparameters to start from belong to other features.",
            FitWarning,
            stacklevel=3,
        )
        return None
    noise = [start["noise"]]
    if groups is not None:
        own = start.get("source_noise", {})
        noise = [own.get(name, start["noise"]) for name in (*groups.names, None)][: len(groups)]
    offset = [start.get("offset_variance", start["noise"])] if offsets else []
    variances = np.array([start["outputscale"], *noise, *offset]) / scale**2
    return np.log([*(start["lengthscales"][name] for name in names), *variances])


def _hyperparameters(
    found: Optimum, names: tuple[str, ...], groups: Groups | None, centre: float, scale: float
) -> dict[str, Any]:
    """State θ and the mean, of the standardised outcome, in original units."""
    value = np.exp(found.theta).tolist()
    d = len(names)
    g = 1 if groups is None else len(groups)
    noise = [v * scale**2 for v in value[d + 1 : d + 1 + g]]
    stated = {
        "lengthscales": dict(zip(names, value[:d], strict=True)),
        "outputscale": value[d] * scale**2,
        "noise": noise[-1] if groups is None else groups.shared(noise),
        "mean": centre + found.mean * scale,
    }
    if groups is not None:
        stated["source_noise"] = dict(zip(groups.names, noise, strict=False))
    return stated


def _report(found: Optimum, n: int, n_fit: int, *, warm: bool) -> dict[str, Any]:
    return {
        "n_rows": n,
        "n_fit_rows": n_fit,
        "start": "warm" if warm else "cold",
        "n_iter": found.n_iter,
        "n_eval": found.n_eval,
        "converged": found.converged,
        "message": found.message,
        "mll": found.mll,
        "objective": found.objective,
        "jitter": found.jitter,
    }
