import numpy as np
import pytest
from rdkit import Chem

from bo_loop.chemistry.crowding import CROWDING_NAMES, crowding
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites


def counted(smiles):
    found = crowding(Chem.MolFromSmiles(standardise(smiles)), donor_sites(smiles))
    return {name: n for name, n in zip(CROWDING_NAMES, found, strict=True) if n}


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("OC(=O)CN(CCN(CC(O)=O)CC(O)=O)CC(O)=O", {}),  # EDTA
        ("CC(C(O)=O)N(CCN(C(C)C(O)=O)C(C)C(O)=O)C(C)C(O)=O", {"crowded_tertiary_amines": 4}),
        ("OC(=O)CN(CC(O)=O)C1CCCCC1N(CC(O)=O)CC(O)=O", {}),  # CDTA: its ring leads to donors
        ("OC(=O)CC(NCCNC(CC(O)=O)C(O)=O)C(O)=O", {}),  # EDDS: its branches are arms
        ("OC(=O)CN(CC(O)=O)C(c1ccccc1)CN(CC(O)=O)CC(O)=O", {"crowded_tertiary_amines": 1}),
        ("CC(N)C(O)=O", {"crowded_other_n": 1}),  # alanine
        ("CC(C)(N)C(O)=O", {"crowded_other_n": 2}),
        ("Clc1ccc2ccc3cccnc3c2n1", {"crowded_aromatic_n": 1}),  # 2-chlorophenanthroline
        ("Cc1ccc2ccc3ccc(C)nc3c2n1", {"crowded_aromatic_n": 2}),  # neocuproine
        ("c1ccc2ncccc2c1", {}),  # quinoline: all that is beside N leads back to it
        ("CC(C)(C)c1cccc(C(C)(C)C)c1O", {"crowded_other_donors": 2}),
        ("CC(C)(S)C(N)C(O)=O", {"crowded_other_donors": 2}),  # penicillamine
        ("CC(=O)CC(C)=O", {}),
    ],
)
def test_what_binds_nothing_beside_a_donor_is_counted(smiles, expected):
    assert counted(smiles) == expected


def test_the_numbering_of_atoms_plays_no_part():
    molecule = Chem.MolFromSmiles("CC(C)C(C(O)=O)N(CC(O)=O)C(C)c1ccccn1")
    rng, expected = np.random.default_rng(0), counted(Chem.MolToSmiles(molecule))
    assert expected == {"crowded_tertiary_amines": 2}
    for _ in range(5):
        order = rng.permutation(molecule.GetNumAtoms()).tolist()
        other = Chem.MolToSmiles(Chem.RenumberAtoms(molecule, order), canonical=False)
        assert counted(other) == expected
