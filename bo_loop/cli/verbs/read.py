"""Verbs that only read a record: status and history. They start without pandas and torch."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bo_loop.campaign.views.status import Status
from bo_loop.campaign.views.views import shown_values
from bo_loop.cli.console import CONSOLE, open_record, print_log, print_next
from bo_loop.cli.terminal import course, fields, history_table
from bo_loop.data.property_rows import values


def _best(found: Status) -> str:
    """Return the best results a line each, and how the value came to the best one."""
    best = [found.best] if found.best else found.front
    lines = [f"{shown_values(pair)}, {pair['ligand']}" for pair in best]
    if found.best:
        lines.append(f"{course(found.best_so_far)}  in {len(found.best_so_far)} results")
    return "\n".join(lines)


def status(config: Mapping[str, Any]) -> None:
    """Say where a campaign stands."""
    record = open_record(config)
    found = record.status()
    if config["json"]:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    counts = ", ".join(f"{n} {state}" for state, n in sorted(found.counts.items()))
    properties = record.state().properties
    kinds = "pairs" if len(properties) == 1 else "values of pairs"
    rows = {
        "campaign": f"{found.name}{' (closed)' if found.closed else ''}",
        "literature": f"{found.n_literature} {values(properties)}",
        "pool": f"{found.n_pool} {kinds}: {counts or 'none proposed yet'}",
        "rounds": found.rounds,
    }
    if found.best or found.front:
        rows["best so far"] = _best(found)
    if found.n_not_allowed:
        rows["not allowed"] = f"{found.n_not_allowed} of the results: a constraint is broken"
    CONSOLE.print(fields(rows))
    if found.closed:
        print_next(record, "reopen")
    elif found.pending:
        CONSOLE.print(f"Waiting for {len(found.pending)} results; when they are in, type")
        rounds = enumerate(record.state().rounds, start=1)
        # The last round that asked: of a replicate, an earlier form has the first result.
        asked = {p.pair_id: number for number, made in rounds for p in made.proposals}
        for number in sorted({asked[pair_id] for pair_id in found.pending}):
            form = record.form(number)
            book = form.with_suffix(".xlsx")
            print_log(record, book if book.is_file() else form)
    else:
        print_next(record, "suggest")


def history(config: Mapping[str, Any]) -> None:
    """Show who did what, with the prediction at the time."""
    record = open_record(config)
    rows = record.history_rows(config["pair"])
    if config["json"]:
        print(json.dumps(rows, ensure_ascii=False))
        return
    n = len({row["seq"] for row in rows})
    title = f"{record.path.name}: {n} event{'' if n == 1 else 's'}"
    CONSOLE.print(history_table(rows, title))
