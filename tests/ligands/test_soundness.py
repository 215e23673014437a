import pytest
from rdkit import Chem

from bo_loop.ligands.soundness import odd_valence, strain


@pytest.mark.parametrize("smiles", ["C1CC2CCC1=C2", "C1=C2CCC(C1)C2"])
def test_bredt(smiles):
    assert strain(Chem.MolFromSmiles(smiles), 9) == "double bond at a bridgehead"


def test_norbornene_is_no_anti_bredt_olefin():
    assert strain(Chem.MolFromSmiles("C1=CC2CC1CC2"), 9) == ""


def test_an_ammonium_and_an_n_oxide_are_sound():
    assert odd_valence(Chem.MolFromSmiles("C[N+](C)(C)CC(=O)O")) == ""
    assert odd_valence(Chem.MolFromSmiles("[O-][n+]1ccccc1C(=O)O")) == ""
