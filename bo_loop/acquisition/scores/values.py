"""What items are worth as the posterior has it, and whether they are likely to be allowed.

Symbols
-------
N      rows of the posterior
k      items
p      values of an item
"""

import numpy as np

from bo_loop.acquisition.objectives.aqueous import AtPH
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.gains import moments_of
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows

BLOCK = 2_048
"""Items whose draws are held at once."""

HOPEFUL = 2_000
"""Items of a curved objective that are drawn, if there are more."""

LOOKED_AT = 20_000
"""Items whose value is looked at to find these, if there are more and it allows it."""


def by_log_beta(objective: Objective) -> bool:
    """Whether an item's value can be no better than its own log β lets it be.

    It is so for values at a pH without competitors: protons only take from log β.
    """
    return isinstance(objective, AtPH) and not objective.metals


def hoped_log_beta(posterior: PoolPosterior, items: Rows) -> Floats:
    """Return log β + 3 sd of each item, or a bound of it; (k,)."""
    return posterior.mean(items) + 3.0 * np.sqrt(posterior.variance_bound(items))


def hopeful(posterior: PoolPosterior, objective: Objective, pairs: PoolPairs, items: Rows) -> Rows:
    """Return the items worth drawing: of a curved objective, the 2,000 of highest value + 3 sd.

    The value is that of the means; its sd at most the sum of what it changes by as each of its
    constants moves by one bound of its sd. Of several values, each has its share. Protons only
    take from log β, so of very many items without competitors the 20,000 of highest log β + 3 sd
    are looked at.

    Parameters
    ----------
    posterior : PoolPosterior
    objective : Objective
    pairs : PoolPairs
    items : (k,) int64

    Returns
    -------
    (≤ k,) int64
        In the order given.
    """
    if len(items) <= HOPEFUL or not objective.asks_protons:
        return items
    parts = objective.parts(pairs)[items]
    if len(items) > LOOKED_AT and by_log_beta(objective):
        kept = np.argsort(-hoped_log_beta(posterior, items), kind="stable")[:LOOKED_AT]
        kept = np.sort(kept)
        items, parts = items[kept], parts[kept]
    rows, at = np.unique(parts, return_inverse=True)
    at = at.reshape(parts.shape)
    means, sds = posterior.mean(rows)[at], np.sqrt(posterior.variance_bound(rows))[at]
    values = _values(objective, pairs, items, means)
    spread = np.zeros_like(values)
    for column in range(parts.shape[1]):
        shifted = means.copy()
        shifted[:, column] += sds[:, column]
        spread += np.abs(_values(objective, pairs, items, shifted) - values)
    optimistic = values + 3.0 * spread
    share = HOPEFUL // optimistic.shape[1]
    best = [np.argsort(-column, kind="stable")[:share] for column in optimistic.T]
    return items[np.unique(np.concatenate(best))]


def _values(objective: Objective, pairs: PoolPairs, items: Rows, log_beta: Floats) -> Floats:
    """Return the values of items of which every constant (k, m) is known; (k, p)."""
    return objective.value(log_beta[None], items, pairs)[0].reshape(len(items), -1)


def blocks(k: int) -> list[slice]:
    """Return k items in blocks of `BLOCK`."""
    return [slice(start, start + BLOCK) for start in range(0, k, BLOCK)]


def item_values(
    posterior: PoolPosterior, objective: Objective, pairs: PoolPairs, items: Rows
) -> Floats:
    """Return the expected value of each item; (k,), or (k, p) of a pareto objective."""
    parts = objective.parts(pairs)[items]
    if objective.gaussian:  # without the variances, which are dear
        means = posterior.mean(parts.reshape(-1)).reshape(parts.shape)
        return objective.value(means[None], items, pairs)[0]
    values = [
        moments_of(objective, Items.of(posterior, parts[some]), items[some], pairs)[0]
        for some in blocks(len(items))
    ]
    return np.concatenate(values) if values else np.empty(0)


def likely_allowed(
    posterior: PoolPosterior, objective: Objective, pairs: PoolPairs, items: Rows
) -> Mask:
    """Return which items are more likely than not to meet each constraint, by their means; (k,)."""
    allowed = np.ones(len(items), dtype=bool)
    for limit in objective.limits:
        parts = limit.parts(pairs)[items]
        allowed &= parts[:, 0] >= 0
        parts = parts[allowed]
        means = posterior.mean(parts.reshape(-1)).reshape(parts.shape)
        allowed[allowed] = limit.kept(Items(parts, means, np.empty((len(parts), 0, 0))), pairs)
    return allowed
