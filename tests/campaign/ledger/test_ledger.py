import errno
import hashlib
import json
import multiprocessing
import os
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_events import STARTED, canonical, clock, line, measured

from bo_loop.base import files
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.ledger import Ledger, read

ZEROS = "0" * 64


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A ledger of 1 + 2 + 3 events: its folder's files before and after the last append."""
    folder = tmp_path_factory.mktemp("sample")
    ledger = Ledger(folder / "ledger.jsonl", clock=clock)
    ledger.append([STARTED])
    ledger.append([measured("a", 5.0), measured("b", 1e-6, note="µ\u2028n")])
    before = contents(folder)
    ledger.append([("in_progress", {"pair_id": "c"}), ("closed", {}), ("failed", {"pair_id": "e"})])
    return before, contents(folder), ledger.read().events


def contents(folder):
    return {n: (folder / n).read_bytes() for n in ("ledger.jsonl", "ledger.head")}


def put(folder, ledger, head=None):
    (folder / "ledger.jsonl").write_bytes(ledger)
    (folder / "ledger.head").unlink(missing_ok=True)
    if head is not None:
        (folder / "ledger.head").write_bytes(head)
    return folder / "ledger.jsonl"


# ---------------------------------------------------------------- format


def test_a_line_is_canonical_json_with_a_hash_that_anyone_can_compute(path):
    Ledger(path, clock=clock).append([("closed", {"reason": "fertig – µ", "b": 1, "a": [1.5]})])
    body = (
        '{"batch":{"index":1,"size":1},"data":{"a":[1.5],"b":1,"reason":"fertig – µ"},'
        '"event":"closed",%s"prev":"' + ZEROS + '","schema":1,"seq":1,'
        '"time":"2025-01-31T09:00:00Z"}'
    )
    digest = hashlib.sha256((body % "").encode()).hexdigest()
    expected = body % f'"hash":"{digest}",'
    assert path.read_bytes() == expected.encode() + b"\n"


def test_events_are_numbered_and_chained(path):
    ledger = Ledger(path, clock=clock)
    first = ledger.append([STARTED])
    second = ledger.append([measured("a", 5.0), measured("b", 6.0)])
    events = read(path).events
    assert events == first.events + second.events
    assert [e.seq for e in events] == [1, 2, 3]
    assert [e.prev for e in events] == [ZEROS, events[0].hash, events[1].hash]
    assert [e.batch for e in events] == [(1, 1), (1, 2), (2, 2)]
    assert json.loads((path.parent / "ledger.head").read_bytes()) == {
        "seq": 3,
        "hash": events[2].hash,
    }


def test_no_file_and_an_empty_file_hold_no_events(path):
    assert read(path).events == ()
    path.touch()
    assert Ledger(path).read().events == ()


def test_a_ledger_that_cannot_be_read_says_so(path):
    path.mkdir()
    with pytest.raises(CampaignError, match="cannot be read"):
        read(path)


@pytest.mark.parametrize(
    "data",
    [
        {"x": float("nan")},
        {"x": [float("inf")]},
        {"x": {1, 2}},
        {"x": b"bytes"},
        {"x": "\ud800"},
        {2: "b", 10: "a"},
        ["no mapping"],
    ],
)
def test_what_is_not_plain_json_is_refused(path, data):
    with pytest.raises(CampaignError, match=r"'closed' cannot be recorded.*finite numbers"):
        Ledger(path).append([("closed", {}), ("closed", data)])
    assert not path.exists()


def test_an_unknown_event_is_refused(path):
    with pytest.raises(CampaignError, match="Unknown event 'opened'; it must be one of"):
        Ledger(path).append([("opened", {})])
    assert not path.exists()


def test_a_newer_format_is_named(path):
    path.write_bytes(line(schema=2)[0])
    with pytest.raises(CampaignError, match=r"event 1 was written in format 2.*Update bo-loop"):
        read(path)


def test_an_unknown_type_in_the_file_is_named(path):
    path.write_bytes(line(event="renamed")[0])
    with pytest.raises(CampaignError, match="event 1 is of the unknown type 'renamed'"):
        read(path)


