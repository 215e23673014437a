import pytest

from bo_loop.base.errors import DataError
from bo_loop.structures.asked import named_ligand, named_pair

GLYCINE = "NCC(=O)O"


@pytest.mark.parametrize(
    ("text", "ion", "smiles", "n"),
    [
        ("Ni+2/glycine", "Ni+2", GLYCINE, 1),
        ("Cu2+/2 glycine", "Cu+2", GLYCINE, 2),
        ("copper(II)/2 x OC(=O)CN", "Cu+2", GLYCINE, 2),
        ("Zn+2/OC(=O)/C=C\\C(=O)O", "Zn+2", "O=C(O)/C=C\\C(=O)O", 1),
    ],
)
def test_pairs_are_read_as_they_are_typed(text, ion, smiles, n):
    found = named_pair(text)
    assert (str(found[0]), found[1], found[2]) == (ion, smiles, n)


def test_names_and_structures_of_ligands():
    assert named_ligand("EDTA") == named_ligand("edetic acid")
    assert named_ligand("[NH3+]CC(=O)[O-]") == GLYCINE


@pytest.mark.parametrize("text", ["Ni+2", "Ni+2/", "Ni/edta", "Ni+2/nothing", "edta/Ni+2"])
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(DataError):
        named_pair(text)
