import pytest

from bo_loop.data import ligand_names as names

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("1,10-Phenanthroline", "110phenanthroline"),
        ("β-Alanine", "betaalanine"),
        ("２，２′-Bipyridine", "22bipyridine"),
        ("ethylene diamine", "ethylenediamine"),
        ("—", ""),
    ],
)
def test_case_spaces_punctuation_and_greek_letters_do_not_count(name, key):
    assert names.key(name) == key


def test_a_short_form_and_the_anion_are_names_too():
    found = names.keys("Nitrilotriacetic acid (NTA)")
    assert {"nta", "nitrilotriaceticacid", "nitrilotriacetate"} <= found


@pytest.mark.parametrize("name", ["L-Alanine", "DL-alanine", "(S)-Alanine"])
def test_a_loose_name_is_one_without_stereochemistry(name):
    assert "alanine" in names.loose_keys(name)
    assert "alanine" not in names.keys(name)


def test_what_the_package_has_names_for():
    assert names.by_name()["edta"] == (EDTA,)
    assert "edta" in names.by_smiles()[EDTA]
    assert names.by_name()["glycine"] == ("NCC(=O)O",)
    assert "nosuchligand" not in names.by_name()
