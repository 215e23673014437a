"""A campaign that knows a memory beside its literature."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import small_memory

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.campaign import Campaign
from bo_loop.data import CommonChelators, Minteq
from bo_loop.library.memory import save
from bo_loop.models import PairGP

OTHER = PairGP(terms=["metal * ligand"], max_iter=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("memories") / "small"
    save(small_memory.memory(), path)
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Six ligands of the packaged pool."""
    pool = CommonChelators(metals=["Ni+2"]).read()
    path = tmp_path_factory.mktemp("pools") / "shelf.csv"
    pool.iloc[::25][["ligand", "smiles"]].to_csv(path, index=False)
    return str(path)


def constants():
    """Hide all metal ions but two, of which the memory knows none."""
    ions = Minteq().read()[["metal", "charge"]].drop_duplicates()
    hidden = [f"{m}+{z}" for m, z in ions.itertuples(index=False) if m not in ("Ag", "Al")]
    return {"_target_": "bo_loop.data.Minteq", "without_metals": hidden}


def begun(directory, table, memory, **options):
    pool = {"_target_": "bo_loop.data.TablePool", "path": table, "metals": ["Ni+2"]}
    data = {"_target_": "bo_loop.data.Csv", "path": options.pop("path"), "memory": memory}
    given = {"batch_size": 2, "pool": pool, "data": data, "directory": directory} | options
    return Campaign.start("remembering", **given)


@pytest.fixture(scope="module")
def literature(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "lit.csv"
    Minteq(**{k: v for k, v in constants().items() if k != "_target_"}).read().to_csv(
        path, index=False
    )
    return str(path)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory, table, folder, literature):
    """After one round, of which one result is logged."""
    directory = tmp_path_factory.mktemp("campaigns")
    begun(directory, table, str(folder), path=literature)
    campaign = Campaign.open("remembering", directory)
    proposals = campaign.suggest()
    results = directory / "results.csv"
    results.write_text(f"pair_id,log_beta\n{proposals['pair_id'][0]},9.1\n", encoding="utf-8")
    campaign.log(results, confirm=True)
    return campaign


def test_the_memory_is_sealed_with_the_rest(campaign):
    names = {path.name for path in campaign.path.iterdir()}
    files = {f"memory.{name}" for name in ("card.json", "model.json", "pairs.parquet")}
    assert files <= names
    assert files <= set(campaign.state().sealed)
    assert len(campaign.record.memory.pairs) == 60


def test_it_is_no_literature_and_answers_no_pair(campaign):
    assert set(campaign.literature["metal"]) == {"Ag", "Al"}
    assert set(campaign.record.memory.pairs["metal"]) == {"Cu", "Ni", "Zn", "H"}
    assert len(campaign.rank()) + 2 == len(campaign.pool)


def test_proposals_say_what_they_rest_on(campaign):
    event = campaign.record.ledger.read().events[1].data
    for proposal in event["proposals"]:
        assert set(proposal["rests_on"]) == {"memory", "literature"}
        assert all(0.0 <= value <= 1.0 + 1e-9 for value in proposal["rests_on"].values())
        assert "; rests on memory (" in proposal["reason"]
        assert {near["metal"] for near in proposal["nearest"]} <= {"Ag+1", "Al+3"}
    assert event["refitted"] is False
    assert event["hyperparameters"] == dict(campaign.record.memory.hyperparameters)


def test_the_next_round_rests_on_the_lab_s_own_results_too(campaign, tmp_path):
    again = Campaign(shutil.copytree(campaign.path, tmp_path / "copy"))
    assert "your results (" in again.suggest()["reason"][0]


def test_a_result_moves_what_is_predicted_of_pairs_like_it(campaign):
    row = campaign.measurements().iloc[0]
    ranked = campaign.rank()
    assert row["pair_id"] not in set(ranked["pair_id"])
    assert np.isfinite(ranked["mean"]).all()


def test_the_record_verifies(campaign):
    assert not campaign.verify().failures


def test_a_changed_memory_is_found(campaign, tmp_path):
    again = Campaign(shutil.copytree(campaign.path, tmp_path / "copy"))
    path = again.path / "memory.pairs.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CampaignError, match="not the file that was sealed"):
        again.suggest()
    assert "memory.pairs.parquet" in [check.what for check in again.verify().failures]


def test_its_features_are_those_of_the_campaign(campaign):
    sealed = json.loads((campaign.path / "features.json").read_text(encoding="utf-8"))
    assert sealed["blocks"] == json.loads(json.dumps(campaign.record.memory.features["blocks"]))
    assert campaign.record.renewed_schema.to_json() == sealed


@pytest.mark.parametrize("nothing", [None, "none"])
def test_without_a_memory_nothing_of_it_is_sealed(tmp_path, table, literature, nothing):
    plain = begun(tmp_path, table, nothing, path=literature)
    assert len(plain.state().sealed) == 4
    assert plain.record.memory is None


def test_with_another_model_it_is_left_aside_and_said(tmp_path, table, folder, literature):
    with pytest.warns(UserWarning, match="left aside, since it speaks for model=pair_gp"):
        other = begun(tmp_path, table, str(folder), path=literature, model=OTHER)
    assert other.record.memory is None


def test_a_round_by_another_model_does_without(campaign, tmp_path):
    again = Campaign(shutil.copytree(campaign.path, tmp_path / "copy"))
    with pytest.warns(UserWarning, match="left aside|began afresh"):
        reasons = again.suggest(model=OTHER)["reason"]
    assert not reasons.str.contains("rests on").any()


def test_metal_ions_that_the_data_hide_are_hidden_in_the_memory(tmp_path, table, folder):
    pool = {"_target_": "bo_loop.data.TablePool", "path": table, "metals": ["Ni+2"]}
    data = constants() | {"memory": str(folder)}
    hidden = Campaign.start("hidden", data=data, pool=pool, directory=tmp_path)
    assert set(hidden.record.memory.pairs["metal"]) == {"H"}


def test_an_objective_at_a_ph_finds_its_pka_in_the_memory(tmp_path, table, folder, literature):
    objective = {"_target_": "bo_loop.acquisition.Conditional", "pH": 7.0}
    campaign = begun(tmp_path, table, str(folder), path=literature, objective=objective)
    proposals = campaign.suggest()
    assert isinstance(proposals, pd.DataFrame)
    assert len(proposals) == 2


def test_a_memory_that_is_not_there_is_one_clear_error(tmp_path, table, literature):
    with pytest.raises(DataError, match="no model 'gold'"):
        begun(tmp_path, table, "gold", path=literature)
    assert not list(tmp_path.iterdir())
