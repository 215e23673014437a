"""The ledger's format: events as lines of canonical JSON, chained by hashes. No I/O.

A line is canonical JSON (UTF-8, sorted keys, no spaces, no NaN, LF at the end) with the fields

==========  =====================================================================================
seq         1, 2, …
event       its type, one of `EVENT_TYPES`
schema      version of the format, `SCHEMA`; a program reads its own and all earlier ones
time        UTC, ISO 8601, ``2025-01-31T09:00:00Z``
batch       ``{"index": i, "size": k}``: event i of the k that one command recorded
data        what happened; its fields are tabled in `bo_loop.campaign.ledger.state`
prev        hash of the line before, 64 zeros for the first
hash        SHA-256 of the canonical JSON of all the other fields
==========  =====================================================================================

These rules, and those of the hash, hold for every schema version; unknown extra fields are
tolerated and hashed.

A command's events are one batch. A batch at the end that is not whole, with whatever partial line
follows it, is *torn*: the command that wrote it was cut off and never acknowledged it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bo_loop.base.errors import CampaignError
from bo_loop.base.memory import collector_paused
from bo_loop.base.received import DEEPEST, is_deep

SCHEMA = 1
EVENT_TYPES = frozenset(
    {
        "started",
        "proposed",
        "in_progress",
        "measured",
        "failed",
        "corrected",
        "withdrawn",
        "restored",
        "pool_extended",
        "config_changed",
        "renewed",
        "closed",
        "reopened",
    }
)
_FIRST_PREV = "0" * 64
_ENCODE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
_DECODE = json.JSONDecoder().raw_decode

NewEvent = tuple[str, Mapping[str, Any]]
"""An event yet to be recorded: its type and its data."""


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded event; the fields are those of its line."""

    seq: int
    event: str
    time: str
    data: Mapping[str, Any]
    batch: tuple[int, int] = (1, 1)
    schema: int = SCHEMA
    prev: str = ""
    hash: str = ""


class BrokenChainError(Exception):
    """A line of a ledger does not verify: its number, and why."""

    def __init__(self, line: int, problem: str):
        self.line = line
        self.problem = problem
        super().__init__(f"line {line}: {problem}")


