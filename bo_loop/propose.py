"""Posterior + objective + open rows -> proposals. Pure: no I/O, no clock, no global state.

`bo-loop suggest` and the demo come through `propose`, so what is shown is what runs in the lab.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bo_loop.acquisition.batch.caps import Cap
from bo_loop.acquisition.batch.explanation import (
    Reference,
    explain,
    prospects,
    sources_of_doubt,
)
from bo_loop.acquisition.batch.pickers import scorer_of
from bo_loop.acquisition.batch.pool_scores import PoolScores
from bo_loop.acquisition.batch.replicates import proposed_pairs, removed
from bo_loop.acquisition.batch.scored import Lazy
from bo_loop.acquisition.batch.select import Selection, select
from bo_loop.acquisition.objectives.base import LogBeta, Objective
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.several import Front
from bo_loop.acquisition.pool import PoolPairs, Proposal
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.acquisition.scores.functions import Greedy, percent
from bo_loop.acquisition.scores.screen import screen_of
from bo_loop.acquisition.scores.values import hopeful, item_values, likely_allowed
from bo_loop.acquisition.stop import Stop, chance_of_better
from bo_loop.base.errors import CampaignError
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows


@dataclass(frozen=True)
class Candidates:
    """The rows of a posterior, pool ∪ answered pairs, and what each may be used for.

    Parameters
    ----------
    pairs : PoolPairs
        The N rows.
    open, pending, answered : (N,) bool
        May be proposed; proposed or in progress without a result; has a result or a literature
        value, and is of the campaign's target metals and n.
    again : (N,) bool
        Measured, and may be proposed once more where the acquisition allows replicates.
    cap : Cap, optional
        Rows that may fill only a part of a batch.
    name : callable, optional
        From the rows (m,) that an item depends on to what a person calls it, and where what is
        known of it is from: ``trien (measured here: > 19.00)``.
    outside : callable, optional
        From rows (k,) to whether each lies outside the model's domain; (k,) bool.
    """

    pairs: PoolPairs
    open: Mask
    pending: Mask
    answered: Mask
    again: Mask
    cap: Cap | None = None
    name: Callable[[Rows], str] | None = None
    outside: Callable[[Rows], Mask] | None = None

    def named(self, objective: Objective, row: int) -> str:
        """Return what a person calls an item."""
        if self.name is None:
            return self.pairs.pair_ids[row]
        return self.name(objective.parts(self.pairs)[row])


@dataclass(frozen=True)
class Decision:
    """What a round chose.

    Parameters
    ----------
    proposals : tuple of Proposal
        In the order of the picks.
    incumbent_row : int
        The answered item with the best expected value; the best open one if none is answered. Of a
        pareto front, the one that is best in the first objective.
    incumbent : float or Front
        Its value under the objective.
    reference : str
        What that item is called, and where what is known of it is from.
    acquisition : Acquisition
        What scored the items: the one given, or what it stands for under the objective.
    stop : Stop or None
        What still going on may bring; None where nothing is answered.
    """

    proposals: tuple[Proposal, ...]
    incumbent_row: int
    incumbent: float | Front
    reference: str
    acquisition: Acquisition
    stop: Stop | None


def propose(
    posterior: PoolPosterior,
    candidates: Candidates,
    objective: Objective,
    acquisition: Acquisition,
    *,
    q: int,
    rng: np.random.Generator,
    noise: Floats,
    among: Rows | None = None,
) -> Decision:
    """Choose the next q pairs.

    Parameters
    ----------
    posterior : PoolPosterior
        Over the N rows of `candidates`, before pending pairs are conditioned on.
    candidates : Candidates
        What the rows are.
    objective, acquisition
        What is maximised, and what a row is worth.
    q : int
        Pairs wanted; with fewer open ones, all of them come back.
    rng : numpy.random.Generator
        Source of every random draw.
    noise : (N,) float64
        Learned noise variance of one measurement of each row, original units².
    among : (k,) int64, optional
        Choose only from these open or measured rows.

    Returns
    -------
    Decision

    Raises
    ------
    CampaignError
        If no row is open, nor may be measured again.
    """
    acquisition = acquisition.under(objective)
    again = candidates.again & acquisition.allow_replicates
    allowed = (
        np.ones(len(again), dtype=bool) if among is None else np.isin(np.arange(len(again)), among)
    )
    rows = np.flatnonzero(candidates.open & allowed)
    if not (candidates.open | again).any():
        raise CampaignError(
            "No pair is open: everything in the pool is answered, pending or withdrawn. Log the "
            "pending results, add ligands or metal ions with bo-loop extend, or let bo-loop expand "
            "make new ligands."
        )
    pairs = candidates.pairs
    items = _known_items(posterior, objective, candidates)
    incumbent_row, incumbent = incumbent_of(posterior, objective, candidates)
    answered = items[candidates.answered[items]]
    chosen = select(
        posterior,
        objective,
        acquisition,
        rows=rows,
        pairs=pairs,
        incumbent=incumbent,
        q=q,
        rng=rng,
        noise=noise,
        pending_rows=np.flatnonzero(candidates.pending),
        known_items=answered,
        measured_rows=np.flatnonzero(again & allowed),
        cap=candidates.cap,
    )
    masks = candidates.open, again
    reference = Reference(incumbent, candidates.named(objective, incumbent_row))
    reasons = _reasons(posterior, objective, acquisition, pairs, chosen, reference, noise, masks)
    if pairs.log_success is not None:
        chances = np.exp(pairs.log_success[chosen.rows])
        reasons = [f"{r}{_success(c)}" for r, c in zip(reasons, chances, strict=True)]
    kept = likely_allowed(posterior, objective, pairs, chosen.items)
    said = roles(objective, pairs, chosen.rows, chosen.items)
    proposals = _proposals(posterior, chosen, reasons, noise, again, kept, said)
    stop = None
    if len(answered):
        stop = chance_of_better(
            posterior, objective, pairs, *masks, incumbent_row, incumbent, candidates.outside
        )
    return Decision(proposals, incumbent_row, incumbent, reference.name, acquisition, stop)


def incumbent_of(
    posterior: PoolPosterior, objective: Objective, candidates: Candidates
) -> tuple[int, float | Front]:
    """Return the row and the value, a float or Front, of the best item known; see `Decision`."""
    items = hopeful(
        posterior, objective, candidates.pairs, _known_items(posterior, objective, candidates)
    )

    def values_of(items: Rows) -> Floats:
        return item_values(posterior, objective, candidates.pairs, items)

    if scorer_of(objective) is Lazy:  # of a whole pool, where nothing is answered
        items = _highest(posterior, objective, candidates.pairs, items)
    values = values_of(items)
    best = int(items[values.reshape(len(items), -1)[:, 0].argmax()])
    return best, objective.best(values, lambda: values_of(_all_items(objective, candidates)))


def _highest(posterior: PoolPosterior, objective: LogBeta, pairs: PoolPairs, items: Rows) -> Rows:
    """Return the first of the items (k,) of the highest mean; (1,)."""
    view = objective.view(posterior, pairs)
    by_mean = PoolScores(Greedy(), 0.0, view.sign, view.offset)
    found = screen_of(posterior, items).highest(1, by_mean, items[:0])
    order = np.argsort(found.rows)
    return found.rows[order][[found.ceiling[order].argmax()]]


def _all_items(objective: Objective, candidates: Candidates) -> Rows:
    """Items of the pool whose pairs are all there."""
    return np.flatnonzero(objective.parts(candidates.pairs)[:, 0] >= 0)


def _known_items(posterior: PoolPosterior, objective: Objective, candidates: Candidates) -> Rows:
    """Items whose pairs are all answered; if there are none, those with an open pair.

    Only those that are likely to meet the constraints count, if there are any.
    """
    items = _all_items(objective, candidates)
    parts = objective.parts(candidates.pairs)[items]
    allowed = likely_allowed(posterior, objective, candidates.pairs, items)
    known, is_open = candidates.answered[parts].all(axis=1), candidates.open[parts].any(axis=1)
    for among in (known & allowed, is_open & allowed, known, is_open):
        if among.any():
            return items[among]
    return items[known]


def _reasons(
    posterior: PoolPosterior,
    objective: Objective,
    acquisition: Acquisition,
    pairs: PoolPairs,
    chosen: Selection,
    reference: Reference,
    noise: Floats,
    masks: tuple[Mask, Mask],
) -> list[str]:
    """Say of each pick what it promises, and where chances alone would rank otherwise."""
    items = chosen.items
    own = Items.of(posterior, objective.parts(pairs)[items])
    latent = prospects(objective, own, items, pairs, reference.value)
    if not objective.scalar:
        reasons = [
            f"{percent(chance)} chance to extend the front of {objective.quantity}"
            for chance in latent.chance
        ]
    else:
        learned = latent
        if acquisition.allow_replicates:
            measured = proposed_pairs(own.parts, *masks)
            learned = prospects(
                objective, own, items, pairs, reference.value, measured=measured, noise=noise
            )
        doubts = sources_of_doubt(objective, own, items, pairs)
        reasons = [
            explain(acquisition, objective, latent.of(i), learned.of(i), reference, doubts[i])
            for i in range(len(items))
        ]
    return [
        f"{reason}{_order(acquisition, latent.chance, items, i)}"
        for i, reason in enumerate(reasons)
    ]


def _order(acquisition: Acquisition, chances: Floats, items: Rows, i: int) -> str:
    """Explain a pick whose chance is visibly higher than that of one above it."""
    above = (items[:i] != items[i]) & (np.round(chances[:i], 2) < np.round(chances[i], 2))
    if not above.any():
        return ""
    return f"; not ranked by that chance but by {acquisition.criterion}, given the picks above it"


def roles(objective: Objective, pairs: PoolPairs, rows: Rows, items: Rows) -> list[str]:
    """Say what rows (k,) are to their items (k,); a property of the item's own pair is nothing."""
    same = pairs.same_pair
    return [
        ""
        if same is not None and row != item and same[row] == same[item]
        else objective.role(row, item)
        for row, item in zip(rows.tolist(), items.tolist(), strict=True)
    ]


