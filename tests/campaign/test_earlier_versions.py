"""A campaign that bo-loop 0.1.0 wrote: addresses of then, features by the rules of then."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import run

from bo_loop import Campaign
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.cli.verbs import ledger as commands

OLD = Path(__file__).parents[1] / "data" / "campaign-0.1.0"
PAIR = "Ni+2:L1:{}"

pytestmark = pytest.mark.filterwarnings("ignore:The fit stopped after")


@pytest.fixture
def campaign(tmp_path):
    shutil.copytree(OLD, tmp_path / "old")
    return Campaign.open("old", tmp_path)


def outcomes(campaign):
    return {check.what: (check.outcome, check.detail) for check in campaign.verify().checks}


def test_it_is_read_as_it_was_written(campaign):
    assert dict(campaign.status().counts) == {"measured": 2}
    assert [campaign.status().best["log_beta"], campaign.status().n_pool] == [8.2, 5]
    told = campaign.history()
    assert told["event"].tolist()[0] == "started"
    assert "UCB(" in told.loc[told["event"] == "config_changed", "what"].iloc[0]
    assert campaign.measurements()["log_beta"].tolist() == [8.2, 5.16]


def test_verify_says_that_its_round_has_features_of_earlier_rules(campaign):
    found = campaign.verify()
    assert found.failures == ()
    outcome, detail = outcomes(campaign)["round 1"]
    assert outcome == "note"
    assert "made with earlier rules of features (features 3 rdkit=2026.9.1" in detail


def test_it_is_amended(campaign, tmp_path):
    other = next(p for p in campaign.pool["pair_id"] if campaign.state().state_of(p) == "open")
    table = tmp_path / "more.csv"
    pd.DataFrame({"pair_id": [other], "log_beta": [6.0]}).to_csv(table, index=False)
    assert len(campaign.log(table, confirm=True).recorded) == 1
    assert len(campaign.correct(4, log_beta=5.2, confirm=True).recorded) == 1
    assert len(campaign.configure(batch_size=3).recorded) == 1
    assert len(campaign.close().recorded) == 1
    assert len(campaign.reopen().recorded) == 1
    assert campaign.settings(campaign.state())["batch_size"] == 3


def test_a_round_is_refused_until_the_features_are_renewed(campaign):
    with pytest.raises(DataError, match=r"config name=… renew_features=true"):
        campaign.suggest()
    recorded = campaign.renew_features(operator="kei").recorded
    assert recorded["event"].tolist() == ["renewed"]
    assert recorded["what"].iloc[0].startswith("features by features ")
    assert len(campaign.renew_features().recorded) == 0
    assert campaign.state().hyperparameters is None  # those of round 1 are of other features
    proposals = campaign.suggest()
    assert proposals["round"].tolist() == [2, 2]
    assert campaign.state().hyperparameters is not None
    found = outcomes(campaign)
    assert found["round 1"][0] == "note"
    assert found["round 2"][0] == "ok"
    assert found["features.json"][0] == "ok"  # what was sealed stays


def test_a_renewed_round_is_that_of_the_installed_rules_alone(campaign, tmp_path):
    campaign.renew_features()
    again = Campaign(shutil.copytree(campaign.path, tmp_path / "again"))
    one, other = campaign.suggest(), again.suggest()
    pd.testing.assert_frame_equal(one, other)
    assert campaign.record.schema(campaign.state()).version == campaign.state().features


def test_renewing_stands_alone_on_the_command_line(campaign, capsys):
    config = {
        "name": "old", "directory": str(campaign.path.parent), "operator": "kei", "json": True,
        "renew_features": True, "batch_size": 3,
    }  # fmt: skip
    with pytest.raises(ConfigError, match="renew_features=true stands alone: change batch_size"):
        commands.config(config, frozenset({"renew_features", "batch_size"}))
    commands.config(config, frozenset({"renew_features"}))
    assert json.loads(capsys.readouterr().out)


def test_the_command_line_goes_on(campaign):
    folder, old = campaign.path.parent, ("name=old", "directory=.")
    assert "renew_features=true" in run(folder, "suggest", *old, code=2)
    for words in (["config", "renew_features=true"], ["suggest"], ["verify"]):
        assert run(folder, *words, *old)
    assert [len(made.proposals) for made in campaign.state().rounds] == [2, 2]
