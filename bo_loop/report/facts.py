"""What a report shows, gathered from the record: sentences and tables. No model, no drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base import config as configs
from bo_loop.base import received
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.state import CampaignState, Result, Round
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views import views
from bo_loop.campaign.views.naming import known_values
from bo_loop.campaign.views.status import Status, status_of
from bo_loop.campaign.views.worth import Worth, measured_parts, worth_of
from bo_loop.data.property_rows import PROPERTY
from bo_loop.report.wording import ion, named_options, pair_name

_CURATION = {"title": str, "rows_read": int, "rows_kept": int, "steps": list, "quarantine": list}
_STEP = {"name": str, "detail": str, "before": int, "after": int}
_WAITING = {"pending": "waiting", "in_progress": "in progress"}


@dataclass(frozen=True)
class Facts:
    """A campaign at one event of its ledger.

    Parameters
    ----------
    events : tuple of Event
    state : CampaignState
        Their values under the objective.
    settings : mapping
        In force at that event.
    pool, literature, measured : DataFrame
        As `Campaign` gives them.
    status : Status
    worth : Worth
        Of `measured`.
    proposed : DataFrame
        As `proposed` returns it.
    """

    events: tuple[Event, ...]
    state: CampaignState
    settings: Mapping[str, Any]
    pool: pd.DataFrame
    literature: pd.DataFrame
    measured: pd.DataFrame
    status: Status
    worth: Worth
    proposed: pd.DataFrame


def facts_of(campaign: Campaign) -> Facts:
    """Read a campaign once, so that all parts of a report speak of the same event."""
    events = campaign.record.ledger.read().events
    state = fold(events)
    settings, pool = campaign.settings(state), campaign.record.pool_of(state)
    measured, literature = views.measurements(state, pool), campaign.literature
    objective = configs.build(settings["objective"])
    worth = worth_of(objective, pool_pairs(pool), state, lambda: (pool, literature))
    return Facts(
        events=events,
        state=state,
        settings=settings,
        pool=pool,
        literature=literature,
        measured=measured,
        status=status_of(state, worth, pool),
        worth=worth,
        proposed=proposed(state, pool),
    )


def proposed(state: CampaignState, pool: pd.DataFrame) -> pd.DataFrame:
    """Return every proposal of every round beside what came of it.

    Returns
    -------
    DataFrame
        ``round, rank, pair_id``, the pair's own columns, ``mean, sd, reason``; ``outcome``, in
        words; ``log_beta, log_beta_sd``: the mean of the round's standing results and its
        standard deviation as reported, missing where there is none or where one is a bound.
    """
    frames = [views.proposals(made, pool) for made in state.rounds]
    if not frames:
        own = views.own_columns(pool)
        return pd.DataFrame(
            columns=["round", "pair_id", *own, "mean", "sd", "log_beta", "log_beta_sd"]
        )
    frame = pd.concat(frames, ignore_index=True)
    outcomes = [_outcome(state, row.pair_id, row.round) for row in frame.itertuples()]
    return frame.assign(**pd.DataFrame(outcomes, index=frame.index))


def _outcome(state: CampaignState, pair_id: str, number: int) -> dict[str, Any]:
    results = [r for r in state.results_of(pair_id) if r.round == number]
    if not results:
        words = _unanswered(state, pair_id, number)
        return {"outcome": words, "log_beta": np.nan, "log_beta_sd": np.nan}
    words = "; ".join(shown(r) for r in results)
    if any(r.censoring != "none" or r.quantity != "log_beta" for r in results):
        return {"outcome": words, "log_beta": np.nan, "log_beta_sd": np.nan}
    return {
        "outcome": words,
        "log_beta": float(np.mean([r.log_beta for r in results])),
        "log_beta_sd": _sd_of_mean(results),
    }


def shown(result: Any) -> str:
    """Return a result, or a row of `views.measurements`, as read in a table: ``> 12.30 ± 0.05``."""
    return views.shown_logged(result._asdict() if isinstance(result, tuple) else result.said)


def _sd_of_mean(results: Sequence[Result]) -> float:
    sds = [np.nan if r.log_beta_sd is None else r.log_beta_sd for r in results]
    return float(np.sqrt(np.square(sds).sum()) / len(sds))


def _unanswered(state: CampaignState, pair_id: str, number: int) -> str:
    last = state.proposals[pair_id]
    if last.round != number:
        return f"proposed again in round {last.round}"
    now = state.waiting(pair_id) or state.replicate_lost(pair_id) or state.state_of(pair_id)
    notes = [f.note for f in state.failures if f.pair_id == pair_id and f.note]
    return f"failed: {notes[-1]}" if now == "failed" and notes else _WAITING.get(now, now)


def standardised_errors(compared: pd.DataFrame) -> np.ndarray:
    """Return (result − prediction) / its sd of rows of `proposed` with a result; (k,).

    A result's own reported variance adds to the predictive one, as it does in the model.
    """
    own = np.nan_to_num(compared["log_beta_sd"].to_numpy(float))
    spread = np.hypot(compared["sd"].to_numpy(float), own)
    return (compared["log_beta"] - compared["mean"]).to_numpy(float) / spread


def best_first(facts: Facts, most: int) -> pd.DataFrame:
    """Return the best measured pairs, one row each, best first, among those that are allowed.

    Of an objective of several values, those that none other beats in everything.

    Returns
    -------
    DataFrame
        As `views.measurements`, with ``outcome``, ``prediction`` and ``achieved`` in words: the
        last is what the objective makes of it, empty where that is log β itself.
    """
    worth = facts.worth
    rows = worth.best()
    own = worth.objective.quantity == facts.state.words
    achieved = ["" if own else views.shown_values(_values_of(worth, row)) for row in rows]
    best = facts.measured.iloc[rows].assign(achieved=achieved)
    best = best.drop_duplicates("pair_id").head(most)
    return best.assign(
        outcome=[shown(row) for row in best.itertuples()],
        prediction=[_prediction(row) for row in best.itertuples()],
    )


def _values_of(worth: Worth, result: int) -> dict[str, Any]:
    return {"values": worth.values(result), "value_censoring": worth.censoring(result)}


def each_property(facts: Facts) -> list[tuple[str, Facts]]:
    """Return what each property is called, with its own results and proposals among the facts."""
    properties = facts.state.properties
    if len(properties) == 1:
        return [(properties[0].words, facts)]
    return [
        (
            of.words,
            replace(
                facts,
                measured=facts.measured[facts.measured[PROPERTY].eq(of.words)],
                proposed=facts.proposed[facts.proposed[PROPERTY].eq(of.words)],
            ),
        )
        for of in properties
        if PROPERTY in facts.measured and PROPERTY in facts.proposed
    ]


def course(facts: Facts) -> pd.DataFrame:
    """Return the values of results, in the order of logging.

    Returns
    -------
    DataFrame
        ``place`` from 1, ``value, censoring, mean, sd``: of the objective, where it has one value,
        and without a prediction unless that is log β itself; else of log β. Of several
        properties, those of the one that the facts hold (`each_property`).
    """
    worth, log_beta = facts.worth, facts.measured
    several = len(facts.state.properties) > 1
    if several or not worth.objective.scalar or worth.objective.quantity == facts.state.words:
        frame = log_beta[["log_beta", "censoring", "mean", "sd"]]
        frame = frame.rename(columns={"log_beta": "value"})
        frame = frame.assign(place=np.arange(1, len(frame) + 1))
        return frame[frame["value"].notna()]
    rows = np.flatnonzero(~np.isnan(worth.least).any(axis=1))
    values = [_values_of(worth, row) for row in rows]
    return pd.DataFrame(
        {
            "value": [next(iter(t["values"].values())) for t in values],
            "censoring": [next(iter(t["value_censoring"].values())) for t in values],
            "mean": np.nan,
            "sd": np.nan,
            "place": worth.since[rows] + 1,
        }
    ).sort_values("place", kind="stable", ignore_index=True)


def by_metal(facts: Facts, most: int) -> tuple[list[str], list[list[str]]]:
    """Return each ligand's values with every metal ion that the objective compares.

    Returns
    -------
    head : list of str
        ``ligand``, the metal ions, what the objective is called; empty where it compares none.
    rows : list of list of str
        Of the ligands that something was measured of, best first: results, or else what the
        literature holds, or what was predicted.
    """
    objective, pool = facts.worth.objective, facts.pool
    parts = measured_parts(objective, pool_pairs(pool))
    compared = [list(dict.fromkeys(own)) for own in parts.tolist() if own[0] >= 0]
    if max(map(len, compared), default=1) == 1:
        return [], []
    at = pd.Index(pool["pair_id"])
    seen = set(at.get_indexer(facts.measured["pair_id"]).tolist())
    best = at.get_indexer(facts.measured["pair_id"].iloc[facts.worth.best()])
    order = {row: i for i, row in enumerate(dict.fromkeys(best.tolist()))}
    own = sorted((p for p in compared if seen & set(p)), key=lambda p: order.get(p[0], len(order)))
    head = ["ligand", *(ion(pool["metal"][r], pool["charge"][r]) for r in compared[0])]
    return [*head, objective.quantity], [_compared(facts, p) for p in own[:most]]


def _compared(facts: Facts, rows: Sequence[int]) -> list[str]:
    """Return a ligand, its values and what the objective makes of them."""
    pairs = facts.pool.iloc[list(rows)]
    values = [_value_of(facts, pair) for pair in pairs.itertuples()]
    own = np.flatnonzero((facts.measured["pair_id"] == pairs["pair_id"].iloc[0]).to_numpy())
    known = [i for i in facts.worth.best() if i in own]
    first = pairs.iloc[0]
    whole = views.shown_values(_values_of(facts.worth, known[0])) if known else ""
    name = facts.worth.objective.quantity
    return [first["ligand"] or first["smiles"], *values, whole.replace(f"{name} ", "")]


def _value_of(facts: Facts, pair: Any) -> str:
    known, own = known_values(pair, facts.literature, facts.state)
    if len(known):
        shown_ = ", ".join(known["shown"])
        return shown_ if own else f"{shown_} (literature)"
    last = facts.state.proposals.get(pair.pair_id)
    return f"{last.mean:.2f} ± {last.sd:.2f} (predicted)" if last else ""


def unproposed(facts: Facts) -> pd.DataFrame:
    """Return the results of pairs that no round had proposed, with ``outcome`` in words."""
    rows = facts.measured[facts.measured["round"].isna()]
    return rows.assign(outcome=[shown(row) for row in rows.itertuples()])


def _prediction(row: Any) -> str:
    if pd.isna(row.mean):
        return "never proposed"
    return f"predicted {row.mean:.2f} ± {row.sd:.2f}, round {row.round:.0f}"


def rounds(campaign: Campaign, facts: Facts) -> list[dict[str, Any]]:
    """Return for each round its number, time, how it chose, incumbent and rows of ``proposed``."""
    names = pd.concat([facts.literature, facts.pool]).drop_duplicates("pair_id", keep="last")
    names = names.set_index("pair_id")
    rounds, state = [], CampaignState()
    for made in facts.state.rounds:
        state = fold(facts.events[state.seq : made.seen], state)
        settings = {**campaign.settings(state), **made.overrides}
        rows = facts.proposed[facts.proposed["round"] == made.number]
        rounds.append(
            {
                "number": made.number,
                "time": made.time,
                "how": named_options("acquisition", made.chosen_by or settings["acquisition"]),
                "model": named_options("model", settings["model"]),
                "incumbent": _incumbent(made, names),
                "rows": list(rows.itertuples()),
            }
        )
    return rounds


def _incumbent(made: Round, names: pd.DataFrame) -> str:
    incumbent = made.incumbent or {}
    if "name" in incumbent:
        return incumbent["name"]
    pair_id = incumbent.get("pair_id")
    if pair_id not in names.index:
        return ""
    return pair_name(names.loc[pair_id])


def curation(facts: Facts) -> list[dict[str, Any]]:
    """Return what `bo-loop import` reported of the literature, where its report still lies there.

    A mapping for each file of the data: ``title, rows_read, rows_kept, steps, quarantine``.
    """
    paths = facts.settings["data"].get("path")
    found = []
    for path in paths if isinstance(paths, list) else [paths]:
        report = Path(str(path)).with_suffix(".report.json")
        if path and report.is_file():
            contents = received.load_json(report)
            received.require_keys(report, contents, _CURATION)
            for step in contents["steps"]:
                received.require_keys(report, step if isinstance(step, dict) else {}, _STEP)
            found.append(contents)
    return found
