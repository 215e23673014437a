import pytest
from rdkit import Chem

from bo_loop.chemistry.mobile_hydrogens import settled


def put(smiles):
    """The moves one after another, as long as there are any."""
    for _ in range(5):
        molecule = Chem.MolFromSmiles(Chem.CanonSmiles(smiles))
        moved = next(settled(molecule), None)
        if moved is None:
            break
        smiles = Chem.MolToSmiles(moved)
    return Chem.CanonSmiles(smiles)


@pytest.mark.parametrize(
    ("drawn", "best"),
    [
        ("O=c1cccc[nH]1", "O=c1cccc[nH]1"),  # NH beside C=O, not OH
        ("Oc1ccccn1", "O=c1cccc[nH]1"),
        ("S=c1cccc[nH]1", "Sc1ccccn1"),  # but a thiol
        ("Oc1cc[nH]n1", "Oc1cc[nH]n1"),  # and the OH of a pyrazole
        ("O=c1cc[nH][nH]1", "Oc1cc[nH]n1"),
        ("c1ncc2[nH]cnc2n1", "c1ncc2nc[nH]c2n1"),  # 9H-purine
    ],
)
def test_a_hydrogen_goes_where_it_is_worth_most(drawn, best):
    assert put(drawn) == Chem.CanonSmiles(best)


@pytest.mark.parametrize(
    "drawings",
    [("Cc1c[nH]cn1", "Cc1cnc[nH]1"), ("CC(N)=NO", "CC(=N)NO"), ("CN(C)C(=N)N", "CN(C)C(N)=N")],
)
def test_all_drawings_end_alike(drawings):
    assert len({put(drawing) for drawing in drawings}) == 1


def test_the_double_bond_of_an_amidine_is_at_the_nitrogen_beside_oxygen():
    assert put("CC(=N)NO") == Chem.CanonSmiles("CC(N)=NO")


def test_nothing_moves_where_there_is_no_choice():
    assert list(settled(Chem.MolFromSmiles("NCC(=O)O"))) == []
    assert list(settled(Chem.MolFromSmiles("c1cc[nH]c1"))) == []
