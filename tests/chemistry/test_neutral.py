import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.neutral import neutral


def made(smiles):
    return Chem.MolToSmiles(neutral(Chem.MolFromSmiles(smiles)))


@pytest.mark.parametrize(
    ("drawn", "neutralised"),
    [
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O"),
        ("[O-2]", "O"),
        ("[S-2]", "S"),
        ("[N-]=[N+]=[N-]", "[N-]=[N+]=N"),
        ("[S-]C#N", "SC#N"),
        ("N=C=S", "SC#N"),
        ("C[S+](C)[O-]", "CS(C)=O"),  # a double bond drawn as a pair of charges
        ("O[P+](O)(O)[O-]", "O=P(O)(O)O"),
        ("C[N+](C)(C)CC(=O)[O-]", "C[N+](C)(C)CC(=O)O"),  # the fixed charge stays
        ("C[N+](C)(C)C", "C[N+](C)(C)C"),
        ("[CH3:1][OH:2]", "CO"),
    ],
)
def test_every_charge_that_a_proton_can_take_is_taken(drawn, neutralised):
    assert made(drawn) == Chem.CanonSmiles(neutralised)


def test_atoms_come_in_the_order_of_the_canonical_smiles():
    molecule = neutral(Chem.MolFromSmiles("OC(=O)CN"))
    assert [atom.GetSymbol() for atom in molecule.GetAtoms()] == ["N", "C", "C", "O", "O"]


def test_a_charge_without_a_valence_is_refused(monkeypatch):
    monkeypatch.setattr("bo_loop.chemistry.neutral._PROTONATED", {"CO": "C(C)(C)(C)(C)C"})
    with pytest.raises(DataError, match="Correct the structure"):
        made("C[O-]")
