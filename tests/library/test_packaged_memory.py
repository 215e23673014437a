"""The memory that comes with bo-loop."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from command_line import run
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


# Textbook heats of complexation of EDTA, kJ/mol.
HEATS = [("Mg", 2, 14.6), ("Ca", 2, -27.4), ("Ni", 2, -31.6), ("Cu", 2, -34.1), ("Pb", 2, -55.2)]
EDTA = KNOWN[3][2]
# Size in bytes, values learned from, mean absolute error (n = 1), all at the outside.
PACKAGED = {
    "log_beta": (3e6, 20_000, 2.0),
    "enthalpy": (1e6, 4_000, 9.0),
    "entropy": (1e6, 3_500, 35.0),
}


@pytest.fixture(scope="module")
def memory():
    return shelf.load("log_beta")


def test_these_come_with_it():
    inside = [one for one in shelf.listed() if one.folder.parent == shelf.packaged()]
    assert {one.name for one in inside} == set(PACKAGED)


@pytest.mark.parametrize("name", PACKAGED)
def test_it_is_whole_and_small(name):
    folder = shelf.find(name)
    assert {problem for _, problem in shelf.verify(folder)} == {""}
    assert sum(path.stat().st_size for path in folder.iterdir()) < PACKAGED[name][0]


@pytest.mark.parametrize("name", PACKAGED)
def test_its_card_says_what_it_is(name):
    memory = shelf.load(name)
    card = memory.card
    for key in ("property", "unit", "domain", "version", "cite", "licence", "features"):
        assert card[key], key
    assert card["pairs"] == len(memory.pairs)
    assert card["training"]["rows"] > PACKAGED[name][1]
    assert len(card["training"]["sha256"]) == 64
    assert 0.0 < float(card["scores"]["unseen ligands, n = 1"]["MAE"]) < PACKAGED[name][2]


@pytest.mark.parametrize("name", PACKAGED)
def test_its_pairs_are_predictions_at_standard_conditions(name):
    pairs = shelf.load(name).pairs
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


def test_it_knows_heats_of_complexation():
    rows = pd.DataFrame(HEATS, columns=["metal", "charge", "value"])
    asked = rows.assign(ligand="", smiles=EDTA, n_ligands=1, temperature_C=25.0)
    found = shelf.load("enthalpy").surrogate().predict(asked.assign(ionic_strength_M=0.1))
    off = (found["mean"] - rows["value"]).abs()
    assert off.mean() < 9.0
    assert (off < 2.6 * found["sd"]).all()


def test_log_beta_heat_and_entropy_agree_with_one_another():
    """ΔS = (ΔH + RT ln 10 · log β) / T holds of three models that were fitted apart."""
    rows = pd.DataFrame(KNOWN[:-1], columns=["metal", "charge", "smiles", "value"])
    asked = rows.assign(ligand="", n_ligands=1, temperature_C=25.0, ionic_strength_M=0.1)
    said = {name: shelf.load(name).surrogate().predict(asked) for name in PACKAGED}
    heat, log_beta, entropy = (said[n]["mean"] for n in ("enthalpy", "log_beta", "entropy"))
    expected = 1000 * heat / 298.15 + 8.314462618 * np.log(10) * log_beta
    sd = np.sqrt((1000 * said["enthalpy"]["sd"] / 298.15) ** 2 + said["entropy"]["sd"] ** 2)
    assert ((entropy - expected).abs() < 2.6 * sd).all()


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


def test_packaged_memories_teach_a_campaign_about_heats(tmp_path):
    """From a table of five values to proposals, by what enthalpies and log β teach."""
    rows = pd.DataFrame(HEATS, columns=["metal", "charge", "delta_H"]).assign(smiles=EDTA)
    rows.to_csv(tmp_path / "known.csv", index=False)
    ligands = pd.DataFrame({"ligand": ["en", "gly"], "smiles": ["NCCN", "NCC(=O)O"]})
    ligands.to_csv(tmp_path / "pool.csv", index=False)
    said = run(
        tmp_path, "start", "name=heat", "pool=table", "pool.path=pool.csv", "pool.metals=[Zn+2]",
        "data=csv", "data.path=known.csv", "property={name: ΔH, unit: kJ/mol}", "model=transfer",
        "sources=[library:enthalpy,library:log_beta]", "model.use=[library:enthalpy]",
        "objective=minimise", "batch_size=1",
    )  # fmt: skip
    assert "ΔH" in said
    assert "Learns from library:enthalpy" in run(tmp_path, "suggest", "name=heat")
    campaign = Campaign.open("heat", directory=tmp_path / "campaigns")
    (proposal,) = campaign.record.state().rounds[0].proposals
    taught = shelf.load("enthalpy").surrogate().predict(campaign.pool.iloc[[0, 1]])["mean"]
    # Five values of one ligand say nothing of these two: what is predicted is what was taught.
    assert abs(proposal.mean - taught.min()) < 15.0


def values_of(name):
    """Return curated values of a property that a memory is about."""
    about = shelf.load(name).about()
    if about.is_log_beta:
        rows, options = srd46.read(literature("srd46_sql.zip"))[0], {}
    else:
        rows = srd46.thermodynamic(literature("srd46_sql.zip"), about)[0]
        options = {"of": about} | srd46.curation_of(about)
    rows = curate(rows, **options).observations
    return with_keys(rows[rows["censoring"].eq("none")][list(OBSERVATION_COLUMNS)], "the data")


@pytest.mark.slow
@needs_literature
@pytest.mark.parametrize("name", PACKAGED)
def test_the_error_on_its_card_is_in_reach_of_a_tenth_of_the_data(name):
    """Fit its model again; ligands are hidden, as for the card. Fewer data are no better."""
    memory, rows = shelf.load(name), values_of(name)
    groups = np.sort(rows["ligand_group"].unique())
    count = 186 if name == "log_beta" else len(groups) // 5
    hidden = np.random.default_rng(5).choice(groups, count, replace=False)
    hidden = rows["ligand_group"].isin(hidden)
    organic = rows["smiles"].str.count(r"C(?![lrsdaoum])|c").ge(2)
    asked = rows[hidden & organic & rows["n_ligands"].eq(1)]
    tenth = rows[~hidden].sample(frac=0.1, random_state=0)
    schema = build(memory.features["recipe"]).fit(pd.concat([tenth, asked]))
    recipe = replace(build(memory.model), fit_rows=800, max_iter=30)
    found = Surrogate.fit(schema, recipe, tenth).predict(asked)
    off = (found["mean"] - asked["log_beta"]).abs()
    said = memory.card["scores"]["unseen ligands, n = 1"]
    assert 0.9 < off.mean() / float(said["MAE"]) < 1.8
    assert (off < 1.959964 * found["sd"]).mean() > 0.8
