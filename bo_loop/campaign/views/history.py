"""Who did what in a campaign, and what had been predicted at the time. Pure; no I/O."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from bo_loop.base.memory import collector_paused
from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.state import RESULT_FIELDS, CampaignState, ProposedPair, Result
from bo_loop.campaign.pool_rows import Table
from bo_loop.campaign.views.views import own_columns, shown_movers, shown_nearest, shown_result
from bo_loop.data.large_pools import rows_of
from bo_loop.data.property import Property

COLUMNS = ("seq", "time", "who", "event", "pair_id", *PAIR_COLUMNS, "what", "mean", "sd")
_FIRST = COLUMNS.index(PAIR_COLUMNS[0])


@collector_paused()
def history(
    events: Sequence[Event],
    pool: Table,
    state: CampaignState,
    pair_ids: Sequence[str] | None = None,
    last: int | None = None,
) -> list[dict[str, Any]]:
    """Return a row for each event of a ledger, for each pair of a round, oldest first.

    Parameters
    ----------
    events : sequence of Event
        All of a ledger.
    pool : DataFrame or mapping of str to list
        The pairs of the campaign: ``pair_id`` and the pair columns.
    state : CampaignState
        What the events add up to.
    pair_ids : sequence of str, optional
        Only what concerns this pair, which has one for each of several properties; where it was
        proposed, also what was known nearest to it, and what moved its prediction.
    last : int, optional
        Only the rows of so many events at the end.

    Returns
    -------
    list of dict
        ``seq, time, who, event, pair_id``, the pair's own columns, ``what`` (in words), and
        ``mean, sd``: the prediction that stood at the time. ``pair_id`` is empty where no single
        pair is meant; the columns of such a pair, and predictions that were not made, are None.
    """
    rows: list[dict[str, Any]] = []
    past, begin = _Past(state), len(events) - (len(events) if last is None else last)
    for at, event in enumerate(events):
        overrides = past.overrides
        past.follow(event)
        if at < begin:
            continue
        extended = event.event == "pool_extended" and pair_ids is not None
        added = extended and not _added(event).isdisjoint(pair_ids)
        for pair, what in _described(event, overrides, past):
            if pair_ids is None or pair in pair_ids or added:
                context = past.context(event, pair) if pair_ids else ""
                rows.append(_row(event, pair, what + context, past.predicted.get(pair)))
    return _with_columns(rows, pool)


class _Past:
    """What stood after each event of a ledger, followed from the first one on.

    It is read off the state that all of them add up to: nothing is folded again.
    """

    def __init__(self, state: CampaignState):
        self.predicted: dict[str, ProposedPair] = {}
        self.overrides: Mapping[str, Any] = {}
        self._rounds = {made.seq: made for made in state.rounds}
        every = chain(state.results_by_pair.values(), state.voided_by_pair.values())
        self._now = {result.seq: result for result in chain.from_iterable(every)}
        self._corrections: Counter[int] = Counter()
        self.property_of = state.property_of

    def follow(self, event: Event) -> None:
        """Go on to the next event."""
        if event.event == "proposed":
            self.predicted |= {p.pair_id: p for p in self._rounds[event.seq].proposals}
        elif event.event == "config_changed":
            self.overrides = event.data["overrides"]
        elif event.event == "corrected" and not event.data.get("void"):
            self._corrections[event.data["corrects"]] += 1

    def result(self, seq: int, before: int = 0) -> Result:
        """Return the result that event `seq` measured as it stood, or `before` corrections ago."""
        now = self._now[seq]
        return (*now.superseded, now)[self._corrections[seq] - before]

    def context(self, event: Event, pair: str) -> str:
        """Return what was said of a pair when it was proposed."""
        if event.event != "proposed":
            return ""
        made = self.predicted[pair]
        near = (
            f"; nearest known: {shown_nearest(made.nearest, self.property_of(pair).words)}"
            if made.nearest
            else ""
        )
        return near + (f"; moved by {shown_movers(made.movers)}" if made.movers else "")


def _with_columns(rows: Sequence[dict[str, Any]], pool: Table) -> list[dict[str, Any]]:
    """Return rows with the columns of their pairs, in the order of `COLUMNS`."""
    wanted = {row["pair_id"] for row in rows}
    at = rows_of(pool["pair_id"], wanted)
    own = own_columns(pool)
    columns = {name: pool[name] for name in own}
    for row in rows:
        known = at.get(row["pair_id"])
        for name, values in columns.items():
            row[name] = None if known is None else values[known]
    names = [*COLUMNS[:_FIRST], *own, *COLUMNS[_FIRST + len(PAIR_COLUMNS) :]]
    return [{name: row[name] for name in names} for row in rows]


def _row(event: Event, pair: str, what: str, predicted: ProposedPair | None) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "time": event.time,
        "who": event.data.get("by") or event.data.get("operator") or "",
        "event": event.event,
        "pair_id": pair,
        "what": what,
        "mean": predicted.mean if predicted else None,
        "sd": predicted.sd if predicted else None,
    }


def _described(event: Event, overrides: Mapping[str, Any], past: _Past) -> list[tuple[str, str]]:
    """Return pair and words for each row that an event fills; `overrides` held before it."""
    data, kind = event.data, event.event
    if kind == "measured":
        pair = data["pair_id"]
        return [(pair, _measurement(event, past.result(event.seq), past.property_of(pair)))]
    if kind == "proposed":
        return [
            (p["pair_id"], f"round {data['round']}, rank {p['rank']}: {p['reason']}")
            for p in data["proposals"]
        ]
    if kind == "corrected":
        return [_correction(data, past)]
    words = {
        "started": lambda: f"{data['n_observations']} literature values, {data['n_pool']} pairs",
        "pool_extended": lambda: _extension(data),
        "renewed": lambda: f"features by {data['features']}",
        "config_changed": lambda: _settings(data["overrides"], overrides),
    }
    describe = words.get(kind, lambda: data.get("reason") or data.get("note") or "")
    return [(data.get("pair_id", ""), describe())]


def _extension(data: Mapping[str, Any]) -> str:
    text = f"{len(data['pairs'])} pairs from {data.get('source') or '?'}"
    if not data.get("there"):
        return text
    n = len({pair["smiles"] for pair in data["pairs"]})
    return f"{text}, of {n} ligands; in the pool already: {', '.join(data['there'])}"


def _measurement(event: Event, result: Result, of: Property) -> str:
    parts = [shown_result(result, of)]
    parts += [f"replicate {result.replicate}"] if result.replicate > 1 else []
    parts += [text for text in (result.method, result.date, result.note) if text]
    parts += [f"confirmed although {text}" for text in event.data.get("confirmed", [])]
    return "; ".join(parts)


def _correction(data: Mapping[str, Any], past: _Past) -> tuple[str, str]:
    seq = data["corrects"]
    new = past.result(seq)
    of = past.property_of(new.pair_id)
    said = [data["reason"]] if data.get("reason") else []
    said += [f"confirmed although {text}" for text in data.get("confirmed", [])]
    because = "".join(f"; {text}" for text in said)
    if data.get("void"):
        return new.pair_id, f"event {seq} voided: {shown_result(new, of)}{because}"
    old = past.result(seq, before=1)
    changed = [
        f"{of.renamed(name)} {getattr(old, name)} → {getattr(new, name)}"
        for name in RESULT_FIELDS
        if getattr(old, name) != getattr(new, name)
    ]
    return new.pair_id, f"event {seq}: {', '.join(changed) or 'stands again'}{because}"


def _settings(now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """Return what was changed; of the same kind of node, only the options that differ."""
    said = []
    for key, new in now.items():
        old = before.get(key)
        if new == old:
            continue
        if not (isinstance(new, Mapping) and isinstance(old, Mapping)) or _kind(new) != _kind(old):
            said.append(f"{key} = {_shown(new)}")
            continue
        said += [
            f"{key}.{name} = {_shown(value)}"
            for name, value in new.items()
            if value != old.get(name)
        ]
    return "; ".join(said)


def _kind(node: Mapping[str, Any]) -> str:
    return str(node.get("_target_", "")).rpartition(".")[2]


def _shown(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    options = [
        f"{name}={_shown(v)}"
        for name, v in value.items()
        if name != "_target_" and v is not None and v is not False and v != []
    ]
    return f"{_kind(value)}({', '.join(options)})"


def _added(event: Event) -> set[str]:
    return {pair["pair_id"] for pair in event.data["pairs"]}
