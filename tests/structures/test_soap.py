"""SOAP against Adam where they must agree, and where its directions pay."""

import pytest
import torch

from bo_loop.structures.soap import Soap

RATE = 0.01


def moved(optimizer, weights, gradients):
    for gradient in gradients:
        weights.grad = gradient.clone()
        optimizer.step()
    return weights.detach()


def gradients(n, *shape):
    made = torch.Generator().manual_seed(0)
    return [torch.randn(*shape, generator=made) for _ in range(n)]


def test_weights_that_are_not_turned_follow_adam():
    one, other = torch.ones(4, requires_grad=True), torch.ones(4, requires_grad=True)
    found = moved(Soap([], [one], RATE, 0.1), one, gradients(30, 4))
    adam = torch.optim.AdamW([other], RATE, (0.95, 0.99), weight_decay=0.1)
    same = moved(adam, other, gradients(30, 4))
    assert found.numpy() == pytest.approx(same.numpy(), abs=1e-6)


def test_the_first_step_is_adams_in_directions_of_the_gradient_before():
    """By hand: along them M / (1 − β) is g and V / (1 − β) is g², and so each moves by ±1."""
    before, gradient = gradients(2, 4, 3)
    weights = torch.zeros(4, 3, requires_grad=True)
    found = moved(Soap([weights], [], RATE, 0.0), weights, [before, gradient])
    left = torch.linalg.eigh(before @ before.T)[1]
    right = torch.linalg.eigh(before.T @ before)[1]
    wanted = -RATE * left @ (left.T @ gradient @ right).sign() @ right.T
    assert found.numpy() == pytest.approx(wanted.numpy(), abs=1e-6)


def test_a_step_turns_with_the_weights():
    turn = torch.linalg.qr(gradients(1, 4, 4)[0])[0]
    given, there = gradients(25, 4, 4), torch.zeros(4, 4, requires_grad=True)
    here = torch.zeros(4, 4, requires_grad=True)
    found = moved(Soap([here], [], RATE, 0.0), here, given)
    turned = moved(Soap([there], [], RATE, 0.0), there, [turn @ each for each in given])
    assert turned.numpy() == pytest.approx((turn @ found).numpy(), abs=1e-3)


def test_more_axes_are_taken_as_rows():
    filters, flat = torch.zeros(2, 3, 4, requires_grad=True), torch.zeros(6, 4, requires_grad=True)
    given = gradients(12, 2, 3, 4)
    found = moved(Soap([filters], [], RATE, 0.0), filters, given)
    same = moved(Soap([flat], [], RATE, 0.0), flat, [each.reshape(6, 4) for each in given])
    assert torch.equal(found.reshape(6, 4), same)


def test_an_ill_conditioned_valley_is_crossed_sooner_than_by_adam():
    made = torch.Generator().manual_seed(1)
    left, right = (torch.linalg.qr(torch.randn(n, n, generator=made))[0] for n in (8, 6))
    wanted = torch.randn(8, 6, generator=made)
    stretched = left @ torch.diag(torch.logspace(0, 1.5, 8)) @ left.T

    def left_over(make):
        weights = torch.zeros(8, 6, requires_grad=True)
        optimizer = make(weights)
        for _ in range(300):
            optimizer.zero_grad()
            loss = (stretched @ (weights - wanted) @ right).square().mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    by_soap = left_over(lambda weights: Soap([weights], [], RATE, 0.0))
    assert by_soap < 0.5 * left_over(lambda weights: torch.optim.Adam([weights], RATE))
