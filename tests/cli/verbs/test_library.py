import json

import command_line
import pytest
import yaml

from bo_loop.base.config import packaged_conf
from bo_loop.chemistry.ligands import standardise
from bo_loop.cli.verbs.library import _shown, asked_pairs
from bo_loop.library import shelf


@pytest.fixture
def shelves(monkeypatch, tmp_path):
    monkeypatch.setenv(shelf.ENVIRONMENT_VARIABLE, str(tmp_path / "shelf"))
    return tmp_path


def test_a_library_is_listed(shelves):
    said = json.loads(command_line.run(shelves, "library", "json=true"))
    assert set(said) == {one.name for one in shelf.listed()}


def test_one_thing_at_a_time(shelves):
    said = command_line.run(shelves, "library", "show=a", "verify=b", code=2)
    assert "one thing at a time, not show and verify" in said


def test_what_is_not_there_is_one_clear_error(shelves):
    assert "no model 'gold'" in command_line.run(shelves, "library", "show=gold", code=2)


def test_a_card_is_told_a_line_a_fact():
    card = {"name": "x", "training": {"rows": 3, "sources": {"book": 2}}, "features": ["a", "b"]}
    assert _shown(card) == {
        "name": "x", "training, rows": "3", "training, sources, book": "2", "features": "a, b",
    }  # fmt: skip


def test_ligands_are_made_around_others_that_are_not_asked_for(tmp_path):
    path = tmp_path / "private.csv"
    path.write_text("ligand,smiles\nmine,OC(=O)CN(CC(O)=O)CCSCCN(CC(O)=O)CC(O)=O\n")
    config = yaml.safe_load((packaged_conf() / "distil.yaml").read_text(encoding="utf-8"))
    config |= {"made": 60, "candidates": 100_000, "n_ligands": [1], "protons": False}
    before, after = (
        set(asked_pairs(config | {"around": around})["smiles"]) for around in (None, path)
    )
    mine = standardise("OC(=O)CN(CC(O)=O)CCSCCN(CC(O)=O)CC(O)=O")
    assert mine not in after
    assert after - before


def test_a_card_is_written_as_a_page(shelves):
    command_line.run(shelves, "library", "show=enthalpy", "out=card.html")
    assert "ΔH (kJ/mol)" in (shelves / "card.html").read_text(encoding="utf-8")
    said = command_line.run(shelves, "library", "out=other.html", code=2)
    assert "give show=NAME with it" in said
    assert not (shelves / "other.html").exists()
