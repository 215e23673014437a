"""Results that a chemist would look at twice before they are recorded. Pure; no I/O.

Symbols
-------
v        log β as logged
m, s     mean and predictive sd of log β when the pair was last proposed
b_n      log β_n of the same metal ion and ligand, logged or in the literature
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import CampaignState, ProposedPair
from bo_loop.campaign.results.reading import ResultsTable

_FAR = 4.0  # predicted sd
_NEAR = 2.0
_LN10 = math.log(10.0)
_KEY = ["metal", "charge", "ligand_group", "n_ligands"]


def confirmed(
    events: Sequence[NewEvent],
    table: ResultsTable,
    state: CampaignState,
    pool: pd.DataFrame,
    literature: pd.DataFrame,
    *,
    confirm: bool,
) -> list[NewEvent]:
    """Return `events` if nothing about them is doubtful, or the doubts are confirmed.

    Parameters
    ----------
    events : sequence of (type, data)
        What is about to be recorded: those of the table that the ledger does not hold yet.
    table : ResultsTable
        Where they come from.
    state : CampaignState
        The campaign under the lock.
    pool, literature : DataFrame
        With ``pair_id`` and ``ligand_group``.
    confirm : bool
        Record them all the same; each doubt is then recorded with its event.

    Returns
    -------
    list of (type, data)

    Raises
    ------
    CampaignError
        With every doubt, unless `confirm`.
    """
    pairs = pool.set_index("pair_id")
    known = _known(events, state, pairs, literature)
    labels = {_said(d): label for (_, d), label in zip(table.events, table.labels, strict=True)}
    checked, problems = [], []
    for kind, data in events:
        label = labels[_said(data)]
        found = list(table.differing.get(label, ()))
        if kind == "measured":
            found += _doubts(data, state.proposals.get(data["pair_id"]), pairs, known)
        problems += [f"{label}, {data['pair_id']}: {text}" for text in found]
        checked.append((kind, {**data, "confirmed": found} if found else data))
    if problems and not confirm:
        listed = "\n".join(f"  - {text}" for text in problems)
        raise CampaignError(
            f"Nothing was recorded, for {len(problems)} things look doubtful:\n{listed}\n"
            "Mend what is wrong; if all of it is right, repeat with confirm=true."
        )
    return checked


def _said(data: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    """Return what a row said; the replicate number is the ledger's."""
    return frozenset(item for item in data.items() if item[0] != "replicate")


def _doubts(
    data: Mapping[str, Any],
    predicted: ProposedPair | None,
    pairs: pd.DataFrame,
    known: Mapping[tuple[Any, ...], float],
) -> list[str]:
    v = data["log_beta"]
    found = [] if predicted is None else _surprise(v, data["censoring"], predicted)
    *species, n = pairs.loc[data["pair_id"], _KEY]
    if data["censoring"] != "none":
        return found
    lower, higher = known.get((*species, n - 1)), known.get((*species, n + 1))
    if lower is not None and (v < lower or _looks_stepwise(v, lower, predicted)):
        where = "below" if v < lower else "beside"
        found.append(
            f"log β{n} {v:g} {where} log β{n - 1} {lower:g}: is it the stepwise log K{n}? log β is "
            f"the overall constant; log K{n} {v:g} would be log β{n} {lower + v:g}"
        )
    if higher is not None and v > higher:
        found.append(
            f"log β{n} {v:g} is above log β{n + 1} {higher:g}: is one of them a stepwise constant?"
        )
    return found


def _surprise(v: float, censoring: str, predicted: ProposedPair) -> list[str]:
    m, s = predicted.mean, predicted.sd
    away = (v - m) / s
    # the truth of `> v` lies above v: only a bound that excludes the prediction surprises
    if (censoring == "lower" and away < 0) or (censoring == "upper" and away > 0):
        return []
    shown = f"{v:g} where {m:.2f} ± {s:.2f} was predicted"
    if abs(away) > _NEAR and abs(v / _LN10 - m) < s:
        return [f"{shown}: is it ln β? log10 β would be {v / _LN10:.2f}"]
    if abs(away) > _FAR:
        return [f"{shown}, {abs(away):.1f} sd away"]
    return []


def _looks_stepwise(v: float, lower: float, predicted: ProposedPair | None) -> bool:
    if predicted is None:
        return False
    m, s = predicted.mean, predicted.sd
    return abs(v - m) > _NEAR * s and abs(v + lower - m) < s


def _known(
    events: Sequence[NewEvent],
    state: CampaignState,
    pairs: pd.DataFrame,
    literature: pd.DataFrame,
) -> dict[tuple[Any, ...], float]:
    """Return log β by metal, charge, ligand group and n: new results before old, before others'."""
    groups = set(pairs.loc[[data["pair_id"] for _, data in events], "ligand_group"])
    alike = literature[literature["ligand_group"].isin(groups)]
    values = alike.groupby(_KEY)["log_beta"].median().to_dict()
    concerned = set(pairs.index[pairs["ligand_group"].isin(groups)])
    own = {
        r.pair_id: r.log_beta
        for r in state.results
        if r.censoring == "none" and r.pair_id in concerned
    }
    own |= {
        data["pair_id"]: data["log_beta"]
        for kind, data in events
        if kind == "measured" and data["censoring"] == "none"
    }
    keys = pairs.loc[list(own), _KEY].itertuples(index=False, name=None)
    return values | dict(zip(keys, own.values(), strict=True))
