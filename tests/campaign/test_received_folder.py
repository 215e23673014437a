"""A campaign's folder that came from somebody else."""

import json
import time

import pandas as pd
import pytest
import small_campaign
from hostile import BOMB, ledger_lines, rehashed, write_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_campaign import cheapen, results

from bo_loop.base.errors import BoLoopError, CampaignError
from bo_loop.campaign.campaign import Campaign


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    """A round of two, one of them measured."""
    cheapen(monkeypatch)
    return small_campaign.measured(tmp_path)


PLACES = [
    "ledger.lock.holder", "ledger.lock", "ledger.head", "ledger.jsonl", "measurements.csv",
    "campaign.yaml", "pool.parquet", "report.html", "rounds", "rounds/001", "rounds/002",
    "rounds/001/proposals.csv", "rounds/001/proposals.xlsx", "rounds/001/model.json",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_link_in_a_campaign_stops_every_verb_and_destroys_nothing(campaign, tmp_path, place):
    thesis, table = tmp_path / "thesis", results(tmp_path, {"B": "10"}, "more.csv")
    there = campaign.path / place
    if there.is_dir():
        there.rename(thesis)
    else:
        thesis.write_bytes(there.read_bytes() if there.exists() else b"five years of work")
        there.unlink(missing_ok=True)
    before = contents(tmp_path)
    there.symlink_to(thesis)
    acts = [lambda: Campaign(campaign.path)]
    acts += [lambda: campaign.log(table), campaign.suggest, campaign.close]  # opened before
    for act in acts:
        with pytest.raises(CampaignError, match=r"is a link.*Nothing was read or changed"):
            act()
    there.unlink()
    assert contents(tmp_path) == before


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ------------------------------------------------------------------ with hashes that agree


def acts(path, tmp_path):
    """What a reader of the folder may do; each opens it."""
    table = results(tmp_path, {"B": "10"}, "more.csv")
    return {
        "status": lambda: Campaign(path).status(),
        "history": lambda: Campaign(path).history(),
        "verify": lambda: Campaign(path).verify(),
        "log": lambda: Campaign(path).log(table),
        "settings": lambda: Campaign(path).settings(Campaign(path).state()),
        "suggest": lambda: Campaign(path).suggest(),
    }


def outcomes(path, tmp_path):
    """Return the error of each act; any but a BoLoopError is a bug of ours."""
    found = {}
    for name, act in acts(path, tmp_path).items():
        try:
            act()
        except BoLoopError as error:
            found[name] = str(error)
    return found


SEALED = {
    "bomb": ("campaign.yaml", BOMB),
    "broken YAML": ("campaign.yaml", b"a: b: c"),
    "no keys": ("campaign.yaml", b"choices: {}\n"),
    "other kinds": ("campaign.yaml", b"choices: {}\nconfig: {batch_size: x}\n"),
    "no pool": ("pool.parquet", b"PAR1garbagePAR1"),
    "no literature": ("observations.parquet", b""),
}


@pytest.mark.parametrize(("name", "content"), SEALED.values(), ids=SEALED)
def test_a_sealed_file_that_is_not_ours_is_one_error(campaign, tmp_path, name, content):
    rehashed(campaign.path, name, content)
    begun = time.process_time()
    found = outcomes(campaign.path, tmp_path)
    assert time.process_time() - begun < 10.0
    assert any(
        f"{name} is damaged, or was not written by bo-loop" in text for text in found.values()
    )


def test_a_pool_of_other_columns_is_one_error(campaign, tmp_path):
    pool = campaign.pool
    for changed in (pool.drop(columns="metal"), pool.assign(charge="2"), pd.concat([pool, pool])):
        changed.to_parquet(campaign.path / "pool.parquet", index=False)
        rehashed(campaign.path, "pool.parquet", None)
        assert "pool.parquet is damaged" in outcomes(campaign.path, tmp_path)["history"]


ODD = [None, "x", -1, 10**25, 1.5, [], {}, [[]], {"a": {"b": []}}, "[/b]\x1b[2J", True]


@pytest.mark.filterwarnings("ignore:measurements.csv showed results:UserWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_event_of_any_content_is_read_or_one_error(campaign, tmp_path, data):
    """Hashes that agree, and anything else in a field of an event, at any depth."""
    original = (campaign.path / "ledger.jsonl").read_bytes()
    try:
        events = [json.loads(one) for one in ledger_lines(campaign.path)]
        spot = data.draw(st.sampled_from(events))["data"]
        while True:
            keys = sorted(spot) if isinstance(spot, dict) else range(len(spot))
            key = data.draw(st.sampled_from(list(keys)))
            inner = spot[key]
            if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
                spot = inner
                continue
            spot[key] = data.draw(st.sampled_from(ODD))
            break
        write_events(campaign.path, events)
        outcomes(campaign.path, tmp_path)
    finally:
        for each in campaign.path.glob("rounds/*/*"):
            if each.parent.name != "001":
                each.unlink()
        (campaign.path / "ledger.jsonl").write_bytes(original)


# ------------------------------------------------------------------ what verify finds


def failures(campaign):
    return {check.what: check.detail for check in Campaign(campaign.path).verify().failures}


def test_a_cut_ledger_without_a_head_does_not_pass(campaign, tmp_path):
    """Nor does the next command destroy what still shows the lost result."""
    path = campaign.path
    (path / "ledger.jsonl").write_bytes(
        b"".join(x + b"\n" for x in ledger_lines(campaign.path)[:1])
    )
    (path / "ledger.head").unlink()
    found = failures(campaign)
    assert "is missing" in found["ledger.head"]
    assert "event 3" in found["measurements.csv"]
    assert "does not have this round" in found["rounds/001"]
    view = (path / "measurements.csv").read_bytes()
    with pytest.warns(UserWarning, match="ledger") as warned:
        Campaign(path).log(results(tmp_path, {"C": "9"}, "c.csv"))
    said = [str(each.message) for each in warned]
    assert any("ledger.head was missing" in text for text in said)
    assert any("showed results that the ledger does not have (event 3)" in text for text in said)
    (aside,) = path.glob("measurements.set-aside-*.csv")
    assert aside.read_bytes() == view
    assert "rounds/001" in failures(campaign)


def test_a_head_alone_that_is_missing_is_a_finding(campaign):
    assert failures(campaign) == {}
    (campaign.path / "ledger.head").unlink()
    assert list(failures(campaign)) == ["ledger.head"]


def test_a_round_that_nobody_recorded_is_a_finding(campaign):
    (campaign.path / "rounds" / "002").mkdir()
    (campaign.path / "rounds" / "notes of the lab").mkdir()
    assert failures(campaign) == {"rounds/002": "the ledger does not have this round"}
