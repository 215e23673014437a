"""Are results that were refined from curves what these curves say? Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bo_loop.base import received
from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.results.refined import RAW, raw_file

_AGREES = 1e-6


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    what : str
        "ledger", a file, "round 1".
    outcome : {"ok", "note", "failed"}
        A note is something to know that breaks no promise.
    detail : str
        What was found.
    """

    what: str
    outcome: str
    detail: str


def refined_again(folder: Path, events: Sequence[Event]) -> Iterator[Check]:
    """Hash the raw files that events name, and refine again what was refined from them.

    Parameters
    ----------
    folder : Path
        The campaign's.
    events : sequence of Event
    """
    named: set[str] = set()
    done: dict[str, str] = {}
    for event in events:
        refined = event.data.get("refined") if event.event == "measured" else None
        if not refined:
            continue
        of_files = [*refined["curves"], *refined.get("cells", [])]
        named |= {raw_file(folder, one["sha256"], one["name"]).name for one in of_files}
        key = repr(refined)
        if key not in done:
            done[key] = _problem(folder, refined)
        what = f"event {event.seq}, {event.data['pair_id']}"
        fine = f"{', '.join(one['name'] for one in refined['curves'])} refined again: as recorded"
        yield Check(what, "failed" if done[key] else "ok", done[key] or fine)
    raw = folder / RAW
    held = sorted(path.name for path in raw.iterdir()) if raw.is_dir() else []
    for name in held:
        if name not in named:
            yield Check(
                f"{RAW}/{name[:8]}…{Path(name).suffix}",
                "note",
                "no event names it: was a command cut off?",
            )


def _problem(folder: Path, refined: Mapping[str, Any]) -> str:
    """Say what is wrong with a refinement's files or result; "" if nothing is."""
    from bo_loop.lab.titration.refine import digest, refit

    read: dict[str, list[tuple[Path, bytes]]] = {}
    for kind in ("curves", "cells"):
        for one in refined.get(kind, []):
            path = raw_file(folder, one["sha256"], one["name"])
            try:
                content = received.read_bytes(path)
            except FileNotFoundError:
                return f"{RAW}/{path.name} ({one['name']}) is missing"
            except BoLoopError as error:
                return str(error)
            if digest(content) != one["sha256"]:
                return f"{RAW}/{path.name} ({one['name']}) was changed: its SHA-256 is another"
            read.setdefault(kind, []).append((Path(one["name"]), content))
    try:
        found = refit(read["curves"], read.get("cells", []), refined["species"], refined["fixed"])
    except BoLoopError as error:
        return f"it cannot be refined again: {error}"
    for name, stated in refined["log_beta"].items():
        again = found.get(name, (float("nan"), float("nan")))
        if not all(abs(a - b) <= _AGREES for a, b in zip(again, stated, strict=True)):
            return (
                f"refined again, log β of {name} is {again[0]:.6f} ± {again[1]:.6f}, not "
                f"{stated[0]:.6f} ± {stated[1]:.6f}"
            )
    return ""
