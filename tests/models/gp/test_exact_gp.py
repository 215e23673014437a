import numpy as np
import pytest
from model_tables import log_beta, pairs, stated

from bo_loop.base.errors import DataError
from bo_loop.models.gp.exact_gp import _centre_and_scale
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.matern_gp import MaternGP


def test_known_noise_comes_on_top():
    features = pairs(50)
    y = log_beta(features)
    plain = MaternGP().build(features, y, None, stated(features, noise=0.3))
    same = MaternGP().build(features, y, np.full(50, 0.3), stated(features, noise=0.0))
    rows = np.arange(50)
    np.testing.assert_allclose(plain.bind(features).mean(rows), same.bind(features).mean(rows))


def test_a_reported_sd_of_nothing_does_not_force_the_mean_through_a_point():
    features = pairs(40)
    twice = features.take(np.repeat(np.arange(20), 2))
    y = np.repeat(log_beta(features)[:20], 2) + np.tile([-0.5, 0.5], 20)
    model = MaternGP().fit(twice, y, np.full(40, 1e-12))
    assert model.noise_variance > 0.1
    residual = y - model.bind(twice).mean(np.arange(40))
    assert np.abs(residual).min() > 0.1


def test_fit_does_not_depend_on_the_origin_of_y():
    features, rows = pairs(50), np.arange(50)
    y = log_beta(features)
    one, moved = (MaternGP().fit(features, y - off).bind(features) for off in (0.0, 3.0))
    # The two fits stop where their gradients are small, not at one point.
    np.testing.assert_allclose(one.mean(rows) - 3.0, moved.mean(rows), rtol=1e-5)


def test_a_few_values_do_not_say_how_far_others_can_lie():
    # Two values of no spread: (0 + 3 · 5²) / (1 + 3). Thousands are believed.
    assert _centre_and_scale(np.array([4.0, 4.0]), 5.0) == (4.0, pytest.approx(75**0.5 / 2.0))
    many = np.random.default_rng(0).standard_normal(9000)
    # Three values in 9,000 of prior weight.
    assert _centre_and_scale(many, 5.0)[1] == pytest.approx(many.std(), rel=0.01)


def test_one_pair_and_equal_values_can_be_fitted():
    features = pairs(6)
    for n in (1, 6):
        few = features.take(np.arange(n))
        model = MaternGP().fit(few, np.full(n, 5.0))
        np.testing.assert_allclose(model.bind(few).mean(np.arange(n)), 5.0)
    with pytest.raises(DataError, match="at least one pair"):
        MaternGP().fit(features.take(np.arange(0)), np.empty(0))


def test_fit_rows_conditions_on_everything():
    features = pairs(60)
    model = MaternGP(fit_rows=20).fit(features, log_beta(features))
    assert (model.fit_report["n_fit_rows"], model.fit_report["n_rows"]) == (20, 60)
    assert len(model.data.y) == 60


def test_fit_that_is_cut_off_says_so():
    features = pairs(40)
    with pytest.warns(FitWarning, match="stopped after 2 iterations before it converged"):
        model = MaternGP(max_iter=2).fit(features, log_beta(features))
    assert not model.fit_report["converged"]
    assert model.fit_report["n_iter"] == 2


def test_build_refuses_hyperparameters_of_other_features():
    features = pairs(20)
    state = stated(features) | {"lengthscales": {"other": 1.0}}
    with pytest.raises(DataError, match="other features"):
        MaternGP().build(features, log_beta(features), None, state)