def test_unknown_fields_are_tolerated(path):
    path.write_bytes(line(signed_by="K. Sato", data={"colour": "blue"})[0])
    assert read(path).events[0].data == {"colour": "blue"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"seq": 3}, "does not follow"),
        ({"prev": "1" * 64}, "does not follow"),
        ({"batch": {"index": 2, "size": 2}}, "does not belong to the batch"),
        ({"seq": "2"}, "is not an event"),
        ({"schema": "1"}, "is not an event"),
        ({"data": []}, "is not an event"),
        ({"batch": {"index": 1}}, "is not an event"),
        ({"batch": 1}, "is not an event"),
    ],
)
def test_a_line_with_a_right_hash_must_still_follow(path, fields, problem):
    first, digest = line()
    path.write_bytes(first + line(**{"seq": 2, "prev": digest, **fields})[0])
    with pytest.raises(CampaignError, match=rf"line 2 \(event 2\): .*{problem}.*1 to 1 are safe"):
        read(path)


def test_a_batch_that_is_not_whole_is_torn_only_at_the_end(path):
    first, one = line(batch={"index": 1, "size": 2})
    path.write_bytes(first)
    assert (read(path).events, read(path).torn) == ((), first)
    path.write_bytes(first + line(seq=2, prev=one)[0])
    with pytest.raises(CampaignError, match=r"line 2 .*the batch before it, which is not whole"):
        read(path)


# ---------------------------------------------------------------- damage


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_flipped_byte_is_detected(sample, tmp_path_factory, data):
    _, after, events = sample
    content = bytearray(after["ledger.jsonl"])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.getbasetemp()
    with pytest.raises(CampaignError, match=r"Nothing was changed|nothing was changed"):
        read(put(folder, bytes(content), after["ledger.head"]))
    # without the head, the last line alone may pass for torn; never for what was recorded
    path = put(folder, bytes(content))
    try:
        found = read(path)
    except CampaignError as error:
        problem = str(error)
    else:
        assert found.events == events[:3]
        assert found.torn == bytes(content)[-len(found.torn) :] != b""
        return
    n = content[:at].count(b"\n")
    assert f"at line {n + 1} (event {n + 1})" in problem


def test_a_number_written_otherwise_is_detected(sample, tmp_path):
    _, after, _ = sample
    content = after["ledger.jsonl"]
    assert b"1e-06" in content
    with pytest.raises(CampaignError, match=r"line 3 \(event 3\): its bytes do not match its hash"):
        read(put(tmp_path, content.replace(b"1e-06", b"1E-06"), after["ledger.head"]))


def test_damage_in_the_middle_says_what_is_safe_and_changes_nothing(sample, tmp_path):
    _, after, _ = sample
    lines = after["ledger.jsonl"].splitlines(keepends=True)
    cut = b"".join([*lines[:3], lines[3][:40], *lines[4:]])
    path = put(tmp_path, cut, after["ledger.head"])
    for attempt in (lambda: read(path), lambda: Ledger(path).append([measured("z", 1.0)])):
        with pytest.raises(CampaignError) as caught:
            attempt()
        for words in ("line 4 (event 4)", "Events 1 to 3 are safe", "restore", "backup"):
            assert words in str(caught.value)
    assert path.read_bytes() == cut


def test_a_line_without_json_before_a_partial_one_is_damage(sample, tmp_path):
    before, _, _ = sample
    path = put(tmp_path, before["ledger.jsonl"] + b"\x00\x00\n{", before["ledger.head"])
    with pytest.raises(CampaignError, match=r"line 4 \(event 4\): it is not JSON"):
        read(path)


def test_a_wrong_hash_in_the_last_line_is_damage_not_a_torn_line(sample, tmp_path):
    before, after, _ = sample
    path = put(tmp_path, after["ledger.jsonl"].replace(b'"e"', b'"f"'), before["ledger.head"])
    with pytest.raises(CampaignError, match=r"line 6 \(event 6\).*Events 1 to 5 are safe"):
        read(path)


def test_deeply_nested_garbage_is_a_message(path):
    path.write_bytes(b"[" * 100_000 + b"\n{}\n")
    with pytest.raises(CampaignError, match=r"line 1 .*No event can be trusted"):
        read(path)


# ---------------------------------------------------------------- acknowledged events


def test_a_ledger_cut_anywhere_is_told_from_a_torn_one(sample, tmp_path):
    _, after, _ = sample
    content = after["ledger.jsonl"]
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    near_ends = {end + by for end in ends for by in (-2, -1, 0, 1)}
    for length in sorted(
        {*range(0, len(content), 7), *near_ends} - {len(content), len(content) + 1}
    ):
        path = put(tmp_path, content[:length], after["ledger.head"])
        whole = 0 if length < ends[0] else 1 if length < ends[2] else 3
        with pytest.raises(
            CampaignError, match=rf"ends at event {whole}, but event 6 had been recorded.*backup"
        ):
            read(path)


