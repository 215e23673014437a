"""Names read by OPSIN, against structures."""

import math
import shutil
import sys
from importlib.util import find_spec

import pandas as pd
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.curation import opsin
from bo_loop.data.curation.curate import curate
from bo_loop.data.curation.opsin import contradictions

needs_opsin = pytest.mark.skipif(
    find_spec("py2opsin") is None or shutil.which("java") is None,
    reason="OPSIN needs the package py2opsin and a Java runtime",
)


@needs_opsin
def test_names_agree_but_for_stereochemistry_charge_tautomers_and_synonyms():
    agreeing = [
        ("Aminoacetic acid (Glycine)", "NCC(=O)O"),
        ("aminoacetate", "NCC(=O)O"),
        ("L-alanine", "C[C@@H](N)C(=O)O"),
        ("DL-2-aminopropanoic acid", "CC(N)C(=O)O"),
        ("pyridine-2-thiol", "S=c1cccc[nH]1"),
        ("(E)-but-2-enedioic acid", r"OC(=O)/C=C\\C(=O)O"),
        # OPSIN makes a hydroxy acid of the first; the synonym is the one that is meant.
        ("3-Phenylpropenoic acid ethyl ester (Ethyl cinnamate)", "CCOC(=O)/C=C/c1ccccc1"),
    ]
    assert contradictions(agreeing) == dict.fromkeys(agreeing, "")


@needs_opsin
def test_names_that_contradict_the_structure_say_how_and_others_say_nothing():
    found = contradictions(
        [
            ("2,2'-bipyridine", "c1ccccc1"),
            ("pyridine-3-carboxylic acid", "O=C(O)c1ccncc1"),
            ("EDTA-like thing", "NCC(=O)O"),
            ("ｸﾞﾘｼﾝ", "NCC(=O)O"),
            ("two\nlines", "NCC(=O)O"),
        ]
    )
    assert [name for name, _ in found] == ["2,2'-bipyridine", "pyridine-3-carboxylic acid"]
    first, second = found.values()
    assert first == "the name says C10H8N2, the structure is C6H6"
    assert second == "the name says O=C(O)c1cccnc1"


@needs_opsin
def test_curation_sets_a_contradicted_structure_apart_and_clears_a_confirmed_one():
    rows = pd.DataFrame(
        {
            "metal": "Cu", "charge": 2, "smiles": ["NCC(=O)O", "O=C(O)c1ccncc1"], "n_ligands": 1,
            "ligand": ["glycine", "pyridine-2-carboxylic acid"], "log_beta": [8.15, 7.9],
            "log_beta_sd": math.nan, "censoring": "none", "source": "book", "temperature_C": 25.0,
            "ionic_strength_M": 0.1,
            "structure_doubt": ["structure is C2H5NO2, the database says C2H5NO3", ""],
        }
    )  # fmt: skip
    by_elements, by_name = curate(rows), curate(rows, names="opsin")
    assert by_elements.quarantine.ligand.tolist() == ["glycine"]
    assert by_name.quarantine.ligand.tolist() == ["pyridine-2-carboxylic acid"]
    assert by_name.observations.smiles.tolist() == ["NCC(=O)O"]


def test_nothing_to_read_needs_no_java(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert contradictions([("", "CC"), ("グリシン", "NCC(=O)O")]) == {}


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ConfigError, match="needs a Java runtime, and finds none"):
        contradictions([("glycine", "NCC(=O)O")])
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/java")
    monkeypatch.setitem(sys.modules, "py2opsin", None)
    with pytest.raises(ConfigError, match=r"pip install 'bo-loop\[names\]'"):
        contradictions([("glycine", "NCC(=O)O")])


@needs_opsin
def test_says_so_if_java_does_not_run(monkeypatch):
    monkeypatch.setattr("py2opsin.py2opsin", lambda names, tmp_fpath: False)
    with pytest.raises(DataError, match="OPSIN gave no answer"):
        opsin.contradictions([("glycine", "NCC(=O)O")])
