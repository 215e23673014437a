from collections import Counter

import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.coordination_complex import assemble, with_metal_bonds

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
DTPA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CCN(CC(=O)O)CC(=O)O"


def made(ion, smiles, n=1, **options):
    return assemble(parse_ion(ion), smiles, n, **options)


def donors(found):
    return Counter(found.molecule.symbols[i] for i in found.donors)


def test_edta_takes_all_places_of_nickel_without_its_protons():
    found = made("Ni+2", EDTA, name="EDTA")
    molecule = found.molecule
    assert (molecule.name, molecule.charge, molecule.unpaired) == ("Ni+2 + EDTA", -2, 2)
    assert donors(found) == {"N": 2, "O": 4}
    assert molecule.symbols[0] == "Ni"
    assert molecule.symbols.count("H") == 12
    assert (molecule.note, found.left_out) == ("", 0)
    assert molecule.key.startswith("Ni+2:L1:KCXVZYZYPLLWCC")


def test_free_places_are_filled_with_water():
    found = made("Cu+2", "NCC(=O)O", 2)
    assert found.molecule.note == "2 H2O in free places"
    assert (found.molecule.charge, found.molecule.unpaired) == (0, 1)
    assert donors(found) == {"N": 2, "O": 4}


def test_donors_without_room_are_left_out():
    found = made("Ni+2", DTPA)
    assert found.left_out == 2
    assert len(found.donors) == 6


def test_oxo_ions_bring_their_oxygens():
    found = made("VO+2", "CC(=O)CC(C)=O", 2)
    assert found.oxo == 1
    assert (found.molecule.charge, found.molecule.unpaired) == (0, 1)
    bonded = with_metal_bonds(found)
    kinds = Counter(str(bond.GetBondType()) for bond in bonded.GetAtomWithIdx(0).GetBonds())
    assert kinds == {"DOUBLE": 1, "DATIVE": 5}
    assert bonded.GetAtomWithIdx(0).GetFormalCharge() == 2
    assert Chem.GetFormalCharge(bonded) == found.molecule.charge


@pytest.mark.parametrize(
    ("ion", "smiles", "n", "options", "said"),
    [
        ("UO2+2", EDTA, 1, {}, "no parameters for U"),
        ("Eu+2", EDTA, 1, {}, "of lanthanides, GFN2-xTB knows M³⁺ alone"),
        ("Ni+2", "NCC(=O)O", 7, {}, r"Ni\+2 has room for 6 donors, not for 7 ligands"),
        ("Ni+2", "CCC", 1, {}, "the ligand has no donor atom"),
        ("Ni+2", EDTA, 1, {"unpaired": 1}, "1 of them cannot be unpaired"),
    ],
)
def test_what_cannot_be_computed_is_one_line(ion, smiles, n, options, said):
    with pytest.raises(DataError, match=said) as raised:
        made(ion, smiles, n, **options)
    assert "\n" not in str(raised.value)
