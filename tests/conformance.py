"""What every recipe of a model keeps to. `test_conformance.py` runs each check on each recipe."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from botorch.acquisition import (
    LogExpectedImprovement,
    UpperConfidenceBound,
    qLogNoisyExpectedImprovement,
)
from botorch.models.model import Model
from botorch.optim import optimize_acqf_discrete
from botorch.sampling import SobolQMCNormalSampler
from linear_operator.utils.warnings import NumericalWarning
from model_tables import chemistry, log_beta, pairs, sourced
from tolerances import OTHER_ROUTE, ROUNDING, SOLVED

from bo_loop.acquisition.scores.functions import UCB, LogEI
from bo_loop.base.errors import DataError
from bo_loop.models.explain.relevance import local_relevance, movers
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.models.kernels.tensors import qualified_names
from bo_loop.models.outcomes import EachOutcome
from bo_loop.models.pair_gp import PairGP
from bo_loop.models.transfer import Transfer


def tables(recipe, n, seed=0):
    """The default `PairGP` with every block there is, all else with the small tables."""
    if isinstance(recipe, EachOutcome):
        one = tables(recipe.recipe, n, seed)
        spreads = {"log β": 5.0, "log D": 2.0}
        return replace(one, outcome=np.resize(list(spreads), n), spreads=spreads)
    if isinstance(recipe, Transfer):
        return sourced(pairs(n, seed))
    return (chemistry if recipe == PairGP() else pairs)(n, seed)


_FITTED = {}


def fitted(recipe):
    """A model of 40 pairs, fitted once for all checks, and the tables of 60."""
    features = tables(recipe, 60)
    if str(recipe) not in _FITTED:
        _FITTED[str(recipe)] = freshly_fitted(recipe)
    return _FITTED[str(recipe)], features


def freshly_fitted(recipe):
    train = tables(recipe, 60).take(np.arange(40))
    return recipe.fit(train, log_beta(train), np.full(40, 0.01))


def leaves(node, path=""):
    """Every number of nested dicts and lists, by its path."""
    if not isinstance(node, dict | list):
        return {path: node}
    items = node.items() if isinstance(node, dict) else enumerate(node)
    return {k: v for key, value in items for k, v in leaves(value, f"{path}/{key}").items()}


def check_is_a_botorch_model(recipe):
    model, features = fitted(recipe)
    assert isinstance(model, Model)
    assert model.num_outputs == 1
    assert model.batch_shape == torch.Size()
    x = torch.as_tensor(features.X)
    posterior = model.posterior(x[:24].reshape(2, 4, 3, -1))
    assert posterior.mean.shape == (2, 4, 3, 1)
    assert posterior.mean.dtype == torch.float64
    one_by_one = model.posterior(x[:24, None])
    torch.testing.assert_close(posterior.mean.reshape(-1), one_by_one.mean.reshape(-1))
    torch.testing.assert_close(posterior.variance.reshape(-1), one_by_one.variance.reshape(-1))
    noisy = model.posterior(x[:24, None], observation_noise=True)
    added = (noisy.variance - one_by_one.variance).reshape(-1)
    asked = replace(features.take(np.arange(24)), source=None, own=None)
    torch.testing.assert_close(added, torch.as_tensor(model.noise(asked)))


def check_bound_rows_agree_with_posterior(recipe):
    model, features = fitted(recipe)
    bound, rows = model.bind(features), np.arange(30, 60)
    joint = model.posterior(torch.as_tensor(features.X[rows]))
    covariance = joint.distribution.covariance_matrix.numpy()
    np.testing.assert_allclose(bound.mean(rows), joint.mean[:, 0].numpy(), rtol=SOLVED)
    np.testing.assert_allclose(bound.variance(rows), np.diag(covariance), rtol=OTHER_ROUTE)
    np.testing.assert_allclose(bound.covariance(rows, rows), covariance, atol=SOLVED)
    np.testing.assert_allclose(bound.covariance(rows[:3], rows), covariance[:3], atol=SOLVED)
    assert (bound.variance_bound(rows) >= bound.variance(rows)).all()
    assert bound.mean(rows[:0]).shape == (0,)


def check_hyperparameters_survive_json(recipe):
    model, features = fitted(recipe)
    stored = json.loads(json.dumps(model.hyperparameters()))
    train = features.take(np.arange(40))
    rebuilt = recipe.build(train, log_beta(train), np.full(40, 0.01), stored)
    rows = np.arange(60)
    np.testing.assert_allclose(
        rebuilt.bind(features).mean(rows), model.bind(features).mean(rows), rtol=SOLVED
    )
    now, then = (leaves(each) for each in (rebuilt.hyperparameters(), stored))
    assert now == pytest.approx(then, rel=ROUNDING)
    json.dumps(model.fit_report)


def check_fit_is_deterministic(recipe):
    first, second = fitted(recipe)[0], freshly_fitted(recipe)
    assert first.hyperparameters() == second.hyperparameters()
    features, rows = tables(recipe, 60), np.arange(60)
    np.testing.assert_array_equal(first.bind(features).mean(rows), second.bind(features).mean(rows))


def check_warm_start_is_quick_and_no_worse(recipe):
    model, features = fitted(recipe)
    train = features.take(np.arange(40))
    warm = recipe.fit(train, log_beta(train), np.full(40, 0.01), start=model.hyperparameters())
    assert warm.fit_report["start"] == "warm"
    assert warm.fit_report["n_iter"] < model.fit_report["n_iter"]
    assert warm.fit_report["objective"] >= model.fit_report["objective"] - SOLVED


def check_start_of_other_features_is_ignored_aloud(recipe):
    model, features = fitted(recipe)
    train = features.take(np.arange(40))
    start = {"lengthscales": {"other": 1.0}, "outputscale": 1.0, "noise": 1.0, "mean": 0.0}
    with pytest.warns(FitWarning, match="other features"):
        again = recipe.fit(train, log_beta(train), np.full(40, 0.01), start=start)
    assert again.hyperparameters() == model.hyperparameters()


def check_fit_does_not_change_its_arguments(recipe):
    features = tables(recipe, 30)
    y, noise = log_beta(features), np.full(30, 0.01)
    before = (y.copy(), noise.copy(), features.dense().copy())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recipe.fit(features, y, noise)
    for now, then in zip((y, noise, features.dense()), before, strict=True):
        np.testing.assert_array_equal(now, then)


def check_values_that_are_not_finite_are_refused(recipe):
    features = tables(recipe, 20)
    y = log_beta(features)
    y[[3, 7]] = np.nan, np.inf
    with pytest.raises(DataError, match=r"(?s)pair 3: value nan.*pair 7: value inf"):
        recipe.fit(features, y, None)
    with pytest.raises(DataError, match=r"pair 2: value .* noise variance -1"):
        recipe.fit(features, log_beta(features), np.where(np.arange(20) == 2, -1.0, 0.0))
    pair = features.pair.copy()
    pair[5, 1] = np.nan
    with pytest.raises(DataError, match=f"pair.{features.names['pair'][1]}: pair 5"):
        recipe.fit(replace(features, pair=pair), log_beta(features), None)


def check_other_tables_are_refused(recipe):
    model, _ = fitted(recipe)
    with pytest.raises(DataError, match="other feature tables"):
        model.bind(tables(recipe, 10, seed=3))


def check_botorch_s_acquisition_functions_choose_among_pairs(recipe):
    model, features = fitted(recipe)
    x = torch.as_tensor(features.X)
    best = float(log_beta(features)[:40].max())
    bound, rows = model.bind(features), np.arange(40, 60)
    moments = bound.mean(rows), bound.variance(rows)
    for theirs, ours in (
        (LogExpectedImprovement(model, best_f=torch.tensor(best).double()), LogEI()),
        (UpperConfidenceBound(model, beta=torch.tensor(4.0).double()), UCB(beta=4.0)),
    ):
        chosen, value = optimize_acqf_discrete(theirs, q=1, choices=x[rows])
        scores = ours.value(*moments, best)
        assert value.item() == pytest.approx(scores.max(), rel=OTHER_ROUTE)
        assert torch.equal(chosen[0], x[rows[scores.argmax()]])
    with warnings.catch_warnings():
        # A pair that stands in the table twice has one latent value: a singular covariance.
        warnings.simplefilter("ignore", NumericalWarning)
        noisy = qLogNoisyExpectedImprovement(
            model, X_baseline=x[:40], sampler=SobolQMCNormalSampler(torch.Size([32]), seed=0)
        )
        chosen, values = optimize_acqf_discrete(noisy, q=2, choices=x[rows])
    assert torch.isfinite(values).all()
    places = [int((x[rows] == each).all(1).nonzero()[0]) for each in chosen]
    assert len(set(places)) == 2


def check_conditioning_is_that_of_a_model_built_with_the_results(recipe):
    model, features = fitted(recipe)
    # Results of n > 1: those of n = 1 also change what the second stage of `BetaGP` sees.
    new = 40 + np.flatnonzero(features.pair[40:, 0] > 1)[:3]
    y = log_beta(features)
    y[new] = 7.0, 9.5, 8.0
    rows = np.concatenate([np.arange(40), new])
    noise = np.where(rows < 40, 0.01, 0.0)
    whole = recipe.build(features.take(rows), y[rows], noise, model.hyperparameters())
    expected = whole.bind(features)
    bound = model.bind(features).condition(new, y[new], model.noise(features.take(new)))
    every = np.arange(60)
    np.testing.assert_allclose(bound.mean(every), expected.mean(every), rtol=OTHER_ROUTE)
    np.testing.assert_allclose(bound.variance(every), expected.variance(every), rtol=OTHER_ROUTE)


def check_parts_answer_as_the_whole(recipe):
    model, features = fitted(recipe)
    whole = model.bind(features).mean(np.arange(60))
    found = np.full(60, np.nan)
    for part, seen, rows in model.parts(features).values():
        found[rows] = part.bind(seen).mean(np.arange(len(rows)))
    np.testing.assert_allclose(found, whole, rtol=ROUNDING)


def check_movers_are_the_model_s_own(recipe):
    model, features = fitted(recipe)
    for part, seen, _ in model.parts(features).values():
        train, asked = seen.take(np.arange(20)), seen.take(np.arange(20, 26))
        found = movers(part, asked, train)
        assert len(found) == len(asked)
        for own in found:
            relevances = [mover.relevance for mover in own]
            assert 1 <= len(own) <= 3
            assert relevances == sorted(relevances, reverse=True)
            assert np.isfinite(relevances).all()
            assert {mover.feature for mover in own} <= set(qualified_names(seen))
        every = local_relevance(part, asked, train)
        assert [own[0].relevance for own in found] == pytest.approx(every.max(1).tolist())


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
