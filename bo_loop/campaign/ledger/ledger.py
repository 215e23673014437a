"""The ledger: an append-only file of events, one a line, chained by hashes.

The format of a line is that of `bo_loop.campaign.ledger.events`; what its data holds is tabled in
`bo_loop.campaign.ledger.state`.

**All or none.** A command's events are one batch, written by one append and one fsync. A batch at
the end of the file that is not whole was never acknowledged; it is *torn*, with whatever partial
line follows it. Torn bytes never stop the reading. The next append first copies them to
``ledger.torn-<UTC>-<n>.txt``, then cuts the ledger to its last whole batch, and says so.

**Nothing acknowledged lost.** A chain cannot see that its end was cut off. So each append leaves,
in ``ledger.head``, the number and hash of the last event it acknowledged. A ledger that ends
before that, or differs there, has been damaged since; it is refused with a message, never taken
for torn. Anything else that does not verify is refused likewise. Nothing is repaired silently.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bo_loop.base import files, received
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.events import (
    EVENT_TYPES,
    SCHEMA,
    BrokenChainError,
    Event,
    LedgerRead,
    NewEvent,
    canonical,
    chain,
    parse,
)


@dataclass(frozen=True)
class SetAside:
    """Torn bytes that an append moved out of the ledger; `str()` tells the user."""

    path: Path
    n_bytes: int
    last_seq: int

    def __str__(self) -> str:
        return (
            f"The ledger ended in an unfinished record ({self.n_bytes} bytes after event "
            f"{self.last_seq}), left by a command that was cut off before it succeeded. It was "
            f"moved to {self.path}; events 1 to {self.last_seq} are whole. If you had just "
            "logged results, check that they are there."
        )


@dataclass(frozen=True)
class Appended:
    """What an append did: the events recorded, and what it had to set aside first, if anything."""

    events: tuple[Event, ...]
    set_aside: SetAside | None


def read(path: Path, known: LedgerRead | None = None) -> LedgerRead:
    """Read and verify a ledger; takes no lock, changes nothing.

    Parameters
    ----------
    path : Path
        The ledger; a missing or empty file holds no events.
    known : LedgerRead, optional
        An earlier read: bytes that have not changed since are not verified again.

    Returns
    -------
    LedgerRead
        The events of all whole batches, and the torn bytes at the end (empty if none).

    Raises
    ------
    CampaignError
        If a line other than a torn last one does not verify, if acknowledged events are missing,
        or if an event was written by a newer program. The message says which event, what is
        safe, and what to do.
    """
    head = _read_head(path)  # before the ledger, which may grow meanwhile
    try:
        content = received.read_bytes(path)
    except FileNotFoundError:
        content = b""
    try:
        found = parse(content, known)
    except BrokenChainError as error:
        raise _damaged(path, error.line, error.problem) from error
    if head is not None:
        _check_head(path, found, *head)
    before = known.events if known else ()
    same = found.events[: len(before)] == before
    for event in found.events[len(before) if same else 0 :]:
        _check_readable(path, event)
    return found


class Ledger:
    """A ledger that can be appended to, by several processes at once.

    Parameters
    ----------
    path : Path
        ``ledger.jsonl`` in an existing folder; created by the first append.
    clock : callable, optional
        Returns the time of events, as an aware datetime.
    lock_timeout : float, optional
        Seconds to wait while other processes append.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lock_timeout: float = 60.0,
    ):
        self.path = path
        self._clock = clock
        self._lock = path.with_suffix(".lock")
        self._lock_timeout = lock_timeout
        self._known = LedgerRead()

    def read(self) -> LedgerRead:
        """Read and verify, as `read`; a torn end is looked at again once appends have finished."""
        found = self._read()
        if not found.torn:
            return found
        with ExitStack() as stack:
            with suppress(CampaignError):  # a read-only folder, a long command: read all the same
                stack.enter_context(files.locked(self._lock, timeout=1.0))
            return self._read()

    def append(self, events: Sequence[NewEvent]) -> Appended:
        """Record events whatever the ledger holds, all or none; see `transact`."""
        return self.transact(lambda _: events)

    def transact(self, decide: Callable[[tuple[Event, ...]], Iterable[NewEvent]]) -> Appended:
        """Record what `decide` makes of the events so far, all or none, under the lock.

        Parameters
        ----------
        decide : callable
            Takes all events so far, returns (type, data) of those to append, perhaps none; it may
            raise to refuse. No other process appends meanwhile.

        Returns
        -------
        Appended
            The events as recorded, on disk; and what was set aside, of which the user must hear.

        Raises
        ------
        CampaignError
            If the lock is held too long, the ledger does not verify, an event is not JSON or of
            no known type, or the disk refuses. Then nothing was recorded.
        """
        with files.locked(self._lock, self._lock_timeout):
            found = self._read()
            lines, events = chain(list(decide(found.events)), found.events, self._now())
            if not events:
                return Appended((), None)
            set_aside = self._set_aside(found) if found.torn else None
            if found.events and not has_head(self.path):
                warnings.warn(
                    f"{_head_path(self.path).name} was missing: if events had been cut off the end "
                    "of the ledger, nothing shows it. bo-loop verify compares the views with it.",
                    stacklevel=3,
                )
            try:
                files.append(self.path, lines)
            except CampaignError as error:
                raise CampaignError(
                    f"Nothing was recorded. {error}\n{set_aside or ''}".rstrip()
                ) from error
            whole = found.verified + lines
            self._known = LedgerRead((*found.events, *events), whole)
            # The events are on disk: failing now would deny them. An old head only knows less.
            with suppress(CampaignError):
                head = {"seq": events[-1].seq, "hash": events[-1].hash}
                files.write_view(_head_path(self.path), canonical(head))
            return Appended(events, set_aside)

    def _read(self) -> LedgerRead:
        self._known = read(self.path, self._known)
        return self._known

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _set_aside(self, found: LedgerRead) -> SetAside:
        aside = files.write_aside(self.path, "torn", found.torn, self._clock())
        files.cut(self.path, self.path.stat().st_size - len(found.torn))
        return SetAside(aside, len(found.torn), len(found.events))


