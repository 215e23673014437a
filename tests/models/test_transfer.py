from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import counted, log_beta, sourced
from numerical_gradients import numerical
from tolerances import DIFFERENCED, OTHER_ROUTE, SOLVED

from bo_loop.base.errors import ConfigError
from bo_loop.models.gp.fitting import evaluate
from bo_loop.models.gp.leave_one_out import leave_one_out
from bo_loop.models.pair_gp import PairGP
from bo_loop.models.transfer import Transfer

PLAIN = {"source_noise": False, "source_offset": False}
FEATURES = sourced(counted(40))
X = torch.as_tensor(FEATURES.X)


def stated(use=("good", "bad")):
    layout = PairGP(**PLAIN).naming(FEATURES)
    return {
        "lengthscales": {name: 2.0 + 0.1 * i for i, name in enumerate(layout.lengthscales)},
        "variances": {term.name: 1.0 + i for i, term in enumerate(layout.terms)},
        "amplitude_slopes": {name: 0.1 for name in layout.metal} | {"log n_ligands": 0.4},
        "noise": 0.2,
        "mean": 7.0,
        "source_variances": {label: {"good": 4.0, "bad": 0.5}[label] for label in use},
    }


def values():
    return log_beta(counted(40))


def test_covariance_is_that_of_a_line_in_each_source_and_of_a_residual_it_may_have_erred_in():
    kernel = Transfer(**PLAIN).kernel(FEATURES, stated())
    residual = PairGP(**PLAIN).kernel(FEATURES, stated())(X).to_dense()
    said = FEATURES.pair[:, -4:]
    expected = residual.detach().numpy()
    total = 1.0 + 2.0 + 3.0 + 4.0
    doubt = (
        1.0
        + (4.0 * np.outer(said[:, 1], said[:, 1]) + 0.5 * np.outer(said[:, 3], said[:, 3])) / total
    )
    expected = expected * doubt + 4.0 * np.outer(said[:, 0], said[:, 0])
    expected += 0.5 * np.outer(said[:, 2], said[:, 2])
    found = kernel(X).to_dense().detach()
    np.testing.assert_allclose(found, expected, rtol=OTHER_ROUTE)
    np.testing.assert_allclose(kernel.variance(X).detach(), np.diag(expected), rtol=OTHER_ROUTE)
    np.testing.assert_allclose(kernel.lower(X).detach().tril(), np.tril(expected), rtol=OTHER_ROUTE)
    weights = torch.linspace(-1.0, 1.0, 40, dtype=torch.float64)
    product = kernel.times(X[:7], X, weights).detach()
    np.testing.assert_allclose(product, expected[:7] @ weights.numpy(), rtol=OTHER_ROUTE)


def test_the_form_of_the_fit_is_the_kernel_and_its_gradient_that_of_differences():
    recipe = Transfer(**PLAIN)
    layout = recipe.naming(FEATURES)
    theta = layout.theta(stated(), 1.0)
    form = recipe.form(FEATURES)
    kernel = recipe.kernel(FEATURES, stated())
    found = form.covariance(torch.as_tensor(theta)).tril()
    np.testing.assert_allclose(found, kernel.lower(X).detach().tril(), rtol=OTHER_ROUTE)
    y = torch.as_tensor((values() - 8.0) / 3.0)
    problem = recipe.problem(FEATURES, y.numpy(), np.zeros(40))
    theta = np.append(theta, -2.0)
    _, gradient = evaluate(problem, theta)
    for j in [*range(3), *range(len(theta) - 9, len(theta))]:
        step = np.zeros_like(theta)
        step[j] = 1e-5
        up, down = (evaluate(problem, theta + sign * step)[0]["objective"] for sign in (1, -1))
        assert gradient[j] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=SOLVED)


def test_slopes_of_mean_and_variance_match_differences():
    train, asked = FEATURES.take(np.arange(30)), FEATURES.take(np.arange(30, 40))
    model = Transfer(**PLAIN).build(train, values()[:30], None, stated())
    ours, theirs = model.gradients(asked), numerical(model, asked)
    counts = [name in "abcdef" for name in asked.dense_names()]
    for name in ("mean_slope", "variance_slope"):
        found, expected = (np.delete(getattr(g, name), counts, 1) for g in (ours, theirs))
        np.testing.assert_allclose(found, expected, rtol=DIFFERENCED, atol=1e-4)


def test_a_source_that_helps_is_used_and_one_that_does_not_is_dropped():
    model = Transfer(**PLAIN).fit(FEATURES, values())
    report = model.fit_report
    assert report["sources"]["good"]["used"]
    # log β has slope 3 in what "good" says; the errors of "good" draw it towards 0.
    assert report["sources"]["good"]["slope"] == pytest.approx(3.0, abs=0.5)
    assert report["sources"]["bad"] == {"used": False}
    assert set(model.hyperparameters()["source_variances"]) == {"good"}
    errors = report["left_out_median"]
    assert errors["with"] < 0.5 * errors["without"]
    assert errors["with"] <= 1.01 * errors["with_all"]
    again = Transfer(**PLAIN).build(FEATURES, values(), None, model.hyperparameters())
    rows = np.arange(40)
    np.testing.assert_array_equal(again.bind(FEATURES).mean(rows), model.bind(FEATURES).mean(rows))


