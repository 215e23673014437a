"""A ledger of version 1, written once and never changed, opens for ever; a newer one says so."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from sample_events import line

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.ledger import Ledger, read
from bo_loop.campaign.ledger.rules import new_events
from bo_loop.campaign.views.history import history
from bo_loop.campaign.views.views import measurements
from bo_loop.data.observations import PAIR_COLUMNS

V1 = Path(__file__).parents[2] / "data" / "ledger-v1"
A, B, C, D, E = (f"Ni+2:L1:{c * 14}-UHFFFAOYSA-N" for c in "ABCDE")


@pytest.fixture(scope="module")
def events():
    return read(V1 / "ledger.jsonl").events


@pytest.fixture(scope="module")
def pool():
    return pd.DataFrame(
        [("Ni", 2, p[8].lower(), "C", 1, 25.0, 0.1, p) for p in (A, B, C, D, E)],
        columns=[*PAIR_COLUMNS, "pair_id"],
    )


def test_version_1_holds_every_type_of_event(events):
    assert [e.schema for e in events] == [1] * 17
    assert events[-1].hash == "43c8c77bb4bf980760fa5b0afab56e4e58ff90d8f9e3650ded05c557aa138418"
    assert json.loads((V1 / "ledger.head").read_bytes())["hash"] == events[-1].hash
    assert {e.event for e in events} == {
        "started", "proposed", "in_progress", "measured", "failed", "corrected", "withdrawn",
        "restored", "pool_extended", "config_changed", "closed", "reopened",
    }  # fmt: skip


def test_version_1_means_what_it_meant(events):
    state = fold(events)
    assert state.name == "old"
    assert state.states == {A: "measured", B: "measured", C: "failed", D: "pending", E: "withdrawn"}
    assert [(r.pair_id, r.log_beta, r.log_beta_sd, r.censoring) for r in state.results] == [
        (A, 7.5, 0.05, "none"),
        (B, 20.0, None, "lower"),
    ]
    assert state.results[0].superseded[0].log_beta == 7.25
    assert [(r.seq, r.log_beta, r.replicate) for r in state.voided] == [(8, 7.375, 2)]
    assert [(r.number, r.seen, r.overrides) for r in state.rounds] == [
        (1, 1, {}),
        (2, 13, {"batch_size": 2}),
    ]
    assert state.rounds[0].proposals[1].mean == 6.5
    assert state.overrides["acquisition"]["beta"] == 4.0
    assert state.choices == {"acquisition": "ucb"}
    assert [p["pair_id"] for p in state.added_pairs] == [E]
    assert state.closed_seq == 0


def test_version_1_can_be_told_and_shown(events, pool):
    told = history(events, pool, fold(events))
    assert len(told) == 20
    assert told[-1]["who"] == "Kei"
    assert told[7]["what"] == "event 3: log_beta 7.25 → 7.5; typing error"
    assert measurements(fold(events), pool)["mean"].tolist() == [7.5, 6.5]


def test_version_1_goes_on(events, tmp_path):
    for name in ("ledger.jsonl", "ledger.head"):
        shutil.copy(V1 / name, tmp_path / name)
    ledger = Ledger(tmp_path / "ledger.jsonl")
    result = {
        "pair_id": D,
        "log_beta": 6.5,
        "censoring": "none",
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
    ledger.transact(lambda found: new_events(fold(found), [("measured", result)])[0])
    assert ledger.read().events[:17] == events
    assert fold(ledger.read().events).state_of(D) == "measured"


def test_a_newer_ledger_says_what_to_do(tmp_path, events):
    content = (V1 / "ledger.jsonl").read_bytes()
    newer, _ = line(seq=18, schema=2, prev=events[-1].hash)
    (tmp_path / "ledger.jsonl").write_bytes(content + newer)
    with pytest.raises(CampaignError, match=r"event 18 was written in format 2.*Update bo-loop"):
        Ledger(tmp_path / "ledger.jsonl").read()
