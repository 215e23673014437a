"""The verbs that change a campaign after the fact, and the telling of it."""

import getpass
import re

import pandas as pd
import pytest
import small_campaign
from small_campaign import cheapen, pairs, results

from bo_loop.base.errors import CampaignError, ConfigError, DataError
from bo_loop.campaign import extension
from bo_loop.campaign.campaign import Campaign

A, B, C, D = (f"Ni+2:L1:{c}" for c in "ABCD")
UCB = {"_target_": "bo_loop.acquisition.UCB", "beta": 4.0}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("amended")
    with pytest.MonkeyPatch.context() as patch:
        cheapen(patch)
        campaign = small_campaign.start(folder)
        campaign.suggest(operator="Kei")
        campaign.log(
            results(folder, {"A": "9.5", "B": ""}, status=["", "failed"], note=["", "turbid"]),
            operator="Ada",
            method="potentiometry",
            date="2025-01-31",
        )
    return campaign


@pytest.fixture
def campaign(template, tmp_path, monkeypatch):
    """Events: 1 started, 2 proposed A and B, 3 measured A 9.5, 4 failed B."""
    cheapen(monkeypatch)
    return small_campaign.copy(template, tmp_path / "small")


def last(campaign):
    return campaign.record.ledger.read().events[-1]


def test_log_states_who_how_and_when(campaign):
    measured, failed = campaign.record.ledger.read().events[2:]
    for event in (measured, failed):
        assert event.data["operator"] == "Ada"
        assert event.data["method"] == "potentiometry"
        assert event.data["date"] == "2025-01-31"
    assert failed.data["note"] == "turbid"


def test_whoever_says_nothing_is_the_login_name(campaign):
    campaign.withdraw(C)
    assert last(campaign).data["operator"] == getpass.getuser()
    campaign.restore(C, operator="")
    assert "operator" not in last(campaign).data


def test_a_correction_keeps_both_values(campaign):
    done = campaign.correct(3, log_beta="12,5 ± 0.1", reason="typing", by="Kei")
    assert last(campaign).data == {
        "corrects": 3,
        "log_beta": 12.5,
        "log_beta_sd": 0.1,
        "censoring": "none",
        "reason": "typing",
        "by": "Kei",
    }
    assert campaign.measurements()["log_beta"].tolist() == [12.5]
    assert "12.5" in (campaign.path / "measurements.csv").read_text(encoding="utf-8-sig")
    assert done.recorded["what"].tolist() == [
        "event 3: log_beta 9.5 → 12.5, log_beta_sd None → 0.1; typing"
    ]
    assert campaign.correct(3, log_beta=12.5).recorded.empty  # it says so already


def test_a_correction_to_a_bound_and_back(campaign):
    campaign.correct(3, log_beta=">20", confirm=True)
    assert campaign.measurements()["censoring"].tolist() == ["lower"]
    campaign.correct(3, log_beta=19.5, confirm=True)
    assert campaign.measurements()["censoring"].tolist() == ["none"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"log_beta": 14.1}, "event 3, Ni+2:L1:A: 14.1 where 10.00 ± 1.00 was predicted, 4.1 sd"),
        ({"log_beta": ">20"}, "10.0 sd away"),
        ({"log_beta": 23.0}, "is it ln β? log10 β would be 9.99"),
    ],
)
def test_a_doubtful_correction_is_to_be_confirmed_as_in_log(campaign, values, words):
    before = campaign.state().seq
    with pytest.raises(CampaignError, match=re.escape(words)) as caught:
        campaign.correct(3, **values)
    assert "confirm=true" in str(caught.value)
    assert campaign.state().seq == before
    told = campaign.correct(3, **values, confirm=True).recorded["what"].iloc[0]
    assert words.rpartition(": ")[2] in told
    assert "confirmed although" in told
    assert len(last(campaign).data["confirmed"]) == 1
    # what is confirmed stands: a note about it asks nothing, nor does the same value again
    assert len(campaign.correct(3, note="checked twice").recorded) == 1
    assert campaign.correct(3, **values).recorded.empty
    assert campaign.verify().failures == ()


