"""All open items in the order of their scores, each scored as if it were the next pick."""

import numpy as np

from bo_loop.acquisition.batch.select import open_items, picker_after
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.joint import Joint
from bo_loop.base.types import Floats, PoolPosterior, Rows


def ranking(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    *,
    rows: Rows,
    pairs: PoolPairs,
    incumbent: Incumbent,
    noise: Floats,
    pending_rows: Rows,
    rng: np.random.Generator,
) -> tuple[Rows, Floats]:
    """Rank the items of open rows, without the choice of a batch.

    Parameters
    ----------
    posterior : PoolPosterior
        Posterior of log β over N rows.
    objective : Objective
        What is maximised.
    acquisition : Acquisition
        What an item is worth; of a joint one, the score of its short list.
    rows : (k,) int64
        Open rows.
    pairs : PoolPairs
        What the N rows are.
    incumbent : float or Front
        Best value so far.
    noise : (N,) float64
        Noise variance of one measurement of each row.
    pending_rows : (p,) int64
        Rows proposed earlier and not yet answered: believed to answer with their means.
    rng : numpy.random.Generator
        Advanced by `Random` only.

    Returns
    -------
    items, scores : (m,) int64, (m,) float64
        Rows of the items, best first, and what each is worth.

    Raises
    ------
    ConfigError
        If objective and acquisition do not go together.
    """
    is_open = np.zeros(len(pairs), dtype=bool)
    is_open[rows] = True
    items = open_items(objective, pairs, is_open)
    marginal = acquisition.shortlist if isinstance(acquisition, Joint) else acquisition
    masks = is_open, np.zeros_like(is_open)
    finder, incumbent = picker_after(
        posterior, objective, marginal, pairs, items, masks, incumbent, pending_rows,
        noise=noise, known=items[:0], q=len(items), rng=rng,
    )  # fmt: skip
    order, scores = finder.best(np.arange(len(items)), incumbent, len(items))
    return items[order], scores
