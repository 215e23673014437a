import json

import command_line
import pytest
import small_campaign


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("read")
    with pytest.MonkeyPatch.context() as patch:
        small_campaign.cheapen(patch)
        campaign = small_campaign.start(where)
        campaign.suggest()
        campaign.log(small_campaign.results(where, {"A": 10.2}))
    return where


def test_status_says_where_a_campaign_stands_and_what_to_type_next(folder):
    said = command_line.run(folder, "status", "name=small", "directory=.")
    assert "6 pairs: 1 measured, 1 pending" in said
    assert "Waiting for 1 results" in said
    assert "bo-loop log" in said


def test_status_as_json(folder):
    said = json.loads(command_line.run(folder, "status", "name=small", "directory=.", "json=true"))
    assert said["n_pool"] == 6
    assert said["counts"] == {"measured": 1, "pending": 1}
    assert said["best"]["log_beta"] == 10.2


def test_history_of_one_pair_with_the_prediction_at_the_time(folder):
    arguments = ("history", "name=small", "directory=.", f"pair={small_campaign.POOL.pair_id[0]}")
    rows = json.loads(command_line.run(folder, *arguments, "json=true"))
    assert [row["event"] for row in rows] == ["proposed", "measured"]
    assert "small: 2 events" in command_line.run(folder, *arguments)
