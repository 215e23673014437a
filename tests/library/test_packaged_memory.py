"""The memory that comes with bo-loop."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from literature import literature, needs_literature

from bo_loop.base.config import build
from bo_loop.campaign.campaign import Campaign
from bo_loop.cli.verbs.predict import predict_file
from bo_loop.data import CommonChelators, Minteq
from bo_loop.data.curation.curate import curate
from bo_loop.data.observations import OBSERVATION_COLUMNS, with_keys
from bo_loop.data.sources import srd46
from bo_loop.library import shelf
from bo_loop.surrogate import Surrogate

# Critically selected constants (25 °C, 0.1 mol/L) that any textbook has: log K1, and pKa of HL.
KNOWN = [
    ("Cu", 2, "NCC(=O)O", 8.2),
    ("Ni", 2, "NCCN", 7.4),
    ("Ca", 2, "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", 10.6),
    ("Cu", 2, "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", 18.8),
    ("Zn", 2, "NCCNCCN", 8.8),
    ("Fe", 3, "O=C(O)CC(O)(CC(=O)O)C(=O)O", 11.2),
    ("H", 1, "NCC(=O)O", 9.6),
]


@pytest.fixture(scope="module")
def memory():
    return shelf.load("log_beta")


def test_it_is_whole_and_small():
    folder = shelf.find("log_beta")
    assert {problem for _, problem in shelf.verify(folder)} == {""}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3e6


def test_its_card_says_what_it_is(memory):
    card = memory.card
    for name in ("property", "unit", "domain", "version", "cite", "licence", "features"):
        assert card[name], name
    assert card["pairs"] == len(memory.pairs)
    assert card["training"]["rows"] > 20_000
    assert len(card["training"]["sha256"]) == 64
    assert 0.0 < float(card["scores"]["unseen ligands, n = 1"]["MAE"]) < 2.0


def test_its_pairs_are_predictions_at_standard_conditions(memory):
    pairs = memory.pairs
    assert set(pairs["temperature_C"]) == {25.0}
    assert set(pairs["ionic_strength_M"]) == {0.1}
    assert not pairs.duplicated(["metal", "charge", "smiles", "n_ligands"]).any()
    # A measured constant has two decimals, a prediction five.
    assert (pairs["mean"].round(2) != pairs["mean"]).mean() > 0.98


def test_it_knows_the_features_of_this_version_and_textbook_constants(memory):
    rows = pd.DataFrame(KNOWN, columns=["metal", "charge", "smiles", "value"])
    asked = rows.assign(ligand="", n_ligands=1, temperature_C=25.0, ionic_strength_M=0.1)
    found = memory.surrogate().predict(asked)
    off = (found["mean"] - rows["value"]).abs()
    assert off.mean() < 1.2
    assert (off < 2.6 * found["sd"]).all()


def test_a_campaign_on_the_embedded_constants_knows_it(packaged_memory, tmp_path):
    pool = CommonChelators(metals=["Ni+2"])
    campaign = Campaign.start("fresh", pool=pool, directory=tmp_path)
    assert campaign.record.memory.card["name"] == "log_beta"
    without = Minteq(without_metals=["Ni+2"], memory="log_beta")
    hidden = Campaign.start("hidden", pool=pool, data=without, directory=tmp_path)
    assert "Ni" not in set(hidden.record.memory.pairs["metal"])


def test_predictions_without_a_model_s_folder_rest_on_it(tmp_path):
    rows = pd.DataFrame(KNOWN[:2], columns=["metal", "charge", "smiles", "value"])
    rows.assign(n_ligands=1).to_csv(tmp_path / "pairs.csv", index=False)
    conditions = {"temperature_C": 25.0, "ionic_strength_M": 0.1}
    out = tmp_path / "out.csv"
    predict_file(None, tmp_path / "pairs.csv", out, protonation=True, **conditions)
    found = pd.read_csv(out, encoding="utf-8-sig")
    assert (found["mean"] - found["value"]).abs().max() < 1.5
    # Of protons it knows less, and says so.
    assert ((found["pKa_HL"] - [9.6, 9.9]).abs() < 2.6 * found["pKa_HL_sd"]).all()


@pytest.mark.slow
@needs_literature
def test_the_error_on_its_card_is_in_reach_of_a_tenth_of_the_data(memory):
    """Fit its model again; 186 ligands are hidden, as for the card. Fewer data are no better."""
    rows = curate(srd46.read(literature("srd46_sql.zip"))[0]).observations
    rows = with_keys(rows[rows["censoring"].eq("none")][list(OBSERVATION_COLUMNS)], "the data")
    groups = np.sort(rows["ligand_group"].unique())
    hidden = rows["ligand_group"].isin(np.random.default_rng(5).choice(groups, 186, replace=False))
    organic = rows["smiles"].str.count(r"C(?![lrsdaoum])|c").ge(2)
    asked = rows[hidden & organic & rows["n_ligands"].eq(1)]
    tenth = rows[~hidden].sample(frac=0.1, random_state=0)
    schema = build(memory.features["recipe"]).fit(pd.concat([tenth, asked]))
    recipe = replace(build(memory.model), fit_rows=800, max_iter=30)
    found = Surrogate.fit(schema, recipe, tenth).predict(asked)
    off = (found["mean"] - asked["log_beta"]).abs()
    said = memory.card["scores"]["unseen ligands, n = 1"]
    assert 0.9 < off.mean() / float(said["MAE"]) < 1.6
    assert (off < 1.959964 * found["sd"]).mean() > 0.8