def test_a_correction_is_held_against_the_constants_of_other_n(tmp_path, monkeypatch):
    cheapen(monkeypatch, pd.concat([pairs("A"), pairs("A", n_ligands=2)], ignore_index=True))
    campaign = small_campaign.start(tmp_path)
    campaign.log(results(tmp_path, {"A": "8.5"}))
    path = tmp_path / "second.csv"
    path.write_text("pair_id,log_beta\nNi+2:L2:A,14.5\n", encoding="utf-8")
    campaign.log(path)
    with pytest.raises(CampaignError, match="log β2 6 below log β1 8"):
        campaign.correct(3, log_beta=6.0)
    campaign.correct(3, log_beta=14.0)


@pytest.mark.parametrize("date", ["2999-01-01", "2025-02-31", "1899-12-30", "last week"])
def test_a_correction_takes_no_date_that_cannot_be_right(campaign, date):
    with pytest.raises(DataError, match=f"date: '{date}'"):
        campaign.correct(3, date=date)
    campaign.correct(3, date="2025-02-01")
    assert campaign.measurements()["date"].tolist() == ["2025-02-01"]


def test_a_stated_sd_can_be_taken_back(campaign):
    campaign.correct(3, log_beta_sd=0.2)
    campaign.correct(3, log_beta_sd=None)
    assert campaign.measurements()["log_beta_sd"].isna().all()


def test_a_voided_result_does_not_stand(campaign):
    campaign.correct(3, void=True, reason="wrong buffer")
    assert campaign.measurements().empty
    assert campaign.state().state_of(A) == "pending"
    assert (campaign.path / "measurements.csv").read_text(encoding="utf-8-sig").count("\n") == 1


@pytest.mark.parametrize(
    ("event", "values", "error", "words"),
    [
        (2, {"log_beta": 5}, CampaignError, "Event 2 is not a measurement"),
        (9, {"log_beta": 5}, CampaignError, "Event 9 does not exist"),
        (3, {}, CampaignError, "either voids it or gives new values"),
        (3, {"log_beta": 75}, DataError, "between −10 and 60"),
        (3, {"log_beta": "n.d."}, DataError, "no value"),
        (3, {"log_beta_sd": "-1"}, DataError, "0 or more"),
        (3, {"pair_id": B}, CampaignError, "pair_id cannot be corrected"),
    ],
)
def test_corrections_that_cannot_be_made(campaign, event, values, error, words):
    before = (campaign.path / "ledger.jsonl").read_bytes()
    with pytest.raises(error, match=words):
        campaign.correct(event, **values)
    assert (campaign.path / "ledger.jsonl").read_bytes() == before


def test_a_withdrawn_pair_is_not_proposed_until_restored(campaign):
    campaign.withdraw(C, reason="out of stock")
    assert campaign.suggest(batch_size=1)["pair_id"].tolist() == [D]
    campaign.restore(C)
    assert campaign.suggest(batch_size=1)["pair_id"].tolist() == [C]


def test_a_pair_that_is_not_there_is_named_with_those_alike(campaign):
    with pytest.raises(CampaignError, match=r"'Ni\+2:L1:Q' is not a pair.*Is it Ni\+2:L1:"):
        campaign.withdraw("Ni+2:L1:Q")
    with pytest.raises(CampaignError, match="is not a pair"):
        campaign.history("Ni+2:L1:Q")


def test_a_closed_campaign_takes_nothing_but_reopen(campaign, tmp_path):
    campaign.close(reason="done", operator="Ada")
    for act in (
        campaign.suggest,
        campaign.close,
        lambda: campaign.log(results(tmp_path, {"C": "9"})),
        lambda: campaign.withdraw(C),
        lambda: campaign.configure(batch_size=3),
        lambda: campaign.configure(batch_size=2),
        lambda: campaign.extend(ligands="new.csv"),
        lambda: campaign.correct(3, log_beta=9),
    ):
        with pytest.raises(CampaignError, match="was closed by event 5"):
            act()
    campaign.reopen()
    assert len(campaign.suggest()) == 2


