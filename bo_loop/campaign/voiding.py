"""Void all results of one `log`: a file that was the wrong one, a column that slipped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.events import Event, NewEvent
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.record import Record, Recorded, who

LAST = "last"
_LOGGED = frozenset({"measured", "failed", "in_progress"})
_MOST_LISTED = 10


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
