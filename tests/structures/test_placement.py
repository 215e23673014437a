import numpy as np
import pytest
from rdkit import Chem

from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.coordination_complex import assemble
from bo_loop.structures.placement import embedded, starts

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"


def complex_of(ion, smiles, n=1):
    return assemble(parse_ion(ion), smiles, n)


@pytest.mark.parametrize(
    ("ion", "smiles", "n"),
    [("Ni+2", EDTA, 1), ("Pd+2", "NCC(=O)O", 2), ("Fe+2", "c1cnc2c(c1)ccc1cccnc12", 3)],
)
def test_donors_are_at_the_ion_and_ligands_are_whole(ion, smiles, n):
    found = complex_of(ion, smiles, n)
    graph, table = found.molecule.graph, Chem.GetPeriodicTable()
    radius = [table.GetRcovalent(atom.GetAtomicNum()) for atom in graph.GetAtoms()]
    made = starts(found, 2, seed=0)
    assert made
    for positions in made:
        apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
        expected = [radius[0] + radius[i] for i in found.donors]
        assert apart[0, list(found.donors)] == pytest.approx(expected, abs=0.3)
        for bond in graph.GetBonds():
            i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert apart[i, j] == pytest.approx(radius[i] + radius[j], abs=0.25)
        others = [i for i in range(1, len(positions)) if i not in found.donors]
        assert apart[0, others].min() > 1.9


def test_the_amines_of_edta_are_neighbours_at_nickel():
    found = complex_of("Ni+2", EDTA)
    nitrogens = [i for i in found.donors if found.molecule.symbols[i] == "N"]
    for positions in starts(found, 3, seed=1):
        one, other = positions[nitrogens] - positions[0]
        cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
        assert cosine > np.cos(np.deg2rad(110.0))


def test_a_seed_gives_the_same_starts():
    found = complex_of("Ni+2", "NCC(=O)O", 2)
    one, other, third = (starts(found, 2, seed) for seed in (3, 3, 4))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)
    graph = Chem.AddHs(Chem.MolFromSmiles("NCCCN"))
    assert np.array_equal(embedded(graph, 3, 0), embedded(graph, 3, 0))
