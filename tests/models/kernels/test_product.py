import numpy as np
import pytest
import torch
from model_tables import counted, log_beta, pairs
from numerical_gradients import numerical
from tolerances import DIFFERENCED, OTHER_ROUTE, SOLVED

from bo_loop.base.types import PairFeatures
from bo_loop.models.gp.fitting import evaluate
from bo_loop.models.kernels import tiles as tiles_module
from bo_loop.models.pair_gp import PairGP

TERMS = ["metal * ligand * atoms", "metal * ligand", "ligand", "metal"]


def recipe(**options) -> PairGP:
    return PairGP(**({"terms": TERMS, "source_noise": False, "source_offset": False} | options))


def stated(features: PairFeatures) -> dict:
    layout = recipe().naming(features)
    return {
        "lengthscales": {name: 1.5 + 0.25 * i for i, name in enumerate(layout.lengthscales)},
        "variances": {name: 1.0 + i for i, name in enumerate(TERMS)},
        "amplitude_slopes": {name: 0.2 - 0.1 * i for i, name in enumerate(layout.metal)}
        | {"log n_ligands": 0.4},
        "noise": 0.2,
        "mean": 7.0,
    }


def matern(*scaled_differences) -> float:
    r = 3.0**0.5 * np.sqrt(np.sum(np.square(np.concatenate(scaled_differences))))
    return (1.0 + r) * np.exp(-r)


def covariance_by_hand(features: PairFeatures, state: dict, i: int, j: int) -> float:
    """The sum of terms of two pairs, from the definitions."""

    def differ(block, table, rows):
        scales = [state["lengthscales"][f"{block}.{name}"] for name in features.names[block]]
        return (table[rows[i]] - table[rows[j]]) / scales

    metal = differ("properties", features.metal["properties"], features.metal_row)
    row = features.ligand_row
    ligand = [differ(b, features.ligand[b], row) for b in ("mordred", "charge")]
    pair = differ("pair", features.pair, np.arange(len(features)))
    x, y = (features.ligand["atoms"][row[k]] for k in (i, j))
    total = np.maximum(x, y).sum()
    alike = np.minimum(x, y).sum() / total if total else 1.0
    with_metal, without, of_ligand = matern(metal, pair), matern(pair), matern(*ligand)
    v = list(state["variances"].values())
    *slopes, by_n = state["amplitude_slopes"].values()
    g, h = (
        np.exp(features.metal["properties"][features.metal_row[k]] @ slopes)
        * features.pair[k, 0] ** by_n
        for k in (i, j)
    )
    amplified = with_metal * (v[0] * alike + v[1]) + without * v[2]
    return g * h * amplified * of_ligand + with_metal * v[3]


def test_covariance_is_the_sum_of_its_terms():
    features = counted(12)
    kernel = recipe().kernel(features, stated(features))
    x = torch.as_tensor(features.X)
    found = kernel(x).to_dense().detach()
    for i, j in ((0, 0), (0, 1), (3, 8), (11, 2)):
        by_hand = covariance_by_hand(features, stated(features), i, j)
        assert found[i, j].item() == pytest.approx(by_hand, rel=OTHER_ROUTE)
    torch.testing.assert_close(kernel.lower(x).detach().tril(), found.tril())
    torch.testing.assert_close(kernel.variance(x).detach(), found.diagonal(), rtol=SOLVED, atol=0)
    torch.testing.assert_close(kernel(x, diag=True).detach(), found.diagonal())


def test_tiles_and_streamed_products_do_not_change_the_result(monkeypatch):
    features = counted(30)
    kernel, x = recipe().kernel(features, stated(features)), torch.as_tensor(features.X)
    whole = kernel.block(x, x[:9]).detach()
    monkeypatch.setattr(tiles_module, "_TILE_CPU", 20)
    torch.testing.assert_close(kernel.block(x, x[:9]).detach(), whole)
    weights = torch.linspace(-1.0, 2.0, 9, dtype=torch.float64)
    torch.testing.assert_close(kernel.times(x, x[:9], weights).detach(), whole @ weights)


@pytest.mark.parametrize("tile", [20, tiles_module._TILE_CPU])
def test_gradient_of_the_objective_matches_differences(tile, monkeypatch):
    monkeypatch.setattr(tiles_module, "_TILE_CPU", tile)
    features, model = counted(25), recipe()
    y = log_beta(pairs(25))
    problem = model.problem(features, (y - y.mean()) / y.std(), np.zeros(25))
    theta = model.guess(problem, features)
    theta = theta + 0.2 * np.random.default_rng(0).standard_normal(len(theta))
    _, gradient = evaluate(problem, theta)
    for j in range(len(theta)):
        step = np.zeros_like(theta)
        step[j] = 1e-5
        up, down = (evaluate(problem, theta + sign * step)[0]["objective"] for sign in (1, -1))
        # The truncation is larger than DIFFERENCED where a lengthscale is short.
        assert gradient[j] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=SOLVED)


def test_farthest_first_goes_to_the_least_alike():
    features = counted(30)
    kernel, x = recipe().kernel(features, stated(features)), torch.as_tensor(features.X)
    order = kernel.farthest_first(x, 30)
    assert sorted(order.tolist()) == list(range(30))
    covariance = kernel(x).to_dense().detach()
    variance = covariance.diagonal()
    distance = variance[:, None] + variance - 2.0 * covariance
    for m in (1, 2, 5):
        nearest = distance[:, order[:m]].min(1).values
        assert nearest[order[m]].item() == pytest.approx(nearest.max().item(), abs=SOLVED)


def test_slopes_of_mean_and_variance_match_differences_and_counts_have_none():
    features = counted(40)
    train, asked = features.take(np.arange(30)), features.take(np.arange(30, 40))
    model = recipe().build(train, log_beta(pairs(40))[:30], None, stated(features))
    ours, theirs = model.gradients(asked), numerical(model, asked)
    counts = [name in "abcdef" for name in asked.dense_names()]
    assert (ours.mean_slope[:, counts] == 0.0).all()
    for name in ("mean_slope", "variance_slope"):
        found, expected = (np.delete(getattr(g, name), counts, 1) for g in (ours, theirs))
        # Differences across the edge of what the ions span are off by the order of their step.
        np.testing.assert_allclose(found, expected, rtol=DIFFERENCED, atol=1e-4)
    np.testing.assert_allclose(ours.variance, theirs.variance)


def test_model_extends_to_new_ligands():
    features = counted(40)
    model = recipe().build(features, log_beta(pairs(40)), None, stated(features))
    both = features.concat(features)
    rows = np.arange(40)
    bound = model.bind(both)
    np.testing.assert_allclose(bound.mean(rows + 40), bound.mean(rows))
    np.testing.assert_allclose(bound.variance(rows + 40), bound.variance(rows), atol=SOLVED)
