"""Which training pairs matter for the pairs asked for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated

from bo_loop.base.errors import ConfigError
from bo_loop.models.kernels import nearest as module
from bo_loop.models.kernels.nearest import nearest
from bo_loop.models.matern_gp import MaternGP

N, ASKED = 60, 7


@pytest.fixture(scope="module")
def known():
    return pairs(N)


@pytest.fixture(scope="module")
def asked(known):
    more = pairs(ASKED, seed=3)
    whole = known.concat(more)
    return whole.take(np.arange(N, N + ASKED))


@pytest.fixture(scope="module")
def kernel(known):
    return MaternGP().kernel(known, stated(known))


def in_turn(correlation, m):
    """Each pair asked names its next nearest in turn, the closest first."""
    order = np.argsort(-correlation, axis=1, kind="stable")
    chosen = []
    for rank in range(correlation.shape[1]):
        named = sorted(set(order[:, rank]) - set(chosen), key=lambda j: -correlation[:, j].max())
        chosen += named
    return np.sort(chosen[:m])


@pytest.mark.parametrize("m", [1, 5, 20, N])
@pytest.mark.parametrize("block", [1, 2**24])
def test_every_pair_asked_names_its_nearest_in_turn(kernel, known, asked, m, block, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", block)
    over = kernel.over(asked)
    x, of_asked = torch.as_tensor(known.X), torch.as_tensor(asked.X)
    correlation = over.block(of_asked, x).detach().numpy() / stated(known)["outputscale"]
    found = nearest(kernel, known, asked, m, "cpu")
    np.testing.assert_array_equal(found, in_turn(correlation, m))


def test_of_very_many_pairs_those_that_fill_the_space_stand_for_all(
    kernel, known, asked, monkeypatch
):
    monkeypatch.setattr(module, "_COMPARED", 3)
    over = kernel.over(asked)
    three = asked.take(np.asarray(over.farthest_first(torch.as_tensor(asked.X), 3)))
    found = nearest(kernel, known, asked, 10, "cpu")
    np.testing.assert_array_equal(found, nearest(kernel, known, three, 10, "cpu"))


def test_of_more_than_can_be_compared_an_even_share_of_metals_and_ligands_is(monkeypatch):
    monkeypatch.setattr(module, "MOST_ASKED", 500)
    rows = module.evenly_spread(40 * 250)
    assert len(rows) == len(set(rows.tolist())) == 500
    assert np.bincount(rows // 250).min() >= 11
    assert np.bincount(rows % 250 // 10).min() >= 18
    assert module.evenly_spread(300).tolist() == list(range(300))


def test_a_model_is_conditioned_on_them_alone_and_knows_where_they_stood(known, asked):
    y, recipe = log_beta(known), MaternGP(condition_rows=20)
    model = recipe.build(known, y, None, stated(known), lambda: asked)
    rows = np.sort(model.data.order.numpy())
    kernel = recipe.kernel(known, stated(known))
    np.testing.assert_array_equal(rows, nearest(kernel, known, asked, 20, "cpu"))
    np.testing.assert_array_equal(model.data.y.numpy(), y[model.data.order.numpy()])
    alone = MaternGP().build(known.take(rows), y[rows], None, stated(known))
    k = np.arange(ASKED)
    found, expected = (each.bind(asked) for each in (model, alone))
    np.testing.assert_allclose(found.mean(k), expected.mean(k), rtol=1e-10)
    np.testing.assert_allclose(found.variance(k), expected.variance(k), rtol=1e-8)


def test_the_labs_own_results_are_never_left_out(known, asked):
    own = np.zeros(N, dtype=bool)
    own[-7:] = True
    model = MaternGP(condition_rows=20).build(
        replace(known, own=own), log_beta(known), None, stated(known), lambda: asked
    )
    rows = np.sort(model.data.order.numpy())
    assert set(range(N - 7, N)) <= set(rows.tolist())
    others = known.take(np.flatnonzero(~own))
    near = nearest(MaternGP().kernel(known, stated(known)), others, asked, 13, "cpu")
    np.testing.assert_array_equal(rows[:13], near)


def test_few_pairs_are_all_kept_and_nothing_is_described(known):
    def never():
        raise AssertionError("described")

    model = MaternGP(condition_rows=N).build(known, log_beta(known), None, stated(known), never)
    assert len(model.data.y) == N


def test_a_number_that_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="condition_rows is 0"):
        MaternGP(condition_rows=0)
