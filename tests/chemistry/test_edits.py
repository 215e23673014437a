import pytest
from rdkit import Chem

from bo_loop.chemistry import edits

ENOL = "CC(O)=CC(C)=O"


def smiles(molecule):
    return Chem.MolToSmiles(molecule)


def test_a_hydrogen_moves_along_a_path_and_its_bonds_change_places():
    enol = Chem.MolFromSmiles(ENOL)
    (path,) = edits.matches(enol, "[OX2H]-C=C-C=O")
    assert smiles(edits.shifted(enol, path)) == smiles(enol)  # the enol of the other end
    ketone = edits.shifted(enol, path[:2] + path[2:3])
    assert smiles(ketone) == Chem.CanonSmiles("CC(=O)CC(C)=O")


def test_an_edit_without_a_valence_structure_is_none():
    methane = Chem.MolFromSmiles("C")
    assert edits.edited(methane, {}, {0: 1}) is None
    assert edits.edited(methane, {}, {0: -5}) is None
    assert smiles(edits.edited(methane, {}, {0: -1}, {0: -1})) == "[CH3-]"


def test_stereochemistry_at_an_edited_bond_is_forgotten():
    molecule = Chem.MolFromSmiles("C/C=C/C")
    assert smiles(edits.edited(molecule, {(1, 2): Chem.BondType.SINGLE}, {1: 1, 2: 1})) == "CCCC"


def test_queries():
    molecule = Chem.MolFromSmiles("C=Cc1ccccc1")
    assert edits.is_double(molecule, 0, 1)
    assert not edits.is_double(molecule, 2, 3)  # aromatic
    assert [sorted(ring) for ring in edits.rings(molecule, 5, 6)] == [[2, 3, 4, 5, 6, 7]]
    assert edits.rings(molecule, 5) == []
    assert edits.around((4, 5, 6)) == [(4, 5), (5, 6), (6, 4)]
    assert edits.holds(molecule, "c1ccccc1")
    assert not edits.holds(molecule, "[#7]")


@pytest.mark.parametrize("order", [Chem.BondType.SINGLE, Chem.BondType.TRIPLE])
def test_the_molecule_itself_is_not_changed(order):
    molecule = Chem.MolFromSmiles("C=C")
    edits.edited(molecule, {(0, 1): order}, {})
    assert smiles(molecule) == "C=C"
