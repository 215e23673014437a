import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated
from tolerances import DIFFERENCED, OTHER_ROUTE, SOLVED

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.models.gp.fitting import evaluate
from bo_loop.models.gp.source_noise import LEAST_ROWS, OWN, groups_of, labels, offset_of
from bo_loop.models.matern_gp import MaternGP

LAB = "campaign x"  # what these tests call the lab's own results


def sourced(*sources):
    """As many rows as sources, all of one metal and ligand under the same conditions."""
    one = pairs(1).take(np.zeros(len(sources), dtype=int))
    return from_sources(one, np.array(sources))


def from_sources(features, sources):
    return replace(features, source=sources, own=sources == LAB)


def smooth_from(names, n=60, seed=2):
    """n distinct pairs from each of the named sources, in turn, and a log β without noise."""
    features = pairs(n * len(names), n_metals=10, n_ligands=40)
    smooth = 8.0 + 2.0 * np.sin(0.2 * features.dense().sum(1))
    return from_sources(features, np.resize(names, n * len(names))), smooth


def test_the_labs_own_are_one_source_whatever_files_are_called():
    named = np.array(["campaign a", "campaign 2023.csv", "campaign", ""])
    features = replace(sourced(*named), own=np.array([True, False, False, False]))
    assert labels(features).tolist() == [OWN, "campaign 2023.csv", "campaign", ""]
    assert labels(features.take(np.array([1, 0]))).tolist() == ["campaign 2023.csv", OWN]
    untold = replace(features, own=None)
    assert labels(untold).tolist() == named.tolist()
    assert labels(untold.concat(features)).tolist() == [*named, OWN, *named[1:]]
    assert labels(pairs(2)).tolist() == [OWN, OWN]


def test_groups_by_hand():
    few, enough = LEAST_ROWS - 1, LEAST_ROWS
    groups = groups_of(np.array(["b"] * enough + ["few"] * few + ["a"] * enough))
    assert groups.names == ("a", "b")
    assert groups.position.tolist() == [1] * enough + [2] * few + [0] * enough
    assert len(groups) == 3
    assert groups.shared([0.1, 0.2, 0.7]) == 0.7
    nobody_else = groups_of(np.array(["b"] * 60 + ["a"] * 20))
    assert len(nobody_else) == 2
    assert nobody_else.shared([0.5, 0.1]) == pytest.approx((60 * 0.1 + 20 * 0.5) / 80)


def test_each_row_weighs_by_its_own_noise():
    # One pair, three values: prior N(7, 9); noises 0.1, 0.4 + 0.1 reported, and 1 (shared).
    features = sourced("a", "b", "else")
    state = stated(features, noise=1.0) | {"source_noise": {"a": 0.1, "b": 0.4}}
    known = np.array([0.0, 0.1, 0.0])
    y = np.array([5.0, 6.0, 9.0])
    bound = MaternGP(source_noise=True).build(features, y, known, state).bind(features)
    precision = 1 / 9 + 1 / 0.1 + 1 / 0.5 + 1 / 1.0
    row = np.array([0])
    expected = (7 / 9 + 5 / 0.1 + 6 / 0.5 + 9 / 1.0) / precision
    assert bound.mean(row)[0] == pytest.approx(expected, rel=OTHER_ROUTE)
    assert bound.variance(row)[0] == pytest.approx(1 / precision, rel=OTHER_ROUTE)


def test_fit_recovers_the_noise_of_two_sources():
    features, y = smooth_from(["exact", "rough"])
    sd = np.where(features.source == "exact", 0.1, 1.0)
    y = y + sd * np.random.default_rng(3).standard_normal(len(y))
    model = MaternGP(source_noise=True).fit(features, y)
    found = model.hyperparameters()["source_noise"]
    assert 0.003 < found["exact"] < 0.04
    # Estimated from the spread of some dozen values.
    assert found["rough"] == pytest.approx(1.0, rel=0.5)
    np.testing.assert_array_equal(
        model.noise(features), np.where(sd == 0.1, found["exact"], found["rough"])
    )


@pytest.mark.parametrize(
    ("by_source", "expected"), [({"a": 0.1, OWN: 0.3}, 0.3), ({"a": 0.1}, 0.7)]
)
def test_predictions_have_the_noise_of_the_lab_or_the_shared_one(by_source, expected):
    features = sourced("a", "a")
    state = stated(features, noise=0.7) | {"source_noise": by_source}
    model = MaternGP(source_noise=True).build(features, np.array([5.0, 6.0]), None, state)
    assert model.noise_variance == expected
    assert model.noise(pairs(3)).tolist() == [expected] * 3


def test_noise_by_source_survives_json_and_starts_a_fit():
    features, y = smooth_from(["a", LAB], n=25)
    recipe = MaternGP(source_noise=True, max_iter=30)
    y = y + 0.3 * np.random.default_rng(0).standard_normal(len(y))
    model = recipe.fit(features, y)
    stored = json.loads(json.dumps(model.hyperparameters()))
    assert stored["source_noise"].keys() == {"a", OWN}
    rebuilt = recipe.build(features, y, None, stored)
    rows = np.arange(len(y))
    np.testing.assert_allclose(
        rebuilt.bind(features).mean(rows), model.bind(features).mean(rows), rtol=SOLVED
    )
    assert rebuilt.noise_variance == model.noise_variance == stored["source_noise"][OWN]
    warm = recipe.fit(features, y, start=stored)
    assert warm.fit_report["start"] == "warm"
    assert warm.fit_report["n_iter"] < model.fit_report["n_iter"]


