import pytest
from rdkit import Chem

from bo_loop.base.errors import DataError
from bo_loop.structures.molecules import LIGAND, Molecule


def molecule(smiles, charge=0, unpaired=0):
    graph = Chem.AddHs(Chem.MolFromSmiles(smiles))
    return Molecule("x", "key", LIGAND, graph, charge, unpaired)


def test_electrons_have_to_allow_the_unpaired_ones():
    assert molecule("O").symbols == ["O", "H", "H"]
    assert molecule("O", charge=1, unpaired=1).unpaired == 1
    with pytest.raises(DataError, match=r"x has an odd number of electrons \(9, charge \+1\)"):
        molecule("O", charge=1)
    with pytest.raises(DataError, match=r"an even number of electrons \(10, charge \+0\): 3 of"):
        molecule("O", unpaired=3)


def test_lanthanides_count_without_their_f_electrons():
    assert molecule("[Gd+3]", charge=3).unpaired == 0
    with pytest.raises(DataError, match="an odd number"):
        molecule("[Gd+2]", charge=2)


def test_elements_beyond_radon_are_refused():
    with pytest.raises(DataError, match="no parameters for U; it knows hydrogen to radon"):
        molecule("[U+4]", charge=4)
