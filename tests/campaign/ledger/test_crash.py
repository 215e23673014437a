"""Kill -9 at every write, fsync, rename, cut, link and unlink of an append, and within writes.

A child, forked after import, counts its calls into the system and kills itself at one of them.
The parent then opens the ledger as anyone would, and goes on.
"""

import os
import shutil
import signal

import pytest
from faults import NEVER, in_child, kill_at
from sample_events import STARTED, clock, measured

from bo_loop.campaign.ledger.ledger import Ledger, read

BATCH = [measured(p, 5.0 + i) for i, p in enumerate("abcdef")]


def nothing(path):
    pass


def recorded(path):
    Ledger(path, clock=clock).append([STARTED])
    Ledger(path, clock=clock).append([measured("x", 1.0), measured("y", 2.0)])


def recorded_and_torn(path):
    recorded(path)
    with path.open("ab") as file:
        file.write(b'{"batch":{"index":1,"size":3},"da')


def append_in_child(path, target, how):
    """Append BATCH in a child that dies at `target`; return its status and what it said."""
    return in_child(
        lambda: Ledger(path, clock=clock, lock_timeout=5.0).append(BATCH),
        lambda: kill_at(target, how),
    )


def check_after_kill(path, before):
    """All or none of the batch; then life goes on, and no byte is lost."""
    found = read(path)
    assert found.events[: len(before)] == before
    new = found.events[len(before) :]
    assert [dict(e.data) for e in new] in ([], [data for _, data in BATCH])
    appended = Ledger(path, clock=clock, lock_timeout=5.0).append([measured("next", 9.0)])
    after = read(path)
    assert after.events == (*found.events, *appended.events)
    assert after.torn == b""
    aside = [p.read_bytes() for p in path.parent.glob("ledger.torn-*.txt")]
    assert found.torn == b"" or found.torn in aside
    leftovers = {p.name for p in path.parent.iterdir() if not p.name.startswith(".tmp-")}
    known = {"ledger.jsonl", "ledger.head", "ledger.lock"}
    assert {n for n in leftovers if not n.startswith("ledger.torn-")} == known
    return bool(new), aside


@pytest.mark.filterwarnings("ignore:ledger.head was missing:UserWarning")  # killed before it
@pytest.mark.parametrize(
    ("prepare", "at_least"), [(nothing, 20), (recorded, 20), (recorded_and_torn, 40)]
)
def test_a_kill_at_any_instant_leaves_all_or_none(tmp_path, prepare, at_least):
    template, rehearsal = tmp_path / "template", tmp_path / "rehearsal"
    template.mkdir()
    prepare(template / "ledger.jsonl")
    start = read(template / "ledger.jsonl")
    shutil.copytree(template, rehearsal)
    status, said = append_in_child(rehearsal / "ledger.jsonl", NEVER, "before")
    assert status == 0
    outcomes = []
    for target in range(1, int(said) + 1):
        for how in ("before", "half", "after"):
            folder = tmp_path / f"{target}-{how}"
            path = shutil.copytree(template, folder) / "ledger.jsonl"
            status, said = append_in_child(path, target, how)
            assert os.WTERMSIG(status) == signal.SIGKILL
            assert said == b""
            recorded_all, aside = check_after_kill(path, start.events)
            assert start.torn == b"" or start.torn in aside
            outcomes.append(recorded_all)
    assert len(outcomes) >= at_least  # together well above 60 kills
    assert set(outcomes) == {False, True}
    assert outcomes == sorted(outcomes)  # once it is recorded, it stays so


def test_what_was_acknowledged_is_there_whatever_comes_next(tmp_path):
    """A command that returned is never undone by a later one that is killed."""
    path = tmp_path / "ledger.jsonl"
    status, said = append_in_child(path, NEVER, "before")
    assert status == 0
    acknowledged = read(path).events
    assert len(acknowledged) == len(BATCH)
    for target in range(1, int(said) + 1):
        append_in_child(path, target, "half")
        assert read(path).events[: len(BATCH)] == acknowledged
