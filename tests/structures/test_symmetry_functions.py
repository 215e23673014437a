import numpy as np
import pytest
import torch

from bo_loop.structures.symmetry_functions import SymmetryFunctions

NUMBERS = np.array([7, 6, 6, 8, 8, 1, 1, 30])
STRUCTURES = np.random.default_rng(0).normal(0.0, 1.6, (2, 8, 3))
SMALL = SymmetryFunctions(cutoff=5.0, angular_cutoff=4.0)


def values(positions, functions=SMALL):
    return functions.describe([NUMBERS], [positions]).values.numpy()


def test_a_pair_and_a_right_angle_by_hand():
    functions = SymmetryFunctions(
        [(2.0, 1.0)], [(), (7, 9)], [(0.1, 0.0, 2.0, 1.0)], cutoff=4.0, angular_cutoff=4.0
    )
    # O at the origin, H at 1 Å along x, N at 2 Å along y
    found = functions.describe(
        [np.array([8, 1, 7])], [np.array([[0.0, 0, 0], [1.0, 0, 0], [0.0, 2.0, 0]])]
    ).values[0]
    one, two, root = (0.5 * (1.0 + np.cos(np.pi * r / 4.0)) for r in (1.0, 2.0, np.sqrt(5.0)))
    assert found[0].item() == pytest.approx(1.0 * one + 7.0 * np.exp(-2.0) * two)
    # 2^(1−2) · 1 · 7 · (1 + cos 90°)² exp(−0.1 (1 + 4 + 5)) f f f
    assert found[1].item() == pytest.approx(7.0 * np.exp(-2.0) * two)  # of nitrogen alone
    assert found[2].item() == pytest.approx(0.5 * 7.0 * np.exp(-1.0) * one * two * root)


def test_derivatives_are_those_of_finite_differences():
    h, x = 1e-5, STRUCTURES[0]
    found = SMALL.describe([NUMBERS], [x])
    own, others = np.empty((8, SMALL.number, 3)), np.empty((8, SMALL.number, 3))
    for atom in range(8):
        for axis in range(3):
            step = np.zeros_like(x)
            step[atom, axis] = h
            slope = (values(x + step) - values(x - step)) / (2.0 * h)
            own[atom, :, axis] = slope[atom]
            others[atom, :, axis] = slope.sum(0) - slope[atom]
    assert found.own.numpy() == pytest.approx(own, rel=1e-6, abs=1e-6)
    assert found.others.numpy() == pytest.approx(others, rel=1e-6, abs=1e-6)


def test_derivatives_are_those_of_automatic_differentiation():
    x = torch.tensor(STRUCTURES[0], requires_grad=True)
    charges, pairs, triplets = torch.tensor(NUMBERS).double(), *SMALL._neighbours([STRUCTURES[0]])
    summed = torch.zeros((8, SMALL.number), dtype=torch.float64)
    n = SMALL.n_radial
    unused = [torch.zeros((8, count, 3), dtype=torch.float64) for count in (n, SMALL.number - n)]
    with torch.enable_grad():
        radial, angular = summed[:, :n].clone(), summed[:, n:].clone()
        SMALL._add_radial(charges, x, pairs, radial, unused[0], unused[0].clone())
        SMALL._add_angular(charges, x, triplets, angular, unused[1], unused[1].clone())
        total = torch.cat([radial, angular], 1).sum(0)
        gradient = torch.stack(
            [torch.autograd.grad(each, x, retain_graph=True)[0] for each in total]
        )
    found = SMALL.describe([NUMBERS], [STRUCTURES[0]])
    assert (found.own + found.others).numpy() == pytest.approx(
        gradient.permute(1, 0, 2).numpy(), rel=1e-9, abs=1e-9
    )


def test_weighted_functions_are_sums_of_those_of_dscribe():
    """Of its functions by element, each times the atomic numbers of the neighbours."""
    acsf = pytest.importorskip("dscribe.descriptors").ACSF
    from ase import Atoms

    radial, angular = [(1.0, 0.0), (0.5, 2.0)], [(0.01, 0.0, 2.0, 1.0), (0.05, 0.0, 1.0, -1.0)]
    mine = SymmetryFunctions(radial, [()], angular, cutoff=5.0, angular_cutoff=5.0)
    species = sorted(set(NUMBERS.tolist()))
    theirs = acsf(
        r_cut=5.0,
        species=species,
        g2_params=[list(each) for each in radial],
        g4_params=[[eta, zeta, sign] for eta, _, zeta, sign in angular],
    ).create(Atoms(NUMBERS, STRUCTURES[0]))
    width = 1 + len(radial)  # of each element: G1 and G2s
    by_element = theirs[:, : width * len(species)].reshape(8, len(species), width)[:, :, 1:]
    pairs = theirs[:, width * len(species) :].reshape(8, -1, len(angular))
    products = [a * b for at, a in enumerate(species) for b in species[: at + 1]]
    expected = np.concatenate(
        [np.einsum("nsm,s->nm", by_element, species), np.einsum("npm,p->nm", pairs, products)], 1
    )
    assert values(STRUCTURES[0], mine) == pytest.approx(expected, rel=1e-8)


def test_several_structures_at_once_are_each_alone():
    both = SMALL.describe([NUMBERS, NUMBERS], list(STRUCTURES))
    for at, x in enumerate(STRUCTURES):
        alone = SMALL.describe([NUMBERS], [x])
        for name in ("values", "own", "others"):
            part = getattr(both, name)[8 * at : 8 * at + 8]
            assert torch.allclose(part, getattr(alone, name), rtol=1e-12, atol=1e-12)


def test_turning_and_exchanging_atoms_change_nothing_else():
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    x, order = STRUCTURES[0], np.random.default_rng(2).permutation(8)
    one = SMALL.describe([NUMBERS], [x])
    other = SMALL.describe([NUMBERS[order]], [x[order] @ rotation.T])
    assert other.values.numpy() == pytest.approx(one.values.numpy()[order], rel=1e-10)
    assert other.own.numpy() == pytest.approx(one.own.numpy()[order] @ rotation.T, abs=1e-10)
