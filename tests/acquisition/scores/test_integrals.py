import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm
from tolerances import ROUNDING

from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.acquisition.scores.integrals import line, polytope

ROOF = Pieces.of([[1.0], [-1.0]], [-6.0, 6.0])  # −|x − 6|


def test_a_line_holds_the_chance_and_the_mean_of_what_exceeds():
    mean, variance, above = np.array([5.0, 26.0]), np.array([1.0, 1.0]), np.full(2, -1.0)
    x, log_weight = line(ROOF, mean, variance, above)
    # −|x − 6| > −1 between 5 and 7.
    chance = norm.cdf(7 - mean) - norm.cdf(5 - mean)
    assert np.exp(logsumexp(log_weight[:, 0])) == pytest.approx(chance[0], rel=ROUNDING)
    tail = norm.logcdf(7 - 26.0)  # what lies below 5 is 1e-17 of it
    assert logsumexp(log_weight[:, 1]) == pytest.approx(tail, rel=ROUNDING)
    gain = (np.exp(log_weight[:, 0]) * (ROOF.at(x[:, 0, None]) + 1.0)).sum()

    def h(c):
        return norm.pdf(c - 5.0) - (c - 5.0) * norm.cdf(5.0 - c)

    assert gain == pytest.approx(h(5.0) - 2 * h(6.0) + h(7.0), rel=ROUNDING)


def test_a_value_known_exactly_exceeds_or_does_not():
    x, log_weight = line(ROOF, np.array([5.5, 3.0]), np.zeros(2), np.full(2, -1.0))
    assert (x == [5.5, 3.0]).all()
    assert logsumexp(log_weight, axis=0).tolist() == [pytest.approx(0.0, abs=ROUNDING), -np.inf]


def test_the_share_of_a_quadrant():
    rho = 0.6
    covariance = np.array([[[1.0, rho], [rho, 1.0]], np.eye(2)])
    least, log_weight = polytope(np.zeros((2, 2)), covariance, np.zeros(2))
    shares = np.exp(logsumexp(log_weight, axis=0))
    # Sheppard: P(both > 0) = 1/4 + asin ρ / 2π; 512 quasi-random draws.
    assert shares == pytest.approx([0.25 + np.arcsin(rho) / (2 * np.pi), 0.25], rel=5e-3)
    assert (least > 0).all()


def test_a_share_far_out_in_the_tail_keeps_its_digits():
    covariance = np.eye(2)[None]
    _, log_weight = polytope(np.full((1, 2), -20.0), covariance, np.zeros(1))
    assert logsumexp(log_weight) == pytest.approx(2 * norm.logcdf(-20.0), rel=ROUNDING)
