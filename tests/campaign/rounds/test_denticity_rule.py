"""A campaign's rule on denticity: pairs of more donors than there is room for are never sealed."""

from typing import ClassVar

import pandas as pd
import pytest
from sample_events import STARTED, as_events

from bo_loop import Campaign
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.campaign.ledger.fold import fold
from bo_loop.cli.verbs import campaign as commands
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.features.schema import FeatureSchema

LIGANDS = "ligand,smiles\nglycine,NCC(=O)O\nethylenediamine,NCCN\nIDA,OC(=O)CNCC(=O)O\n"


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Three ligands, n = 1 to 4; what the features cost is not the matter here."""
    monkeypatch.setattr(PublishedRecipe, "usable", lambda self, frame: frame.head(5))
    monkeypatch.setattr(PublishedRecipe, "fit", lambda self, frame: _Schema())
    monkeypatch.setattr(FeatureSchema, "from_json", lambda stored: _Schema())
    (tmp_path / "ligands.csv").write_text(LIGANDS, encoding="utf-8")

    def made(**pool):
        return {
            "name": "room",
            "directory": str(tmp_path / "campaigns"),
            "batch_size": 2,
            "seed": 0,
            "data": {"_target_": "bo_loop.data.Minteq"},
            "features": {"_target_": "bo_loop.features.PublishedRecipe"},
            "model": {"_target_": "bo_loop.models.MaternGP"},
            "objective": {
                "_target_": "bo_loop.acquisition.Maximise",
                "free_ligand_M": 0.001,
            },
            "acquisition": {"_target_": "bo_loop.acquisition.LogEI"},
            "pool": {
                "_target_": "bo_loop.data.TablePool",
                "path": str(tmp_path / "ligands.csv"),
                "metals": ["Ni+2"],
                "n_ligands": [1, 2, 3, 4],
                "include_known": False,
            }
            | pool,
        }

    return made


class _Schema:
    blocks: ClassVar[dict] = {}

    def to_json(self):
        return {"blocks": {}}


def test_the_rule_is_applied_at_start_and_counted(config, capsys):
    commands.start(config(max_denticity_sum=6))
    words = " ".join(capsys.readouterr().out.split())
    assert "8 pairs of 3 ligands; 4 with more than 6 donors left out" in words
    campaign = Campaign.open("room", config()["directory"])
    assert campaign.config["pool"]["max_denticity_sum"] == 6
    assert (campaign.state().n_pool, campaign.state().n_left_out) == (8, 4)
    most = campaign.pool.groupby("ligand")["n_ligands"].max()
    pd.testing.assert_series_equal(
        most,
        pd.Series({"IDA": 2, "ethylenediamine": 3, "glycine": 3}),
        check_names=False,
        check_index_type=False,
    )
    with pytest.raises(ConfigError, match=r"pool.max_denticity_sum.* cannot be set for a round"):
        campaign.suggest(pool={"max_denticity_sum": 4})
    with pytest.raises(CampaignError, match="or are complexes with more than 6 donors"):
        campaign.extend(ligands=config()["pool"]["path"])


def test_the_default_is_the_usual_number_of_the_ion(config, capsys):
    commands.start(config(metals=["Ni+2", "Ag+1", "Eu+3"]))
    words = " ".join(capsys.readouterr().out.split())
    assert "12 with more donors than the metal ion usually binds left out" in words
    campaign = Campaign.open("room", config()["directory"])
    most = campaign.pool.groupby(["metal", "ligand"])["n_ligands"].max().to_dict()
    bidentate = {"Ni": 3, "Ag": 2, "Eu": 4}
    assert most == {
        **{(metal, "glycine"): n for metal, n in bidentate.items()},
        **{(metal, "ethylenediamine"): n for metal, n in bidentate.items()},
        **{(metal, "IDA"): n for metal, n in {"Ni": 2, "Ag": 1, "Eu": 3}.items()},
    }
    with pytest.raises(CampaignError, match="more donors than the metal ion usually binds"):
        campaign.extend(ligands=config()["pool"]["path"])


def test_without_the_rule_all_pairs_stay(config, capsys):
    commands.start(config(max_denticity_sum=None))
    words = " ".join(capsys.readouterr().out.split())
    assert "12 pairs of 3 ligands" in words
    assert "left out" not in words


def test_a_rule_that_leaves_nothing_is_refused(config):
    with pytest.raises(ConfigError, match="leaves none of the 6 pairs"):
        Campaign.start(**config(n_ligands=[3, 4], max_denticity_sum=2))


def test_a_campaign_from_before_the_rule_left_nothing_out():
    assert fold(as_events(STARTED)).n_left_out == 0
