import hashlib

import pytest

from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.results import rechecked
from bo_loop.campaign.results.refined import RAW, raw_file

CURVE = b"volume_mL,pH\n0,3\n"
NAMED = {"sha256": hashlib.sha256(CURVE).hexdigest(), "name": "curve.csv"}


def measured(seq, **data):
    return Event(seq=seq, event="measured", time="", data={"pair_id": "a", **data})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / RAW).mkdir()
    raw_file(tmp_path, NAMED["sha256"], NAMED["name"]).write_bytes(CURVE)
    return tmp_path


def checks(folder, *events):
    return list(rechecked.refined_again(folder, events))


def test_results_that_were_typed_are_not_looked_at(tmp_path):
    assert checks(tmp_path, measured(1, log_beta=5.0)) == []


def test_one_refinement_of_several_results_is_done_once(folder, monkeypatch):
    done = []
    monkeypatch.setattr(rechecked, "_problem", lambda *given: done.append(given) or "")
    found = checks(folder, *(measured(seq, refined={"curves": [NAMED]}) for seq in (1, 2)))
    assert [(one.what, one.outcome) for one in found] == [
        ("event 1, a", "ok"), ("event 2, a", "ok"),
    ]  # fmt: skip
    assert len(done) == 1


def test_what_is_wrong_fails_and_a_file_that_no_event_names_is_noted(folder, monkeypatch):
    monkeypatch.setattr(rechecked, "_problem", lambda *_: "curve.csv was changed")
    raw_file(folder, "0" * 64, "other.csv").write_bytes(b"")
    failed, note = checks(folder, measured(1, refined={"curves": [NAMED]}))
    assert (failed.outcome, failed.detail) == ("failed", "curve.csv was changed")
    assert note.outcome == "note"
    assert note.what.startswith(f"{RAW}/00000000")


def test_a_raw_file_that_was_changed_is_told(folder):
    raw_file(folder, NAMED["sha256"], NAMED["name"]).write_bytes(b"other")
    (found,) = checks(folder, measured(1, refined={"curves": [NAMED]}))
    assert found.outcome == "failed"
