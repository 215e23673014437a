"""Who did what in a campaign, and what had been predicted at the time. Pure; no I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bo_loop.base.memory import collector_paused
from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import grow, own_copy
from bo_loop.campaign.ledger.state import RESULT_FIELDS, CampaignState, Result
from bo_loop.campaign.pool_rows import Table
from bo_loop.campaign.views.views import shown_movers, shown_nearest, shown_result

COLUMNS = ("seq", "time", "who", "event", "pair_id", *PAIR_COLUMNS, "what", "mean", "sd")


@collector_paused()
def history(
    events: Sequence[Event], pool: Table, pair_id: str | None = None
) -> list[dict[str, Any]]:
    """Return a row for each event of a ledger, for each pair of a round, oldest first.

    Parameters
    ----------
    events : sequence of Event
        All of a ledger.
    pool : DataFrame or mapping of str to list
        The pairs of the campaign: ``pair_id`` and the pair columns.
    pair_id : str, optional
        Only what concerns this pair; where it was proposed, also what was known nearest to it, and
        what moved its prediction.

    Returns
    -------
    list of dict
        ``seq, time, who, event, pair_id``, the pair's own columns, ``what`` (in words), and
        ``mean, sd``: the prediction that stood at the time. ``pair_id`` is empty where no single
        pair is meant; the columns of such a pair, and predictions that were not made, are None.
    """
    rows: list[dict[str, Any]] = []
    state = own_copy(CampaignState())
    for event in events:
        overrides = state.overrides
        grow(state, event)
        for row in _rows(event, overrides, state):
            added = event.event == "pool_extended" and pair_id in _added(event)
            if pair_id in (None, row["pair_id"]) or added:
                row["what"] += _context(event, row["pair_id"], state) if pair_id else ""
                rows.append(row)
    return _with_columns(rows, pool)


def latest(
    events: Sequence[Event], n_new: int, state: CampaignState, pool: Table
) -> list[dict[str, Any]]:
    """Return the rows that `history` has of the `n_new` last events, to which `state` adds up."""
    old, new = events[: len(events) - n_new], events[len(events) - n_new :]
    settings = (event for event in reversed(old) if event.event == "config_changed")
    overrides = next((event.data["overrides"] for event in settings), {})
    rows = [row for event in new for row in _rows(event, overrides, state)]
    return _with_columns(rows, pool)


def _with_columns(rows: Sequence[dict[str, Any]], pool: Table) -> list[dict[str, Any]]:
    """Return rows with the columns of their pairs, in the order of `COLUMNS`."""
    wanted = {row["pair_id"] for row in rows}
    at = {pair: row for row, pair in enumerate(pool["pair_id"]) if pair in wanted}
    columns = {name: pool[name] for name in PAIR_COLUMNS}
    for row in rows:
        known = at.get(row["pair_id"])
        for name, values in columns.items():
            row[name] = None if known is None else values[known]
    return [{name: row[name] for name in COLUMNS} for row in rows]


def _rows(
    event: Event, overrides: Mapping[str, Any], after: CampaignState
) -> Iterator[dict[str, Any]]:
    """Yield a row for each pair of an event; `overrides` held before it."""
    for pair, what in _described(event, overrides, after):
        yield _row(event, pair, what, after)


def _row(event: Event, pair: str, what: str, state: CampaignState) -> dict[str, Any]:
    predicted = state.proposals.get(pair)
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


def _context(event: Event, pair: str, after: CampaignState) -> str:
    if event.event != "proposed":
        return ""
    made = after.proposals[pair]
    near = f"; nearest known: {shown_nearest(made.nearest)}" if made.nearest else ""
    return near + (f"; moved by {shown_movers(made.movers)}" if made.movers else "")


def _described(
    event: Event, overrides: Mapping[str, Any], after: CampaignState
) -> list[tuple[str, str]]:
    """Return pair and words for each row that an event fills; `overrides` held before it."""
    data, kind = event.data, event.event
    if kind == "proposed":
        return [
            (p["pair_id"], f"round {data['round']}, rank {p['rank']}: {p['reason']}")
            for p in data["proposals"]
        ]
    if kind == "corrected":
        new = after.result(data["corrects"])
        return [(new.pair_id, _correction(data, new))]
    words = {
        "started": lambda: f"{data['n_observations']} literature values, {data['n_pool']} pairs",
        "measured": lambda: _measurement(event, after),
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


def _measurement(event: Event, after: CampaignState) -> str:
    result = after.result(event.seq)
    parts = [shown_result(result)]
    parts += [f"replicate {result.replicate}"] if result.replicate > 1 else []
    parts += [text for text in (result.method, result.date, result.note) if text]
    parts += [f"confirmed although {text}" for text in event.data.get("confirmed", [])]
    return "; ".join(parts)


def _correction(data: Mapping[str, Any], new: Result) -> str:
    said = [data["reason"]] if data.get("reason") else []
    said += [f"confirmed although {text}" for text in data.get("confirmed", [])]
    because = "".join(f"; {text}" for text in said)
    if data.get("void"):
        return f"event {new.seq} voided: {shown_result(new)}{because}"
    old = new.superseded[-1]
    changed = [
        f"{name} {getattr(old, name)} → {getattr(new, name)}"
        for name in RESULT_FIELDS
        if getattr(old, name) != getattr(new, name)
    ]
    return f"event {new.seq}: {', '.join(changed) or 'stands again'}{because}"


def _settings(now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    changed = [key for key in now if now[key] != before.get(key)]
    return "; ".join(f"{key} = {_shown(now[key])}" for key in changed)


def _shown(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    name = str(value.get("_target_", "")).rpartition(".")[2]
    options = ", ".join(f"{k}={_shown(v)}" for k, v in value.items() if k != "_target_")
    return f"{name}({options})"


def _added(event: Event) -> set[str]:
    return {pair["pair_id"] for pair in event.data["pairs"]}