def test_a_lost_ledger_does_not_pass_for_a_new_one(sample, tmp_path):
    path = put(tmp_path, b"", sample[1]["ledger.head"])
    path.unlink()
    with pytest.raises(CampaignError, match="ends at event 0, but event 6 had been recorded"):
        Ledger(path).append([STARTED])
    assert not path.exists()


def test_another_ledger_in_its_place_is_noticed(sample, tmp_path):
    _, after, events = sample
    head = canonical({"seq": 2, "hash": events[2].hash})
    with pytest.raises(CampaignError, match=r"its event 2 is not the one.*on purpose, delete"):
        read(put(tmp_path, after["ledger.jsonl"], head))


@pytest.mark.parametrize("head", [b"", b"[]", b'{"seq":"x","hash":""}', b"\xff"])
def test_a_damaged_head_says_how_to_go_on(sample, tmp_path, head):
    _, after, events = sample
    path = put(tmp_path, after["ledger.jsonl"], head)
    with pytest.raises(CampaignError, match=r"ledger\.head is damaged.*delete ledger\.head"):
        read(path)
    (tmp_path / "ledger.head").unlink()
    assert read(path).events == events


def test_an_old_head_is_enough(sample, tmp_path):
    before, after, events = sample
    path = put(tmp_path, after["ledger.jsonl"], before["ledger.head"])
    assert read(path).events == events


def test_a_head_that_cannot_be_written_does_not_deny_the_events(path, monkeypatch):
    def refuse(*_args):
        raise CampaignError("disk full")

    monkeypatch.setattr(files, "write_view", refuse)
    assert Ledger(path).append([STARTED]).events == read(path).events


# ---------------------------------------------------------------- torn ends


def test_a_torn_end_at_every_byte_is_reported_set_aside_and_never_stops_the_campaign(
    sample, tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # for speed; the crash tests have it
    before, after, events = sample
    kept, whole = before["ledger.jsonl"], after["ledger.jsonl"]
    for length in range(len(kept) + 1, len(whole)):
        path = put(tmp_path, whole[:length], before["ledger.head"])
        found = read(path)
        assert found.events == events[:3]
        assert found.torn == whole[len(kept) : length]
        assert path.read_bytes() == whole[:length]
        appended = Ledger(path, clock=clock).append([measured("z", 9.0)])
        assert appended.set_aside.path.read_bytes() == found.torn
        assert path.read_bytes()[: len(kept)] == kept
        assert read(path).events == (*events[:3], *appended.events)
        assert read(path).torn == b""
        appended.set_aside.path.unlink()


@pytest.mark.parametrize("torn", [b"\x00" * 50 + b"\n", b"\x00", b"garbage\n", b"7\n", b"\n"])
def test_a_last_line_that_is_not_json_is_torn(sample, tmp_path, torn):
    before, _, events = sample
    path = put(tmp_path, before["ledger.jsonl"] + torn, before["ledger.head"])
    assert (read(path).events, read(path).torn) == (events[:3], torn)


def test_setting_aside_tells_the_user_and_overwrites_nothing(sample, tmp_path):
    before, _, _ = sample
    path = put(tmp_path, before["ledger.jsonl"] + b'{"torn', before["ledger.head"])
    (tmp_path / "ledger.torn-20250131T090000Z-1.txt").write_bytes(b"earlier")
    appended = Ledger(path, clock=clock).append([measured("z", 9.0)])
    assert appended.set_aside.path.name == "ledger.torn-20250131T090000Z-2.txt"
    assert (tmp_path / "ledger.torn-20250131T090000Z-1.txt").read_bytes() == b"earlier"
    message = str(appended.set_aside)
    for words in (
        "6 bytes after event 3",
        "ledger.torn-20250131T090000Z-2.txt",
        "1 to 3 are whole",
    ):
        assert words in message
    assert Ledger(path).append([measured("y", 9.0)]).set_aside is None


def test_torn_bytes_are_on_disk_elsewhere_before_they_are_cut(sample, tmp_path, monkeypatch):
    before, _, _ = sample
    path = put(tmp_path, before["ledger.jsonl"] + b"torn", before["ledger.head"])

    def refuse(aside, _content):
        raise CampaignError(f"{aside} could not be written")

    monkeypatch.setattr(files, "write_once", refuse)
    with pytest.raises(CampaignError, match=r"ledger.torn-.* could not be written"):
        Ledger(path).append([measured("z", 9.0)])
    assert path.read_bytes() == before["ledger.jsonl"] + b"torn"


def test_a_full_disk_records_nothing_and_still_tells_what_was_set_aside(
    sample, tmp_path, monkeypatch
):
    before, _, _ = sample
    path = put(tmp_path, before["ledger.jsonl"] + b"torn", before["ledger.head"])
    real = os.write

    def write(file, content):
        if bytes(content).startswith(b'{"batch"'):
            real(file, bytes(content)[:30])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, content)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(
        CampaignError, match=r"(?s)Nothing was recorded.*No space left.*4 bytes after"
    ):
        Ledger(path).append([measured("z", 9.0)])
    assert path.read_bytes() == before["ledger.jsonl"]


