"""Fold the events of a ledger into a campaign's state. Pure; no I/O.

The fold takes every recorded event as it stands, without asking whether it may follow: so a
ledger stays readable when the rules of `bo_loop.campaign.ledger.rules` grow stricter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.state import (
    RESULT_FIELDS,
    CampaignState,
    Failure,
    ProposedPair,
    Result,
    Round,
)


def fold(events: Iterable[Event], state: CampaignState | None = None) -> CampaignState:
    """Return the state after `events`, starting from `state` or from nothing.

    Raises
    ------
    CampaignError
        If an event lacks what its type needs.
    """
    return reduce(apply, events, state or CampaignState())


def apply(state: CampaignState, event: Event) -> CampaignState:
    """Return the state after one more event.

    Raises
    ------
    CampaignError
        If the event lacks what its type needs.
    """
    try:
        changes = _APPLY[event.event](state, event)
    except (LookupError, TypeError, ValueError) as error:
        raise CampaignError(
            f"Event {event.seq} ({event.event}) cannot be understood: {error!r}. It was recorded "
            "by a program that writes events otherwise; use the version of bo-loop that did."
        ) from error
    return replace(state, seq=event.seq, **changes)


def result_of(state: CampaignState, event: Event) -> Result:
    """Return the result that a `measured` event states."""
    data = event.data
    proposal = state.proposals.get(data["pair_id"])
    return Result(
        pair_id=data["pair_id"],
        replicate=int(data["replicate"]),
        round=proposal.round if proposal else None,
        seq=event.seq,
        time=event.time,
        **result_values(data, RESULT_FIELDS),
    )


def result_values(data: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return the `fields` of a result in `data`, as `Result` holds them."""
    convert: dict[str, Callable[[], Any]] = {
        "log_beta": lambda: float(data["log_beta"]),
        "log_beta_sd": lambda: (
            None if data.get("log_beta_sd") is None else float(data["log_beta_sd"])
        ),
        "censoring": lambda: str(data["censoring"]),
        "temperature_C": lambda: float(data["temperature_C"]),
        "ionic_strength_M": lambda: float(data["ionic_strength_M"]),
    }
    return {f: convert[f]() if f in convert else _text(data, f) for f in fields}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _started(state: CampaignState, event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "name": data["name"],
        "config": data["config"],
        "sealed": data["sealed"],
        "versions": data["versions"],
        "n_observations": data["n_observations"],
        "n_pool": data["n_pool"],
        "n_left_out": data.get("n_left_out", 0),
    }


def _proposed(state: CampaignState, event: Event) -> dict[str, Any]:
    data = event.data
    pairs = tuple(
        ProposedPair(
            pair_id=p["pair_id"],
            round=data["round"],
            rank=int(p["rank"]),
            mean=float(p["mean"]),
            sd=float(p["sd"]),
            sd_latent=float(p["sd_latent"]),
            acquisition=float(p["acquisition"]),
            reason=p["reason"],
            role=p.get("role") or "",
            nearest=tuple(p.get("nearest") or ()),
            outside_domain=p.get("outside_domain"),
            movers=tuple(p.get("movers") or ()),
            replicate=p.get("replicate"),
            allowed=p.get("allowed", True),
        )
        for p in data["proposals"]
    )
    made = Round(
        number=data["round"],
        seq=event.seq,
        time=event.time,
        seed=data["seed"],
        seen=data["seen"],
        hyperparameters=data["hyperparameters"],
        overrides=data.get("overrides") or {},
        incumbent=data.get("incumbent"),
        refitted=data.get("refitted", True),
        versions=data.get("versions") or {},
        fit=data.get("fit") or {},
        proposals=pairs,
        stop=data.get("stop"),
    )
    return {
        "rounds": (*state.rounds, made),
        "proposals": {**state.proposals, **{p.pair_id: p for p in pairs}},
        "states": state.states | {p.pair_id: "pending" for p in pairs if p.replicate is None},
        "awaited": state.awaited | {p.pair_id: "pending" for p in pairs if p.replicate is not None},
    }


