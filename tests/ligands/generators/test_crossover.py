from small_chemistry import made

from bo_loop.ligands.generators.crossover import Crossover


def test_a_point_between_two_ligands_holds_atoms_of_both_only():
    chains = ("CCCCCC", "OOOOOO")
    for candidate in made(Crossover(best=2), 50, ligands=chains):
        assert set(candidate.parents) == set(chains)
        assert {"C", "O"} >= set(candidate.smiles) - set("()=12")
        assert candidate.smiles not in chains
