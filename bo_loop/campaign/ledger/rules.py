"""Which events may follow a campaign's state, and which would only say again what it holds.

`new_events` is what a command calls under the ledger's lock: it drops what is recorded already,
checks the rest one after the other, and reports all that is wrong at once. Whether a pair is in
the pool is for the caller to know: the ledger holds no pool.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger import fields
from bo_loop.campaign.ledger.events import EVENT_TYPES, Event, NewEvent
from bo_loop.campaign.ledger.fold import fold, grow, own_copy
from bo_loop.campaign.ledger.repeats import as_result, is_recorded
from bo_loop.campaign.ledger.state import (
    AT_PH,
    RESULT_FIELDS,
    VALUES,
    CampaignState,
    Result,
    stated_quantity,
)
from bo_loop.data.quantities import CENSORING

_CONDITIONS = ("temperature_C", "ionic_strength_M")
_NUMBERS = (*VALUES, *AT_PH, "log_beta_sd", *_CONDITIONS)


def new_events(
    state: CampaignState,
    candidates: Sequence[NewEvent],
    *,
    replicate: bool = False,
    labels: Sequence[str] = (),
) -> tuple[list[NewEvent], int]:
    """Return the candidates that are to be recorded, and how many are recorded already.

    Parameters
    ----------
    state : CampaignState
        The campaign under the lock.
    candidates : sequence of (type, data)
        Events that a command wants to record. A `measured` one may leave out `replicate`; the
        number is then filled in: that of the answered pair, or the next with `replicate=True`.
    replicate : bool
        Record another value for an answered pair as a replicate. A pair whose replicate is
        awaited needs no such word.
    labels : sequence of str, optional
        Names of the candidates in messages, such as "row 5".

    Returns
    -------
    list of (type, data)
        What to append, complete.
    int
        Candidates that are identical to something recorded: they add nothing.

    Raises
    ------
    CampaignError
        With one line for each candidate that may not follow. Then none should be recorded.
    """
    events: list[NewEvent] = []
    problems: list[str] = []
    state = own_copy(state)
    for i, (kind, candidate) in enumerate(candidates):
        try:
            data = _numbered(state, candidate, replicate) if kind == "measured" else candidate
            _check_complete(kind, data)
            if state.started and not state.closed_seq and is_recorded(state, kind, candidate):
                continue
            _check(state, kind, data)
            grow(state, Event(state.seq + 1, kind, "", data))
        except CampaignError as error:
            problems.append(f"{labels[i]}: {error}" if labels else str(error))
            continue
        events.append((kind, data))
    if problems:
        listed = "\n".join(f"  - {p}" for p in problems)
        raise CampaignError(f"Nothing was recorded; what was given cannot follow:\n{listed}")
    return events, len(candidates) - len(events)


def check(state: CampaignState, kind: str, data: Mapping[str, Any]) -> None:
    """Refuse an event that may not follow `state`.

    Parameters
    ----------
    state : CampaignState
        The campaign so far.
    kind : str
        Type of the event.
    data : mapping
        Its data, complete.

    Raises
    ------
    CampaignError
        What is wrong, what is recorded, and what to do instead.
    """
    _check_complete(kind, data)
    _check(state, kind, data)
    fold([Event(state.seq + 1, kind, "", data)], state)


def _check(state: CampaignState, kind: str, data: Mapping[str, Any]) -> None:
    if kind == "started" and state.started:
        raise CampaignError(f"The campaign {state.name!r} was started already.")
    if kind != "started" and not state.started:
        raise CampaignError("The ledger holds no campaign yet: `bo-loop start` comes first.")
    if kind != "reopened":
        check_open(state)
    if kind in _CHECKS:
        _CHECKS[kind](state, data)


def check_open(state: CampaignState) -> None:
    """Refuse to go on with a campaign that was closed.

    Raises
    ------
    CampaignError
        Saying which event closed it, and the way out.
    """
    if state.closed_seq:
        raise CampaignError(
            f"The campaign {state.name!r} was closed by event {state.closed_seq}: it can be read, "
            "and reopened with `bo-loop reopen`, but takes nothing else."
        )


def _check_complete(kind: str, data: Mapping[str, Any]) -> None:
    if kind not in EVENT_TYPES:
        raise CampaignError(f"Unknown event {kind!r}; it must be one of {sorted(EVENT_TYPES)}.")
    if missing := fields.missing(kind, data):
        raise CampaignError(f"The event {kind!r} lacks {', '.join(missing)}; given: {sorted(data)}")
    if kind == "measured":
        _check_values(data, RESULT_FIELDS)
    if kind == "corrected":
        _check_values(data, [f for f in RESULT_FIELDS if f in data])


def _check_values(data: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in _NUMBERS:
        value = data.get(name)
        optional = value is None and (name == "log_beta_sd" or name not in data)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in names and not optional and not (number and math.isfinite(value)):
            raise CampaignError(f"{name} is {value!r}; it must be a finite number.")
        if name == "log_beta_sd" and not optional and value < 0:
            raise CampaignError(f"log_beta_sd is {value!r}; it must not be negative.")
    if data.get("censoring", "none") not in CENSORING:
        raise CampaignError(f"censoring is {data['censoring']!r}; it must be one of {CENSORING}.")


def _numbered(state: CampaignState, data: Mapping[str, Any], replicate: bool) -> Mapping[str, Any]:
    """Fill in the replicate number: the one given, the next one, or the one that stands."""
    if data.get("replicate") is not None:
        return data
    pair_id = data.get("pair_id", "")
    if replicate or pair_id in state.awaited:
        # an old form may hold what was voided since: that is not a replicate, and refused later
        old = () if replicate else state.voided_of(pair_id)
        quantity = stated_quantity(data)
        voided = [
            r.replicate for r in old if r.quantity == quantity and r.value == data.get(quantity)
        ]
        return {**data, "replicate": voided[0] if voided else state.next_replicate(pair_id)}
    standing = [r.replicate for r in state.results_of(pair_id)]
    return {**data, "replicate": min(standing, default=1)}


def _check_measured(state: CampaignState, data: Mapping[str, Any]) -> None:
    pair_id, number = data["pair_id"], data["replicate"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise CampaignError(f"{pair_id}: replicate is {number!r}; it must be 1, 2, ….")
    if state.state_of(pair_id) == "withdrawn":
        raise CampaignError(
            f"{pair_id} was withdrawn. Restore it first (`bo-loop restore`), then log its result."
        )
    same_number = [r for r in state.results_of(pair_id) if r.replicate == number]
    if same_number:
        raise CampaignError(_already_answered(same_number[0], data))
    given = as_result(state, data)
    for old in state.voided_of(pair_id):
        if old.identity == given.identity and old.replicate == number:
            raise CampaignError(
                f"{pair_id}: this very result ({old.quantity} {old.value:g}) was logged as event "
                f"{old.seq} and voided since. If it stands after all, correct event {old.seq} with "
                "the value; if it was measured anew, log it with replicate=true."
            )


def _already_answered(old: Result, data: Mapping[str, Any]) -> str:
    old_values, new_values = _shown(old.said), _shown(data)
    measured = f", measured {old.date}" if old.date else ""
    logged = (
        f"logged as event {old.seq} at {old.time}" if old.time else "given earlier in this file"
    )
    return (
        f"{old.pair_id} is answered: {old_values}, replicate {old.replicate}{measured}, {logged}; "
        f"now given: {new_values}. If it was measured again, log it with replicate=true; if the "
        "earlier value is wrong, use `bo-loop correct`."
    )


def _shown(data: Mapping[str, Any]) -> str:
    quantity, sd = stated_quantity(data), data.get("log_beta_sd")
    spread = "" if sd is None else f" ± {sd:g}"
    at = "" if quantity == "log_beta" else f"pH {data['pH']:g}, "
    celsius, molar = (data[name] for name in _CONDITIONS)
    return f"{quantity} {data[quantity]:g}{spread} ({at}{celsius:g} °C, I = {molar:g} M)"


def _check_unanswered(state: CampaignState, data: Mapping[str, Any]) -> None:
    """Rule of failed, in_progress and withdrawn; of a measured pair, they speak of a replicate."""
    pair_id = data["pair_id"]
    now = state.state_of(pair_id)
    if now == "measured" and pair_id not in state.awaited:
        seqs = ", ".join(str(r.seq) for r in state.results_of(pair_id))
        raise CampaignError(
            f"{pair_id} is measured (event {seqs}). If that result is wrong, void it with "
            "`bo-loop correct`."
        )
    if now == "withdrawn":
        raise CampaignError(f"{pair_id} was withdrawn. Restore it first (`bo-loop restore`).")


def _check_corrected(state: CampaignState, data: Mapping[str, Any]) -> None:
    seq = data["corrects"]
    old = state.result(seq)
    if old is None:
        known = ", ".join(f"{r.seq} ({r.pair_id})" for r in state.results[-5:]) or "none"
        reason = "is not a measurement" if 1 <= seq <= state.seq else "does not exist"
        raise CampaignError(
            f"Event {seq} {reason}, so it cannot be corrected. The last measurements: {known}."
        )
    changed = [f for f in RESULT_FIELDS if f in data]
    if bool(data.get("void")) == bool(changed):
        raise CampaignError(
            f"A correction of event {seq} either voids it or gives new values of some of "
            f"{', '.join(RESULT_FIELDS)}; given: {sorted(data)}."
        )
    foreign = [name for name in VALUES if name in changed and name != old.quantity]
    foreign += [name for name in AT_PH if name in changed and getattr(old, name) is None]
    if foreign:
        raise CampaignError(
            f"Event {seq} states {old.quantity}, so {', '.join(foreign)} cannot be corrected. Void "
            "it (void=true), and log the result as it is with replicate=true."
        )
    if data.get("pair_id", old.pair_id) != old.pair_id:
        raise CampaignError(
            f"Event {seq} measured {old.pair_id}; a correction cannot move it to another pair. "
            "Void it, and log the result for the right pair."
        )
    if state.state_of(old.pair_id) == "withdrawn":
        raise CampaignError(f"{old.pair_id} was withdrawn. Restore it first (`bo-loop restore`).")
    taken = [r for r in state.results_of(old.pair_id) if r.seq != seq]
    if changed and any(r.replicate == old.replicate for r in taken):
        raise CampaignError(
            f"Event {seq} was voided, and {old.pair_id} has been measured anew since (event "
            f"{taken[0].seq}). Log the value with replicate=true instead."
        )


def _check_proposed(state: CampaignState, data: Mapping[str, Any]) -> None:
    if data["round"] != len(state.rounds) + 1:
        raise CampaignError(
            f"Round {data['round']} cannot follow {len(state.rounds)} rounds: another suggest was "
            "recorded meanwhile. Repeat the command."
        )
    if not 1 <= data["seen"] <= state.seq:
        raise CampaignError(f"seen is {data['seen']!r}; the ledger has events 1 to {state.seq}.")
    ids = [p["pair_id"] for p in data["proposals"]]
    taken = [
        f"{p['pair_id']} ({state.waiting(p['pair_id']) or state.state_of(p['pair_id'])})"
        for p in data["proposals"]
        if not is_free(state, p)
    ]
    if not ids or taken or len(set(ids)) < len(ids):
        raise CampaignError(
            "A round proposes at least one pair, each once, all of them open or their next "
            f"replicate; not open: {', '.join(taken) or 'none'}; given: "
            f"{', '.join(ids) or 'none'}. Repeat the command."
        )


def is_free(state: CampaignState, proposal: Mapping[str, Any]) -> bool:
    """Tell whether a pair may be proposed: it is open, or this is its next replicate."""
    pair_id, replicate = proposal["pair_id"], proposal.get("replicate")
    if replicate is None:
        return state.state_of(pair_id) == "open"
    measured = state.state_of(pair_id) == "measured" and not state.waiting(pair_id)
    return measured and replicate == state.next_replicate(pair_id)


def _check_restored(state: CampaignState, data: Mapping[str, Any]) -> None:
    now = state.state_of(data["pair_id"])
    if now != "withdrawn":
        raise CampaignError(f"{data['pair_id']} is {now}, not withdrawn: nothing to restore.")


def _check_pool_extended(state: CampaignState, data: Mapping[str, Any]) -> None:
    given = Counter(p["pair_id"] for p in data["pairs"])
    known = {p["pair_id"] for p in state.added_pairs}
    repeated = sorted(p for p, times in given.items() if p in known or times > 1)
    if not given or repeated:
        raise CampaignError(
            "The pool is extended by at least one pair, each once; repeated or added before: "
            f"{', '.join(repeated) or 'none'}."
        )


def _check_reopened(state: CampaignState, data: Mapping[str, Any]) -> None:
    if not state.closed_seq:
        raise CampaignError(f"The campaign {state.name!r} is not closed: nothing to reopen.")


_CHECKS: dict[str, Callable[[CampaignState, Mapping[str, Any]], None]] = {
    "proposed": _check_proposed,
    "in_progress": _check_unanswered,
    "measured": _check_measured,
    "failed": _check_unanswered,
    "corrected": _check_corrected,
    "withdrawn": _check_unanswered,
    "restored": _check_restored,
    "pool_extended": _check_pool_extended,
    "reopened": _check_reopened,
}
