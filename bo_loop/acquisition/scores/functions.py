"""Acquisition functions: how much a row is worth measuring next.

All scores are of what is maximised (see `objectives`), higher is better. EI, LogEI, PI and UCB are
BoTorch's analytic classes, reached through `MarginalModel` in float64; none is reimplemented.

Symbols
-------
k           rows scored
mean        (k,) posterior mean of what is maximised
variance    (k,) latent posterior variance; sd its square root
incumbent   best value so far, in the units of mean
gain        max(value − incumbent, 0), whose expectation is EI
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from botorch.acquisition import AcquisitionFunction
from botorch.acquisition.analytic import (
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from botorch.utils.safe_math import log_fatplus, logmeanexp

from bo_loop.acquisition.scores.adapter import SMALLEST_VARIANCE, MarginalModel
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.gains import Gains
from bo_loop.acquisition.scores.screen import Improving, Marginal
from bo_loop.base.checks import require_number
from bo_loop.base.types import Floats

_TAU = 1e-6  # width of the smooth step in BoTorch's qLogEI


class _Improvement(Improving):
    bounded: ClassVar[bool] = True
    values_replicates: ClassVar[bool] = True
    criterion: ClassVar[str] = "expected gain"

    def motive(self, mean: float, sd: float, incumbent: float, gain: float) -> str:
        """Split the expected gain into what the prediction promises and what doubt adds."""
        if gain < 0.005:
            return "expected gain below 0.01"
        return f"expected gain {gain:.2f}{_split(mean - incumbent, gain)}"


@dataclass(frozen=True, kw_only=True)
class LogEI(_Improvement):
    """Logarithm of the expected improvement over the incumbent (Ament et al., NeurIPS 2023).

    A row known exactly that does not beat the incumbent scores −inf.
    """

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means and variances; (k,)."""
        return _log_ei(mean, variance, incumbent)

    def of_gains(self, gains: Gains) -> Floats:
        """Log of the expected gain; of draws, with the smooth tail of BoTorch's qLogEI; (k,)."""
        if gains.exact:
            return gains.log_expected()
        smooth = log_fatplus(torch.from_numpy(np.ascontiguousarray(gains.gain)), tau=_TAU)
        return logmeanexp(smooth, dim=0).numpy()

    def weighted(self, scores: Floats, log_weight: Floats) -> Floats:
        """Add the log of the weight; (k,)."""
        return scores + log_weight


@dataclass(frozen=True, kw_only=True)
class EI(_Improvement):
    """Expected improvement over the incumbent.

    Taken as the exponential of BoTorch's `LogExpectedImprovement`, to which its
    `ExpectedImprovement` refers with a warning at every use; the values are the same.
    """

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means and variances; (k,)."""
        return np.exp(_log_ei(mean, variance, incumbent))

    def of_gains(self, gains: Gains) -> Floats:
        """Return the expected gain; (k,)."""
        return gains.expected()


@dataclass(frozen=True, kw_only=True)
class UCB(Marginal):
    """Upper confidence bound, mean + √beta · sd.

    Parameters
    ----------
    beta : float
        Weight of the variance, as BoTorch defines it: 4 adds two standard deviations.

    Raises
    ------
    ConfigError
        If beta is not a number of at least 0.
    """

    beta: float = 4.0
    criterion: ClassVar[str] = "the value with doubt in its favour"
    bounded: ClassVar[bool] = True
    values_replicates: ClassVar[bool] = True

    def __post_init__(self):
        super().__post_init__()
        require_number("acquisition.beta", self.beta, least=0.0)

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means and variances; (k,). The incumbent plays no part."""
        return _botorch(
            lambda model: UpperConfidenceBound(model, beta=_scalar(self.beta)), mean, variance
        )

    def motive(self, mean: float, sd: float, incumbent: float, gain: float) -> str:
        """Split the optimistic gain into the prediction's part and the doubt's."""
        sds = math.sqrt(self.beta)
        optimistic = mean - incumbent + sds * sd
        favour = f"with {sds:.2g} sd in its favour"
        if optimistic < 0.005:
            return f"{favour} {-optimistic:z.2f} short of it"
        return f"{favour} {optimistic:.2f} better{_split(mean - incumbent, optimistic)}"


