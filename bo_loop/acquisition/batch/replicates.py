"""Replicates: what one measurement of a pair is worth, whether it was measured before or not.

Symbols
-------
k     items
m     pairs that the value of an item depends on
N     rows of the posterior
C     latent covariance of an item's pairs                                      (m, m)
v     latent variance of a pair
τ²    noise variance of one measurement
R     C_o (C_oo + τ²)⁻¹ C_oᵀ, o the pairs that picking the item measures         (m, m)
r     v² / (v + τ²), R of a single pair

A score on the latent value takes all doubt for doubt that a measurement would lift, and so pays too
much for measuring again what the noise keeps uncertain. With ``allow_replicates`` every candidate,
new or measured, is scored by what its posterior mean will be after one more measurement: N(μ, r)
in place of N(μ, v). EI is then the expected quantile improvement at the median (Picheny,
Ginsbourger, Richet and Caplin, Technometrics 2013), the knowledge gradient of the pair itself;
UCB hopes for the best that the model may predict afterwards; max_variance is the variance removed.
A new pair has v ≫ τ² and r ≈ v; one measured often has v ≈ τ²/j after j times and r ≈ v/(j + 1), so
that a replicate is proposed only where it gains more than a new pair, which is the trade of Binois,
Huang, Gramacy and Ludkovski, Replication or exploration?, Technometrics 2019. Thompson sampling
draws the latent value, as in bandits, where an arm may be drawn again.
"""

from dataclasses import dataclass, replace

import numpy as np

from bo_loop.acquisition.objectives.base import Objective, View
from bo_loop.acquisition.objectives.items import Items, first_mentions
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.types import Floats, Mask, Rows

LEFT = 32
"""Draws of the doubt that a measurement leaves."""


def proposed_pairs(parts: Rows, is_open: Mask, again: Mask) -> Mask:
    """Return the pairs that picking each item proposes.

    Parameters
    ----------
    parts : (k, m) int64
        Rows of the items' pairs.
    is_open, again : (N,) bool
        Rows that may be measured, and those that may be measured again.

    Returns
    -------
    (k, m) bool
        The open ones; where none is, all of them again, if all were measured. Each row once.
    """
    once = first_mentions(parts)
    opened = is_open[parts] & once
    every = again[parts].all(axis=1, keepdims=True) & once
    return np.where(opened.any(axis=1, keepdims=True), opened, every)


def removed(variance: Floats, noise: Floats) -> Floats:
    """Variance that one measurement removes, r; (k,)."""
    total = variance + noise
    return np.divide(variance**2, total, out=np.zeros_like(total), where=total > 0.0)


@dataclass(frozen=True)
class AfterMeasuring:
    """What the posterior mean of a view will be, each row measured once more.

    Parameters
    ----------
    view : View
    noise : (N,) float64
        Noise variance of one measurement of each row.
    """

    view: View
    noise: Floats

    def mean(self, rows: Rows) -> Floats:
        """Return the mean, which no measurement is expected to change; (k,)."""
        return self.view.mean(rows)

    def variance(self, rows: Rows) -> Floats:
        """Variance of the posterior mean to come; (k,)."""
        return removed(self.view.variance(rows), self.noise[rows])

    def variance_bound(self, rows: Rows) -> Floats:
        """Upper bound of `variance`, for r grows with v; (k,)."""
        return removed(self.view.variance_bound(rows), self.noise[rows])


def covariance_removed(covariance: Floats, measured: Mask, noise: Floats) -> Floats:
    """Covariance that measuring some pairs of each item removes, R.

    Parameters
    ----------
    covariance : (k, m, m) float64
    measured : (k, m) bool
    noise : (k, m) float64
        Noise variances.

    Returns
    -------
    (k, m, m) float64
    """
    cross = covariance * measured[:, None, :]
    observed = cross * measured[:, :, None]
    # Pairs that are not measured stand apart; a variance of 1 keeps them invertible.
    diagonal = np.where(measured, np.maximum(noise, np.finfo(np.float64).tiny), 1.0)
    observed = observed + diagonal[:, :, None] * np.eye(measured.shape[1])
    return cross @ np.linalg.pinv(observed, hermitian=True) @ cross.swapaxes(1, 2)


def measured_items(items: Items, measured: Mask, noise: Floats) -> Items:
    """Return k items whose covariance is what measuring some of their pairs removes.

    Parameters
    ----------
    items : Items
        k items.
    measured : (k, m) bool
        The pairs that picking each one measures.
    noise : (N,) float64
        Noise variance of one measurement of each row.
    """
    less = covariance_removed(items.covariance, measured, noise[items.parts])
    return replace(items, covariance=less)


def drawn_values(
    objective: Objective,
    items: Items,
    rows: Rows,
    pairs: PoolPairs,
    measured: Mask | None,
    noise: Floats,
) -> Floats:
    """Draw the value of each item, or what will be expected of it once its pairs are measured.

    Parameters
    ----------
    objective : Objective
    items : Items
        k items.
    rows : (k,) int64
        Their rows among `pairs`.
    measured : (k, m) bool, optional
        As for `measured_items`; without it, the value itself is drawn.
    noise : (N,) float64

    Returns
    -------
    (S, k) float64, or (S, k, p) of an objective of p values
    """
    if measured is None:
        return objective.value(items.draws(), rows, pairs)
    coming = measured_items(items, measured, noise)
    left = replace(items, mean=np.zeros_like(items.mean))
    left = replace(left, covariance=items.covariance - coming.covariance)
    drawn, shifts = coming.draws(), left.draws(LEFT)
    return sum(objective.value(drawn + shift, rows, pairs) for shift in shifts) / LEFT