def test_a_source_that_says_nothing_leaves_the_model_from_scratch():
    only_bad = replace(
        FEATURES,
        pair=np.delete(FEATURES.pair, [-4, -3], 1),
        names=dict(FEATURES.names)
        | {"pair": (*FEATURES.names["pair"][:-4], *FEATURES.names["pair"][-2:])},
    )
    rng = np.random.default_rng(5)
    only_bad.pair[:, -2] = 5.0 * rng.standard_normal(40)
    model, scratch = (r(**PLAIN).fit(only_bad, values()) for r in (Transfer, PairGP))
    assert model.fit_report["sources"] == {"bad": {"used": False}}
    np.testing.assert_allclose(
        leave_one_out(model).mean, leave_one_out(scratch).mean, rtol=OTHER_ROUTE
    )


def test_sources_are_asked_for_and_chosen_by_their_labels():
    model = Transfer(**PLAIN, use=["bad"]).fit(FEATURES, values())
    assert set(model.hyperparameters()["source_variances"]) == {"bad"}
    with pytest.raises(ConfigError, match="use names elsewhere, but the sources are good, bad"):
        Transfer(**PLAIN, use=["elsewhere"]).fit(FEATURES, values())
    with pytest.raises(ConfigError, match="use is 'good': give a list"):
        Transfer(use="good")
    with pytest.raises(ConfigError, match=r"there is none. Name them with sources="):
        Transfer(**PLAIN).fit(counted(40), values())


def test_a_warm_start_may_have_had_other_sources():
    first = Transfer(**PLAIN).fit(FEATURES, values()).hyperparameters()
    warm = Transfer(**PLAIN).fit(FEATURES, values(), start=first)
    assert warm.fit_report["start"] == "warm"
    from_scratch = PairGP(**PLAIN).fit(FEATURES, values()).hyperparameters()
    assert (
        Transfer(**PLAIN).fit(FEATURES, values(), start=from_scratch).fit_report["start"] == "warm"
    )


def test_a_model_without_sources_does_not_look_at_them():
    model, plain = (PairGP(**PLAIN).fit(f, values()) for f in (FEATURES, counted(40)))
    np.testing.assert_array_equal(leave_one_out(model).mean, leave_one_out(plain).mean)


def test_intervals_are_widened_by_what_all_pairs_say_and_not_those_of_the_search_alone():
    features = sourced(counted(150, n_ligands=80))
    y = log_beta(features)
    y[::15] += 25.0  # more than one in twenty is far off
    recipe = Transfer(**PLAIN, fit_rows=60, max_iter=20)
    found = recipe.fit(features, y)
    stated = found.hyperparameters()
    assert stated["widened"] > 1.0
    assert recipe.widened(found, features) == pytest.approx(stated["widened"], rel=1e-9)
    every = np.arange(150)
    a, b = (m.bind(features) for m in (found, recipe.build(features, y, None, stated)))
    np.testing.assert_allclose(a.mean(every), b.mean(every), rtol=1e-9)
    np.testing.assert_allclose(a.variance(every), b.variance(every), rtol=1e-9)


def one_feature_counts():
    """A kernel by which pairs are alike where ``mordred0`` is, whatever else they are."""
    layout = PairGP(**PLAIN).naming(FEATURES)
    far = dict.fromkeys(layout.lengthscales, 100.0)
    return {
        "lengthscales": far | {"mordred.mordred0": 0.5},
        "variances": {t.name: 1.0 if t.name == "ligand" else 1e-6 for t in layout.terms},
        "amplitude_slopes": dict.fromkeys((*layout.metal, "log n_ligands"), 0.0),
    }


def test_few_values_take_over_what_counts_as_alike_for_a_source_if_that_predicts_them():
    features = sourced(counted(60, n_ligands=40))
    x = features.ligand["mordred"][features.ligand_row, 0]
    y = 8.0 + 3.0 * features.pair[:, -4] + 4.0 * np.sin(3.0 * x)
    taught = replace(features, kernels={"good": one_feature_counts()})
    few, others = np.arange(30), np.arange(30, 60)
    alike, own = (Transfer(**PLAIN).fit(f.take(few), y[few]) for f in (taught, features))
    assert (alike.fit_report["alike"], own.fit_report["alike"]) == ("good", None)
    assert alike.fit_report["left_out_median"]["with"] < own.fit_report["left_out_median"]["with"]
    off = [np.abs(m.bind(features).mean(others) - y[others]).mean() for m in (alike, own)]
    assert off[0] < 0.8 * off[1]
    found = alike.hyperparameters()
    assert found["lengthscales"] == pytest.approx(one_feature_counts()["lengthscales"])
    again = Transfer(**PLAIN).build(features.take(few), y[few], None, found)  # knows no kernel
    np.testing.assert_array_equal(
        again.bind(features).mean(others), alike.bind(features).mean(others)
    )


def test_a_kernel_that_predicts_worse_or_is_of_other_terms_is_not_taken_over():
    features = sourced(counted(60, n_ligands=40))
    y = 8.0 + 3.0 * features.pair[:, -4] + 2.0 * features.ligand["mordred"][features.ligand_row, 1]
    for kernel in (one_feature_counts(), one_feature_counts() | {"variances": {"ligand": 1.0}}):
        model = Transfer(**PLAIN).fit(replace(features, kernels={"good": kernel}), y)
        assert model.fit_report["alike"] is None


def test_a_value_that_is_far_off_where_the_source_says_it_is_unsure_does_not_drop_it():
    features = sourced(counted(40, n_ligands=40))
    y = 8.0 + 3.0 * features.pair[:, -4]
    features.pair[3, -4:-2] = 40.0, 12.0  # ± 12 of its unit
    report = Transfer(**PLAIN).fit(features, y).fit_report
    assert report["sources"]["good"]["used"]