@dataclass(frozen=True, kw_only=True)
class PI(Improving):
    """Probability of improvement over the incumbent.

    Above the incumbent the probability falls as the variance grows, so only rows that are
    predicted below it have a ceiling under 1.
    """

    criterion: ClassVar[str] = "the chance of a further gain"
    reason: ClassVar[str] = "chosen for that chance"

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means and variances; (k,)."""
        scores = _botorch(
            lambda model: ProbabilityOfImprovement(model, best_f=_scalar(incumbent)), mean, variance
        )
        return np.where(variance < SMALLEST_VARIANCE, (mean > incumbent).astype(np.float64), scores)

    def of_gains(self, gains: Gains) -> Floats:
        """Probability of a gain; (k,)."""
        return gains.chance()

    def ceiling(self, mean: Floats, variance_bound: Floats, incumbent: float) -> Floats:
        """Bound the score from above for any variance up to `variance_bound`; (k,)."""
        return np.where(mean > incumbent, 1.0, self.value(mean, variance_bound, incumbent))


@dataclass(frozen=True, kw_only=True)
class Greedy(Marginal):
    """The posterior mean: pure exploitation."""

    criterion: ClassVar[str] = "the predicted value"
    reason: ClassVar[str] = "chosen for its predicted value alone"
    bounded: ClassVar[bool] = True

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these means; (k,). Variance and incumbent play no part."""
        return np.array(mean, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class MaxVariance(Marginal):
    """The latent variance: pure exploration."""

    criterion: ClassVar[str] = "the doubt"
    reason: ClassVar[str] = "the model knows least about it"
    bounded: ClassVar[bool] = True
    values_replicates: ClassVar[bool] = True

    def value(self, mean: Floats, variance: Floats, incumbent: float) -> Floats:
        """Score k rows of these variances; (k,). Mean and incumbent play no part."""
        return np.array(variance, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Random(Acquisition):
    """A random order: the yardstick for the others."""

    criterion: ClassVar[str] = "chance"
    reason: ClassVar[str] = "chosen at random"


def percent(share: float) -> str:
    """Write a share between 0 and 1 as a percentage; values near 0 or 1 are not rounded to it."""
    if 0 < share < 0.005:
        return "< 1 %"
    if 0.995 < share < 1:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def _botorch(
    build: Callable[[MarginalModel], AcquisitionFunction], mean: Floats, variance: Floats
) -> Floats:
    model = MarginalModel(mean, variance)
    rows = torch.arange(len(mean), dtype=torch.float64).reshape(-1, 1, 1)
    with torch.no_grad():
        return build(model)(rows).numpy()


def _log_ei(mean: Floats, variance: Floats, incumbent: float) -> Floats:
    # Below the variance that GPyTorch can tell from zero, a row counts as known exactly.
    scores = _botorch(
        lambda model: LogExpectedImprovement(model, best_f=_scalar(incumbent)), mean, variance
    )
    with np.errstate(divide="ignore"):
        certain = np.log(np.maximum(mean - incumbent, 0.0))
    return np.where(variance < SMALLEST_VARIANCE, certain, scores)


def _scalar(value: float) -> torch.Tensor:
    # BoTorch would turn a Python float into float32 and only then into float64.
    return torch.tensor(value, dtype=torch.float64)


def _split(certain: float, hoped: float) -> str:
    """Say which share of `hoped` (> 0) is owed to doubt; nothing if hardly any."""
    exploration = min(1.0 - certain / hoped, 1.0)
    if exploration > 1.0 - 1e-9:  # such as an incumbent against itself
        return " (exploration alone)"
    return f" ({percent(exploration)} exploration)" if exploration >= 0.005 else ""
