from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs
from staged_models import FOLDS, OWN, TRAIN, N, built, hyperparameters, inputs_of
from tolerances import SOLVED

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.kernels.tensors import qualified_names
from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.stages import numbers, only


@pytest.mark.parametrize(
    ("options", "message"), [({"folds": 1}, "folds is 1"), ({"fit_rows": 0}, "fit_rows is 0")]
)
def test_options_are_checked(options, message):
    with pytest.raises(ConfigError, match=message):
        BetaGP(**options)


def test_inputs_are_the_predictions_of_a_model_without_the_fold():
    model, features, train = built()
    y, given = log_beta(train), hyperparameters(train)
    seen = only(features, given["beta_1"]["lengthscales"])
    group = features.ligand_group[features.ligand_row]
    found, rows = inputs_of(model, features)
    for fold in range(FOLDS):
        kept = np.flatnonzero((numbers(train) == 1) & (group[:TRAIN] % FOLDS != fold))
        without = MaternGP().build(seen.take(kept), y[kept], None, given["beta_1"])
        mine = group[rows] % FOLDS == fold
        bound, at = without.bind(seen), rows[mine]
        expected = np.column_stack([bound.mean(at), bound.variance(at)])
        np.testing.assert_allclose(found[mine], (expected - [8.0, 2.0]) / [3.0, 0.5], rtol=SOLVED)


def test_a_ligand_unknown_to_beta_1_is_predicted_by_the_model_of_all_pairs():
    model, _, train = built()
    new = pairs(10, seed=4)
    new = replace(new, ligand_group=new.ligand_group + 1000)
    joined = train.concat(new).take(np.arange(TRAIN, TRAIN + 10))
    found, rows = inputs_of(model, joined)
    beta_1 = model.models[0]
    bound = beta_1.bind(only(joined, hyperparameters(train)["beta_1"]["lengthscales"]))
    np.testing.assert_allclose(found[:, 0] * 3.0 + 8.0, bound.mean(rows), rtol=SOLVED)


def test_only_beta_1_data():
    features = pairs(N)
    ones, twos = (np.flatnonzero(numbers(features) == n) for n in (1, 2))
    train = features.take(ones)
    model = BetaGP().fit(train, log_beta(train))
    assert set(model.hyperparameters()) == {"beta_1", "inputs"}
    assert np.isfinite(model.bind(train).mean(np.arange(len(ones)))).all()
    with pytest.raises(DataError, match=f"{len(twos)} of {N} pairs have n above 1"):
        model.bind(features)


def test_only_beta_n_data_is_a_matern_gp_of_all_features():
    features = pairs(N)
    train = features.take(np.flatnonzero(numbers(features) == 2))
    model = BetaGP().fit(train, log_beta(train))
    plain = MaternGP().fit(train, log_beta(train))
    assert model.hyperparameters() == {"beta_n": plain.hyperparameters(), "inputs": {}}
    with pytest.raises(DataError, match="have n = 1"):
        model.bind(features)


def test_stages_see_the_chosen_features_only():
    chosen = ["mordred.mordred1", "properties.properties0"]
    recipe = BetaGP(beta_1_features=chosen, beta_n_features=["pair.beta_1_mean"])
    features = pairs(N)
    found = recipe.fit(features, log_beta(features)).hyperparameters()
    assert set(found["beta_1"]["lengthscales"]) == set(chosen)
    assert set(found["beta_n"]["lengthscales"]) == {"pair.beta_1_mean"}
    with pytest.raises(ConfigError, match=r"no features mordred\.none"):
        BetaGP(beta_1_features=["mordred.none"]).fit(features, log_beta(features))


def test_one_ligand_leaves_the_prior_as_input():
    features = pairs(12, n_ligands=1)
    given = hyperparameters(features)
    model = BetaGP().build(features, log_beta(features), None, given)
    found, _ = inputs_of(model, features)
    expected = [(7.0 - 8.0) / 3.0, (9.0 - 2.0) / 0.5]  # the prior's mean and variance, scaled
    np.testing.assert_allclose(found, np.tile(expected, (len(found), 1)))


def test_hyperparameters_of_another_model_are_ignored_aloud():
    features = pairs(N)
    plain = MaternGP().fit(features, log_beta(features))
    with pytest.warns(FitWarning, match="other features"):
        model = BetaGP().fit(features, log_beta(features), start=plain.hyperparameters())
    with pytest.warns(FitWarning, match="other features"):
        MaternGP().fit(features, log_beta(features), start=model.hyperparameters())
    with pytest.raises(DataError, match="hold no beta_1"):
        BetaGP().build(features, log_beta(features), None, plain.hyperparameters())


def test_all_features_are_named_in_the_report_of_a_stage():
    features = pairs(N)
    model = BetaGP().fit(features, log_beta(features))
    assert model.fit_report["beta_1"]["n_rows"] + model.fit_report["beta_n"]["n_rows"] == N
    assert set(model.hyperparameters()["beta_n"]["lengthscales"]) == {
        *qualified_names(features),
        "pair.beta_1_mean",
        "pair.beta_1_variance",
    }


# The fits below are cut short on purpose.


def test_each_stage_sees_the_features_chosen_on_its_own_pairs():
    features = replace(pairs(N), stages=OWN)
    model = BetaGP(max_iter=3).fit(features, log_beta(features))
    found = model.hyperparameters()
    assert set(found["beta_1"]["lengthscales"]) == {"properties.properties0", "mordred.mordred1"}
    inputs = {"pair.beta_1_mean", "pair.beta_1_variance"}
    assert set(found["beta_n"]["lengthscales"]) == {*OWN["beta_n"], *inputs}
    # A pair that is asked for by its X is seen alike.
    posterior = model.posterior(torch.as_tensor(features.X)[:, None, :])
    bound = model.bind(features).mean(np.arange(N))
    np.testing.assert_allclose(posterior.mean.squeeze().numpy(), bound, rtol=SOLVED)


def test_what_the_other_stage_alone_sees_moves_nothing():
    features = replace(pairs(N), stages=OWN)
    y = log_beta(features)
    given = BetaGP(max_iter=3).fit(features, y).hyperparameters()
    mordred = features.ligand["mordred"].copy()
    mordred[:, 2] += np.linspace(-1.0, 1.0, len(mordred))  # of βn alone
    changed = replace(features, ligand=features.ligand | {"mordred": mordred})
    n, rows = numbers(features), np.arange(N)
    before, after = (
        BetaGP().build(f, y, None, given).bind(f).mean(rows) for f in (features, changed)
    )
    np.testing.assert_array_equal(after[n == 1], before[n == 1])
    assert (after[n > 1] != before[n > 1]).all()


def test_without_constants_of_n_1_beta_n_still_sees_its_own():
    features = replace(pairs(N), stages=OWN)
    train = features.take(np.flatnonzero(numbers(features) == 2))
    found = BetaGP(max_iter=3).fit(train, log_beta(train)).hyperparameters()
    assert set(found["beta_n"]["lengthscales"]) == set(OWN["beta_n"])
