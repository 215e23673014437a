"""A pair is found by what chemists call it."""

import pytest

from bo_loop.campaign.finding import Pairs, UnknownPairError
from bo_loop.data import CommonChelators
from bo_loop.data.observations import with_keys

ONE = with_keys(CommonChelators(metals=["Ni+2"]).read(), "the pool")
TWO = with_keys(CommonChelators(metals=["Ni+2", "Cu+2"], n_ligands=[1, 2]).read(), "the pool")


def found(text, pool=ONE):
    pairs = Pairs(pool)
    return pairs.named(pairs.find(text))


@pytest.mark.parametrize(
    ("text", "ligand"),
    [
        ("edta", "EDTA"),
        ("H4EDTA", "EDTA"),
        ("ethylenediaminetetraacetic acid", "EDTA"),
        ("NTA", "Nitrilotriacetic acid (NTA)"),
        ("nitrilotriacetic acid", "Nitrilotriacetic acid (NTA)"),
        ("nitrilotriacetate", "Nitrilotriacetic acid (NTA)"),
        ("OC(=O)CN(CC(O)=O)CC([O-])=O", "Nitrilotriacetic acid (NTA)"),
        ("phen", "1,10-Phenanthroline"),
        ("1,10 phenanthroline", "1,10-Phenanthroline"),
        ("bpy", "2,2'-Bipyridine"),
        ("en", "Ethylenediamine (en)"),
        ("alanine", "L-Alanine"),
        ("β-alanine", "beta-Alanine"),
        ("C[C@@H](N)C(=O)O", "L-Alanine"),
        ("C[C@H](N)C(=O)O", "L-Alanine"),  # its mirror image: one log β
        ("citrate", "Citric acid"),
        ("Tris", "Tris(hydroxymethyl)aminomethane (Tris)"),
        ("acetylacetonate", None),
        ("H2O", None),
    ],
)
def test_by_any_name_or_a_structure(text, ligand):
    if ligand is None:
        with pytest.raises(UnknownPairError, match=r"is not a pair of this campaign's pool"):
            found(text)
    else:
        assert found(text) == f"Ni+2 + {ligand}"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Cu+2 + EGTA", "Cu+2 + EGTA"),
        ("Cu2+ egta", "Cu+2 + EGTA"),
        ("copper egta", "Cu+2 + EGTA"),
        ("Cu(II) EGTA", "Cu+2 + EGTA"),
        ("Cu²⁺ + 2 glycine", "Cu+2 + 2 Glycine"),
        ("Ni gly n=2", "Ni+2 + 2 Glycine"),
        ("Ni+2 + 2,2'-bipyridine", "Ni+2 + 2,2'-Bipyridine"),
        ("Ni+2 + 2 2,2'-bipyridine", "Ni+2 + 2 2,2'-Bipyridine"),
        ("Cu+2 + NCC(=O)O", "Cu+2 + Glycine"),
    ],
)
def test_metal_ion_and_number_come_with_it(text, pair):
    assert found(text, TWO) == pair


def test_every_pair_is_found_by_how_it_is_printed_and_by_its_id():
    pairs = Pairs(TWO)
    for pair_id in TWO["pair_id"]:
        assert pairs.find(pairs.named(pair_id)) == pair_id
        assert pairs.find(pair_id) == pair_id


def test_what_may_be_several_pairs_is_listed():
    with pytest.raises(UnknownPairError, match=r"2 pairs.*Ni\+2 \+ EGTA, Cu\+2 \+ EGTA"):
        found("egta", TWO)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zn+2 + EGTA", r"has that ligand with Ni\+2, Cu\+2 only"),
        ("Ni+2 + 3 egta", r"with n = 3; it has Ni\+2 \+ EGTA, Ni\+2 \+ 2 EGTA"),
        ("Ni+2 + phenantroline", r"Is it 1,10-Phenanthroline"),
        ("C1CC(=O", "as a structure it cannot be read"),
        ("cis-CDTA O=C(O)", "cannot be read"),
        ("OC(=O)CN(CC(O)=O)[C@H]1CCCC[C@H]1N(CC(O)=O)CC(O)=O", "is not a pair"),  # cis-CDTA
    ],
)
def test_what_is_no_pair_is_refused_with_what_there_is(text, words):
    with pytest.raises(UnknownPairError, match=words):
        found(text, TWO)


def test_a_pool_that_has_one_number_of_ligands_needs_none_said():
    assert found("gly", TWO[(TWO["n_ligands"] == 2) & (TWO["metal"] == "Ni")]) == "Ni+2 + 2 Glycine"