@dataclass(frozen=True)
class LedgerRead:
    """What a ledger file holds: its verified events, their bytes, and what is torn at its end."""

    events: tuple[Event, ...] = ()
    verified: bytes = b""
    torn: bytes = b""


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of `fields`.

    Raises
    ------
    ValueError, TypeError, RecursionError
        If they are not plain JSON: NaN, infinity, other objects, unpaired surrogates.
    """
    return _ENCODE(fields).encode("utf-8")


def _digest(line: bytes, stated: str) -> str:
    """Return the hash of a canonical line: of the line without the hash that it states."""
    part = b'"hash":"%s",' % stated.encode()  # the fields prev to time follow
    if line.count(part) == 1:
        return hashlib.sha256(line.replace(part, b"")).hexdigest()
    fields = _json(line) or {}
    del fields["hash"]
    return hashlib.sha256(canonical(fields)).hexdigest()


@collector_paused()
def chain(
    new: Sequence[NewEvent], earlier: Sequence[Event], time: str
) -> tuple[bytes, tuple[Event, ...]]:
    """Return the lines of one batch that follows `earlier`, and the events as they will be read.

    Raises
    ------
    CampaignError
        If an event is of no known type, or its data is not plain JSON.
    """
    lines = []
    events: list[Event] = []
    for index, (kind, data) in enumerate(new, start=1):
        if kind not in EVENT_TYPES:
            raise CampaignError(f"Unknown event {kind!r}; it must be one of {sorted(EVENT_TYPES)}.")
        last = events[-1] if events else earlier[-1] if earlier else None
        fields = {
            "seq": last.seq + 1 if last else 1,
            "event": kind,
            "schema": SCHEMA,
            "time": time,
            "batch": {"index": index, "size": len(new)},
            "data": data,
            "prev": last.hash if last else _FIRST_PREV,
        }
        try:
            before, prev, after = canonical(fields).rpartition(b'"prev":')
            digest = hashlib.sha256(before + prev + after).hexdigest()
            line = b'%s"hash":"%s",%s%s' % (before, digest.encode(), prev, after)
            # what is written must verify when read: number keys, for one, sort otherwise as text
            event = _verified(_json(line) or {}, line, last)
        except (ValueError, TypeError, RecursionError) as error:
            raise CampaignError(
                f"The event {kind!r} cannot be recorded, for its data is not plain JSON "
                f"({error}): only text, finite numbers, true, false, null, lists and mappings "
                "with text keys. Nothing was recorded."
            ) from error
        lines.append(line + b"\n")
        events.append(event)
    return b"".join(lines), tuple(events)


@collector_paused()
def parse(content: bytes, known: LedgerRead | None = None) -> LedgerRead:
    """Read and verify the lines of a ledger.

    Parameters
    ----------
    content : bytes
        The whole file.
    known : LedgerRead, optional
        An earlier read. Where `content` begins with the very bytes verified then, only the lines
        behind them are verified.

    Returns
    -------
    LedgerRead
        The events of all whole batches, and the torn bytes after them.

    Raises
    ------
    BrokenChainError
        At the first line that does not verify, unless it is a torn last one.
    """
    known = known if known and content.startswith(known.verified) else LedgerRead()
    if len(content) == len(known.verified):
        return LedgerRead(known.events, known.verified)
    events = list(known.events)
    n_known, ends = len(events), [len(known.verified)]
    *lines, partial = content[ends[0] :].split(b"\n")
    for number, line in enumerate(lines, start=n_known + 1):
        fields = _json(line)
        if fields is None and number == n_known + len(lines) and not partial:
            break  # not even JSON, and the last: blocks of a line lost in a power cut
        try:
            if fields is None:
                raise ValueError("it is not JSON")
            events.append(_verified(fields, line, events[-1] if events else None))
        except ValueError as error:
            raise BrokenChainError(number, str(error)) from error
        ends.append(ends[-1] + len(line) + 1)
    index, size = events[-1].batch if events else (0, 0)
    whole = len(events) - (index if index < size else 0)
    end = ends[whole - n_known]
    return LedgerRead(tuple(events[:whole]), content[:end], content[end:])


def _json(line: bytes) -> dict[str, Any] | None:
    try:
        text = line.decode("utf-8")
        fields, end = _DECODE(text)
    except (ValueError, RecursionError):
        return None
    return fields if end == len(text) and isinstance(fields, dict) else None


def _verified(fields: Mapping[str, Any], line: bytes, last: Event | None) -> Event:
    """Return the event of a line.

    Raises
    ------
    ValueError
        Why the line cannot follow `last`.
    """
    # counting brackets is cheap, and bounds the depth
    if line.count(b"{") + line.count(b"[") > DEEPEST and is_deep(fields):
        raise ValueError(f"it has more than {DEEPEST} levels")
    try:
        event = _event(fields)
        # `1e-6` and `1E-6` are one number, so the bytes are compared as well as the hash
        if canonical(fields) != line or _digest(line, event.hash) != event.hash:
            raise ValueError("its bytes do not match its hash")
    except UnicodeEncodeError:
        raise ValueError("it is not an event") from None
    if (event.seq, event.prev) != ((last.seq + 1, last.hash) if last else (1, _FIRST_PREV)):
        raise ValueError("it does not follow the line before it")
    unfinished = last is not None and last.batch[0] < last.batch[1]
    if event.batch != (last.batch[0] + 1, last.batch[1]) if unfinished else event.batch[0] != 1:
        raise ValueError("it does not belong to the batch before it, which is not whole")
    return event


def _event(fields: Mapping[str, Any]) -> Event:
    """Return the event that a line's fields state."""
    try:
        batch = fields["batch"]["index"], fields["batch"]["size"]
        event = Event(
            seq=fields["seq"],
            event=fields["event"],
            time=fields["time"],
            data=fields["data"],
            batch=batch,
            schema=fields["schema"],
            prev=fields["prev"],
            hash=fields["hash"],
        )
    except (KeyError, TypeError):
        raise ValueError("it is not an event") from None
    whole = type(event.seq) is type(event.schema) is type(batch[0]) is type(batch[1]) is int
    texts = type(event.event) is type(event.time) is type(event.hash) is str
    if not (whole and texts and type(event.data) is dict):
        raise ValueError("it is not an event")
    return event
