"""Fold the events of a ledger into a campaign's state. Pure; no I/O.

The fold takes every recorded event as it stands, without asking whether it may follow: so a
ledger stays readable when the rules of `bo_loop.campaign.ledger.rules` grow stricter.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from bo_loop.base.errors import CampaignError
from bo_loop.base.memory import collector_paused
from bo_loop.campaign.ledger import fields
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.state import (
    AT_PH,
    RESULT_FIELDS,
    VALUES,
    CampaignState,
    Failure,
    ProposedPair,
    Result,
    Round,
)
from bo_loop.data.property_rows import properties_of

_GROWING = (
    "states",
    "awaited",
    "resume",
    "proposals",
    "results_by_pair",
    "voided_by_pair",
    "failures_by_pair",
    "pair_of",
    "generated",
    "added_pairs",
)
_DERIVED = ("results", "voided", "failures")


@collector_paused()
def fold(events: Iterable[Event], state: CampaignState | None = None) -> CampaignState:
    """Return the state after `events`, starting from `state` or from nothing.

    Raises
    ------
    CampaignError
        If an event lacks what its type needs.
    """
    state = own_copy(state or CampaignState())
    for event in events:
        grow(state, event)
    return state


def own_copy(state: CampaignState) -> CampaignState:
    """Return the same state in tables of its own, which `grow` may change."""
    return replace(state, **{name: copy(getattr(state, name)) for name in _GROWING})


def grow(state: CampaignState, event: Event) -> None:
    """Change `state`, which must be an `own_copy`, to that after one more event.

    It is changed in place, so that an event costs the same however many came before.

    Raises
    ------
    CampaignError
        If the event lacks what its type needs; `state` is then as it was.
    """
    try:
        fields.check(event.event, event.data)
        changes = _APPLY[event.event](state, event)
    except (LookupError, ValueError, OverflowError) as error:
        raise CampaignError(
            f"Event {event.seq} ({event.event}) cannot be understood: {error}. It was recorded "
            "by a program that writes events otherwise; use the version of bo-loop that did."
        ) from error
    own = vars(state)  # frozen for everyone else
    own.update(changes, seq=event.seq)
    for name in _DERIVED:
        own.pop(name, None)


_SELDOM = frozenset({*VALUES, *AT_PH} - {"log_beta"})


def result_of(state: CampaignState, event: Event) -> Result:
    """Return the result that a `measured` event states."""
    data = event.data
    pair_id = data["pair_id"]
    proposal = state.proposals.get(pair_id)
    seldom = () if _SELDOM.isdisjoint(data) else _SELDOM
    return Result(
        pair_id=pair_id,
        log_beta=_number_or_none(data.get("log_beta")),
        log_beta_sd=_number_or_none(data.get("log_beta_sd")),
        **{name: float(data[name]) for name in seldom if data.get(name) is not None},
        censoring=data["censoring"],
        temperature_C=float(data["temperature_C"]),
        ionic_strength_M=float(data["ionic_strength_M"]),
        replicate=data["replicate"],
        date=data.get("date") or "",
        operator=data.get("operator") or "",
        method=data.get("method") or "",
        note=data.get("note") or "",
        round=proposal.round if proposal else None,
        seq=event.seq,
        time=event.time,
    )


def result_values(data: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return the `fields` of a result in `data`, as `Result` holds them."""
    return {f: _CONVERT.get(f, _text)(data.get(f)) for f in fields}


def _number_or_none(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_CONVERT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*VALUES, *AT_PH, "log_beta_sd"), _number_or_none),
    "censoring": str,
    "temperature_C": float,
    "ionic_strength_M": float,
}


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
        "properties": properties_of(data.get("property")),
    }