def _damaged(path: Path, number: int, problem: str) -> CampaignError:
    safe = (
        f"Events 1 to {number - 1} are safe; what comes after cannot be trusted."
        if number > 1
        else "No event can be trusted."
    )
    return CampaignError(
        f"{path} is damaged at line {number} (event {number}): {problem}. {safe} "
        "Nothing was changed. Keep a copy of the file as it is, and restore "
        f"{path.name} and {_head_path(path).name} from a backup, or undo the edit that was made "
        "by hand."
    )


def _check_readable(path: Path, event: Event) -> None:
    if event.schema > SCHEMA:
        raise CampaignError(
            f"{path}: event {event.seq} was written in format {event.schema}, and this program "
            f"reads formats up to {SCHEMA}. Update bo-loop to read this campaign."
        )
    if event.event not in EVENT_TYPES:
        raise CampaignError(
            f"{path}: event {event.seq} is of the unknown type {event.event!r}. Its hash is right, "
            "so another program wrote it. Use the version of bo-loop that did."
        )


def has_head(path: Path) -> bool:
    """Return whether the last acknowledged event of a ledger is noted beside it."""
    return _head_path(path).is_file()


def _head_path(path: Path) -> Path:
    return path.with_suffix(".head")


def _read_head(path: Path) -> tuple[int, str] | None:
    head = _head_path(path)
    try:
        content = received.read_bytes(head)
    except FileNotFoundError:
        return None
    try:
        fields = received.read_json(head, content)
        received.require_keys(head, fields, {"seq": int, "hash": str})
    except CampaignError as error:
        raise CampaignError(
            f"{head} is damaged. It names the last event that was acknowledged, so that a cut-off "
            f"ledger is noticed. Compare {path.name} with a backup; if no event is missing, delete "
            f"{head.name}: the next event writes it again."
        ) from error
    return fields["seq"], fields["hash"]


def _check_head(path: Path, found: LedgerRead, seq: int, digest: str) -> None:
    """Refuse a ledger that lacks an event which some command said was recorded."""
    n = len(found.events)
    if n >= seq >= 1 and found.events[seq - 1].hash == digest:
        return
    what = (
        f"it ends at event {n}, but event {seq} had been recorded"
        if n < seq
        else f"its event {seq} is not the one that had been recorded"
    )
    raise CampaignError(
        f"{path} was cut or replaced: {what}. Events 1 to {min(n, seq - 1)} verify; nothing was "
        f"changed. Keep a copy, and restore {path.name} and {_head_path(path).name} from a backup. "
        f"If you put an earlier ledger back on purpose, delete {_head_path(path).name}; what came "
        "after is then given up."
    )
