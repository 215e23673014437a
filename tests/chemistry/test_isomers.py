"""Mirror images are one ligand; diastereomers and E/Z isomers are not."""

import pytest

from bo_loop.chemistry.isomers import isomer, one_to_a_metal_ion
from bo_loop.chemistry.ligands import same_ligand, standardise

L_TARTARIC, D_TARTARIC = "OC(=O)[C@H](O)[C@@H](O)C(=O)O", "OC(=O)[C@@H](O)[C@H](O)C(=O)O"
MESO, TARTARIC = "OC(=O)[C@@H](O)[C@@H](O)C(=O)O", "OC(=O)C(O)C(O)C(=O)O"
FUMARIC, MALEIC = "OC(=O)/C=C/C(=O)O", "OC(=O)/C=C\\C(=O)O"
L_ALANINE, D_ALANINE, ALANINE = "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"
TRANS, ALSO_TRANS, CIS = "N[C@H]1CCCC[C@@H]1N", "N[C@@H]1CCCC[C@H]1N", "N[C@@H]1CCCC[C@@H]1N"


def key(smiles):
    return isomer(standardise(smiles))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (L_TARTARIC, D_TARTARIC),
        (L_ALANINE, D_ALANINE),
        (L_ALANINE, ALANINE),
        (TRANS, ALSO_TRANS),
        ("N[C@H](C)/C=C/C", "N[C@@H](C)/C=C/C"),
        ("N[C@@H](C)C(=O)N[C@@H](C)C(=O)O", "N[C@H](C)C(=O)N[C@H](C)C(=O)O"),
    ],
)
def test_mirror_images_have_one_key(one, other):
    assert key(one) == key(other)
    assert same_ligand(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (L_TARTARIC, MESO),
        (FUMARIC, MALEIC),
        (TRANS, CIS),
        ("N[C@H](C)/C=C/C", "N[C@@H](C)/C=C\\C"),
        ("N[C@@H](C)C(=O)N[C@@H](C)C(=O)O", "N[C@@H](C)C(=O)N[C@H](C)C(=O)O"),
    ],
)
def test_other_isomers_have_keys_of_their_own(one, other):
    assert key(one) != key(other)
    assert not same_ligand(one, other)


def test_a_drawing_without_stereochemistry_is_of_any_isomer():
    assert key(TARTARIC) == key(ALANINE) == key(L_ALANINE) == ""
    assert same_ligand(TARTARIC, MESO)
    assert same_ligand(D_TARTARIC, TARTARIC)
    assert not same_ligand(ALANINE, TARTARIC)


def test_every_drawing_of_a_ligand_and_its_mirror_image():
    assert set(one_to_a_metal_ion(standardise(ALANINE))) == {
        standardise(smiles) for smiles in (L_ALANINE, D_ALANINE, ALANINE)
    }
    assert set(one_to_a_metal_ion(standardise(L_TARTARIC))) == {
        standardise(L_TARTARIC),
        standardise(D_TARTARIC),
    }
    assert set(one_to_a_metal_ion(standardise(MESO))) == {standardise(MESO)}