def proposed_pairs(data: Mapping[str, Any]) -> tuple[ProposedPair, ...]:
    """Return the proposals of the data of a `proposed` event."""
    return tuple(
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


def _proposed(state: CampaignState, event: Event) -> dict[str, Any]:
    data, pairs = event.data, proposed_pairs(event.data)
    if data["round"] != len(state.rounds) + 1:
        raise ValueError(f"round {data['round']} follows round {len(state.rounds)}")
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
        asked=data.get("asked") or {},
        converted=tuple(data.get("converted") or ()),
        picked=tuple(data["picked"]) if data.get("picked") else None,
        chosen_by=data.get("chosen_by"),
    )
    awaited = {p.pair_id: "pending" for p in pairs if p.replicate is not None}
    state.proposals.update({p.pair_id: p for p in pairs})
    state.states.update({p.pair_id: "pending" for p in pairs if p.replicate is None})
    state.awaited.update(awaited)
    return {"rounds": (*state.rounds, made)}


def _in_progress(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    (state.awaited if pair_id in state.awaited else state.states)[pair_id] = "in_progress"
    return {}


def _measured(state: CampaignState, event: Event) -> dict[str, Any]:
    result = result_of(state, event)
    pair_id = result.pair_id
    state.results_by_pair[pair_id] = (*state.results_of(pair_id), result)
    state.pair_of[event.seq] = pair_id
    state.awaited.pop(pair_id, None)
    _leave(state, pair_id, "measured")
    return {}


def _failed(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    texts = {f: _text(event.data.get(f)) for f in ("note", "date", "operator", "method")}
    failure = Failure(pair_id=pair_id, seq=event.seq, time=event.time, **texts)
    state.failures_by_pair[pair_id] = (*state.failures_by_pair.get(pair_id, ()), failure)
    if not state.awaited.pop(pair_id, ""):
        state.states[pair_id] = "failed"
    return {}


def _corrected(state: CampaignState, event: Event) -> dict[str, Any]:
    data = event.data
    old = state.result(data["corrects"])
    if old is None:
        raise LookupError(f"event {data['corrects']} is not a measurement")
    pair_id = old.pair_id
    others = [r for r in state.results_of(pair_id) if r.seq != old.seq]
    voided = [r for r in state.voided_of(pair_id) if r.seq != old.seq]
    if data.get("void"):
        if not others:  # what was to be a replicate is now the pair's first result
            before = state.resume.get(pair_id, "open")
            _put(state, pair_id, state.awaited.pop(pair_id, before))
        else:
            _put(state, pair_id, "measured")
        voided.append(old)
    else:
        new = replace(
            old,
            superseded=(*old.superseded, replace(old, superseded=())),
            **result_values(data, [f for f in RESULT_FIELDS if f in data]),
        )
        others.append(new)
        _leave(state, pair_id, "measured")
    _keep(state.results_by_pair, pair_id, others)
    _keep(state.voided_by_pair, pair_id, voided)
    return {}


def _withdrawn(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    if not state.awaited.pop(pair_id, ""):
        _leave(state, pair_id, "withdrawn")
    return {}


def _restored(state: CampaignState, event: Event) -> dict[str, Any]:
    pair_id = event.data["pair_id"]
    _put(state, pair_id, state.resume.get(pair_id, "open"))
    return {}


def _pool_extended(state: CampaignState, event: Event) -> dict[str, Any]:
    state.added_pairs.extend(event.data["pairs"])
    state.generated.update(event.data.get("generated") or {})
    return {}


def _config_changed(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"overrides": event.data["overrides"], "choices": event.data.get("choices") or {}}


def _renewed(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"features": event.data["features"], "renewed_seq": event.seq}


def _closed(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"closed_seq": event.seq}


def _reopened(state: CampaignState, event: Event) -> dict[str, Any]:
    return {"closed_seq": 0}


def _leave(state: CampaignState, pair_id: str, to: str) -> None:
    """Change a pair's state, keeping what it was; a replicate leaves that alone."""
    earlier = state.state_of(pair_id)
    if earlier != to:
        state.resume[pair_id] = earlier
    state.states[pair_id] = to


def _put(state: CampaignState, pair_id: str, to: str) -> None:
    state.states.pop(pair_id, None)
    if to != "open":
        state.states[pair_id] = to


def _keep(by_pair: dict[str, tuple[Result, ...]], pair_id: str, results: list[Result]) -> None:
    by_pair.pop(pair_id, None)
    if results:
        by_pair[pair_id] = tuple(sorted(results, key=lambda r: r.seq))


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
    "renewed": _renewed,
    "closed": _closed,
    "reopened": _reopened,
}
