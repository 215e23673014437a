"""Batches: q pairs one after another, each as if those before it had been measured.

Kriging believer (Ginsbourger, Le Riche and Carraro 2010): a pending or picked row is taken to
answer with its posterior mean. Two things follow, and both are used:

- conditioning on the mean leaves every mean unchanged, so means are computed once;
- conditioning never raises a variance, so a variance that was exact a pick ago is a bound now, and
  only the rows of highest ceiling are recomputed (see `screen`).

Believed values count as found: the incumbent of each pick is the best of the incumbent given, the
means of pending rows and the means of earlier picks. Otherwise EI would pay a second time for a
gain that an earlier pick is already believed to bring. Joint acquisitions (`joint`) weigh the batch
as a whole instead, and believe pending rows only.

An item may stand for several pairs (`compound`): picking it proposes those that are open. Where
replicates are allowed, an item whose pairs were all measured proposes them again (`replicates`).

Symbols
-------
N           rows of the posterior (pool ∪ answered pairs)
k           open rows
q           pairs wanted
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bo_loop.acquisition.batch.caps import Cap, Limits
from bo_loop.acquisition.batch.pickers import picker
from bo_loop.acquisition.batch.replicates import proposed_pairs
from bo_loop.acquisition.batch.scored import Picker
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import Incumbent
from bo_loop.acquisition.objectives.limits import Limit
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.joint import BASELINE, Joint
from bo_loop.acquisition.scores.values import hopeful, item_values
from bo_loop.base.errors import ConfigError, FitError
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows


@dataclass(frozen=True)
class Selection:
    """Pairs to measure next.

    Parameters
    ----------
    rows : (≤ q,) int64
        Rows of the posterior, in the order of choice.
    scores : (≤ q,) float64
        Score of each one's item at the time of its choice, given the picks before it.
    items : (≤ q,) int64
        Row of the item that each was chosen for: its own, unless an item needs several pairs.
    """

    rows: Rows
    scores: Floats
    items: Rows


def select(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    *,
    rows: Rows,
    pairs: PoolPairs,
    incumbent: Incumbent,
    q: int,
    rng: np.random.Generator,
    noise: Floats | float,
    pending_rows: Rows | Sequence[int] = (),
    known_items: Rows | Sequence[int] = (),
    measured_rows: Rows | Sequence[int] = (),
    cap: Cap | None = None,
) -> Selection:
    """Choose q of the open rows.

    Parameters
    ----------
    posterior : PoolPosterior
        Posterior of log β over N rows.
    objective : Objective
        What is maximised.
    acquisition : Acquisition
        What an item is worth.
    rows : (k,) int
        Open rows, in any order.
    pairs : PoolPairs
        What the N rows are. Ties within a relative 1e-9 go to the smaller id, and random draws
        follow the order of ids: the order of rows never decides.
    incumbent : float or Front
        Best value so far, as the objective's `best` gives it.
    q : int
        Pairs wanted; with fewer open rows, all of them come back, unless a limit of the
        acquisition holds some back.
    rng : numpy.random.Generator
        Source of random draws; advanced by Random and the joint acquisitions only.
    noise : (N,) float64, or float
        Noise variance of one measurement of each row's log β.
    pending_rows : (p,) int, optional
        Rows proposed earlier and not yet answered.
    known_items : (a,) int, optional
        Answered items, for acquisitions that take the best so far as uncertain.
    measured_rows : (b,) int, optional
        Rows that may be measured again.
    cap : Cap, optional
        Rows that may fill only a part of the batch.

    Returns
    -------
    Selection
        At most q rows.

    Raises
    ------
    ConfigError
        If q is less than 1, or objective, acquisition and rows do not go together.
    FitError
        If a mean is not a finite number.
    ValueError
        If an open row is also pending or measured, or a measured one pending.
    """
    if q < 1:
        raise ConfigError(f"batch_size is {q}: at least one pair has to be proposed.")
    rows, pending = np.asarray(rows, dtype=np.int64), np.asarray(pending_rows, dtype=np.int64)
    measured = np.asarray(measured_rows, dtype=np.int64)
    is_open, awaited, again = (_marked(len(pairs), some) for some in (rows, pending, measured))
    if ((is_open & awaited) | (is_open & again) | (awaited & again)).any():
        raise ValueError("open rows must not be pending or measured, nor measured ones pending")
    items = hopeful(posterior, objective, pairs, open_items(objective, pairs, is_open, again))
    if len(items) == 0:
        return Selection(*(np.empty(0, dtype=kind) for kind in (np.int64, float, np.int64)))
    known = _best_known(posterior, objective, acquisition, pairs, known_items)
    noise = np.broadcast_to(np.asarray(noise, dtype=np.float64), len(pairs))
    masks = is_open, again
    finder, incumbent = picker_after(
        posterior, objective, acquisition, pairs, items, masks, incumbent, pending,
        noise=noise, known=known, q=q, rng=rng,
    )  # fmt: skip
    _refuse(finder.non_finite(), items, pairs)
    limits = Limits(acquisition, pairs, cap)
    return _fill(finder, objective, limits, pairs, items, masks, incumbent, q)


def picker_after(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    pairs: PoolPairs,
    items: Rows,
    masks: tuple[Mask, Mask],
    incumbent: Incumbent,
    pending: Rows,
    *,
    noise: Floats,
    known: Rows,
    q: int,
    rng: np.random.Generator,
) -> tuple[Picker, Incumbent]:
    """Return what finds the items, and the incumbent, once pending rows count as answered.

    Parameters
    ----------
    posterior, objective, acquisition, pairs, incumbent, noise, q, rng
        As for `select`.
    items : (k,) int64
        Rows of the items to choose from.
    masks : tuple of (N,) bool
        Rows that may be measured, and those that may be measured again.
    pending : (p,) int64
        Rows that are believed to answer with their means.
    known : (a,) int64
        Rows of answered items, for acquisitions that draw them as well.

    Raises
    ------
    ConfigError
        If objective and acquisition do not go together.
    """
    acquisition = acquisition.under(objective)
    measured = None  # items are scored by their latent values
    if acquisition.allow_replicates and not isinstance(acquisition, Joint):
        measured = proposed_pairs(objective.parts(pairs)[items], *masks)
    finder = picker(
        posterior, objective, acquisition, pairs, items,
        noise=noise, known=known, q=q, rng=rng, measured=measured,
    )  # fmt: skip
    finder.believe(pending)
    for value in item_values(posterior, objective, pairs, _awaited(objective, pairs, pending)):
        incumbent = objective.raised(incumbent, value)
    return finder, incumbent


def _fill(
    finder: Picker,
    objective: Objective,
    limits: Limits,
    pairs: PoolPairs,
    items: Rows,
    masks: tuple[Mask, Mask],
    incumbent: Incumbent,
    q: int,
) -> Selection:
    """Pick items until they bring q pairs; `masks` of open and of measured rows are used up."""
    parts = objective.parts(pairs)[items]
    (is_open, again), left = masks, np.arange(len(items))
    taken: list[tuple[int, float, int]] = []
    while len(taken) < q and len(left):
        at, score = finder.pick(left, incumbent)
        item = int(items[at])
        new = parts[at][proposed_pairs(parts[[at]], is_open, again)[0]]
        new = new[: q - len(taken)]
        taken += [(row, score, item) for row in new.tolist()]
        is_open[new] = again[new] = False
        if len(taken) == q:
            break
        finder.believe(new)
        incumbent = finder.raised(incumbent, at)
        limits.count(item, len(new))
        left = left[left != at]
        bring = proposed_pairs(parts[left], is_open, again).any(axis=1)
        left = left[bring & limits.allow(items[left])]
    columns = zip(*taken, strict=True)
    return Selection(
        *(np.array(c, dtype=t) for c, t in zip(columns, (np.int64, float, np.int64), strict=True))
    )


def open_items(
    objective: Objective, pairs: PoolPairs, is_open: Mask, again: Mask | None = None
) -> Rows:
    """Rows of the items that have a pair to measure, in order of their ids.

    Parameters
    ----------
    is_open : (N,) bool
        Rows that may be measured.
    again : (N,) bool, optional
        Rows that may be measured again.

    Raises
    ------
    ConfigError
        If a constraint speaks of a pair that is not among the rows.
    """
    parts = objective.parts(pairs)
    again = np.zeros(len(pairs), dtype=bool) if again is None else again
    bring = proposed_pairs(parts, is_open, again).any(axis=1)
    items = np.flatnonzero((parts[:, 0] >= 0) & bring)
    for limit in objective.limits:
        _require_predicted(limit, items[limit.parts(pairs)[items, 0] < 0])
    return items[np.argsort(pairs.place[items], kind="stable")]


def _require_predicted(limit: Limit, lacking: Rows) -> None:
    if len(lacking):
        raise ConfigError(
            f"objective.constraints speaks of {', '.join(limit.ions)} with n = {limit.n_ligands}"
            f"{' and of pKa' if limit.asks_protons else ''}, and {len(lacking)} ligands have "
            "nothing of the kind to predict."
        )


def _awaited(objective: Objective, pairs: PoolPairs, pending: Rows) -> Rows:
    """Return the items that a pending row belongs to: they count as found."""
    parts = objective.parts(pairs)
    return np.flatnonzero((parts[:, 0] >= 0) & np.isin(parts, pending).any(axis=1))


def _best_known(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    pairs: PoolPairs,
    known: Rows | Sequence[int],
) -> Rows:
    known = np.asarray(known, dtype=np.int64)
    if not (isinstance(acquisition, Joint) and acquisition.needs_known and objective.scalar):
        return known[:0]
    values = item_values(posterior, objective, pairs, known)
    return known[np.argsort(-values, kind="stable")[:BASELINE]]


def _marked(n: int, rows: Rows) -> Mask:
    marked = np.zeros(n, dtype=bool)
    marked[rows] = True
    return marked


def _refuse(bad: Rows, items: Rows, pairs: PoolPairs) -> None:
    if len(bad):
        named = ", ".join(str(pairs.pair_ids[row]) for row in bad[:3])
        raise FitError(
            f"The model predicts no finite mean or variance for {len(bad)} of {len(items)} open "
            f"pairs (among them {named}), so they cannot be ranked. Refit the model, or leave "
            "these pairs out of the pool."
        )
