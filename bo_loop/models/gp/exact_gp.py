"""What recipes of exact GPs share: choose rows, fit, condition on everything.

Symbols
-------
n          training pairs
m_y, s_y   mean and sd of y less the effect of the medium, by which the fit standardises it
θ          what is searched, in standardised units: see `bo_loop.models.gp.fitting`
p          length of the kernel's part of θ
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.gp.factored import factorise
from bo_loop.models.gp.fitting import Optimum, Problem, optimise
from bo_loop.models.gp.hyperparameters import Statement, rescaled
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.gp.source_noise import (
    Groups,
    groups_of,
    labels,
    noise_of,
    offset_of,
    require_sources,
)
from bo_loop.models.kernels.base import Form, Naming, PairKernel
from bo_loop.models.kernels.nearest import nearest, rows_to_keep
from bo_loop.models.kernels.tensors import checked_targets

_SPREAD_ROWS = 3
_LARGEST_SPREAD = 1.2  # times that of what is known of the outcome: 6 for log β
_SCOUTED, _FEWEST_SCOUTED = 4, 200  # a search starts where one on a quarter of the rows ended


@dataclass(frozen=True)
class ExactGP(ABC):
    """Exact GP: constant mean, a kernel of pairs, learned and known noise.

    Parameters
    ----------
    max_iter : int
        L-BFGS iterations after which the fit is cut off, with a warning.
    fit_rows : int or None
        Hyperparameters are found on at most so many rows and then conditioned on all. None uses
        every row; the time grows with its cube.
    condition_rows : int or None
        Of more pairs, a model that knows its pool is conditioned on so many: the lab's own, and
        those that matter most for the pool (`bo_loop.models.kernels.nearest`). None uses every
        pair.
    seed : int
        For the choice of these rows.
    device : str
        "cpu" or "cuda".
    source_noise : bool
        Learn a noise for each source that has enough rows, and one for the rest
        (`bo_loop.models.gp.source_noise`), in place of one for all.
    source_offset : bool
        Allow for a constant offset of each source, from what the lab itself would measure.
    """

    max_iter: int = 200
    fit_rows: int | None = 4000
    condition_rows: int | None = 12000
    seed: int = 0
    device: str = "cpu"
    source_noise: bool = False
    source_offset: bool = False

    def __post_init__(self):
        require_count("max_iter", self.max_iter)
        require_count("fit_rows", self.fit_rows, 2, optional=True)
        require_count("condition_rows", self.condition_rows, optional=True)
        if self.device not in ("cpu", "cuda"):
            raise ConfigError(f"device is {self.device!r}; choose 'cpu' or 'cuda'.")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise ConfigError("device is 'cuda', but PyTorch sees no GPU here; use 'cpu'.")

    @abstractmethod
    def require_blocks(self, blocks: Collection[str]) -> None:
        """Raise ConfigError if the kernel cannot compare features of these blocks."""

    @abstractmethod
    def naming(self, features: PairFeatures) -> Naming:
        """Names of the kernel's part of θ for these tables."""

    @abstractmethod
    def form(self, features: PairFeatures) -> Form:
        """Prior covariance of the pairs as a function of θ."""

    @abstractmethod
    def kernel(self, features: PairFeatures, hyperparameters: Mapping[str, Any]) -> PairKernel:
        """Kernel over the tables of `features`, in original units."""

    @abstractmethod
    def fill(self, features: PairFeatures, size: int) -> Rows:
        """Rows of at most `size` pairs to find hyperparameters on, in their order."""

    @abstractmethod
    def guess(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ to start from, for the pairs of `problem`, which have `features`."""

    def widened(self, model: PairModel, features: PairFeatures) -> float:
        """Return what standard deviations are multiplied by after the search."""
        return 1.0

    def widen(
        self,
        model: PairModel,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats,
        near: Callable[[], PairFeatures] | None,
    ) -> PairModel:
        """Return a model, conditioned on some of n pairs, with standard deviations `widened`."""
        stated = model.hyperparameters()
        by = self.widened(model, features) / stated["widened"]
        if by == 1.0:
            return model
        stated = rescaled(self.naming(features), stated, by)
        if noise_var.any():  # which is known, and stays as it is
            return self._condition(features, y, noise_var, stated, model.fit_report, near)
        kernel, data = self.kernel(features, stated), model.data.rescaled_(by)
        return PairModel(features, kernel, data, stated, model.fit_report)

    def fit(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None = None,
        *,
        start: Mapping[str, Any] | None = None,
        near: Callable[[], PairFeatures] | None = None,
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
        near : callable, optional
            Describes the pairs that the model will be asked for, in tables that extend those of
            `features`: of more than `condition_rows` training pairs, those that matter are kept.

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
        free = y - features.medium
        centre, scale = _centre_and_scale(free, features.spread)
        rows = self.fill(features, self.fit_rows or len(y))
        part = features.take(rows)
        groups = None
        if self.source_noise:
            require_sources(features, "source_noise")
            groups = groups_of(labels(part))
        if self.source_offset:
            require_sources(features, "source_offset")
        standard = (free[rows] - centre) / scale
        problem = self.problem(part, standard, noise_var[rows] / scale**2, groups)
        statement = Statement(self.naming(features), groups, self.source_offset)
        theta = _warm_start(start, statement, scale)
        warm = theta is not None
        found = optimise(problem, theta if warm else self._cold_start(problem, part), self.max_iter)
        if not found.converged:
            warnings.warn(
                f"The fit stopped after {found.n_iter} iterations before it converged "
                f"({found.message}). Its hyperparameters are usable, but not the best; raise "
                "max_iter, or start from these.",
                FitWarning,
                stacklevel=2,
            )
        hyperparameters = statement.of(found, centre, scale)
        report = _report(found, len(y), len(rows), warm=warm)
        model = self._condition(features, y, noise_var, hyperparameters, report, near)
        return self.widen(model, features, y, noise_var, near)

    def build(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats | None,
        hyperparameters: Mapping[str, Any],
        near: Callable[[], PairFeatures] | None = None,
    ) -> PairModel:
        """Condition on the pairs with given hyperparameters; nothing is optimised.

        Parameters
        ----------
        features, y, noise_var, near
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
        if not self.naming(features).fits(hyperparameters):
            raise DataError("The hyperparameters belong to other features than these pairs have.")
        return self._condition(features, y, noise_var, hyperparameters, {}, near)

    def problem(
        self, features: PairFeatures, y: Floats, noise_var: Floats, groups: Groups | None = None
    ) -> Problem:
        """State what is optimised: all pairs of `features`, `y` and `noise_var` standardised."""
        device = torch.device(self.device)
        known = torch.as_tensor(y, device=device), torch.as_tensor(noise_var, device=device)
        group = offset = None
        if groups is not None:
            group = torch.as_tensor(groups.position, device=device)
        if self.source_offset:
            offset = torch.as_tensor(offset_of(labels(features)), device=device)
        n_groups = 1 if groups is None else len(groups)
        return Problem(self.form(features), *known, group, n_groups, offset)

    def _cold_start(self, problem: Problem, features: PairFeatures) -> Floats:
        """θ found on a part of the rows, that on a part of these, and so on.

        An evaluation on a quarter of the rows takes a sixteenth of the time or less.
        """
        size = len(features) // _SCOUTED
        if size < _FEWEST_SCOUTED:
            return self.guess(problem, features)
        rows = self.fill(features, size)
        part = features.take(rows)
        scout = problem.take(rows, self.form(part))
        return optimise(scout, self._cold_start(scout, part), self.max_iter).theta

    def _condition(
        self,
        features: PairFeatures,
        y: Floats,
        noise_var: Floats,
        hyperparameters: Mapping[str, Any],
        report: dict[str, Any],
        near: Callable[[], PairFeatures] | None,
    ) -> PairModel:
        kernel = self.kernel(features, hyperparameters)
        rows = rows_to_keep(kernel, features, near, self.condition_rows, self.device)
        whole, features, y, noise_var = features, features.take(rows), y[rows], noise_var[rows]
        x = torch.as_tensor(features.X, device=torch.device(self.device))
        noise = hyperparameters["noise"]
        mean = hyperparameters["mean"] + x.new_tensor(features.medium)
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
        data = replace(data, order=torch.as_tensor(rows, device=x.device)[data.order])
        report = report | {"jitter_all_rows": jitter, "n_conditioned": len(rows)}
        return PairModel(whole, kernel, data, hyperparameters, report)

    def nearest(
        self,
        features: PairFeatures,
        hyperparameters: Mapping[str, Any],
        asked: PairFeatures,
        most: int,
    ) -> Rows:
        """Choose the pairs that matter most for others, by the prior correlation.

        Parameters
        ----------
        features : PairFeatures
            n pairs.
        hyperparameters : mapping
            As for `build`.
        asked : PairFeatures
            The others, in tables that extend those of `features`.
        most : int
            How many, n at most.

        Returns
        -------
        (most,) int64
            Rows of `features`, ascending; see `bo_loop.models.kernels.nearest`.
        """
        return nearest(self.kernel(features, hyperparameters), features, asked, most, self.device)


def _warm_start(
    start: Mapping[str, Any] | None, statement: Statement, scale: float
) -> Floats | None:
    """θ of earlier hyperparameters on today's scale; None if there are none that fit."""
    if start is None:
        return None
    if not statement.naming.fits(start):
        warnings.warn(
            "The fit began afresh: the hyperparameters to start from belong to other features.",
            FitWarning,
            stacklevel=3,
        )
        return None
    return statement.theta(start, scale)


def _centre_and_scale(y: Floats, spread: float) -> tuple[float, float]:
    """Mean, and sd of the outcome by the values and by what is known of it at large.

    A few values, which may be those of alike pairs, do not say how far others can lie from them:
    the variance is that of the values and `_SPREAD_ROWS` more at the `spread` at large. Nor do
    values that lie wide apart say that all others do: the priors are stated in a unit of
    `_LARGEST_SPREAD` spreads at most.
    """
    off = y - y.mean()
    variance = (off @ off + _SPREAD_ROWS * spread**2) / (len(y) - 1 + _SPREAD_ROWS)
    return float(y.mean()), min(float(np.sqrt(variance)), _LARGEST_SPREAD * spread)


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
