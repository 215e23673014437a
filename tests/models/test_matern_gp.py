import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated

from bo_loop.base.errors import ConfigError, DataError, FitError
from bo_loop.models.gp import factored, fitting, linalg
from bo_loop.models.gp.exact_gp import _centre_and_scale
from bo_loop.models.gp.linalg import FitWarning, NotPositiveDefiniteError
from bo_loop.models.kernels.matern_tiles import gather, matern
from bo_loop.models.kernels.ordering import farthest_first
from bo_loop.models.kernels.tensors import as_tensors
from bo_loop.models.matern_gp import MaternGP


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_iter": 0}, "max_iter is 0"),
        ({"fit_rows": 1}, "fit_rows is 1"),
        ({"device": "tpu"}, "device is 'tpu'"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ConfigError, match=message):
        MaternGP(**options)


def test_fit_finds_what_made_the_data():
    # Drawn from the prior with known hyperparameters: 300 pairs tell them within the factors below.
    features = pairs(300, n_metals=15, n_ligands=60)
    truth = stated(features, noise=0.25)
    metal, ligand, x = as_tensors(features, torch.device("cpu"))
    lengthscale = torch.tensor([1.0] * 3 + [4.0] * 7, dtype=torch.float64)
    k = matern(*[gather(x, metal, ligand)] * 2, lengthscale, torch.tensor(9.0).double())
    rng = np.random.default_rng(0)
    y = 7.0 + np.linalg.cholesky(k.numpy() + 0.25 * np.eye(300)) @ rng.standard_normal(300)
    model = MaternGP().fit(features, y)
    found = model.hyperparameters()
    assert model.fit_report["converged"]
    # Estimates from 300 correlated values: the order of size.
    assert model.noise_variance == pytest.approx(0.25, rel=0.5)
    assert found["outputscale"] == pytest.approx(truth["outputscale"], rel=0.8)  # the same
    values = np.array(list(found["lengthscales"].values()))
    assert values[:3].max() < values[3:8].min()


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


def test_cholesky_failure_is_told_and_survived():
    features = pairs(20)
    twice = features.take(np.repeat(np.arange(20), 3))
    y = np.repeat(log_beta(features), 3)
    with pytest.warns(FitWarning, match="covariance of 60 training pairs was not positive"):
        model = MaternGP().build(twice, y, None, stated(features, noise=0.0))
    assert model.fit_report["jitter_all_rows"] > 0.0
    # The jitter of a singular matrix.
    np.testing.assert_allclose(model.bind(twice).mean(np.arange(60)), y, rtol=1e-3)


@pytest.mark.parametrize("module", [fitting, factored])
def test_cholesky_failure_that_no_jitter_mends_is_an_error(module, monkeypatch):
    def fail(*_):
        raise NotPositiveDefiniteError

    name = "log_marginal" if module is fitting else "cholesky_"
    monkeypatch.setattr(module, name, fail)
    features = pairs(20)
    with pytest.raises(FitError, match=r"20 training pairs is not positive definite"):
        MaternGP().fit(features, log_beta(features))


def test_jitter_in_a_fit_reaches_the_report(monkeypatch):
    real = fitting.log_marginal

    def fail_once_without_jitter(covariance, noise, y):
        if noise.min() < 1e-9 + fitting.MIN_NOISE and not failed:
            failed.append(True)
            raise NotPositiveDefiniteError
        return real(covariance, noise, y)

    failed: list[bool] = []
    monkeypatch.setattr(fitting, "log_marginal", fail_once_without_jitter)
    features = pairs(20)
    with pytest.warns(FitWarning, match=f"{linalg.JITTER:.1e} was added"):
        fitting.evaluate(
            MaternGP().problem(features, log_beta(features), np.zeros(20)),
            np.r_[np.zeros(10), 0.0, np.log(fitting.MIN_NOISE)],
        )


def test_build_refuses_hyperparameters_of_other_features():
    features = pairs(20)
    state = stated(features) | {"lengthscales": {"other": 1.0}}
    with pytest.raises(DataError, match="other features"):
        MaternGP().build(features, log_beta(features), None, state)


def test_farthest_first_by_hand():
    # One metal, ligands on a line at 0, 1, 2, 10, 11: from 0 to 11, then to 10 or 2, whichever
    # is farther from what is chosen (2 from 0 is 2, 10 from 11 is 1).
    metal = torch.zeros(1, 1, dtype=torch.float64)
    ligand = torch.tensor([[0.0], [1.0], [2.0], [10.0], [11.0]], dtype=torch.float64)
    x = torch.tensor([[0.0, float(i), 0.0] for i in range(5)], dtype=torch.float64)
    order = farthest_first(gather(x, metal, ligand), torch.ones(3, dtype=torch.float64), 5)
    assert order.tolist() == [0, 4, 2, 1, 3]
