"""What items are worth as the posterior has it, and whether they are likely to be allowed.

Symbols
-------
N      rows of the posterior
k      items
p      values of an item
"""

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.scores.gains import moments_of
from bo_loop.base.types import Floats, Mask, PoolPairs, PoolPosterior, Rows

BLOCK = 2_048
"""Items whose draws are held at once."""


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
        allowed[allowed] = limit.kept(Items(parts, means, np.empty((len(parts), 0, 0))))
    return allowed
