import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from tolerances import SOLVED

from bo_loop.base.errors import FitError
from bo_loop.models import censored
from bo_loop.models.feasibility import PRIOR, log_success

VARIANCE = 4.0
MEAN = norm.ppf(0.9) * 5**0.5  # so that P(success) = Φ(MEAN / √5) = 0.9


def chances(correlation, known, outcome):
    def alike(a, b):
        return correlation[np.ix_(a, b)]

    rows = np.arange(len(correlation))
    known, outcome = np.array(known, dtype=int), np.array(outcome, dtype=float)
    return np.exp(log_success(alike, rows, known, outcome))


def test_without_outcomes_every_pair_has_the_prior_chance():
    assert chances(np.eye(2), [], []) == pytest.approx([PRIOR, PRIOR])


def test_one_failure_by_hand():
    # Rasmussen & Williams (3.85, 3.87) with z = −MEAN/√5 and P(failure) = 0.1.
    z, width = norm.ppf(0.1), 5**0.5
    ratio = norm.pdf(z) / 0.1
    mean = MEAN - VARIANCE * ratio / width
    variance = VARIANCE - VARIANCE**2 * ratio * (z + ratio) / 5
    rho = 0.6
    at_other = MEAN + rho * (mean - MEAN)
    left = VARIANCE - rho**2 * (VARIANCE - variance)
    expected = [norm.cdf(mean / np.sqrt(1 + variance)), norm.cdf(at_other / np.sqrt(1 + left)), 0.9]
    found = chances(np.array([[1, rho, 0], [rho, 1, 0], [0, 0, 1]]), [0], [-1])
    # EP stops at a change of 1e-8; a margin of 100.
    assert found == pytest.approx(expected, abs=1e-6)
    assert found[0] == pytest.approx(0.43, abs=0.005)  # two decimals


@pytest.mark.parametrize("outcome", [(-1,), (1,), (-1, 1), (-1, -1)])
def test_chances_are_near_those_of_exact_integration(outcome):
    # Success of row i is u_i > 0, u ~ N(MEAN, VARIANCE · correlation + 1): orthants of a normal.
    correlation = np.array([[1.0, 0.5, 0.7], [0.5, 1.0, 0.2], [0.7, 0.2, 1.0]])
    known = list(range(len(outcome)))
    flip = np.array([*outcome, 1.0])
    rows = [*known, 2]
    covariance = (VARIANCE * correlation + np.eye(3))[np.ix_(rows, rows)] * np.outer(flip, flip)
    joint = multivariate_normal(-flip * MEAN, covariance).cdf(np.zeros(len(rows)))
    inner = covariance[:-1, :-1]
    given = multivariate_normal(-flip[:-1] * MEAN, inner).cdf(np.zeros(len(known)))
    # EP is an approximation: 0.01 here.
    assert chances(correlation, known, outcome)[2] == pytest.approx(joint / given, abs=0.015)


def test_failures_are_outweighed_by_successes_nearby():
    alike = np.full((5, 5), 0.9) + 0.1 * np.eye(5)
    alone = chances(alike, [0], [-1])[4]
    assert alone < 0.6
    assert alone < chances(alike, [0, 1, 2, 3], [-1, 1, 1, 1])[4] < 0.9
    assert chances(alike, [0, 1], [-1, -1])[4] < alone


def test_many_outcomes_settle_and_blocks_do_not_matter():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5_000, 2))
    distance = np.linalg.norm(x[:, None] - x[None, :120], axis=2)
    correlation = np.exp(-distance)  # (5000, 120)
    outcome = np.where(x[:120, 0] > 0.5, -1.0, 1.0)

    def alike(a, b):
        return correlation[np.ix_(a, b)]

    known = np.arange(120)
    found = np.exp(log_success(alike, np.arange(5_000), known, outcome))
    assert found[x[:, 0] > 1.0].mean() < 0.4
    assert found[x[:, 0] < 0.0].mean() > 0.9
    last = np.exp(log_success(alike, np.array([4_999]), known, outcome))
    assert last[0] == pytest.approx(found[-1], rel=SOLVED)


def test_no_fixed_point_is_said(monkeypatch):
    monkeypatch.setattr(censored, "_MAX_SWEEPS", 1)
    with pytest.raises(FitError, match=r"failures did not settle on 1 outcomes.*feasibility=false"):
        chances(np.eye(1), [0], [-1])
