"""Pairs that a person picks for a round, in place of the acquisition."""

from collections.abc import Sequence

import numpy as np

from bo_loop.base.errors import CampaignError
from bo_loop.base.types import Rows
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.data.large_pools import rows_of
from bo_loop.propose import Candidates


def rows_picked(
    picks: Sequence[str], candidates: Candidates, state: CampaignState, again: bool
) -> Rows:
    """Return the rows of pairs that a person chose; `again`: also measured ones.

    Raises
    ------
    CampaignError
        Naming those that may not be proposed, and why.
    """
    at = rows_of(candidates.pairs.pair_ids, picks)
    rows = np.array([at[pair_id] for pair_id in picks], dtype=np.int64)
    free = candidates.open[rows] | (candidates.again[rows] & again)
    problems = [
        f"{pair_id}: {_why_not(pair_id, state)}"
        for pair_id, is_free in zip(picks, free.tolist(), strict=True)
        if not is_free
    ]
    if len(set(picks)) < len(picks):
        problems.append("one of them is named twice")
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise CampaignError(f"Nothing was recorded; these cannot be picked:\n{listed}")
    return rows


def _why_not(pair_id: str, state: CampaignState) -> str:
    now = state.waiting(pair_id) or state.state_of(pair_id)
    if now == "measured":
        return "it is measured; to measure it again, add acquisition.allow_replicates=true"
    if now == "open":
        return (
            "the literature knows its value, or that of its mirror image; to measure it all the "
            "same, add pool.include_known=true"
        )
    return f"it is {now}"
