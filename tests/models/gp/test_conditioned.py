import numpy as np
import pytest
from fakes import FakePosterior
from tolerances import ROUNDING, SOLVED

from bo_loop.base.errors import FitError
from bo_loop.models.gp.conditioned import Conditioned

ALL = np.arange(60)


def assert_same(ours, theirs, rtol=SOLVED):
    np.testing.assert_allclose(ours.mean(ALL), theirs.mean(ALL), rtol=rtol)
    np.testing.assert_allclose(ours.variance(ALL), theirs.variance(ALL), rtol=rtol, atol=ROUNDING)
    np.testing.assert_allclose(
        ours.covariance(ALL[:7], ALL), theirs.covariance(ALL[:7], ALL), rtol=rtol, atol=SOLVED
    )


def test_conditioning_any_posterior():
    base = FakePosterior.random(60, np.random.default_rng(0))
    rows, values, noise = (
        np.array([4, 9, 4]),
        np.array([11.0, 9.0, 12.0]),
        np.array([0.1, 0.2, 0.3]),
    )
    ours, theirs = Conditioned(base, rows, values, noise), base.condition(rows, values, noise)
    assert_same(ours, theirs)
    more = np.array([0, 59])
    ours = ours.condition(more, np.array([8.0, 8.5]), np.array([0.1, 0.1]))
    assert_same(ours, theirs.condition(more, np.array([8.0, 8.5]), np.array([0.1, 0.1])))
    assert (ours.variance_bound(ALL) >= ours.variance(ALL)).all()
    # A layer on a layer, not merged, is the same posterior.
    nested = Conditioned(Conditioned(base, rows, values, noise), more, np.full(2, 8.0), np.ones(2))
    merged = Conditioned(base, rows, values, noise).condition(more, np.full(2, 8.0), np.ones(2))
    assert_same(nested, merged)


def test_one_observation_by_hand():
    # Prior N(1, 2), covariance 1 with the other row; observing 4 with noise 1 gives gain 1/3.
    base = FakePosterior(np.array([1.0, 5.0]), np.array([[2.0, 1.0], [1.0, 3.0]]))
    after = Conditioned(base, np.array([0]), np.array([4.0]), np.array([1.0]))
    np.testing.assert_allclose(after.mean(np.array([0, 1])), [3.0, 6.0])
    np.testing.assert_allclose(after.variance(np.array([0, 1])), [2 - 4 / 3, 3 - 1 / 3])
    np.testing.assert_allclose(after.covariance(np.array([0]), np.array([1])), [[1 - 2 / 3]])


def test_base_covariances_are_asked_for_once():
    class Counting(FakePosterior):
        def covariance(self, rows_a, rows_b):
            asked.append((len(rows_a), list(rows_b)))
            return super().covariance(rows_a, rows_b)

    asked, one = [], np.ones(1)
    base = Counting.random(30, np.random.default_rng(1))
    posterior = Conditioned(base, np.array([3]), one, one)
    for row, fresh in ((5, [3, 5]), (8, [8])):
        posterior = posterior.condition(np.array([row]), one, one)
        asked.clear()
        rows = np.setdiff1d(np.arange(30), [row])
        posterior.mean(rows)
        posterior.variance_bound(rows)
        assert [columns for _, columns in asked] == [fresh]


def test_certain_rows_without_noise_are_refused():
    base, row = FakePosterior(np.zeros(2), np.zeros((2, 2))), np.array([0])
    with pytest.raises(FitError, match="noise variance above 0"):
        Conditioned(base, row, np.ones(1), np.zeros(1))
