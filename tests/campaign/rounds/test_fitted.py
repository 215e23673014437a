"""A campaign for a pH: pKa come from the same model, results are judged by measured ones."""

import json

import known_constants
import numpy as np
import pandas as pd
import pytest
from command_line import run

from bo_loop.solution.species import log_proton

PKA = {"NCC(=O)O": 9.6, "NCCN": 9.9, "CC(=O)O": 4.6, "c1ccncc1": 5.3, "OCC(=O)O": 3.6}
START = ("start", "campaign=nickel_plating", "name=bath", "data.path=lit.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Constants of copper, nickel and manganese, some pKa, and a shelf of ligands."""
    path = tmp_path_factory.mktemp("bath")
    known = known_constants.observations()
    lit = known[(known["metal"] != "H") & (known["n_ligands"] == 1)]
    shelf = lit[["ligand", "smiles"]].drop_duplicates()
    lit = lit[~((lit["metal"] == "Ni") & lit["smiles"].isin(list(PKA)[:3]))]
    lit.to_csv(path / "lit.csv", index=False)
    acid = {"equilibrium": "[HL]/[L][H]", "temperature_C": 25, "ionic_strength_M": 0.1}
    rows = [{"smiles": s, "log_K": k, **acid} for s, k in PKA.items()]
    pd.DataFrame(rows).to_csv(path / "acids.csv", index=False)
    shelf.to_csv(path / "shelf.csv", index=False)
    return path


def test_a_campaign_needs_protonation_constants(folder):
    complaint = run(folder, *START, "pool=table", "pool.path=shelf.csv", code=2)
    assert "give data.protonation" in complaint
    assert not (folder / "campaigns" / "bath").exists()


def test_a_round_at_a_pH(folder):
    run(folder, *START, "data.protonation=acids.csv", "pool=table", "pool.path=shelf.csv",
        "model.max_iter=20", "batch_size=2")  # fmt: skip
    proposed = json.loads(run(folder, "suggest", "name=bath", "json=true"))
    assert len(proposed) == 2
    assert {row["metal"] for row in proposed} == {"Ni"}
    assert all("log K′ at pH 4.5 predicted" in row["reason"] for row in proposed)
    assert all(row["role"] == "" for row in proposed)
    form = folder / "campaigns" / "bath" / "rounds" / "001" / "proposals.csv"
    pool = pd.read_parquet(folder / "campaigns" / "bath" / "pool.parquet")
    glycine = pool[pool["smiles"] == "NCC(=O)O"]["pair_id"].iloc[0]
    nta = pool[pool["smiles"].str.contains("N(CC", regex=False)]["pair_id"].iloc[0]
    results = pd.DataFrame({"pair_id": [glycine, nta], "log_beta": [5.8, 11.5]})
    results.to_csv(folder / "results.csv", index=False)
    assert form.exists()
    run(folder, "log", "name=bath", "results=results.csv", "confirm=true")
    best = json.loads(run(folder, "status", "name=bath", "json=true"))["best"]
    # Glycine's pKa was measured; that of NTA was not, so nobody knows its log K′.
    assert best["pair_id"] == glycine
    log_h = float(log_proton(4.5, 0.1))
    expected = 5.8 - np.log10(1 + 10 ** (9.6 + log_h))  # hydroxide holds none of it
    assert best["values"]["log K′ at pH 4.5"] == pytest.approx(expected, abs=1e-3)
    run(folder, "verify", "name=bath")


def test_a_measured_protonated_complex_is_sealed_and_counts(folder):
    """Glycolate: pKa 3.6, and pK of NiHL measured as 2.5 (made up)."""
    of = {"smiles": "OCC(=O)O", "temperature_C": 25, "ionic_strength_M": 0.1, "charge": 2}
    rows = [
        {"metal": metal, "log_K": 2.5, "equilibrium": "[MHL]/[ML][H]"} for metal in ("Ni", "Fe")
    ]
    pd.DataFrame([row | of for row in rows]).to_csv(folder / "mixed.csv", index=False)
    run(folder, *START[:2], "name=mixed", "data.path=lit.csv", "data.protonation=acids.csv",
        "data.mhl=mixed.csv", "pool=table", "pool.path=shelf.csv")  # fmt: skip
    literature = pd.read_parquet(folder / "campaigns" / "mixed" / "observations.parquet")
    sealed = literature[literature["mhl_pK"].notna()]
    assert set(sealed["smiles"]) == {"O=C(O)CO"}
    assert set(sealed["metal"]) == {"Ni"}
    results = pd.DataFrame({"metal": ["Ni"], "smiles": ["OCC(=O)O"], "log_beta": [2.3]})
    results.to_csv(folder / "glycolate.csv", index=False)
    run(folder, "log", "name=mixed", "results=glycolate.csv", "confirm=true")
    best = json.loads(run(folder, "status", "name=mixed", "json=true"))["best"]
    log_h = float(log_proton(4.5, 0.1))
    expected = 2.3 + np.log10(1 + 10 ** (2.5 + log_h)) - np.log10(1 + 10 ** (3.6 + log_h))
    assert best["values"]["log K′ at pH 4.5"] == pytest.approx(expected, abs=1e-3)
    run(folder, "verify", "name=mixed")


def test_a_conditional_constant_is_logged_as_it_is(folder):
    """Its ligand's pKa make log β of it at each refit; what was logged stays."""
    name = ("name=cond", "directory=campaigns")
    run(folder, "start", "campaign=nickel_plating", *name, "data.path=lit.csv",
        "data.protonation=acids.csv", "pool=table", "pool.path=shelf.csv", "model.max_iter=20",
        "batch_size=2")  # fmt: skip
    run(folder, "suggest", *name)
    path = folder / "campaigns" / "cond"
    form = pd.read_csv(path / "rounds" / "001" / "proposals.csv")
    assert form["pH"].tolist() == [4.5, 4.5]
    assert form["log_K_cond"].isna().all()
    pool = pd.read_parquet(path / "pool.parquet").set_index("ligand")["pair_id"]
    glycine, nta = pool["glycine"], pool["nitrilotriacetic acid"]
    rows = [f"{glycine},0.72 ± 0.05,4.5", f"{nta},>7.5,5"]
    (folder / "cond.csv").write_text("\n".join(["pair_id,log K′,pH", *rows]) + "\n")
    shown = run(folder, "log", *name, "results=cond.csv", "confirm=true")
    assert "log K′ 0.72 ± 0.05 at pH 4.5" in shown
    event = json.loads((path / "ledger.jsonl").read_text().splitlines()[2])["data"]
    assert (event["log_K_cond"], event["log_beta_sd"], event["pH"]) == (0.72, 0.05, 4.5)
    assert "log_beta" not in event
    assert "log K′ > 7.5 at pH 5" in run(folder, "history", *name)
    best = json.loads(run(folder, "status", *name, "json=true"))["best"]
    assert best["pair_id"] == glycine  # NTA was at another pH, and its pKa are not measured
    assert best["values"]["log K′ at pH 4.5"] == 0.72
    run(folder, "suggest", *name)
    made = json.loads((path / "ledger.jsonl").read_text().splitlines()[-1])["data"]
    first, second = made["converted"]
    # A pKa of 9.6 at [H⁺] = 10^−4.4, as far as a model of five pKa has taken it up; less by MHL.
    taken = np.log10(1 + 10 ** (9.6 + float(log_proton(4.5, 0.1))))
    assert 0.05 < first["log_beta_sd"] < 2.0  # what was reported, and what five pKa leave open
    assert 0.72 + taken - 2.5 < first["log_beta"] < 0.72 + taken + 0.5
    assert second["log_beta"] > 7.5
    assert made["fit"]["n_censored"] == 1
    measurements = pd.read_csv(path / "measurements.csv")
    assert measurements["log_K_cond"].tolist() == [0.72, 7.5]
    assert measurements["log_beta"].isna().all()
    run(folder, "verify", *name)
    run(folder, "report", *name)
    page = (path / "report.html").read_text()
    assert "log K′ 0.72 ± 0.05 at pH 4.5" in page
    assert "In water" in page
    assert "mostly from " in page
    asked = ("speciate", *name, f"pair={glycine}", "pH_min=3", "pH_max=9", "pH_step=3")
    told = json.loads(run(folder, *asked, "json=true"))
    bands, shares = told["bands"]["Ni+2"], told["log_c"]["NiL"]
    assert {"NiL", "NiHL", "Ni+2", "pM"} <= set(bands)
    low, high = np.array(bands["NiL"])
    assert (low <= np.array([10**c / 1e-3 for c in shares])).all()
    assert (high > low + 0.01).any()
    assert "predicted, ± " in {each["source"].split("0")[0] for each in told["constants"]}
    assert "–" in run(folder, *asked)
    bare = json.loads(run(folder, *asked, "mhl=false", "json=true"))
    assert "NiHL" not in bare["log_c"]
    run(folder, "correct", *name, "event=3", "log_K_cond=0.9", "confirm=true")
    best = json.loads(run(folder, "status", *name, "json=true"))["best"]
    assert best["values"]["log K′ at pH 4.5"] == 0.9
    (folder / "again.csv").write_text(f"pair_id,log_beta\n{glycine},5.8\n")
    run(folder, "log", *name, "results=again.csv", "replicate=true", "confirm=true")
    both = run(folder, "correct", *name, f"pair={glycine}", "log_beta=6", code=2)
    assert "event 3 (log_K_cond 0.9), event" in both
    refused = run(folder, "correct", *name, "event=3", "log_beta=6", code=2)
    assert "states log_K_cond, so log_beta cannot be corrected" in refused
