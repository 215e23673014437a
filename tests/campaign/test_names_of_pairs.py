"""Wherever a pair is asked for, its ligand's name or structure will do, as a user types it."""

import json

import pytest
import small_campaign
from command_line import run

from bo_loop.data import CommonChelators
from bo_loop.data.observations import with_keys


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A campaign on two metal ions with five common chelators."""
    pool = CommonChelators(metals=["Ni+2", "Cu+2"], n_ligands=[1, 2]).read()
    names = ["EDTA", "Nitrilotriacetic acid (NTA)", "EGTA", "1,10-Phenanthroline", "Glycine"]
    chosen = pool[pool["ligand"].isin(names)].reset_index(drop=True)
    small_campaign.cheapen(monkeypatch, with_keys(chosen, "the pool"))
    small_campaign.start(tmp_path / "campaigns")
    return tmp_path


def history(lab, pair):
    rows = json.loads(run(lab, "history", "name=small", f"pair={pair}", "json=true"))
    return [(row["event"], row["what"]) for row in rows]


def test_results_of_a_table_as_chemists_write_it(lab):
    (lab / "min.csv").write_text(
        "metal,ligand,n_ligands,log_beta\nNi2+,edta,1,18.4\nCu(II),nta,,12.9\nNi+2,phen,2,16\n"
        "copper(II),gly,2,15.1\n",
        encoding="utf-8",
    )
    printed = run(lab, "log", "name=small", "results=min.csv")
    for line in ("Ni+2 + EDTA", "Cu+2 + Nitrilotriacetic acid (NTA)", "Cu+2 + 2 Glycine"):
        assert line in printed
    assert history(lab, "Ni phen n=2") == [("measured", "log β 16")]


def test_structures_will_do_and_a_structure_decides(lab):
    (lab / "s.csv").write_text(
        "metal,charge,smiles,log K1\nNi,2,NCC(=O)[O-],5.8\n", encoding="utf-8"
    )
    run(lab, "log", "name=small", "results=s.csv")
    assert history(lab, "Ni+2 + glycine") == [("measured", "log β 5.8")]


def test_what_is_ambiguous_or_unknown_is_listed_and_nothing_recorded(lab):
    (lab / "bad.csv").write_text("ligand,log_beta\nedta,18.4\nedtta,5\n", encoding="utf-8")
    refused = run(lab, "log", "name=small", "results=bad.csv", code=2)
    assert "row 2, ligand: 'edta' — 'edta' may be any of 2 pairs" in refused
    assert "Ni+2 + EDTA, Cu+2 + EDTA" in refused
    assert "row 3, ligand: 'edtta'" in refused
    assert "Is it EDTA" in refused
    assert len(json.loads(run(lab, "history", "name=small", "json=true"))) == 1


def test_pairs_are_amended_by_name(lab):
    (lab / "r.csv").write_text("metal,ligand,log_beta\nNi+2,edta,99e-1\n", encoding="utf-8")
    run(lab, "log", "name=small", "results=r.csv")
    assert "→ 18.4" in run(lab, "correct", "name=small", "pair=Ni+2 + EDTA", "log_beta=18.4")
    assert "has no result" in run(
        lab, "correct", "name=small", "pair=Cu+2 + EDTA", "log_beta=18.4", code=2
    )
    assert "withdrawn" in run(lab, "withdraw", "name=small", "pair=Cu EGTA")
    assert "restored" in run(lab, "restore", "name=small", "pair=Cu2+ egta")
    assert [event for event, _ in history(lab, "Cu+2 + EGTA")] == ["withdrawn", "restored"]
