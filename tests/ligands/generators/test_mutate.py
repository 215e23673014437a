from rdkit import Chem
from small_chemistry import LIGANDS, known, made

from bo_loop.ligands.generators.mutate import Mutate

EDTA = LIGANDS[0]


def test_mutations_of_one_symbol_stay_close_to_their_parent():
    for candidate in made(Mutate(best=1, edits=1), 100):
        assert candidate.parents == (known().smiles[0],)
    sizes = [Chem.MolFromSmiles(c.smiles).GetNumHeavyAtoms() for c in made(Mutate(edits=1), 100)]
    assert max(sizes) <= Chem.MolFromSmiles(EDTA).GetNumHeavyAtoms() + 12


def test_known_symbols_keep_to_the_elements_of_the_known_and_robust_ones_do_not():
    def elements(generator):
        found = (Chem.MolFromSmiles(c.smiles) for c in made(generator, 300))
        return {atom.GetSymbol() for molecule in found if molecule for atom in molecule.GetAtoms()}

    lengths = {"S", "P"}  # SELFIES writes the length of a branch with these symbols, too
    assert elements(Mutate(symbols="known")) <= {"C", "N", "O", "Br", *lengths}
    assert elements(Mutate(symbols="robust")) & {"F", "Cl", "I", "B"}
