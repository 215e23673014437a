"""Generated ligands join a campaign's pool, with their origin, and may be left out again."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from embedded import few

from bo_loop import Campaign
from bo_loop.base.config import build
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.chemistry.ligands import ligand_group, standardise
from bo_loop.data import CommonChelators
from bo_loop.ligands.expansion import Making, expand, expand_table

CONF = Path(__file__).parents[2] / "conf"
MODEL = {"_target_": "bo_loop.models.MaternGP", "max_iter": 20, "fit_rows": 300}
MAXIMISE = {"_target_": "bo_loop.acquisition.Maximise"}
SELECTIVITY = {
    "_target_": "bo_loop.acquisition.Selectivity",
    "metal": "Cu+2",
    "competitors": ["Zn+2"],
}
LOG_EI = {"_target_": "bo_loop.acquisition.LogEI"}
MUTATE = {"_target_": "bo_loop.ligands.Mutate", "best": 20}
SMC = {"_target_": "bo_loop.ligands.SMC", "particles": 30, "steps": 3}
FILTERS = {"_target_": "bo_loop.ligands.Filters", "min_similarity": 0.3}


def making(**changes):
    return Making(**{"generator": MUTATE, "filters": FILTERS, "n": 12, "seed": 1} | changes)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Cu2+ over Zn2+ with twenty purchasable ligands."""
    folder = tmp_path_factory.mktemp("campaigns")
    pool = CommonChelators(metals=["Cu+2"]).read()
    table = folder / "ligands.csv"
    pool[["ligand", "smiles"]].iloc[::9].to_csv(table, index=False)
    return Campaign.start(
        **{
            "name": "copper",
            "directory": str(folder),
            "batch_size": 4,
            "seed": 0,
            "data": few(),
            "features": {"_target_": "bo_loop.features.PublishedRecipe"},
            "model": MODEL,
            "objective": SELECTIVITY,
            "acquisition": LOG_EI,
            "pool": {
                "_target_": "bo_loop.data.TablePool",
                "path": str(table),
                "metals": ["Cu+2", "Zn+2"],
                "include_known": False,
                "generated": True,
                "max_generated_share": 0.5,
            },
        }
    )


@pytest.fixture
def campaign(begun, tmp_path):
    return Campaign(shutil.copytree(begun.path, tmp_path / "copper"))


@pytest.fixture(scope="module")
def grown(begun, tmp_path_factory):
    """The campaign with twelve generated ligands, and what `expand` said."""
    campaign = Campaign(shutil.copytree(begun.path, tmp_path_factory.mktemp("grown") / "copper"))
    return campaign, expand(campaign, making(), operator="Kei")


def test_the_pool_grows_by_each_ligand_with_each_metal(begun, grown):
    campaign, done = grown
    new = campaign.pool.iloc[len(begun.pool) :]
    assert len(done.ligands) == 12
    assert len(new) == 24
    assert set(new["smiles"]) == set(done.ligands["smiles"])
    assert set(zip(new["metal"], new["temperature_C"], strict=True)) == {("Cu", 25.0), ("Zn", 25.0)}
    assert new["pair_id"].is_unique
    known = {ligand_group(s) for s in [*begun.literature["smiles"], *begun.pool["smiles"]]}
    assert not known & set(new["ligand_group"])
    assert all(standardise(smiles) == smiles for smiles in new["smiles"])


def test_the_ledger_tells_where_each_ligand_comes_from(begun, grown):
    campaign, done = grown
    event = campaign.record.ledger.read().events[-1]
    assert event.event == "pool_extended"
    assert event.data["operator"] == "Kei"
    parents = {s for s in [*begun.literature["smiles"], *begun.pool["smiles"]]}
    flat_parents = {standardise(s.replace("@", "").replace("[CH]", "C")) for s in parents}
    for row in done.ligands.itertuples():
        told = event.data["generated"][row.smiles]
        assert told["generator"] == "mutate"
        assert set(told["parents"]) <= flat_parents | parents
        assert told["outside_domain"] == row.outside_domain
        assert told["mean"] == row.mean
    how = event.data["expansion"]
    assert how["counts"] == done.counts
    assert how["generator"] == MUTATE
    assert how["seed"] == 1
    refused = sum(n for name, n in done.counts.items() if name != "proposed")
    assert done.counts["proposed"] - refused == 12
    assert campaign.history()["what"].iloc[-1] == "24 pairs from 12 generated ligands"


def test_the_same_seed_makes_the_same_ligands(campaign, grown):
    again = expand(campaign, making())
    pd.testing.assert_frame_equal(again.ligands, grown[1].ligands)
    with pytest.raises(ConfigError, match="No new ligand passed"):
        expand(campaign, making(filters=FILTERS | {"heavy_atoms": [59, 60]}, attempts=1))


def test_the_best_by_the_acquisition_are_kept(campaign, grown):
    done = expand(campaign, making(keep=3))
    assert done.ligands["smiles"].tolist() == grown[1].ligands["smiles"].tolist()[:3]
    scores = grown[1].ligands["acquisition"]
    assert scores.is_monotonic_decreasing
    assert len(campaign.state().generated) == 3
    assert len(campaign.state().added_pairs) == 6


def test_a_round_may_leave_generated_ligands_out_or_cap_them(grown, tmp_path):
    campaign = Campaign(shutil.copytree(grown[0].path, tmp_path / "copper"))
    made = set(campaign.state().generated)
    first = campaign.suggest(pool={"generated": False}, batch_size=40)
    assert len(first)
    assert not made & set(first["smiles"])
    second = campaign.suggest(pool={"max_generated_share": 0.25}, batch_size=8)
    assert set(second["smiles"]) <= made
    assert len(second) == 2
    assert second["reason"].str.contains("; generated (mutate) from ", regex=False).all()
    assert not campaign.verify().failures


def test_a_share_is_checked(campaign):
    with pytest.raises(ConfigError, match=r"pool.max_generated_share is 2"):
        campaign.suggest(pool={"max_generated_share": 2})


def test_a_closed_campaign_is_not_expanded(campaign):
    campaign.close()
    with pytest.raises(CampaignError, match="was closed"):
        expand(campaign, making())


def test_a_table_outside_a_campaign_guided_by_the_model():
    wanted = pd.DataFrame(
        [["Cu", 2, 1, 25.0, 0.1]],
        columns=["metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"],
    )
    features = build({"_target_": "bo_loop.features.PublishedRecipe"})
    done = expand_table(
        build(few()).read(), features, wanted, making(generator=SMC, n=5),
        model=MODEL, objective=MAXIMISE, acquisition=LOG_EI,
    )  # fmt: skip
    assert len(done.ligands) == 5
    assert done.recorded is None
    assert set(done.ligands["generator"]) == {"smc"}
    assert done.ligands["metal"].eq("Cu").all()
    assert (done.ligands["sd"] > 0).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 0}, "n is 0"),
        ({"keep": 0}, "keep is 0"),
        ({"oversample": 0.5}, "oversample is 0.5"),
        ({"generator": LOG_EI}, "not a valid generator"),
        ({"filters": MUTATE}, "not a valid filters"),
        ({"filters": FILTERS | {"min_similarity": 2}}, "filters.min_similarity is 2"),
        ({"filters": FILTERS | {"min_similar": 0.2}}, "min_similar"),
    ],
)
def test_bad_options_are_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        making(**changes)


def test_the_default_filters_build():
    text = (CONF / "expand.yaml").read_text(encoding="utf-8")
    assert build(yaml.safe_load(text)["filters"]).unwanted