def _proposals(
    posterior: PoolPosterior,
    chosen: Selection,
    reasons: list[str],
    noise: Floats,
    again: Mask,
    allowed: Mask,
    roles: list[str],
) -> tuple[Proposal, ...]:
    variance = posterior.variance(chosen.rows)
    left = np.sqrt(variance - removed(variance, noise[chosen.rows]))
    columns = zip(
        chosen.rows,
        roles,
        posterior.mean(chosen.rows),
        np.sqrt(variance),
        np.sqrt(variance + noise[chosen.rows]),
        chosen.scores,
        reasons,
        left,
        allowed,
        strict=True,
    )
    return tuple(
        Proposal(
            row=int(row),
            mean=float(mean),
            sd=float(sd),
            sd_latent=float(sd_latent),
            acquisition=float(score),
            rank=rank,
            reason=_replicate(sd_latent, sd_left, reason) if again[row] else reason,
            role=role,
            again=bool(again[row]),
            allowed=bool(kept),
        )
        for rank, (row, role, mean, sd_latent, sd, score, reason, sd_left, kept) in enumerate(
            columns, start=1
        )
    )


def _replicate(sd: float, left: float, reason: str) -> str:
    return f"measure again: its sd falls from {sd:.2f} to {left:.2f}; {reason}"


def _success(chance: float) -> str:
    return f"; {percent(chance)} chance that the experiment succeeds" if chance < 1 else ""
