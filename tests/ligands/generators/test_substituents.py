import pytest
from rdkit import Chem
from small_chemistry import LIGANDS, made

from bo_loop.base.errors import ConfigError
from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.generators.substituents import Substituents, _cores, _library

EDTA = LIGANDS[0]


def test_a_substituent_is_swapped_and_the_donors_stay():
    phenanthroline = standardise("Brc1cc2cccnc2c2ncccc12")
    (core,) = _cores(phenanthroline, 8)
    assert Chem.MolFromSmiles(core).GetNumHeavyAtoms() == 14
    library = _library(LIGANDS, 8)
    assert {"*Br", "*C", "*CC(=O)O"} <= set(library)
    ring = Chem.MolFromSmiles("c1cnc2c(c1)ccc1cccnc12")
    children = [
        Chem.MolFromSmiles(c.smiles)
        for c in made(Substituents(best=12, swaps=1), 200)
        if c.parents == (phenanthroline,)
    ]
    assert children
    assert all(child.HasSubstructMatch(ring) for child in children)


def test_edta_has_no_substituent_without_donors():
    assert _cores(EDTA, 8) == ()


def test_ligands_without_substituents_have_none_to_give():
    with pytest.raises(ConfigError, match="None of the 2 known ligands has a substituent"):
        made(Substituents(), 1, ligands=("c1ccncc1", "c1cnc[nH]1"))