def test_a_reader_waits_for_an_append_that_is_under_way(sample, tmp_path, monkeypatch):
    before, after, events = sample
    path = put(tmp_path, after["ledger.jsonl"][:-10], before["ledger.head"])

    @contextmanager
    def finishing(_path, timeout):
        put(tmp_path, after["ledger.jsonl"], after["ledger.head"])
        yield

    monkeypatch.setattr(files, "locked", finishing)
    assert Ledger(path).read().events == events


def test_a_torn_end_is_read_even_where_nothing_can_be_locked(sample, tmp_path, monkeypatch):
    before, _, events = sample
    path = put(tmp_path, before["ledger.jsonl"] + b"torn", before["ledger.head"])

    @contextmanager
    def refused(_path, timeout):
        raise CampaignError("read-only")
        yield

    monkeypatch.setattr(files, "locked", refused)
    assert Ledger(path).read().torn == b"torn"
    assert Ledger(path).read().events == events[:3]


# ---------------------------------------------------------------- transactions


def test_a_transaction_sees_the_events_and_may_decline(path):
    ledger = Ledger(path)
    ledger.append([STARTED])
    content = path.read_bytes()
    seen = []
    assert ledger.transact(lambda events: seen.extend(events) or []).events == ()
    assert [e.event for e in seen] == ["started"]
    with pytest.raises(CampaignError, match="no longer open"):
        ledger.transact(lambda _: (_ for _ in ()).throw(CampaignError("no longer open")))
    assert path.read_bytes() == content
    assert len(ledger.append([measured("a", 1.0)]).events) == 1  # the lock was given back


def append_many(path, name, n):
    ledger = Ledger(path)
    for i in range(n):
        appended = ledger.transact(
            lambda events, i=i: [measured(f"{name}-{i}", len(events) + 1), ("closed", {})]
        )
        assert len(appended.events) == 2


def run_processes(path, n_processes, n_appends):
    fork = multiprocessing.get_context("fork")
    workers = [
        fork.Process(target=append_many, args=(path, str(k), n_appends)) for k in range(n_processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [w.exitcode for w in workers] == [0] * n_processes
    found = read(path)
    assert found.torn == b""
    results = [e for e in found.events if e.event == "measured"]
    expected = {f"{k}-{i}" for k in range(n_processes) for i in range(n_appends)}
    assert {e.data["pair_id"] for e in results} == expected
    assert len(results) == n_processes * n_appends
    # what was decided under the lock still held when it was written
    assert all(e.data["log_beta"] == e.seq for e in results)


def test_processes_append_at_once(path):
    run_processes(path, 4, 25)


@pytest.mark.slow
def test_many_processes_append_at_once(path):
    run_processes(path, 8, 200)


def test_what_was_verified_before_is_verified_again_if_a_byte_of_it_changed(sample, tmp_path):
    _, after, events = sample
    path = put(tmp_path, after["ledger.jsonl"], after["ledger.head"])
    ledger = Ledger(path, clock=clock)
    assert ledger.read().events == events
    changed = bytearray(after["ledger.jsonl"])
    changed[changed.index(b"1e-06")] ^= 1
    path.write_bytes(changed)
    for act in (ledger.read, lambda: ledger.append([("reopened", {})])):
        with pytest.raises(CampaignError, match="damaged at line 3"):
            act()
    path.write_bytes(after["ledger.jsonl"])
    assert ledger.append([("reopened", {})]).events[0].prev == events[-1].hash


def test_only_what_was_added_is_verified_again(path, monkeypatch):
    from bo_loop.campaign.ledger import events as format_of

    ledger = Ledger(path, clock=clock)
    ledger.append([STARTED])
    ledger.append([measured("a", 5.0)])
    ledger.read()
    verified = []
    real = format_of._verified
    monkeypatch.setattr(format_of, "_verified", lambda *a: verified.append(a[0]["seq"]) or real(*a))
    Ledger(path, clock=clock).append([measured("b", 6.0)])
    verified.clear()
    assert len(ledger.read().events) == 3
    assert verified == [3]
