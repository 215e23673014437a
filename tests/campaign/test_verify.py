"""Whatever no longer follows from the record is noticed."""

import json
import os

import pandas as pd
import pytest
from japanese import expect_warning
from small_campaign import results

from bo_loop.base import files
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.campaign import Campaign


@pytest.fixture
def campaign(small):
    """A round of two, one of them measured; its model is not recomputed."""
    return small


def outcomes(campaign):
    return {c.what: (c.outcome, c.detail) for c in campaign.verify().checks if c.outcome != "ok"}


def test_a_campaign_that_holds(campaign):
    found = campaign.verify()
    assert {check.what for check in found.checks} == {
        "ledger", "campaign.yaml", "observations.parquet", "pool.parquet", "features.json",
        "rounds/001/proposals.csv", "rounds/001/proposals.xlsx", "rounds/001/model.json",
        "measurements.csv", "round 1",
    }  # fmt: skip
    assert found.failures == ()


@pytest.mark.parametrize(
    "name", ["campaign.yaml", "observations.parquet", "pool.parquet", "features.json"]
)
def test_a_changed_or_missing_sealed_file(campaign, name):
    path = campaign.path / name
    path.write_bytes(path.read_bytes() + b" ")
    assert outcomes(campaign)[name][0] == "failed"
    path.unlink()
    assert "cannot be read" in outcomes(campaign)[name][1]


def test_a_view_changed_by_hand_is_noticed_and_not_trusted(campaign, tmp_path):
    path = campaign.path / "measurements.csv"
    honest = path.read_bytes()
    path.write_bytes(honest.replace(b"9.5", b"19.5"))
    assert outcomes(campaign) == {
        "measurements.csv": ("failed", "shows results that the ledger does not have: event 3")
    }
    assert campaign.measurements()["log_beta"].tolist() == [9.5]
    with pytest.warns(UserWarning, match=r"does not have \(event 3\); it was kept as"):
        campaign.suggest()
    assert path.read_bytes() == honest
    path.write_bytes(honest.replace(b"ligand A", b"ligand B"))
    assert outcomes(campaign)["measurements.csv"] == (
        "failed",
        "is not what the ledger says: it was changed by hand",
    )


def test_a_view_that_is_behind_is_told_from_one_that_was_changed(campaign, tmp_path):
    path = campaign.path / "measurements.csv"
    old = path.read_bytes()
    campaign.log(results(tmp_path, {"B": "10"}))
    path.write_bytes(old)
    assert outcomes(campaign)["measurements.csv"] == (
        "note",
        "is behind the ledger; the next command brings it up to date",
    )
    path.unlink()
    assert outcomes(campaign)["measurements.csv"][0] == "note"


def test_the_last_view_on_disk_is_never_behind(campaign, tmp_path, monkeypatch):
    """Another process records and writes its view between our reading and our writing."""
    real, raced = files.write_view, []

    def overtaken(path, content):
        if path.name == "measurements.csv" and not raced:
            raced.append(True)
            Campaign(campaign.path).log(results(tmp_path, {"E": "10"}, "other.csv"))
        real(path, content)

    monkeypatch.setattr(files, "write_view", overtaken)
    campaign.log(results(tmp_path, {"B": "10"}))
    assert raced
    assert outcomes(campaign) == {}


