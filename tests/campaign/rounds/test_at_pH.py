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
