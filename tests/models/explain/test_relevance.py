from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest
from model_tables import counted, log_beta, pairs, stated
from numerical_gradients import numerical
from tolerances import DIFFERENCED, ROUNDING, SOLVED

from bo_loop.base.types import PairFeatures
from bo_loop.models.explain import relevance as module
from bo_loop.models.explain.relevance import (
    local_relevance,
    movers,
    relevance,
    spread,
)
from bo_loop.models.gp.gradients import Gradients
from bo_loop.models.kernels.matern import GatheredMatern
from bo_loop.models.kernels.tensors import qualified_names
from bo_loop.models.matern_gp import MaternGP

DELTA = 1e-4


def separate(features: PairFeatures) -> PairFeatures:
    """The same pairs with table rows of their own, so that one can be moved alone."""
    n = len(features)
    return replace(
        features,
        metal={b: t[features.metal_row] for b, t in features.metal.items()},
        ligand={b: t[features.ligand_row] for b, t in features.ligand.items()},
        metal_row=np.arange(n),
        ligand_group=features.ligand_group[features.ligand_row],
        ligand_row=np.arange(n),
    )


def moved(features: PairFeatures, column: int, by: float) -> PairFeatures:
    """Every pair with one column of `dense` moved."""
    blocks = {**features.metal, **features.ligand, "pair": features.pair}
    for name, table in blocks.items():
        if column < table.shape[1]:
            blocks[name] = table + by * (np.arange(table.shape[1]) == column)
            break
        column -= table.shape[1]
    return replace(
        features,
        metal={b: blocks[b] for b in features.metal},
        ligand={b: blocks[b] for b in features.ligand},
        pair=blocks["pair"],
    )


def predictive(model, train, at):
    joined = train.concat(at)
    bound = model.bind(joined.take(np.arange(len(train), len(joined))))
    rows = np.arange(len(at))
    return bound.mean(rows), bound.variance(rows) + model.noise_variance


def kl(m0, v0, m1, v1):
    return 0.5 * (v0 / v1 - 1.0 + (m1 - m0) ** 2 / v1 + np.log(v1 / v0))


@pytest.fixture(scope="module")
def model_and_train():
    train = pairs(40)
    # With little noise v″δ is no longer small beside v′, and δ = 1e-4 is not near the limit.
    return MaternGP().build(train, log_beta(train), None, stated(train, noise=1.0)), train


def test_closed_form_is_the_limit_of_finite_differences(model_and_train):
    model, train = model_and_train
    single = separate(train)
    m0, v0 = predictive(model, train, single)
    found = local_relevance(model, train, train)
    for j, sd in enumerate(train.dense().std(0)):
        step = DELTA * sd
        sides = [predictive(model, train, moved(single, j, by)) for by in (step, -step)]
        expected = np.mean([np.sqrt(kl(m0, v0, *side)) for side in sides], 0) / DELTA
        # The limit of one-sided steps DELTA = 1e-4: their truncation is of that order.
        np.testing.assert_allclose(found[:, j], expected, atol=5e-5)


def test_gradients_at_unseen_pairs_are_those_of_the_posterior(model_and_train):
    model, train = model_and_train
    new = separate(pairs(6, seed=9))
    joined = train.concat(new)
    found = model.gradients(joined.take(np.arange(len(train), len(joined))))
    for j in range(train.dense().shape[1]):
        up, down = (predictive(model, train, moved(new, j, by)) for by in (1e-5, -1e-5))
        np.testing.assert_allclose(
            found.mean_slope[:, j], (up[0] - down[0]) / 2e-5, atol=DIFFERENCED
        )
        np.testing.assert_allclose(
            found.variance_slope[:, j], (up[1] - down[1]) / 2e-5, atol=DIFFERENCED
        )


def test_relevance_of_one_training_pair_by_hand():
    # One training pair at 0 with residual 3; asked at 1 with lengthscale √3, so √3 r = 1.
    features = PairFeatures(
        metal={"a": np.zeros((1, 0))},
        ligand={"b": np.array([[0.0], [1.0]])},
        ligand_group=np.arange(2),
        metal_row=np.zeros(2, dtype=np.int64),
        ligand_row=np.array([0, 1]),
        pair=np.zeros((2, 1)),
        names={"a": (), "b": ("x",), "pair": ("T",)},
    )
    lengthscales = {"b.x": sqrt(3.0), "pair.T": 1.0}
    hyper = {"lengthscales": lengthscales, "outputscale": 2.0, "noise": 1.0, "mean": 5.0}
    model = MaternGP().build(features.take(np.array([0])), np.array([8.0]), None, hyper)
    found = model.gradients(features.take(np.array([1])))
    slope = -2.0 * exp(-1.0)  # dk/dx = −3 s² w E x
    k = 4.0 * exp(-1.0)
    assert found.mean_slope[0, 0] == pytest.approx(slope * 3.0 / 3.0)
    assert found.variance[0] == pytest.approx(2.0 - k**2 / 3.0 + 1.0)
    assert found.variance_slope[0, 0] == pytest.approx(-2.0 * k * slope / 3.0)


