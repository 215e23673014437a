from small_chemistry import LIGANDS

from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.around import around


def test_structures_are_new_standard_and_the_same_for_a_seed():
    made = around(LIGANDS, 6, seed=0)
    assert 3 <= len(made) <= 6
    assert len(set(made)) == len(made)
    assert not set(made) & set(LIGANDS)
    assert [standardise(smiles) for smiles in made] == made
    assert around(LIGANDS, 6, seed=0) == made
