import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bo_loop.structures.local_frames import frames, turned_back, turned_into


def shells(seed, n=5, s=4):
    return torch.as_tensor(np.random.default_rng(seed).normal(size=(n, s, 3)))


def orthogonal(seed):
    return torch.as_tensor(np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0])


def test_axes_by_hand():
    given_shells = torch.tensor([[[2.0, 0, 0], [1.0, 1, 0], [0, 0, -3.0]]]).double()
    assert frames(given_shells)[0].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, -1]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_axes_are_orthonormal_and_turn_and_mirror_with_the_shells(seed):
    one, turn = shells(seed), orthogonal(seed + 1)
    axes = frames(one)
    assert torch.allclose(axes @ axes.mT, torch.eye(3).double().expand(5, 3, 3), atol=1e-12)
    assert torch.allclose(frames(one @ turn.T), axes @ turn.T, atol=1e-12)


def test_a_vanishing_shell_is_passed_over_and_a_line_gets_any_axes():
    line = torch.tensor([[[0.0, 0, 0], [0, 0, 5.0], [0, 0, 1.0]]]).double()
    axes = frames(line)[0]
    assert axes[0].tolist() == [0, 0, 1]
    assert torch.allclose(axes @ axes.T, torch.eye(3).double())


def test_in_a_plane_axes_still_turn():
    flat, turn = shells(3), orthogonal(4)
    flat[..., 2] = 0.0
    if torch.linalg.det(turn) < 0:
        turn = -turn
    assert torch.allclose(frames(flat @ turn.T), frames(flat) @ turn.T, atol=1e-12)


def test_vectors_come_back():
    axes, vectors = frames(shells(0)), torch.as_tensor(np.random.default_rng(1).normal(size=(5, 3)))
    assert turned_back(axes, turned_into(axes, vectors)).numpy() == pytest.approx(vectors.numpy())
