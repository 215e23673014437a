"""What the value of an item is expected to be, and by how much it may beat the incumbent.

Where the value is linear in log β it is Gaussian, and nothing has to be integrated. A value of one
log β is integrated by quadrature, one of several by conditioned draws (`integrals`); what is left,
a hypervolume and what a measurement would teach about a value with kinks, by plain draws.

Symbols
-------
k      items
p      values of an item
S      nodes or draws
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.integrals import line, polytope
from bo_loop.base.types import Floats, Rows


@dataclass(frozen=True)
class Gains:
    """Improvements with their weights.

    Parameters
    ----------
    gain : (S, k) float64
        Above 0 where `exact`; else also below.
    log_weight : (S, k) float64
    exact : bool
        Whether the weights hold the probability of a gain, however small.
    """

    gain: Floats
    log_weight: Floats
    exact: bool

    @classmethod
    def drawn(cls, gain: Floats) -> "Gains":
        """Take draws (S, k), all of one weight."""
        return cls(gain, np.full(gain.shape, -np.log(len(gain))), exact=False)

    def chance(self) -> Floats:
        """Probability of a gain; (k,)."""
        chance = np.where(self.gain > 0, np.exp(self.log_weight), 0.0).sum(axis=0)
        return np.minimum(chance, 1.0)  # but for rounding

    def expected(self) -> Floats:
        """Return the expected gain, none counting as 0; (k,)."""
        return (np.maximum(self.gain, 0.0) * np.exp(self.log_weight)).sum(axis=0)

    def log_expected(self) -> Floats:
        """Log of the expected gain, −inf where there is none; (k,)."""
        with np.errstate(divide="ignore"):
            return logsumexp(self.log_weight + np.log(np.maximum(self.gain, 0.0)), axis=0)


def gains_of(
    objective: Objective, own: Items, items: Rows, pairs: PoolPairs, incumbent: Incumbent
) -> Gains:
    """Weigh by how much the values of k items may beat the incumbent.

    Parameters
    ----------
    objective : Objective
    own : Items
        log β of the pairs that each value depends on.
    items : (k,) int64
        Rows of the items.
    pairs : PoolPairs
    incumbent : float or Front
    """
    pieces = objective.pieces
    if pieces is None:
        values = objective.value(own.draws(), items, pairs)
        return Gains.drawn(objective.improvement(values, incumbent))
    above = incumbent - objective.offset(pairs)[items]
    if _of_one(own):
        pieces = pieces.of_one()
        log_beta, log_weight = line(pieces, own.mean[:, 0], own.covariance[:, 0, 0], above)
        gain = pieces.at(log_beta[..., None]) - above
    else:
        slopes = pieces.slopes
        mean = own.mean @ slopes.T + pieces.constants
        least, log_weight = polytope(mean, slopes @ own.covariance @ slopes.T, above)
        gain = least - above
    return Gains(np.maximum(gain, 0.0), log_weight, exact=True)


def moments_of(
    objective: Objective, own: Items, items: Rows, pairs: PoolPairs
) -> tuple[Floats, Floats]:
    """Mean and variance of the values of k items; parameters as of `gains_of`.

    Returns
    -------
    mean, variance : (k,) float64
        (k, p) of an objective of p values.
    """
    pieces = objective.pieces
    if pieces is None or not (pieces.linear or _of_one(own)):
        values = objective.value(own.draws(), items, pairs)
        return values.mean(axis=0), values.var(axis=0)
    offset = objective.offset(pairs)[items]
    if pieces.linear:
        mean, variance = pieces.moments(own.mean, own.covariance)
        return mean + offset, variance
    pieces, everywhere = pieces.of_one(), np.full(len(items), -np.inf)
    log_beta, log_weight = line(pieces, own.mean[:, 0], own.covariance[:, 0, 0], everywhere)
    values, weight = pieces.at(log_beta[..., None]), np.exp(log_weight)
    mean = (weight * values).sum(axis=0)
    return mean + offset, (weight * (values - mean) ** 2).sum(axis=0)


def _of_one(own: Items) -> bool:
    """Whether the value of every item depends on one log β."""
    return bool((own.parts == own.parts[:, :1]).all())