def test_a_changed_model_file(campaign):
    path = campaign.form(1).with_name("model.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["hyperparameters"]["noise"] = 0.1
    path.write_text(json.dumps(content), encoding="utf-8")
    assert outcomes(campaign)["rounds/001/model.json"][0] == "failed"


def edited(campaign, change, **how):
    form = campaign.form(1)
    frame = pd.read_csv(form, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    change(frame).to_csv(form, index=False, **how)
    return outcomes(campaign)


@pytest.mark.parametrize(
    "written",
    [{"encoding": "utf-8-sig"}, {"sep": ";", "encoding": "cp932"}, {"sep": "\t"}],
)
def test_the_labs_own_work_in_the_form_is_not_compared(campaign, written):
    def worked(frame):
        frame["log_beta"], frame["note"], frame["own column"] = "12,3", "濁り", "x"
        frame["predicted_log_beta"] = "10.0"
        return frame.iloc[::-1]

    with expect_warning(written.get("encoding")):
        assert edited(campaign, worked, **written) == {}


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("predicted_log_beta", "11", "predicted_log_beta of Ni+2:L1:A is '11', not '10'"),
        ("metal", "Cu", "metal of Ni+2:L1:A is 'Cu', not 'Ni'"),
        ("pair_id", "Ni+2:L1:F", "does not hold the pairs of the round"),
    ],
)
def test_our_columns_in_the_form_are_compared(campaign, column, value, words):
    def changed(frame):
        frame.loc[0, column] = value
        return frame

    outcome, detail = edited(campaign, changed)["rounds/001/proposals.csv"]
    assert outcome == "failed"
    assert words in detail


def test_a_form_without_our_columns_or_rows(campaign):
    assert "lacks our columns" in str(edited(campaign, lambda f: f.drop(columns="metal")))
    campaign.form(1).write_bytes(b"\0")
    assert "cannot be read" in outcomes(campaign)["rounds/001/proposals.csv"][1]


def test_a_torn_end_is_a_note(campaign):
    with (campaign.path / "ledger.jsonl").open("ab") as file:
        file.write(b'{"batch"')
    assert outcomes(campaign)["ledger"] == (
        "note",
        "3 events, each follows; 8 unfinished bytes at its end",
    )


# ------------------------------------------------------------------ damage, as a user meets it


def test_a_flipped_byte_names_the_event_and_what_is_safe(campaign):
    path = campaign.path / "ledger.jsonl"
    content = bytearray(path.read_bytes())
    content[content.index(b"9.5")] ^= 1
    path.write_bytes(content)
    for act in (campaign.verify, campaign.status, lambda: Campaign(campaign.path)):
        with pytest.raises(CampaignError, match=r"damaged at line 3.*Events 1 to 2 are safe"):
            act()


def test_a_ledger_cut_in_the_middle_names_what_is_missing(campaign):
    path = campaign.path / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    with pytest.raises(CampaignError, match=r"ends at event 2, but event 3 had been recorded"):
        campaign.verify()


def no_space(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("write", "Nothing was recorded.*No space left on device"),
        ("fsync", "No space left on device.*The command did not succeed"),
    ],
)
def test_a_full_disk_records_nothing_and_says_so(campaign, tmp_path, monkeypatch, call, words):
    table = results(tmp_path, {"B": "10"})
    before = (campaign.path / "ledger.jsonl").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, no_space)
        for act in (lambda: campaign.log(table), campaign.close, campaign.suggest):
            with pytest.raises(CampaignError, match=words):
                act()
    assert (campaign.path / "ledger.jsonl").read_bytes() == before
    assert len(campaign.log(table).recorded) == 1


def test_a_full_disk_after_the_event_does_not_deny_it(campaign, tmp_path, monkeypatch):
    """The view cannot be written; the results are recorded all the same, and it is said."""
    table = results(tmp_path, {"B": "10"})

    def full(path, content):
        raise CampaignError(f"{path} could not be written (No space left on device).")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_view", full)
        with pytest.warns(
            UserWarning, match=r"^Recorded in the ledger, but a view of it could not be written"
        ):
            assert len(campaign.log(table).recorded) == 1
    assert outcomes(campaign)["measurements.csv"][0] == "note"
    campaign.suggest()
    assert outcomes(campaign) == {}


def test_a_read_only_folder_can_be_read_and_refuses_the_rest(campaign, tmp_path, monkeypatch):
    table = results(tmp_path, {"B": "10"})
    real = os.open

    def read_only(path, flags, *rest, **more):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", read_only)
    reader = Campaign(campaign.path)
    assert reader.status().rounds == 1
    assert len(reader.history()) == 4
    assert reader.verify().failures == ()
    with pytest.raises(CampaignError, match=r"Permission denied.*mend the permissions"):
        reader.log(table)


# ------------------------------------------------------------------ rounds, with a real model
