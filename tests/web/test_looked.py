import json

import pytest
import small_campaign

from bo_loop.web.looked import look


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch)
    return small_campaign.start(tmp_path)


def test_there_is_nothing_to_show_of_a_new_campaign(campaign):
    found = look(campaign)
    assert (found["progress"], found["calibration"], found["model"]) == (None, None, None)


def test_results_are_shown_beside_their_predictions(campaign, monkeypatch):
    monkeypatch.setattr("bo_loop.web.looked.learned", lambda *_: None)
    campaign.suggest()
    table = b"pair_id,log_beta\nNi+2:L1:A,9.5\nNi+2:L1:B,>11\n"
    campaign.log("results.csv", content=table, confirm=True)
    found = json.loads(json.dumps(look(campaign)))
    (progress,) = found["progress"]
    assert progress["names"] == ["Ni²⁺ + ligand A", "Ni²⁺ + ligand B"]
    assert progress["value"] == [9.5, 11.0]
    assert progress["censoring"] == ["none", "lower"]
    assert progress["mean"] == [10.0, 10.0]
    (calibration,) = found["calibration"]
    assert calibration["log_beta"][0] == 9.5
    assert calibration["errors"][0] == pytest.approx(-0.5)
