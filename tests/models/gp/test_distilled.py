"""Pseudo-observations that give back a posterior."""

import numpy as np
import pandas as pd
import pytest
import torch

from bo_loop.base.types import PairFeatures
from bo_loop.data import Minteq
from bo_loop.data.observations import standardised
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.models import PairGP
from bo_loop.models.gp.distilled import choose, pseudo_observations, solved
from bo_loop.surrogate import Surrogate

METALS = ["Cu", "Ni", "Zn", "Ca"]


def tensors(*values):
    return [torch.tensor(value, dtype=torch.float64) for value in values]


def given(prior, values, noise, centre):
    """Mean and variances of an exact GP that observed `values`."""
    gain = np.linalg.solve(prior + np.diag(noise), prior).T
    return centre + gain @ (values - centre), np.diag(prior - gain @ prior)


def test_one_pair_by_hand():
    # Λ = 1/1 − 1/4 = 3/4; ỹ = 5 + (4/3) (5 − 3) / 4 = 5.6667; a variance is met to 0.2 %
    values, noise = solved(*tensors([[4.0]], [5.0], [1.0], [3.0]))
    assert noise == pytest.approx([4 / 3], rel=3e-3)
    assert values == pytest.approx([17 / 3], rel=5e-4)


def test_two_pairs_that_share_half_of_their_variance():
    prior, variance = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([0.5, 0.8])
    values, noise = solved(*tensors(prior, [1.0, -2.0], variance, [0.0, 0.0]))
    mean, back = given(prior, values, noise, np.zeros(2))
    assert mean == pytest.approx([1.0, -2.0], abs=1e-5)
    assert back == pytest.approx(variance, rel=1e-3)


def test_a_pair_that_the_others_tell_too_well_keeps_its_mean():
    # Whatever is known of the other one, the second cannot be as uncertain as it is said to be.
    prior = np.array([[1.0, 0.99], [0.99, 1.0]])
    values, noise = solved(*tensors(prior, [0.5, 0.4], [0.01, 0.9], [0.0, 0.0]))
    mean, back = given(prior, values, noise, np.zeros(2))
    assert mean == pytest.approx([0.5, 0.4], abs=1e-4)
    assert back[0] == pytest.approx(0.01, rel=1e-2)
    assert back[1] < 0.9
    assert noise[1] > 10 * prior[1, 1]


@pytest.fixture(scope="module")
def large():
    """A model of some two hundred embedded constants, and all their pairs as candidates."""
    known = Minteq().read()
    known = known[known["metal"].isin(METALS) & known["n_ligands"].le(2)]
    known = standardised(known.reset_index(drop=True), "the data")
    schema = ChemistryRecipe().fit(known)
    surrogate = Surrogate.fit(schema, PairGP(max_iter=5, fit_rows=100), known)
    ions = known[["metal", "charge"]].drop_duplicates()
    ligands = known[["ligand", "smiles"]].drop_duplicates("smiles")
    pairs = ligands.merge(ions, how="cross").assign(
        n_ligands=1, temperature_C=25.0, ionic_strength_M=0.1
    )
    return surrogate, standardised(pairs, "the candidates")


def of_memory(surrogate: Surrogate, pairs: pd.DataFrame, chosen: PairFeatures):
    """Means and variances at the pairs of an exact GP that knows pseudo-observations alone."""
    model = surrogate.model
    values, noise = pseudo_observations(model, chosen)
    every = surrogate.features_of(pairs)
    whole = chosen.concat(every)
    kernel = model.kernel.over(chosen.concat(every))
    x = torch.as_tensor(whole.X)
    m = len(chosen)
    prior = kernel(x).to_dense().detach().numpy()
    centre = model.prior_mean(x).detach().numpy()
    gain = np.linalg.solve(prior[:m, :m] + np.diag(noise), prior[:m, m:]).T
    mean = centre[m:] + gain @ (values - centre[:m])
    return mean, np.diag(prior)[m:] - (gain * prior[m:, :m]).sum(1)


def test_means_and_sds_come_back_at_and_between_the_chosen_pairs(large):
    surrogate, pairs = large
    features = surrogate.features_of(pairs)
    rows = choose(surrogate.model, features, 150)
    assert len(set(rows.tolist())) == len(rows) == 150
    chosen = features.take(rows)
    bound, every = surrogate.model.bind(features), np.arange(len(pairs))
    mean, variance = of_memory(surrogate, pairs, chosen)
    assert np.abs(mean - bound.mean(every))[rows].max() < 0.02
    ratio = np.sqrt(variance / bound.variance(every))
    assert np.quantile(ratio[rows], 0.05) > 0.9
    assert ratio[rows].max() < 1.01
    # Between them, what the large model says lies where the small one expects it.
    apart = (mean - bound.mean(every)) / np.sqrt(variance)
    assert np.abs(np.delete(apart, rows)).max() < 1.0
    assert np.abs(mean - bound.mean(every)).mean() < 0.1


def test_the_pairs_chosen_tell_more_than_pairs_at_random(large):
    surrogate, pairs = large
    features = surrogate.features_of(pairs)
    every = np.arange(len(pairs))
    expected = surrogate.model.bind(features).mean(every)

    def error(rows):
        return np.abs(of_memory(surrogate, pairs, features.take(rows))[0] - expected).mean()

    at_random = np.random.default_rng(0).choice(len(pairs), 40, replace=False)
    assert error(choose(surrogate.model, features, 40)) < 0.8 * error(at_random)


def test_no_more_pairs_are_chosen_than_tell_something(large):
    surrogate, pairs = large
    twice = surrogate.features_of(pd.concat([pairs.head(5), pairs.head(5)]))
    assert len(choose(surrogate.model, twice, 10)) == 5
