"""Results corrected or voided after the fact: one of them, or all of a file that was the wrong one.

Every function takes the campaign's record and the name of the person who acts (by default the login
name), and returns what was recorded; the ledger keeps what stood before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Any

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.dates import checked_date
from bo_loop.campaign.ledger.events import Event, NewEvent
from bo_loop.campaign.ledger.state import AT_PH, RESULT_FIELDS, VALUES, CampaignState
from bo_loop.campaign.provenance import Recorded, who
from bo_loop.campaign.record import Record
from bo_loop.campaign.results import doubts
from bo_loop.campaign.results.rows import QUANTITIES
from bo_loop.data.numbers import Reading, understand
from bo_loop.data.property import Property
from bo_loop.data.quantities import check

LAST = "last"
_LOGGED = frozenset({"measured", "failed", "in_progress"})
_MOST_LISTED = 10


def correct(
    record: Record,
    event: int | None = None,
    *,
    pair: str | None = None,
    void: bool = False,
    confirm: bool = False,
    reason: str = "",
    by: str | None = None,
    **values: Any,
) -> Recorded:
    """Correct a result, or void it; the ledger keeps both.

    Parameters
    ----------
    event : int, optional
        Number of the `measured` event: ``seq`` in measurements.csv and in `history`.
    pair : str, optional
        In its place, the pair, if it has one result.
    void : bool
        Withdraw the result altogether.
    confirm : bool
        Record a value although it looks doubtful; see `bo_loop.campaign.results.doubts`.
    reason : str
        Why.
    by : str, optional
        Who corrects.
    **values
        The new ones of ``log_beta`` (``log_K_cond``, ``pM``, ``pH``, ``total_metal_M``,
        ``total_ligand_M``), ``log_beta_sd, censoring, temperature_C, ionic_strength_M, date,
        operator, method, note``. ``log_beta`` may be text, as in a form (``">20"``); it
        states its censoring with it. ``log_beta_sd=None`` takes a stated sd back.

    Raises
    ------
    CampaignError
        If there is no such result, if neither or both of a value and ``void`` were given, or if
        the new value looks doubtful and `confirm` is not set.
    DataError
        If a value is out of range, or a date cannot be right.
    """
    event = _event_of(record, event, pair)
    state = record.state()
    about = state.property_of(state.pair_of.get(event, ""))
    data: dict[str, Any] = {"corrects": event, **_values(values, about)}
    data |= {"void": True} if void else {}
    data |= {key: text for key, text in (("reason", reason), ("by", who(by))) if text}
    pool = record.pool_about()

    def decide(state: CampaignState) -> list[NewEvent]:
        new = rules.new_events(state, [("corrected", data)])[0]
        return doubts.confirmed_correction(new, state, pool, record.literature, confirm=confirm)

    return record.recorded(record.append(decide))


def _event_of(record: Record, event: int | None, pair: str | None) -> int:
    """Return the number of a result that is given by it, or by its pair."""
    if (event is None) == (pair is None):
        raise CampaignError(
            "correct needs event, the number of a measurement as in bo-loop history, or pair."
        )
    if pair is None:
        try:
            return index(event)
        except TypeError:
            raise CampaignError(
                f"event is {event!r}: give the number of a measurement, as in bo-loop history."
            ) from None
    pair_id = record.find(pair)
    found = record.state().results_of(pair_id)
    if len(found) != 1:
        told = ", ".join(f"event {r.seq} ({r.quantity} {r.value:g})" for r in found)
        raise CampaignError(
            f"{pair} has {f'{len(found)} results: {told}. Give event=' if found else 'no result'}."
        )
    return found[0].seq


@dataclass(frozen=True)
class _Log:
    """What one `log` recorded, and the name of the file that it came from; "" if not recorded."""

    events: tuple[Event, ...]
    source: str

    def standing(self, state: CampaignState) -> list[int]:
        """Return the numbers of its results that stand."""
        pairs = {event.data["pair_id"] for event in self.events}
        stands = {result.seq for pair in pairs for result in state.results_of(pair)}
        return [event.seq for event in self.events if event.seq in stands]


def void(
    record: Record, log: str = LAST, *, reason: str = "", operator: str | None = None
) -> Recorded:
    """Void all results of one `log` that still stand; the ledger keeps them.

    Parameters
    ----------
    log : str
        ``"last"``, or the name of the file; of several logs of one file, the last.
    reason : str
        Why.
    operator : str, optional
        Who voids them.

    Raises
    ------
    CampaignError
        If no result of such a log stands.
    """
    events, state = record.ledger.read().events, record.state()
    every = list(_logs(events))
    chosen = next((one for one in reversed(every) if _is(one, log) and one.standing(state)), None)
    if chosen is None:
        raise CampaignError(_none_stands(every, log, state))
    said = {key: text for key, text in (("reason", reason), ("by", who(operator))) if text}

    def decide(state: CampaignState) -> list[NewEvent]:
        new = [
            ("corrected", {"corrects": seq, "void": True, **said}) for seq in chosen.standing(state)
        ]
        return rules.new_events(state, new)[0]

    done = record.recorded(record.append(decide))
    others = sum(event.event != "measured" for event in chosen.events)
    kept = f"{others} of its rows said failed or in progress, which stays." if others else ""
    return replace(done, notice=" ".join(filter(None, [done.notice, kept])))


def _logs(events: Sequence[Event]) -> Iterator[_Log]:
    batch: list[Event] = []
    for event in events:
        batch = [event] if event.batch[0] == 1 else [*batch, event]
        if event.batch[0] == event.batch[1] and event.event in _LOGGED:
            yield _Log(tuple(batch), str(batch[0].data.get("source") or ""))


def _is(one: _Log, log: str) -> bool:
    return log == LAST or (one.source != "" and one.source == log.replace("\\", "/").split("/")[-1])


def _none_stands(logs: Sequence[_Log], log: str, state: CampaignState) -> str:
    found = [one for one in logs if one.standing(state)]
    if log == LAST or not found:
        return "There is no logged result to void: none stands."
    names = list(dict.fromkeys(one.source for one in reversed(found) if one.source))
    return (
        f"No result stands that was logged from {log!r}. Those that were came from "
        f"{', '.join(names[:_MOST_LISTED]) or 'files whose names were not recorded'}; log=last "
        "takes the last of them."
    )


_SD = ("log_beta_sd",)


def _of_property(values: Mapping[str, Any], of: Property) -> dict[str, Any]:
    """Return what a correction says of a property other than log β, on the scale that is modelled.

    ``log_beta`` and its sd are given as they were measured.
    """
    foreign = [name for name in (*VALUES[1:], *AT_PH) if values.get(name) is not None]
    if foreign:
        raise CampaignError(f"{', '.join(foreign)}: this campaign is about {of.name}.")
    given, sd = values.get("log_beta"), values.get("log_beta_sd")
    if given is None and sd is not None:
        raise DataError(f"Give the value of {of.name} with its sd: log_beta=… log_beta_sd=….")
    if given is None:
        return {}
    try:
        reading = of.read("log_beta", str(given))
        spread = None if sd is None else of.read("log_beta_sd", str(sd))
    except ValueError as error:
        raise DataError(
            "The correction cannot be used. Nothing was recorded.", [f"{of.column}: {error}"]
        ) from error
    said = {"censoring": values.get("censoring") or reading.censoring}
    return said | of.event_values(reading, spread)


def _values(values: Mapping[str, Any], of: Property) -> dict[str, Any]:
    """Check the new values of a correction, and read those that are text."""
    unknown = sorted(set(values) - set(RESULT_FIELDS))
    if unknown:
        raise CampaignError(
            f"{', '.join(unknown)} cannot be corrected; only {', '.join(RESULT_FIELDS)} can."
        )
    data, problems = dict(values), []
    if not of.is_log_beta:
        data |= _of_property(values, of)
        values = {name: each for name, each in values.items() if name not in (*VALUES, *_SD)}
    for name in QUANTITIES:
        if values.get(name) is None:
            continue
        try:
            given = data[name]
            reading = understand(given) if isinstance(given, str) else Reading(float(given))
            check(name, reading)
            data[name] = reading.value
        except (ValueError, TypeError) as error:
            problems.append(f"{name}: {values[name]!r} — {error}")
            continue
        if name in VALUES:
            data.setdefault("censoring", reading.censoring)
            data |= {} if reading.sd is None else {"log_beta_sd": reading.sd}
    if data.get("date"):
        try:
            data["date"] = checked_date(str(data["date"]))
        except ValueError as error:
            problems.append(f"date: {values['date']!r} — {error}")
    if problems:
        raise DataError("The correction cannot be used. Nothing was recorded.", problems)
    return data
