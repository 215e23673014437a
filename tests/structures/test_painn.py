"""The network against the paper's sums over edges, and what symmetry and distance demand."""

import numpy as np
import pytest
import torch

from bo_loop.structures.painn import Painn

NUMBERS = torch.tensor([[8, 1, 1, 6]])
POSITIONS = torch.tensor(
    [[[0.0, 0.1, 0.0], [0.96, 0.0, 0.1], [-0.24, 0.93, 0.0], [0.1, -1.3, 0.8]]]
).double()
ELECTRONS = torch.tensor([[1.0, 2.0]]).double()


@pytest.fixture(scope="module")
def net():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Painn(width=5, depth=2, n_radial=4, cutoff=2.2).double().requires_grad_(False)


def by_edges(net, numbers, positions, electrons):
    """Energies by the paper's equations 7 to 10, an edge after the other."""
    n, f = len(numbers), net.width
    s = net.elements(numbers) + net.electrons(electrons)
    v = torch.zeros(n, 3, f).double()
    for each in net.rounds:
        sent, ds, dv = each.sent(s), torch.zeros_like(s), torch.zeros_like(v)
        for i in range(n):
            for j in range(n):
                apart = positions[i] - positions[j]
                r = float(apart.norm())
                if i == j or r >= net.cutoff:
                    continue
                waves = np.sin(np.arange(1, net.n_radial + 1) * np.pi * r / net.cutoff) / r
                waves = torch.tensor(waves * 0.5 * (1 + np.cos(np.pi * r / net.cutoff)))
                a, b, c = (waves @ each.filters[k] * sent[j].chunk(3)[k] for k in range(3))
                ds[i] += a
                dv[i] += b * v[j] + c * (apart / r)[:, None]
        s, v = s + ds, v + dv
        left, right = each.mixed(v).chunk(2, -1)
        told = torch.cat([s, (right.square().sum(1) + 1e-8).sqrt()], -1)
        added, turned, stretched = each.made(told).chunk(3, -1)
        s = s + added + turned * (left * right).sum(1)
        v = v + stretched[:, None] * left
    return net.last(s)[:, 0]


def test_energies_are_the_sums_over_edges_of_the_paper(net):
    wanted = by_edges(net, NUMBERS[0], POSITIONS[0], ELECTRONS[0])
    torch.testing.assert_close(net(NUMBERS, POSITIONS, ELECTRONS)[0], wanted)


def test_energies_do_not_change_when_the_molecule_turns_mirrors_or_moves(net):
    turn, _ = torch.linalg.qr(
        torch.randn(3, 3, generator=torch.Generator().manual_seed(1)).double()
    )
    for each in (turn, -turn):
        moved = POSITIONS @ each.T + 3.0
        torch.testing.assert_close(
            net(NUMBERS, moved, ELECTRONS), net(NUMBERS, POSITIONS, ELECTRONS), rtol=0, atol=1e-10
        )


def test_a_larger_molecule_in_the_batch_changes_nothing(net):
    numbers = torch.cat([NUMBERS, torch.zeros(1, 2, dtype=torch.long)], 1)
    positions = torch.cat([POSITIONS, torch.zeros(1, 2, 3).double()], 1)
    energies = net(numbers, positions, ELECTRONS)
    torch.testing.assert_close(energies[:, :4], net(NUMBERS, POSITIONS, ELECTRONS))
    assert energies[0, 4:].tolist() == [0.0, 0.0]


def test_an_atom_beyond_the_cutoff_is_alone(net):
    far = POSITIONS.clone()
    far[0, 3] += 50.0
    alone = net(NUMBERS[:, 3:], far[:, 3:], ELECTRONS)
    torch.testing.assert_close(net(NUMBERS, far, ELECTRONS)[:, 3:], alone)


def test_gradients_are_finite_differences_and_can_be_learned_by(net):
    positions = POSITIONS.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: net(NUMBERS, x, ELECTRONS).sum(), positions)
    other = Painn(width=4, depth=2, n_radial=2, cutoff=3.0).double()
    energy = other(NUMBERS, positions, ELECTRONS).sum()
    (slope,) = torch.autograd.grad(energy, positions, create_graph=True)
    slope.square().sum().backward()
    assert all(
        each.grad is not None for name, each in other.named_parameters() if "bias" not in name
    )
