import pickle

import numpy as np
import pytest

from bo_loop.acquisition.batch.pool_scores import PoolScores
from bo_loop.acquisition.batch.replicates import removed
from bo_loop.acquisition.scores.functions import UCB, LogEI

MEAN, BOUND = np.array([1.0, 2.0, 3.0]), np.array([4.0, 1.0, 0.25])
TIE = 1 + 1e-9


def scores(**options):
    return PoolScores(UCB(beta=4.0), 0.0, -1.0, np.array([0.5, 0.0, 0.0]), **options)


def test_ceilings_are_those_of_what_is_maximised():
    expected = [-0.5 + 2 * np.sqrt(4 * TIE), -2 + 2 * np.sqrt(TIE), -3 + np.sqrt(TIE)]
    assert scores()(MEAN, BOUND).tolist() == pytest.approx(expected)
    assert scores().of(np.array([1]))(MEAN[1:2], BOUND[1:2]).tolist() == pytest.approx(
        expected[1:2]
    )


def test_replicates_are_worth_what_they_would_teach():
    noise = np.array([1.0, 1.0, 1.0])
    mean, variance = scores(noise=noise).viewed(MEAN, BOUND)
    assert mean.tolist() == [-0.5, -2.0, -3.0]
    assert variance.tolist() == removed(BOUND, noise).tolist() == [16 / 5, 1 / 2, 1 / 20]


def test_weights_are_those_of_the_rows():
    weighed = PoolScores(LogEI(), 0.0, 1.0, np.zeros(3), log_weight=np.log([0.5, 1.0, 1.0]))
    plain = LogEI().value(MEAN[:1], BOUND[:1], 0.0)
    found = weighed.of(np.array([0])).scored(MEAN[:1], BOUND[:1])
    assert found.tolist() == pytest.approx((plain + np.log(0.5)).tolist())


def test_what_travels_is_small_and_the_same():
    many = PoolScores(LogEI(), 1.0, 1.0, np.zeros(10_000), noise=np.full(10_000, 0.3))
    content = pickle.dumps(many)
    assert len(content) < 2_000
    mean, bound = np.linspace(0, 1, 10_000), np.ones(10_000)
    np.testing.assert_array_equal(pickle.loads(content)(mean, bound), many(mean, bound))