def test_changed_settings_hold_for_all_rounds_to_come(campaign):
    campaign.configure(batch_size=1, operator="Kei")
    assert len(campaign.suggest()) == 1
    assert len(campaign.suggest(batch_size=2)) == 2
    campaign.configure(acquisition=UCB)
    state = campaign.state()
    assert state.overrides == {"batch_size": 1, "acquisition": UCB}
    assert state.choices == {"acquisition": "ucb"}
    assert campaign.settings(state)["acquisition"] == UCB
    assert campaign.settings(state)["seed"] == 0
    told = campaign.history()
    assert told.loc[told["event"] == "config_changed", "what"].tolist() == [
        "batch_size = 1",
        "acquisition = UCB(beta=4.0)",
    ]
    assert campaign.configure(batch_size=1).recorded.empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Nothing cannot be changed|Nothing"),
        ({"seed": 3}, "seed cannot be changed for good"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"acquisition": UCB | {"bta": 1}}, "bta"),
    ],
)
def test_settings_that_cannot_be_changed(campaign, changes, words):
    with pytest.raises(ConfigError, match=words):
        campaign.configure(**changes)
    assert campaign.state().seq == 4


@pytest.mark.parametrize("group", ["model", "objective", "acquisition"])
def test_a_campaign_that_came_by_mail_builds_nothing_that_acts(campaign, tmp_path, group):
    """The function named does exist in bo_loop, and would cut the file."""
    victim = tmp_path / "thesis.txt"
    victim.write_text("years of work")
    evil = {"_target_": "bo_loop.base.files.cut", "path": str(victim), "length": 0}
    data = {"overrides": {group: {"_target_": UCB["_target_"], "beta": evil}}}
    campaign.record.ledger.append([("config_changed", data)])
    for act in (campaign.suggest, campaign.status, lambda: campaign.configure(batch_size=3)):
        with pytest.raises(ConfigError, match=r"'bo_loop\.base\.files\.cut' is refused"):
            act()
    assert victim.read_text() == "years of work"


def test_the_pool_grows(campaign, tmp_path):
    done = campaign.extend(ligands="new.csv", operator="Ada")
    assert campaign.pool["pair_id"].tolist()[-2:] == ["Ni+2:L1:U", "Ni+2:L1:V"]
    assert (campaign.pool.dtypes == small_campaign.POOL.dtypes).all()
    assert len(campaign.pool) == 8 == campaign.status().n_pool
    assert done.recorded["what"].tolist() == ["2 pairs from new.csv"]
    assert "Ni+2:L1:U" in set(campaign.suggest(batch_size=9)["pair_id"])
    campaign.log(results(tmp_path, {"V": "9.5"}))
    assert Campaign(campaign.path).measurements()["ligand"].tolist()[-1] == "ligand V"
    told = campaign.history("Ni+2:L1:V")
    assert told["event"].tolist() == ["pool_extended", "proposed", "measured"]


def test_history_tells_who_did_what_with_the_prediction_of_the_time(campaign):
    campaign.correct(3, log_beta=9.75, by="Kei")
    told = campaign.history()
    assert told["event"].tolist() == [
        "started", "proposed", "proposed", "measured", "failed", "corrected",
    ]  # fmt: skip
    assert told["who"].tolist() == [getpass.getuser(), "Kei", "Kei", "Ada", "Ada", "Kei"]
    assert told["mean"].fillna(0).tolist() == [0, 10, 10, 10, 10, 10]
    assert told["ligand"].fillna("").tolist()[3] == "ligand A"
    assert told["what"].tolist()[1:5] == [
        "round 1, rank 1: =first",
        "round 1, rank 2: =first",
        "log β 9.5; potentiometry; 2025-01-31",
        "turbid",
    ]
    assert campaign.history(A)["event"].tolist() == ["proposed", "measured", "corrected"]


def test_the_prediction_of_the_time_is_not_a_later_one(campaign, monkeypatch):
    campaign.correct(3, void=True)
    campaign.withdraw(A)
    campaign.restore(A)
    told = campaign.history(A)
    assert told["mean"].tolist() == [10.0] * 5


# ------------------------------------------------------------------ new pairs, with real features


def test_history_tells_what_was_there_already(campaign, monkeypatch):
    def new_pairs(*_):
        found = pairs("UV")
        found.attrs["there"] = ["aminoacetic acid (glycine)", "Ni+2"]
        return found

    monkeypatch.setattr(extension, "new_pairs", new_pairs)
    words = (
        "2 pairs from new.csv, of 2 ligands; in the pool already: aminoacetic acid (glycine), Ni+2"
    )
    assert campaign.extend(ligands="new.csv").recorded["what"].tolist() == [words]
    assert campaign.history()["what"].iloc[-1] == words
