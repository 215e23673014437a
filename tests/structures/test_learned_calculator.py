import numpy as np
import pytest
from made_up_forces import Springs, committee

from bo_loop.structures.learned_calculator import learned_calculator

ase = pytest.importorskip("ase", reason="the extra structures is not installed")


def test_energy_and_forces_are_means_and_doubt_is_the_spread():
    atoms = ase.Atoms("OH2", positions=np.diag([0.5, 0.7, 0.4]))
    one, other = Springs(), Springs(bond=1.1, shift=0.6)
    atoms.calc = learned_calculator(committee(one, other))
    made = [each.of(atoms.positions) for each in (one, other)]
    assert atoms.get_potential_energy() == pytest.approx((made[0][0] + made[1][0]) / 2.0)
    assert atoms.get_forces() == pytest.approx((made[0][1] + made[1][1]) / 2.0)
    apart = np.linalg.norm(made[0][1] - made[1][1], axis=1)
    assert atoms.calc.results["doubt"] == pytest.approx(apart / np.sqrt(2.0))


def test_ase_optimises_by_it():
    optimizer = pytest.importorskip("ase.optimize").LBFGS
    atoms = ase.Atoms("OH2", positions=np.diag([0.5, 0.7, 0.4]))
    atoms.calc = learned_calculator(committee(Springs(), Springs()))
    assert optimizer(atoms, logfile=None).run(fmax=1e-3, steps=100)
    assert atoms.get_distance(0, 1) == pytest.approx(0.96, abs=1e-3)
