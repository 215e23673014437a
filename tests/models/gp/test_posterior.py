import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_tables import log_beta, pairs, stated
from tolerances import OTHER_ROUTE, ROUNDING, SOLVED

from bo_loop.models.gp import posterior as pool_posterior
from bo_loop.models.matern_gp import MaternGP

ALL = np.arange(60)


def bound_to(features, rows, y, noise):
    state = stated(features, noise=0.0)
    return MaternGP().build(features.take(rows), y, noise, state).bind(features)


@pytest.fixture
def case():
    features = pairs(60)
    return features, log_beta(features), np.full(60, 0.2)


def assert_same(ours, theirs, rtol=SOLVED):
    np.testing.assert_allclose(ours.mean(ALL), theirs.mean(ALL), rtol=rtol)
    np.testing.assert_allclose(ours.variance(ALL), theirs.variance(ALL), rtol=rtol, atol=ROUNDING)
    np.testing.assert_allclose(
        ours.covariance(ALL[:7], ALL), theirs.covariance(ALL[:7], ALL), rtol=rtol, atol=SOLVED
    )


def test_conditioning_equals_a_model_built_with_the_data(case):
    features, y, noise = case
    first, then, last = ALL[:20], ALL[20:26], ALL[26:28]
    base = bound_to(features, first, y[first], noise[first])
    mean_before = base.mean(ALL).copy()
    once = base.condition(then, y[then], noise[then])
    twice = once.condition(last, y[last], noise[last])
    assert_same(once, bound_to(features, ALL[:26], y[:26], noise[:26]))
    assert_same(twice, bound_to(features, ALL[:28], y[:28], noise[:28]))
    np.testing.assert_array_equal(base.mean(ALL), mean_before)
    for posterior in (base, once, twice):
        assert (posterior.variance_bound(ALL) >= posterior.variance(ALL)).all()


def test_a_repeated_measurement_of_a_training_pair(case):
    features, y, noise = case
    again = np.array([3, 3])
    base = bound_to(features, ALL[:20], y[:20], noise[:20])
    rows = np.append(ALL[:20], again)
    whole = bound_to(
        features, rows, np.append(y[:20], [9.0, 9.5]), np.append(noise[:20], [0.1, 0.4])
    )
    assert_same(base.condition(again, np.array([9.0, 9.5]), np.array([0.1, 0.4])), whole)


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 50),
    leading=st.integers(1, 60),
    noise=st.sampled_from([0.0, 1e-8, 0.3]),
    seed=st.integers(0, 1000),
)
def test_bound_is_never_below_the_variance(n, leading, noise, seed):
    features = pairs(60, seed=seed, n_ligands=60)
    rows = np.unique(features.X[:n], axis=0, return_index=True)[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_posterior, "LEADING", leading)
        posterior = bound_to(features, rows, np.zeros(len(rows)), np.full(len(rows), noise))
        bound, variance = posterior.variance_bound(ALL), posterior.variance(ALL)
    assert (bound >= variance).all()
    assert (variance >= 0.0).all()
    if leading >= n:
        np.testing.assert_allclose(bound, variance, atol=OTHER_ROUTE)


def test_bound_tightens_with_more_leading_pairs(case, monkeypatch):
    features, y, noise = case
    bounds = []
    for leading in (5, 20, 35):
        monkeypatch.setattr(pool_posterior, "LEADING", leading)
        posterior = bound_to(features, ALL[:40], y[:40], noise[:40])
        bounds.append(posterior.variance_bound(ALL))
    prior = stated(features)["outputscale"]
    assert (bounds[0] < prior).all()
    assert (bounds[1] <= bounds[0] + ROUNDING).all()
    assert (bounds[2] <= bounds[1] + ROUNDING).all()
    assert bounds[2].mean() < bounds[0].mean()


def test_blocks_do_not_change_the_answer(case, monkeypatch):
    features, y, noise = case
    whole = bound_to(features, ALL[:20], y[:20], noise[:20])
    mean, variance, covariance = whole.mean(ALL), whole.variance(ALL), whole.covariance(ALL, ALL)
    monkeypatch.setattr(pool_posterior, "BLOCK_BYTES", 8 * 20 * 7)
    parts = bound_to(features, ALL[:20], y[:20], noise[:20])
    np.testing.assert_allclose(parts.mean(ALL), mean, rtol=ROUNDING)
    np.testing.assert_allclose(parts.variance(ALL), variance, rtol=ROUNDING)
    np.testing.assert_allclose(parts.covariance(ALL, ALL), covariance, atol=ROUNDING)


def test_rows_may_come_in_any_order_and_twice(case):
    features, y, noise = case
    posterior = bound_to(features, ALL[:20], y[:20], noise[:20])
    rows = np.array([50, 3, 50, 7])
    np.testing.assert_allclose(posterior.mean(rows), posterior.mean(ALL)[rows], rtol=ROUNDING)
    np.testing.assert_allclose(
        posterior.variance(rows), posterior.variance(ALL)[rows], rtol=SOLVED, atol=ROUNDING
    )
    np.testing.assert_allclose(
        posterior.covariance(rows, rows), posterior.covariance(ALL, ALL)[np.ix_(rows, rows)]
    )


def test_similarity_is_the_prior_correlation(case):
    features, y, noise = case
    posterior = bound_to(features, ALL[:20], y[:20], noise[:20])
    found = posterior.similarity(ALL[:3], ALL)
    np.testing.assert_allclose(np.diag(found), 1.0)
    unmeasured = MaternGP().build(features.take(ALL[:1]), y[:1], np.full(1, 1e9), stated(features))
    prior = unmeasured.bind(features).covariance(ALL[:3], ALL) / stated(features)["outputscale"]
    np.testing.assert_allclose(found, prior, atol=OTHER_ROUTE)
