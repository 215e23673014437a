import numpy as np
import pytest
from fakes import FakePosterior


def test_condition_is_the_two_row_formula():
    prior = FakePosterior(np.array([1.0, 2.0]), np.array([[4.0, 2.0], [2.0, 3.0]]))
    updated = prior.condition(np.array([0]), np.array([6.0]), np.array([1.0]))
    # gain = (4, 2) / (4 + 1); residual = 5
    assert updated.mean(np.arange(2)) == pytest.approx([1 + 0.8 * 5, 2 + 0.4 * 5])
    assert updated.variance(np.arange(2)) == pytest.approx([4 - 16 / 5, 3 - 4 / 5])
    assert updated.covariance(np.array([0]), np.array([1])) == pytest.approx(2 - 8 / 5)
    assert prior.mean(np.arange(2)) == pytest.approx([1.0, 2.0])


def test_two_updates_are_one_joint_update():
    prior = FakePosterior.random(8, np.random.default_rng(0))
    rows, values, noise = np.array([2, 5]), np.array([9.0, 11.0]), np.array([0.1, 0.3])
    joint = prior.condition(rows, values, noise)
    stepwise = prior
    for at in (slice(0, 1), slice(1, 2)):
        stepwise = stepwise.condition(rows[at], values[at], noise[at])
    every = np.arange(8)
    assert joint.mean(every) == pytest.approx(stepwise.mean(every))
    assert joint.covariance(every, every) == pytest.approx(stepwise.covariance(every, every))
