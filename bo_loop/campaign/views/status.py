"""Where a campaign stands, in numbers that need no model."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import Table
from bo_loop.campaign.views.views import shown_result
from bo_loop.campaign.views.worth import Worth
from bo_loop.data.large_pools import rows_of


@dataclass(frozen=True)
class Status:
    """Where a campaign stands.

    Parameters
    ----------
    name : str
    n_pool, n_literature : int
        Pairs in the pool, and observations sealed at start.
    rounds : int
        Rounds proposed.
    counts : mapping of str to int
        Pairs that are pending, in_progress, measured, failed or withdrawn; and how many of the
        measured ones are awaiting_replicate.
    pending : tuple of str
        Pairs that wait for a result, in the order in which they were proposed.
    best : mapping or None
        The best measured pair under an objective of one value, among those that keep its
        constraints: ``pair_id, log_beta`` (None where it was logged at a pH), ``logged`` (in
        words), ``censoring, ligand``; ``values``: what the objective makes
        of it, by what that is called, and ``value_censoring``: which of them are bounds. Of a bound
        counts what it guarantees; it comes before a value that equals it.
    best_so_far : tuple of float
        Its value under the objective after each result, in the order of logging; from the first
        that can be judged.
    front : tuple of mapping
        Under an objective of several values, the measured pairs that none other beats in
        everything, as `best`. The best in the first objective come first.
    n_not_allowed : int
        Results of ligands that break a constraint, as measured, in the literature, or else as
        predicted when they were proposed.
    closed : bool
    """

    name: str
    n_pool: int
    n_literature: int
    rounds: int
    counts: Mapping[str, int]
    pending: tuple[str, ...]
    best: Mapping[str, Any] | None
    best_so_far: tuple[float, ...]
    front: tuple[Mapping[str, Any], ...]
    n_not_allowed: int
    closed: bool


def status_of(state: CampaignState, worth: Worth, pool: Table) -> Status:
    """Return where a campaign stands.

    Parameters
    ----------
    state : CampaignState
    worth : Worth
        Of its standing results.
    pool : DataFrame or mapping of str to list
        The columns of its pool.
    """
    waiting = tuple(p for p in state.proposals if state.waiting(p))
    awaiting = {"awaiting_replicate": len(state.awaited)} if state.awaited else {}
    objective = worth.objective

    def described(at: int) -> dict[str, Any]:
        result = state.results[at]
        row = rows_of(pool["pair_id"], [result.pair_id])[result.pair_id]
        return {
            "pair_id": result.pair_id,
            "log_beta": result.log_beta,
            "logged": shown_result(result, state.property_of(result.pair_id)),
            "censoring": result.censoring,
            "ligand": pool["ligand"][row] or pool["smiles"][row],
            "values": worth.values(at),
            "value_censoring": worth.censoring(at),
        }

    leaders = worth.leaders() if objective.scalar else []
    values = {at: next(iter(worth.values(at).values())) for at in set(leaders)}
    return Status(
        name=state.name,
        n_pool=state.n_pool + len(state.added_pairs),
        n_literature=state.n_observations,
        rounds=len(state.rounds),
        counts=dict(Counter(state.states.values())) | awaiting,
        pending=waiting,
        best=described(leaders[-1]) if leaders else None,
        best_so_far=tuple(values[at] for at in leaders),
        front=() if objective.scalar else tuple(described(i) for i in worth.best()),
        n_not_allowed=int((~worth.allowed).sum()),
        closed=bool(state.closed_seq),
    )
