"""Searches with made-up forces, against GFN2-xTB."""

import numpy as np
import pytest
from made_up_forces import Springs, committee

from bo_loop.structures.conformers import ligand_molecule, lowest, starting
from bo_loop.structures.learned_search import searched
from bo_loop.structures.xtb import calculator, optimised

pytest.importorskip("tblite", reason="the extra structures is not installed")


@pytest.fixture(scope="module")
def water():
    molecule = ligand_molecule("O")
    start = starting(molecule, 1, 0)[0] * 1.1
    return molecule, start, optimised(molecule.symbols, start, calculator(molecule))


def test_the_lowest_minimum_is_that_of_the_reference(water):
    molecule, start, alone = water
    found = searched(molecule, [start, start], committee(Springs(), Springs()))
    assert [run.converged for run in found] == [True, False]  # one minimum, not twice
    assert 1 < len(found[0].energies) < len(alone.energies)
    assert found[0].energies[-1] == pytest.approx(alone.energies[-1], abs=2e-3)


def test_a_minimum_far_above_the_lowest_costs_one_structure(water):
    molecule, start, _ = water

    class Two(Springs):
        """Long bonds where the second start is."""

        def of(self, positions):
            far = np.linalg.norm(positions[0]) > 5.0
            return (Springs(bond=1.2, apart=1.9) if far else super()).of(positions)

    found = searched(molecule, [start, start + 9.0], committee(Two(), Two()))
    assert found[0].converged
    assert len(found[1].energies) == 1
    assert not found[1].converged


def test_doubt_hands_over_to_the_reference(water):
    molecule, start, alone = water
    far = start * 3.0  # some 2 Å: more than ten steps
    springs, other = Springs(), Springs(shift=1.0)  # apart by √(3 · 0.5) eV/Å
    [found] = searched(molecule, [far], committee(springs, other))
    assert found.converged
    assert len(found.energies) > 1
    assert found.energies[-1] == pytest.approx(alone.energies[-1], abs=2e-3)
    [trusted] = searched(molecule, [far], committee(springs, other), most_doubt=1.3)
    assert len(trusted.energies) < len(found.energies)


def test_elements_that_were_not_learned_are_left_to_the_reference(water):
    molecule, start, alone = water
    [found] = searched(molecule, [start], committee(Springs(), Springs(), elements=("1",)))
    assert np.array_equal(found.energies, alone.energies)


def test_a_structure_is_found_by_learned_forces(water):
    molecule, _, alone = water
    found = lowest(molecule, 2, 0, committee(Springs(), Springs()))
    assert found.energy == pytest.approx(alone.energies[-1], abs=2e-3)
    assert found.method == "GFN2-xTB, ALPB water"
