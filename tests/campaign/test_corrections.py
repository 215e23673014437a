"""One command takes back a whole log."""

import pytest
import small_campaign
from command_line import run
from small_campaign import results

from bo_loop.base.errors import CampaignError


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch)
    made = small_campaign.start(tmp_path / "campaigns")
    made.suggest()
    made.log(results(tmp_path, {"A": "9.5", "D": "4.1"}, "first.csv"))
    made.log(results(tmp_path, {"B": "7.5", "C": "", "E": "6.0"}, "second.csv",
                     status=["", "failed", ""]))  # fmt: skip
    return made


def standing(campaign):
    return {result.pair_id[-1]: result.log_beta for result in campaign.state().results}


def test_the_last_log_is_voided_and_then_the_one_before(campaign):
    done = campaign.void(reason="wrong file", operator="Kei")
    assert [row["event"] for row in done.recorded.to_dict("records")] == ["corrected"] * 2
    assert all("voided: log β" in what and "wrong file" in what for what in done.recorded["what"])
    assert set(done.recorded["who"]) == {"Kei"}
    assert "1 of its rows said failed or in progress" in done.notice
    assert standing(campaign) == {"A": 9.5, "D": 4.1}
    state = campaign.state()
    assert [state.state_of(f"Ni+2:L1:{c}") for c in "BCE"] == ["pending", "failed", "open"]
    campaign.void("last")
    assert standing(campaign) == {}
    with pytest.raises(CampaignError, match="none stands"):
        campaign.void("last")


def test_a_log_is_named_by_its_file_and_may_be_corrected_since(campaign, tmp_path):
    campaign.correct(pair="ligand A", log_beta=9.7)
    campaign.void("results/first.csv")
    assert standing(campaign) == {"B": 7.5, "E": 6.0}
    with pytest.raises(CampaignError, match=r"'first.csv'.*came from second.csv"):
        campaign.void("first.csv")
    campaign.log(tmp_path / "first.csv", replicate=True)
    campaign.void("first.csv")
    assert standing(campaign) == {"B": 7.5, "E": 6.0}


def test_results_voided_one_by_one_are_left_alone(campaign):
    campaign.correct(pair="ligand B", void=True)
    assert len(campaign.void("last").recorded) == 1
    assert campaign.verify().failures == ()


def test_as_typed(campaign, tmp_path):
    printed = run(tmp_path, "void", "name=small", "log=last", "reason=wrong file")
    assert printed.count("corrected") == 2
    assert "came from first.csv" in run(tmp_path, "void", "name=small", "log=third.csv", code=2)
