"""A memory of ΔH, from a table to a campaign that knows it."""

import json

import numpy as np
import pandas as pd
import pytest
from command_line import run

from bo_loop.base.errors import ConfigError
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.starting import literature_of
from bo_loop.campaign.teachers import teachers
from bo_loop.data import Csv, Minteq, TablePool
from bo_loop.data.observations import with_keys
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.library import shelf

OPTION = "property={name: ΔH, unit: kJ/mol}"
H = {"name": "ΔH", "unit": "kJ/mol"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Values that are −10 log β, of which a model is fitted and distilled; known.csv has four."""
    folder = tmp_path_factory.mktemp("home")
    rows = Minteq().read()
    rows = rows[rows["metal"].isin(["Ni", "Cu", "Zn"]) & rows["n_ligands"].eq(1)].head(60)
    table = rows.assign(delta_H=-10.0 * rows["log_beta"])
    table = table.drop(columns=["log_beta", "log_beta_sd", "censoring"])
    table.to_csv(folder / "h.csv", index=False)
    table.head(4).to_csv(folder / "known.csv", index=False)
    rows.drop_duplicates("smiles").tail(6)[["ligand", "smiles"]].to_csv(
        folder / "pool.csv", index=False
    )
    run(folder, "fit", "data=csv", "data.path=h.csv", OPTION, "model_dir=m", "model.max_iter=5")
    told = run(folder, "distil", "model_dir=m", "out=dH", "size=40", "candidates=300", "made=0")
    assert 'data.memory=dH \'property={name: "ΔH", unit: "kJ/mol"}\'' in told
    return folder


@pytest.fixture
def memory(home, monkeypatch):
    monkeypatch.setenv(shelf.ENVIRONMENT_VARIABLE, str(home / "shelf"))
    return shelf.load(str(home / "dH"))


def start(home, name, *, memory, **given):
    pool = TablePool(path=str(home / "pool.csv"), metals=["Ni+2"])
    data = Csv(path=str(home / "known.csv"), memory=str(memory))
    about = {"pool": pool, "data": data, "property": H, "directory": home / "campaigns"}
    return Campaign.start(name, **about | given)


def test_the_card_says_what_it_is_of_and_the_library_too(home, memory):
    assert memory.about() == Property.of(H)
    assert (memory.card["property"], memory.card["unit"]) == ("ΔH", "kJ/mol")
    assert set(memory.pairs["metal"]) <= {"Ni", "Cu", "Zn"}  # no protons, as none were known
    assert "medium_effect" not in memory.schema().blocks["pair"].names
    if not (home / "shelf" / "dH").exists():
        run(home, "library", "add=dH")
    assert "ΔH, " in run(home, "library")
    assert json.loads(run(home, "library", "show=dH", "json=true"))["dH"]["unit"] == "kJ/mol"


def test_it_gives_back_what_the_model_knows(home, memory):
    known = pd.read_csv(home / "h.csv")
    found = memory.surrogate().predict(known)["mean"]
    assert np.corrcoef(found, known["delta_H"])[0, 1] > 0.8
    assert (found - known["delta_H"]).abs().mean() < 0.5 * known["delta_H"].std()


def test_a_campaign_about_it_rests_on_it(home):
    campaign = start(home, "rests", memory=home / "dH", objective="minimise", batch_size=2)
    assert campaign.record.memory.about() == Property.of(H)
    proposals = campaign.suggest()
    assert proposals["reason"].str.contains("rests on memory").all()
    assert proposals["reason"].str.contains("ΔH").any()


def test_a_memory_of_another_property_is_refused(home, packaged_memory):
    knows = "data.memory=.* knows"
    with pytest.raises(ConfigError, match=rf"{knows} ΔH \(kJ/mol\), .* about ΔS"):
        start(home, "s", memory=home / "dH", property={"name": "ΔS", "unit": "J/mol/K"})
    with pytest.raises(ConfigError, match=rf"{knows} log β, .* about ΔH"):
        start(home, "b", memory="log_beta")
    with pytest.raises(ConfigError, match=rf"{knows} ΔH \(kJ/mol\), .* about log β"):
        start(home, "n", memory=home / "dH", property=None, data=Minteq(memory=str(home / "dH")))
    assert not [name for name in ("s", "b", "n") if (home / "campaigns" / name).exists()]


@pytest.mark.parametrize("name", ["model:{}/m", "library:dH"])
def test_as_a_source_it_forgets_what_data_of_the_same_property_hold(home, memory, name):
    if not (home / "shelf" / "dH").exists():
        shelf.add(home / "dH")
    of = Property.of(H)
    node = {"_target_": "bo_loop.data.Csv", "path": str(home / "h.csv")}
    known = with_keys(literature_of(node, (of,)).head(20), "the data")
    whole, rest = (
        len(teachers([name.format(home)], home, known, (about,)).models[0].y)
        for about in (LOG_BETA, of)
    )
    assert rest < whole