def test_numerical_derivatives_agree_with_the_closed_form(model_and_train):
    model, train = model_and_train
    joined = train.concat(pairs(6, seed=9))
    new = joined.take(np.arange(len(train), len(joined)))
    exact, found = model.gradients(new), numerical(model, new)
    np.testing.assert_allclose(found.mean, exact.mean, rtol=ROUNDING)
    np.testing.assert_allclose(found.variance, exact.variance, rtol=ROUNDING)
    np.testing.assert_allclose(found.mean_slope, exact.mean_slope, atol=DIFFERENCED)
    np.testing.assert_allclose(found.variance_slope, exact.variance_slope, atol=DIFFERENCED)


def test_relevances_of_a_model_without_a_closed_form_are_those_of_some_pairs(monkeypatch):
    features = pairs(40)
    model = MaternGP().build(features, log_beta(features), None, stated(features, noise=1.0))
    every = relevance(model, features)
    monkeypatch.setattr(GatheredMatern, "closed_form", False)
    assert relevance(model, features) == pytest.approx(every, abs=DIFFERENCED)
    monkeypatch.setattr(module, "_MOST_PAIRS", 10)
    some = relevance(model, features)
    assert some != pytest.approx(every, abs=1e-3)  # differs by more than that
    assert sum(some.values()) == pytest.approx(1.0)


class Plane:
    """A model whose mean is a plane and whose variance is 4, all noise; it knows its gradients."""

    def __init__(self, slopes):
        self.slopes = np.array(slopes)

    def gradients(self, features):
        shape = len(features), len(self.slopes)
        return Gradients(
            features.dense() @ self.slopes,
            np.full(len(features), 4.0),
            np.broadcast_to(self.slopes, shape),
            np.broadcast_to([0.0, 0.0, 8.0], shape),
        )


def test_movers_by_hand():
    # Spreads over the training pairs: 1, 0.5 and 1; variance 4, so r = √(m′²/8 + v′²/64) spread.
    features = PairFeatures(
        metal={"a": np.array([[1.0], [-1.0]])},
        ligand={"b": np.array([[0.5, 1.0], [-0.5, -1.0]])},
        ligand_group=np.arange(2),
        metal_row=np.arange(2),
        ligand_row=np.arange(2),
        pair=np.zeros((2, 0)),
        names={"a": ("charge",), "b": ("SLogP", "size"), "pair": ()},
    )
    one, two = movers(Plane([3.0, -4.0, 0.5]), features, features, most=2)
    assert one == two
    assert [(m.feature, m.direction) for m in one] == [("a.charge", 1), ("b.size", 0)]
    assert [m.relevance for m in one] == pytest.approx([3 / sqrt(8), sqrt(0.25 / 8 + 1.0)])
    every = movers(Plane([0.0, -4.0, 0.5]), features, features)
    assert [(m.feature, m.direction) for m in every[0]] == [("b.size", 0), ("b.SLogP", -1)]
    assert every[0][1].relevance == pytest.approx(0.5 * 4 / sqrt(8))


def test_relevances_sum_to_one_and_name_what_matters():
    features = pairs(60)
    y = 8.0 + 2.0 * features.ligand["mordred"][features.ligand_row, 2]
    found = relevance(MaternGP().fit(features, y), features)
    assert set(found) == set(qualified_names(features))
    assert sum(found.values()) == pytest.approx(1.0)
    assert next(iter(found)) == "mordred.mordred2"
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_scale_of_a_feature_does_not_change_its_relevance():
    features = pairs(40)
    wide = replace(features, pair=features.pair * [10.0, 1.0])
    hyper = stated(features)
    scaled = {**hyper, "lengthscales": {**hyper["lengthscales"]}}
    scaled["lengthscales"]["pair.n_ligands"] *= 10.0
    y = log_beta(features)
    one = relevance(MaternGP().build(features, y, None, hyper), features)
    ten = relevance(MaternGP().build(wide, y, None, scaled), wide)
    assert ten == pytest.approx(one, rel=SOLVED)


def test_spread_is_that_of_the_dense_table_and_constants_have_none():
    features = pairs(40).take(np.array([0, 3, 3, 7, 20, 31]))
    np.testing.assert_allclose(spread(features), features.dense().std(0), rtol=ROUNDING)
    one = features.take(np.flatnonzero(features.metal_row == features.metal_row[0]))
    assert (spread(one)[:3] == 0.0).all()


def test_the_spread_of_a_large_table_is_found_by_some_of_its_columns(monkeypatch):
    features = counted(40)
    monkeypatch.setattr(module, "_AT_ONCE", 30)
    np.testing.assert_allclose(spread(features), features.dense().std(0), rtol=ROUNDING)


def test_what_all_candidates_share_is_not_named_a_mover():
    features = pairs(40)
    model = MaternGP().build(features, log_beta(features), None, stated(features))
    first = movers(model, features.take(np.arange(3)), features)
    shared = {each.feature for each in first[0]}
    again = movers(model, features.take(np.arange(3)), features, constant=shared)
    assert not shared & {each.feature for own in again for each in own}
