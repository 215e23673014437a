import numpy as np
import pytest

from bo_loop.structures.conformers import ligand_molecule
from bo_loop.structures.placement import embedded
from bo_loop.structures.xtb import CONVERGED, calculator, optimised

pytest.importorskip("tblite", reason="the extra structures is not installed")


def minimised(smiles, start=None, **options):
    molecule = ligand_molecule(smiles)
    start = embedded(molecule.graph, 1, 0)[0] if start is None else start
    return molecule, optimised(molecule.symbols, start, calculator(molecule), **options)


def test_water_has_the_shape_and_energy_of_gfn2_xtb():
    _, run = minimised("O")
    assert run.converged
    oxygen, one, other = run.positions[-1]
    assert np.linalg.norm(one - oxygen) == pytest.approx(0.96, abs=0.01)
    assert np.linalg.norm(other - oxygen) == pytest.approx(0.96, abs=0.01)
    # in vacuo −137.968 eV (documentation of tblite), in water about 0.3 eV lower
    assert run.energies[-1] == pytest.approx(-138.25, abs=0.15)
    assert np.linalg.norm(run.forces[-1], axis=1).max() < CONVERGED


def test_energies_are_the_work_of_the_forces():
    _, run = minimised("NCC(=O)O")
    moved = np.diff(run.positions, axis=0)
    work = -0.5 * ((run.forces[1:] + run.forces[:-1]) * moved).sum((1, 2))
    assert np.diff(run.energies) == pytest.approx(work, abs=0.05)


def test_what_does_not_get_there_says_so():
    _, run = minimised("NCC(=O)O", steps=2)
    assert not run.converged
    assert (run.problem, len(run.energies)) == ("no minimum in 2 steps", 3)


def test_atoms_on_top_of_one_another_have_no_energy():
    _, run = minimised("O", start=np.zeros((3, 3)))
    assert not run.converged
    assert len(run.energies) == 0
    assert run.forces.shape == (0, 3, 3)


def test_an_energy_that_is_not_the_work_of_its_forces_ends_the_run():
    from ase.calculators.calculator import Calculator

    class Wrong(Calculator):
        implemented_properties = ("energy", "forces")

        def calculate(self, atoms=None, properties=(), changes=()):
            super().calculate(atoms, properties, changes)
            shape = np.ones((len(atoms), 3))
            self.results = {"energy": 30.0 * float(atoms.positions.sum()), "forces": shape}

    run = optimised(["H", "H"], np.eye(3)[:2], Wrong())
    assert run.problem == "energy does not follow from forces, step 2"
    assert len(run.energies) == 0


def test_forces_that_grow_end_the_run():
    from ase.calculators.calculator import Calculator

    class Slope(Calculator):  # energies follow from forces, down for ever
        implemented_properties = ("energy", "forces")

        def calculate(self, atoms=None, properties=(), changes=()):
            super().calculate(atoms, properties, changes)
            x = atoms.positions
            self.results = {"energy": float((0.001 * x**2 - 4.0 * x).sum())}
            self.results["forces"] = 4.0 - 0.002 * x

    run = optimised(["H", "H"], np.eye(3)[:2], Slope())
    assert run.problem.startswith("forces grow, step ")
    assert len(run.energies) == 0


def test_charge_and_unpaired_electrons_reach_the_method():
    molecule = ligand_molecule("C[N+](C)(C)C")
    assert molecule.charge == 1
    assert calculator(molecule).parameters["charge"] == 1
    assert calculator(molecule).parameters["solvation"] == ("alpb", "water")
    assert calculator(molecule, "GFN2-xTB in vacuo").parameters["solvation"] is None