def _in_progress(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    if pair_id in state.awaited:
        return {"awaited": {**state.awaited, pair_id: "in_progress"}}
    return {"states": {**state.states, pair_id: "in_progress"}}


def _measured(state: CampaignState, event: Event) -> dict[str, Any]:
    result = result_of(state, event)
    return {
        "results": (*state.results, result),
        "awaited": _without(state.awaited, result.pair_id),
        **_leave(state, result.pair_id, "measured"),
    }


def _failed(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    texts = {f: _text(event.data, f) for f in ("note", "date", "operator", "method")}
    failure = Failure(pair_id=pair_id, seq=event.seq, time=event.time, **texts)
    failures = {"failures": (*state.failures, failure)}
    if pair_id in state.awaited:
        return {**failures, "awaited": _without(state.awaited, pair_id)}
    return {**failures, "states": {**state.states, pair_id: "failed"}}


def _corrected(state: CampaignState, event: Event) -> dict[str, Any]:
    data = event.data
    old = {r.seq: r for r in (*state.results, *state.voided)}[data["corrects"]]
    others = tuple(r for r in state.results if r.seq != old.seq)
    voided = tuple(r for r in state.voided if r.seq != old.seq)
    if data.get("void"):
        if any(r.pair_id == old.pair_id for r in others):
            back, awaited = "measured", state.awaited
        else:  # what was to be a replicate is now the pair's first result
            before = state.resume.get(old.pair_id, "open")
            back = state.awaited.get(old.pair_id, before)
            awaited = _without(state.awaited, old.pair_id)
        return {
            "results": others,
            "voided": _in_order(*voided, old),
            "states": _with_state(state, old.pair_id, back),
            "awaited": awaited,
        }
    new = replace(
        old,
        superseded=(*old.superseded, replace(old, superseded=())),
        **result_values(data, [f for f in RESULT_FIELDS if f in data]),
    )
    return {
        "results": _in_order(*others, new),
        "voided": voided,
        **_leave(state, old.pair_id, "measured"),
    }


def _withdrawn(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    if pair_id in state.awaited:
        return {"awaited": _without(state.awaited, pair_id)}
    return _leave(state, pair_id, "withdrawn")


def _restored(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    return {"states": _with_state(state, pair_id, state.resume.get(pair_id, "open"))}


def _pool_extended(state: CampaignState, event: Event) -> dict[str, Any]:
    return {
        "added_pairs": (*state.added_pairs, *event.data["pairs"]),
        "generated": {**state.generated, **(event.data.get("generated") or {})},
    }


def _config_changed(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"overrides": event.data["overrides"], "choices": event.data.get("choices") or {}}


def _closed(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"closed_seq": event.seq}


def _reopened(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"closed_seq": 0}


def _leave(state: CampaignState, pair_id: str, to: str) -> dict[str, Any]:
    """Change a pair's state, keeping what it was; a replicate leaves that alone."""
    earlier = state.state_of(pair_id)
    resume = state.resume if earlier == to else {**state.resume, pair_id: earlier}
    return {"states": {**state.states, pair_id: to}, "resume": resume}


def _without(states: Mapping[str, str], pair_id: str) -> dict[str, str]:
    return {p: s for p, s in states.items() if p != pair_id}


def _with_state(state: CampaignState, pair_id: str, to: str) -> dict[str, str]:
    others = _without(state.states, pair_id)
    return others if to == "open" else {**others, pair_id: to}


def _in_order(*results: Result) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda r: r.seq))


_APPLY: dict[str, Callable[[CampaignState, Event], dict[str, Any]]] = {
    "started": _started,
    "proposed": _proposed,
    "in_progress": _in_progress,
    "measured": _measured,
    "failed": _failed,
    "corrected": _corrected,
    "withdrawn": _withdrawn,
    "restored": _restored,
    "pool_extended": _pool_extended,
    "config_changed": _config_changed,
    "closed": _closed,
    "reopened": _reopened,
}
