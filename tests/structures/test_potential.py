"""A potential learns a made-up one, and is kept as arrays."""

import numpy as np
import pytest

from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.potential import Case, Potential, epochs_for, learn


def stretched(rng, ligand="a"):
    """Water whose bonds are springs: 3 eV/Å² about 0.96 Å; −2 eV an oxygen, −1 eV a hydrogen."""
    angle, lengths = rng.uniform(1.6, 2.0), rng.uniform(0.8, 1.15, 2)
    along = np.array([[1.0, 0.0, 0.0], [np.cos(angle), np.sin(angle), 0.0]])
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    positions = np.vstack([np.zeros(3), along * lengths[:, None]]) @ turn
    pull = 3.0 * (0.96 - lengths)[:, None] * along @ turn
    energy = 1.5 * np.square(lengths - 0.96).sum() - 4.0
    geometry = Geometry(np.array([8, 1, 1]), positions, 0, 0)
    return Case(geometry, energy, np.vstack([-pull.sum(0), pull]), ligand)


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(0)
    return learn([stretched(rng) for _ in range(48)], seed=0, epochs=10)


def test_energies_and_forces_of_new_structures_are_found(learned):
    rng = np.random.default_rng(1)
    cases = [stretched(rng) for _ in range(30)]
    made = learned.predict([case.geometry for case in cases])
    forces = np.array([case.forces for case in cases])
    assert np.abs(np.array(made[1]) - forces).mean() < 0.3 * np.abs(forces).mean()
    energies = np.array([case.energy for case in cases])
    off = made[0] - energies
    assert np.abs(off).mean() < 0.5 * np.abs(energies - energies.mean()).mean()


def test_forces_are_the_slope_of_the_energy(learned):
    geometry = stretched(np.random.default_rng(2)).geometry
    _, [forces] = learned.predict([geometry])
    moved = []
    for shift in (-2e-2, 2e-2):
        positions = geometry.positions.copy()
        positions[1, 0] += shift
        moved.append(learned.predict([Geometry(geometry.numbers, positions, 0, 0)])[0][0])
    assert forces[1, 0] == pytest.approx((moved[0] - moved[1]) / 4e-2, abs=0.02)
    assert np.abs(forces.sum(0)).max() < 1e-5  # nothing pulls at the whole


def test_a_seed_decides_and_arrays_give_it_back():
    cases = [stretched(np.random.default_rng(at)) for at in range(6)]
    one, other, third = (learn(cases, seed=seed, epochs=1) for seed in (0, 0, 1))
    asked = [case.geometry for case in cases]
    made = [each.predict(asked)[0].tolist() for each in (one, other, third)]
    assert made[0] == made[1] != made[2]
    kept = Potential.of_arrays(one.arrays())
    assert np.array_equal(kept.predict(asked)[1], one.predict(asked)[1])
    assert all(each.dtype.kind == "f" for each in one.arrays().values())


def test_structures_are_predicted_as_if_alone(learned):
    cases = [stretched(np.random.default_rng(at)) for at in range(3)]
    hydroxide = Geometry(np.array([8, 1]), np.diag([1.0, 0.5, 1.0])[:2], -1, 0)
    asked = [*(case.geometry for case in cases), hydroxide]
    energies, forces = learned.predict(asked)
    for at, geometry in enumerate(asked):
        alone = learned.predict([geometry])
        assert energies[at] == pytest.approx(alone[0][0], abs=1e-5)
        assert forces[at] == pytest.approx(alone[1][0], abs=1e-5)


def test_few_structures_are_seen_more_often():
    assert [epochs_for(n) for n in (0, 1, 30, 2_000, 2_501)] == [20_000, 20_000, 667, 10, 8]
