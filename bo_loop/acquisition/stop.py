"""Stop advice: how likely anything open beats the best so far by enough to be worth measuring.

Symbols
-------
K    open items of highest mean + 3 sd, or of a front those that most likely extend it
S    joint draws
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from botorch.utils.sampling import draw_sobol_normal_samples

from bo_loop.acquisition.batch.pickers import scorer_of
from bo_loop.acquisition.batch.select import open_items
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.functions import UCB, LogEI, percent
from bo_loop.acquisition.scores.joint import joint_values
from bo_loop.acquisition.scores.values import hopeful, likely_allowed
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows

SHORTLIST = 200
DRAWS = 1_024
WORTH = 0.05
"""A chance below this one is not worth a measurement."""


@dataclass(frozen=True)
class Stop:
    """What going on may bring.

    Parameters
    ----------
    probability : float
        That an open item beats the best answered one, or extends the front, by more than the
        tolerance.
    tolerance : float
        The objective's.
    advice : str
        The same as a sentence.
    """

    probability: float
    tolerance: float
    advice: str


def chance_of_better(
    posterior: PoolPosterior,
    objective: Objective,
    pairs: PoolPairs,
    is_open: Mask,
    again: Mask,
    incumbent_row: int,
    incumbent: Incumbent,
    outside: Callable[[Rows], Mask] | None = None,
) -> Stop:
    """Draw the 200 most hopeful open items jointly, with the best answered one.

    Parameters
    ----------
    posterior : PoolPosterior
        Of log β over N rows.
    objective : Objective
    is_open, again : (N,) bool
        Rows that may be measured, and those that may be measured again.
    incumbent_row : int
        The best answered item. Its value is drawn as well.
    incumbent : float or Front
        A front is taken as it is expected.
    outside : callable, optional
        From rows to whether each lies outside the model's domain. No advice is given where most of
        the items drawn do: their chance only reflects what the model does not know.

    Returns
    -------
    Stop

    Notes
    -----
    Draws are Sobol points of seed 0: the same posterior gives the same advice.
    """
    items = open_items(objective, pairs, is_open, again)
    items = items[likely_allowed(posterior, objective, pairs, items)]
    items = hopeful(posterior, objective, pairs, items)
    if not len(items):
        return Stop(0.0, objective.tolerance, "Nothing open is likely to meet the constraints.")
    best, _ = most_hopeful(posterior, objective, pairs, items, incumbent)
    rows = np.append(items[best], incumbent_row)
    values = joint_values(
        posterior,
        objective,
        pairs,
        rows,
        lambda n: draw_sobol_normal_samples(n, DRAWS, dtype=torch.float64, seed=0).numpy(),
    )
    gains = objective.improvement(values[:, :-1], values[:, -1:] if objective.scalar else incumbent)
    better = gains.max(axis=1) > objective.tolerance
    what = "anything open, or measured before," if again.any() else "anything open"
    strange = outside(rows[:-1]) if outside is not None else np.zeros(len(rows) - 1, dtype=bool)
    advice = _advice(better.mean(), what, objective, strange)
    return Stop(float(better.mean()), objective.tolerance, advice)


def most_hopeful(
    posterior: PoolPosterior,
    objective: Objective,
    pairs: PoolPairs,
    items: Rows,
    incumbent: Incumbent,
) -> tuple[Rows, Floats]:
    """Return which of the items (k,) most likely beat the best, 200 at most, and their scores."""
    hope, free = hopes(objective)
    about = replace(pairs, log_success=None)
    listed = scorer_of(free)(posterior, free, hope, about, items, np.zeros(len(pairs)))
    return listed.best(np.arange(len(items)), incumbent, SHORTLIST)


def hopes(objective: Objective) -> tuple[UCB | LogEI, Objective]:
    """Return what scores items by what they may be worth at best, and under which objective."""
    free = replace(objective, constraints=(), per_cost=False)
    return UCB(beta=9.0) if objective.scalar else LogEI(), free


def _advice(chance: float, what: str, objective: Objective, outside: Mask) -> str:
    beats = "beats the best" if objective.scalar else "extends the front of"
    by = f"{objective.tolerance:g}{'' if objective.scalar else ' of hypervolume'}"
    shown = percent(np.clip(chance, 0.5 / DRAWS, 1.0 - 0.5 / DRAWS))  # draws prove nothing
    chances = f"{shown} chance that {what} {beats} {objective.quantity} by more than {by}"
    if chance >= WORTH:
        return f"{chances}."
    if 2 * np.count_nonzero(outside) > len(outside):
        return (
            f"{chances}. Whether going on is worth it cannot be judged: "
            f"{np.count_nonzero(outside)} of the {len(outside)} most hopeful lie outside the "
            "applicability domain, where the model knows too little."
        )
    return f"{chances}: going on is not worth it."