def test_without_the_option_sources_change_nothing():
    features, y = smooth_from(["a", "b"], n=25)
    recipe = MaternGP(max_iter=3)
    with pytest.warns(UserWarning, match="before it converged"):
        told, untold = recipe.fit(features, y), recipe.fit(replace(features, source=None), y)
    assert told.hyperparameters() == untold.hyperparameters()
    rows = np.arange(len(y))
    np.testing.assert_array_equal(told.bind(features).mean(rows), untold.bind(features).mean(rows))


def test_results_added_to_a_model_have_the_noise_of_the_lab():
    features = sourced("a", LAB)
    state = stated(features, noise=0.7) | {"source_noise": {"a": 0.1, OWN: 0.3}}
    recipe, y = MaternGP(source_noise=True), np.array([5.0, 6.0])
    model = recipe.build(features.take([0]), y[:1], None, state)
    row = np.array([0])
    added = model.bind(features).condition(row, y[1:], np.array([model.noise_variance]))
    whole = recipe.build(features, y, None, state).bind(features)
    assert added.mean(row) == pytest.approx(whole.mean(row))


def test_a_shared_offset_is_a_shared_error():
    # One pair, prior N(7, 9), noise 0.2 each; the book's two values also share an error of
    # variance 0.5, so that their mean counts as one value of variance 0.2 / 2 + 0.5.
    features = sourced("book", LAB, "book")
    state = stated(features, noise=0.2) | {"offset_variance": 0.5}
    y = np.array([5.0, 8.0, 6.0])
    recipe = MaternGP(source_offset=True)
    row = np.array([0])

    def check(bound):
        precision = 1 / 9 + 1 / 0.2 + 1 / 0.6
        expected = (7 / 9 + 8.0 / 0.2 + 5.5 / 0.6) / precision
        assert bound.mean(row)[0] == pytest.approx(expected, rel=OTHER_ROUTE)
        assert bound.variance(row)[0] == pytest.approx(1 / precision, rel=OTHER_ROUTE)
        assert bound.variance_bound(row)[0] >= bound.variance(row)[0]

    model = recipe.build(features, y, None, state)
    assert model.hyperparameters()["offset_variance"] == 0.5
    check(model.bind(features))
    # A result of the lab that comes later has no offset.
    book = recipe.build(features.take([0, 2]), y[[0, 2]], None, state)
    check(book.bind(features).condition(row, y[1:2], np.array([book.noise_variance])))


def test_offsets_are_numbered_but_for_the_labs_own():
    assert offset_of(np.array(["b", OWN, "a", "b"])).tolist() == [2, -1, 1, 2]


def test_fit_recovers_the_shift_between_two_sources():
    features, smooth = smooth_from([LAB, "book"])
    book = features.source == "book"
    y = smooth + 1.5 * book + 0.1 * np.random.default_rng(3).standard_normal(len(smooth))
    plain, model = (MaternGP(source_offset=each).fit(features, y) for each in (False, True))
    rows = np.flatnonzero(book)
    off, found = (m.bind(features).mean(rows) - smooth[rows] for m in (plain, model))
    assert abs(found.mean()) < 0.15 < abs(off.mean())
    assert model.noise_variance < 0.05 < plain.noise_variance
    assert 0.05 < model.hyperparameters()["offset_variance"] < 10.0


def test_the_gradient_with_noises_and_offsets_is_that_of_the_objective():
    features, y = smooth_from(["a", "b", LAB], n=8)
    problem = MaternGP().problem(features, (y - y.mean()) / y.std(), np.zeros(len(y)))
    group = torch.arange(len(y)) % 2
    offset = torch.as_tensor(offset_of(labels(features)))
    problem = replace(problem, group=group, n_groups=2, offset=offset)
    theta = np.r_[np.full(10, 1.0), 0.2, -2.0, -3.0, -1.5]
    _, gradient = evaluate(problem, theta)
    for at in range(9, 14):
        step = 1e-5 * np.eye(14)[at]
        ahead, behind = (evaluate(problem, theta + s)[0]["objective"] for s in (step, -step))
        assert gradient[at] == pytest.approx((ahead - behind) / 2e-5, rel=DIFFERENCED, abs=SOLVED)


def test_pairs_without_sources_and_other_models_are_refused():
    features = pairs(5)
    with pytest.raises(DataError, match="source_noise=true asks for the source of every row"):
        MaternGP(source_noise=True).fit(features, log_beta(features))
    with pytest.raises(DataError, match="source_offset=true asks for the source of every row"):
        MaternGP(source_offset=True).fit(features, log_beta(features))
    for option in ("source_noise", "source_offset"):
        with pytest.raises(ConfigError, match=option):
            build({"_target_": "bo_loop.models.BetaGP", option: True})
