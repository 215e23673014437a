from math import log, pi

import numpy as np
import pytest

from bo_loop.studies.validate.metrics import coverage, metrics


def test_metrics_by_hand():
    y, mean, sd = np.array([1.0, 3.0, 8.0]), np.array([2.0, 3.0, 6.0]), np.array([1.0, 0.5, 1.0])
    found = metrics(y, mean, sd)
    assert found["n"] == 3
    assert found["mae"] == pytest.approx(1.0)
    assert found["rmse"] == pytest.approx((5 / 3) ** 0.5)
    assert found["r2"] == pytest.approx(1 - 5 / 26)
    nll = [0.5, log(0.5), 2.0]
    assert found["nll"] == pytest.approx(sum(nll) / 3 + 0.5 * log(2 * pi))
    # |z| = 1, 0, 2; the intervals end at 0.674, 1.282 and 1.960
    assert found["coverage_50"] == pytest.approx(1 / 3)
    assert found["coverage_80"] == pytest.approx(2 / 3)
    assert found["coverage_95"] == pytest.approx(2 / 3)


def test_one_value_has_no_r2():
    assert metrics(np.ones(1), np.zeros(1), np.ones(1))["r2"] is None


def test_coverage_of_true_intervals_is_nominal():
    rng = np.random.default_rng(0)
    sd = rng.uniform(0.5, 3.0, 20_000)
    levels = np.array([0.1, 0.5, 0.9])
    found = coverage(sd * rng.standard_normal(20_000), np.zeros(20_000), sd, levels)
    # Three standard errors: √(0.25 / 20,000) = 0.0035.
    assert found == pytest.approx(levels, abs=0.01)
