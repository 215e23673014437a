"""Generated ligands in a campaign: which a round may propose, and where they come from."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from bo_loop.acquisition.batch.caps import Cap
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.propose import Candidates

_SHARE = 1.0


def restricted(
    candidates: Candidates, pairs: pd.DataFrame, state: CampaignState, config: Mapping[str, Any]
) -> Candidates:
    """Leave generated ligands out of a round, or cap their share of it.

    Parameters
    ----------
    candidates : Candidates
        N rows.
    pairs : DataFrame, N rows
        With ``smiles``.
    state : CampaignState
        Knows which ligands were generated.
    config : mapping
        ``batch_size`` and ``pool``: of q pairs, at most ⌈``max_generated_share`` · q⌉ are of
        generated ligands, and none if ``generated`` is false. Campaigns that were sealed before
        there were such ligands state neither.
    """
    made = pairs["smiles"].isin(list(state.generated)).to_numpy()
    if not made.any():
        return candidates
    rules = config["pool"]
    share = rules.get("max_generated_share", _SHARE) if rules.get("generated", True) else 0.0
    most = math.ceil(share * config["batch_size"] - 1e-9)  # 0.07 * 100 > 7
    if most == 0:
        return replace(candidates, open=candidates.open & ~made)
    return replace(candidates, cap=Cap(made, most))


def origin(state: CampaignState, smiles: str) -> str:
    """Say, as the end of a reason, that a ligand was generated; empty if it was not."""
    made = state.generated.get(smiles)
    if made is None:
        return ""
    return f"; generated ({made['generator']}) from {' and '.join(made['parents'])}"
