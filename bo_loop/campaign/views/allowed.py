"""Which results are of ligands that meet the constraints, by what is known of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import partners
from bo_loop.acquisition.objectives.limits import Limit
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.results.at_pH import acids_of, mixed_of
from bo_loop.campaign.views.naming import known_values
from bo_loop.chemistry.ions import parse_ion

if TYPE_CHECKING:
    import pandas as pd

Frames = Callable[[], tuple["pd.DataFrame", "pd.DataFrame"]]


def intervals(values: Sequence[float], censoring: Sequence[str]) -> tuple[Floats, Floats]:
    """Return between which ends each value lies; bounds are open on one side."""
    value, kind = np.asarray(values, dtype=float), np.asarray(censoring, dtype=object)
    return (
        np.where(kind == "upper", -np.inf, value),
        np.where(kind == "lower", np.inf, value),
    )


def allowed_by(
    objective: Objective, pairs: PoolPairs, own: Rows, state: CampaignState, frames: Frames
) -> Mask:
    """Return which results are of ligands that meet the constraints; (k,)."""
    allowed = np.ones(len(own), dtype=bool)
    if not objective.limits:
        return allowed
    pool, literature = frames()
    acids, mixed = acids_of(literature), mixed_of(literature)
    for limit in objective.limits:
        others = [partners(pairs, ion, limit.n_ligands) for ion in limit.ions]
        for i, row in enumerate(own):
            known = [
                _log_beta_known(_partner(ion, limit, pool, row, other[row]), literature, state)
                for ion, other in zip(limit.ions, others, strict=True)
            ]
            group = pairs.ligands[row]
            mhl = np.array([[mixed(ion, group) for ion in limit.ions]])
            verdict = _keeps(limit, known, acids(group), mhl)
            if verdict is None:
                last = state.proposals.get(pairs.pair_ids[row])
                verdict = last is None or last.allowed
            allowed[i] &= verdict
    return allowed


def _partner(metal: str, limit: Limit, pool: "pd.DataFrame", row: int, other: int) -> "pd.Series":
    """Return the pair that a constraint speaks of, in the pool or not."""
    if other >= 0:
        return pool.iloc[other]
    ion, pair = parse_ion(metal), pool.iloc[row].copy()
    pair[["metal", "charge", "n_ligands"]] = ion.metal, ion.charge, limit.n_ligands
    pair["pair_id"] = f"{ion}:L{limit.n_ligands}:{pair['pair_id'].split(':', 2)[2]}"
    return pair


def _log_beta_known(
    pair: "pd.Series", literature: "pd.DataFrame", state: CampaignState
) -> tuple[float, float] | None:
    """Return between which ends the known log β of a pair lies; None if nothing is known."""
    known, _ = known_values(pair, literature, state)
    known = known[known["log_beta"].notna()]  # what was logged at a pH says it to a model only
    if known.empty:
        return None
    exact = known.loc[known["censoring"] == "none", "log_beta"]
    if len(exact):
        return float(exact.mean()), float(exact.mean())
    low, high = intervals(known["log_beta"], known["censoring"])
    return float(low.max()), float(high.min())


def _keeps(
    limit: Limit,
    known: Sequence[tuple[float, float] | None],
    protons: Floats | None,
    mhl: Floats,
) -> bool | None:
    """Return whether a ligand meets a constraint by what is known; None if that is not enough."""
    if any(one is None for one in known) or (limit.asks_protons and protons is None):
        return None
    # Least and greatest: the value rises with log β of the first ion, and falls with the second's.
    ends = np.array([[one[side ^ (c > 0)] for c, one in enumerate(known)] for side in (0, 1)])
    asked = protons[None].repeat(2, axis=0) if limit.asks_protons else None
    with np.errstate(invalid="ignore"):
        kept = limit.sign * (limit.bound - limit.value(ends, asked, mhl))
    if (kept >= 0.0).all():
        return True
    return False if (kept <= 0.0).all() else None
