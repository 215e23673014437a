import numpy as np
import pytest

from bo_loop.lab.titration.projection import derivative, project

RNG = np.random.default_rng(0)
TIMES = np.linspace(0.0, 2.0, 30)


def design(theta):
    return np.exp(-np.outer(TIMES, theta))


SIGNALS = design([0.5, 2.0]) @ RNG.uniform(0.5, 2.0, (2, 4)) + RNG.normal(0, 0.01, (30, 4))


def test_absorptivities_are_the_least_squares_ones():
    found = project(design([0.5, 2.0]), SIGNALS)
    expected = np.linalg.lstsq(design([0.5, 2.0]), SIGNALS, rcond=None)[0]
    assert found.absorptivities == pytest.approx(expected)
    assert found.rank == 2
    assert np.abs(design([0.5, 2.0]).T @ found.residual).max() < 1e-12


def test_columns_that_say_the_same_are_counted_once():
    twice = np.repeat(design([0.5]), 2, axis=1)
    found = project(twice, SIGNALS)
    assert found.rank == 1
    assert found.absorptivities[0] == pytest.approx(found.absorptivities[1])


@pytest.mark.parametrize("non_negative", [False, True])
def test_the_gradient_of_the_sum_of_squares_is_exact(non_negative):
    theta = np.array([0.6, 1.7])
    options = {"non_negative": non_negative}

    def sum_of_squares(theta):
        return (project(design(theta), SIGNALS, **options).residual ** 2).sum()

    found = project(design(theta), SIGNALS, **options)
    changes = [np.zeros((30, 2)), np.zeros((30, 2))]
    for k in range(2):
        changes[k][:, k] = -TIMES * design(theta)[:, k]
    by = derivative(design(theta), changes, found, **options)
    gradient = 2 * np.einsum("nk,nkp->p", found.residual, by)
    for k in range(2):
        step = 1e-6 * np.eye(2)[k]
        expected = (sum_of_squares(theta + step) - sum_of_squares(theta - step)) / 2e-6
        assert gradient[k] == pytest.approx(expected, rel=1e-5)


def test_negative_absorptivities_can_be_forbidden():
    signals = design([0.5, 2.0]) @ np.array([[1.0], [-0.5]])
    assert project(design([0.5, 2.0]), signals).absorptivities[1, 0] == pytest.approx(-0.5)
    found = project(design([0.5, 2.0]), signals, non_negative=True)
    assert found.absorptivities[1, 0] == 0
