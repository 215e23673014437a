import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm
from tolerances import OTHER_ROUTE, SOLVED

from bo_loop.base.errors import FitError
from bo_loop.models import censored
from bo_loop.models.censored import sites


def posterior(mean, covariance, found):
    gain = np.linalg.solve(covariance + np.diag(found.variance), covariance)
    return mean + gain.T @ (found.value - mean), covariance - covariance @ gain


@settings(max_examples=40, deadline=None)
@given(
    mean=st.floats(-5, 25),
    sd=st.floats(0.1, 6),
    bound=st.floats(0, 20),
    sign=st.sampled_from([1.0, -1.0]),
    noise=st.floats(0.01, 2),
)
@example(mean=3.25, sd=3.25, bound=19.0, sign=1.0, noise=0.13671875)
def test_one_result_has_the_moments_of_numerical_integration(mean, sd, bound, sign, noise):
    if sign * (mean - bound) / np.hypot(sd, noise**0.5) < -5:
        return  # quadrature itself is lost there
    found = sites(
        np.array([mean]), np.array([[sd**2]]), np.array([bound]), np.array([sign]),
        np.array([noise]),
    )  # fmt: skip
    ours, variance = posterior(np.array([mean]), np.array([[sd**2]]), found)

    # The integrand is smooth and vanishes at both ends, where the trapezium rule is exact to
    # rounding with steps well below every width: 0.001 sd.
    f = mean + sd * np.linspace(-10, 10, 20_001)
    log_weight = norm.logpdf(f, mean, sd) + norm.logcdf(sign * (f - bound) / noise**0.5)
    weight = np.exp(log_weight - log_weight.max())

    def moment(k):
        return (f**k * weight).sum()

    total = moment(0)
    expected = moment(1) / total
    assert ours[0] == pytest.approx(expected, abs=OTHER_ROUTE * (1 + sd))
    spread = moment(2) / total - expected**2
    assert variance[0, 0] == pytest.approx(spread, rel=OTHER_ROUTE, abs=OTHER_ROUTE)
    assert found.variance[0] >= noise * (1 - SOLVED)


def test_two_correlated_results_against_numerical_integration():
    mean, covariance = np.array([4.0, 6.0]), np.array([[4.0, 2.5], [2.5, 3.0]])
    bound, sign, noise = np.array([5.0, 5.5]), np.array([1.0, -1.0]), np.array([0.2, 0.4])
    ours, variance = posterior(mean, covariance, sites(mean, covariance, bound, sign, noise))
    density = multivariate_normal(mean, covariance)

    x, y = np.meshgrid(np.linspace(-10, 18, 281), np.linspace(-6, 18, 241), indexing="ij")
    values = np.stack([x, y], axis=-1)
    chances = norm.cdf(sign * (values - bound) / noise**0.5).prod(axis=-1)
    weight = density.pdf(values) * chances  # by the trapezium rule, as above

    def moment(function):
        return (function(x, y) * weight).sum()

    total = moment(lambda x, y: 1.0)
    first = np.array([moment(lambda x, y: x), moment(lambda x, y: y)]) / total
    second = np.array([moment(lambda x, y: x**2), moment(lambda x, y: y**2)]) / total - first**2
    # EP is exact for one bound and an approximation for two.
    assert ours == pytest.approx(first, abs=0.03)
    assert np.diag(variance) == pytest.approx(second, rel=0.08)  # as above


def test_a_bound_that_holds_anyway_says_nothing():
    mean, covariance = np.array([20.0]), np.array([[1.0]])
    found = sites(mean, covariance, np.array([5.0]), np.array([1.0]), np.array([0.1]))
    ours, variance = posterior(mean, covariance, found)
    # A site is given at least 1e-8 of the prior precision.
    assert (ours[0], variance[0, 0]) == pytest.approx((20.0, 1.0), abs=1e-6)


def test_a_bound_far_off_pulls_the_mean_to_it():
    mean, covariance = np.array([5.0]), np.array([[4.0]])
    found = sites(mean, covariance, np.array([20.0]), np.array([1.0]), np.array([0.04]))
    ours, _ = posterior(mean, covariance, found)
    assert 19.5 < ours[0] < 20.5


def test_no_fixed_point_is_said(monkeypatch):
    monkeypatch.setattr(censored, "_MAX_SWEEPS", 1)
    with pytest.raises(FitError, match=r"1 censored results could not.*did not settle in 1 sweeps"):
        sites(np.zeros(1), np.ones((1, 1)), np.ones(1), np.ones(1), np.ones(1))
