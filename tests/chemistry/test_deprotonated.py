import csv
from importlib import resources

import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.deprotonated import deprotonated
from bo_loop.chemistry.ligands import deprotonated_charge, standardise


@pytest.mark.parametrize(
    ("smiles", "left"),
    [
        ("NCC(=O)O", "NCC(=O)[O-]"),
        ("CC(=O)CC(C)=O", "CC(=O)C=C(C)[O-]"),  # an enolate, not a carbanion
        ("SCC(S)CO", "[S-]CC([S-])CO"),
        ("S", "[S-2]"),
        ("C#N", "[C-]#N"),
        ("NC(=S)NN=Cc1ccccc1O", "NC(=S)[N-]N=Cc1ccccc1[O-]"),  # NH, not NH2
        ("O=P(O)(O)CN", "O=P([O-])([O-])CN"),
        ("NCCN", "NCCN"),
        ("O", "[OH-]"),
    ],
)
def test_acids_lose_their_protons(smiles, left):
    assert Chem.MolToSmiles(deprotonated(smiles)) == Chem.CanonSmiles(left)


def test_every_ligand_of_the_pool_gets_its_charge_and_keeps_the_order_of_its_atoms():
    table = resources.files("bo_loop.data").joinpath("common_chelators.csv")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        left, whole = deprotonated(row["smiles"]), Chem.MolFromSmiles(standardise(row["smiles"]))
        assert Chem.GetFormalCharge(left) == deprotonated_charge(row["smiles"]), row["name"]
        assert [a.GetSymbol() for a in left.GetAtoms()] == [a.GetSymbol() for a in whole.GetAtoms()]


def test_what_is_no_structure_is_refused():
    with pytest.raises(DataError, match="looks like a name"):
        deprotonated("glycine")
