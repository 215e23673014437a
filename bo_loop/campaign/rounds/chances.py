"""How likely experiments succeed, by what failed in the campaign and what did not."""

from dataclasses import replace

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.data.large_pools import rows_of
from bo_loop.models.feasibility import log_success
from bo_loop.propose import Candidates


def weighed(candidates: Candidates, bound: BoundRound, state: CampaignState) -> Candidates:
    """Return the candidates with the chance that open pairs succeed, if anything ever failed.

    Parameters
    ----------
    candidates : Candidates
        N rows.
    bound : BoundRound
        Says which of these rows are alike.
    state : CampaignState
        Knows the outcomes.

    Raises
    ------
    FitError
        As `bo_loop.models.feasibility.log_success`.
    """
    known = outcomes(state)
    if -1.0 not in known.values():
        return candidates
    outcome = np.zeros(len(candidates.pairs))
    for pair, row in rows_of(candidates.pairs.pair_ids, known).items():
        outcome[row] = known[pair]
    found = np.where(candidates.open, log_chances(bound, outcome), 0.0)
    return replace(candidates, pairs=replace(candidates.pairs, log_success=found))


def outcomes(state: CampaignState) -> dict[str, float]:
    """Return by pair_id +1 for pairs that have a result, −1 for those that only ever failed."""
    failed = dict.fromkeys((f.pair_id for f in state.failures), -1.0)
    return failed | dict.fromkeys((r.pair_id for r in state.results), 1.0)


def log_chances(bound: BoundRound, outcome: Floats) -> Floats:
    """Log of the probability that an experiment on each of N pairs succeeds; (N,).

    `outcome` (N,) is +1 or −1 where it is known, else 0. Each stage of the model learns from the
    pairs that it answers for.
    """
    found = np.empty(len(bound.features))
    for model, seen, at in bound.surrogate.model.parts(bound.features).values():
        known = np.flatnonzero(outcome[at])
        alike = model.bind(seen).similarity
        found[at] = log_success(alike, np.arange(len(at)), known, outcome[at][known])
    return found
