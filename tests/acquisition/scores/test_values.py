from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, choose, pool_pairs

from bo_loop.acquisition import LogEI
from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal, PMetalSelectivity
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores import values as values_module
from bo_loop.acquisition.scores.values import hopeful


def test_of_very_many_items_the_most_hopeful_are_drawn(monkeypatch):
    monkeypatch.setattr(values_module, "HOPEFUL", 3)
    size = 40
    rng = np.random.default_rng(0)
    means = np.r_[rng.normal(15.0, 2.0, size), np.full(size, 9.0)]
    means[[3, 7]] = 30.0, 10.0
    variances = np.full(2 * size, 0.01)
    variances[7] = 64.0  # a low mean, and no more than a mean
    fake = FakePosterior.independent(means, variances)
    pairs = pool_pairs(2 * size, metals=["Fe+3"] * size + ["H+1"] * size,
                       ligands=[str(i) for i in range(size)] * 2)  # fmt: skip
    pairs = replace(pairs, own=np.arange(2 * size) < size)
    items = np.arange(size)
    found = hopeful(fake, Conditional(pH=5.0), pairs, items)
    assert len(found) == 3
    assert {3, 7} <= set(found.tolist())
    assert hopeful(fake, Maximise(), pairs, items) is items
    assert hopeful(fake, Conditional(pH=5.0), pairs, items[:3]).tolist() == [0, 1, 2]


def test_a_weak_ligand_that_leaves_the_competitor_free_is_hopeful(monkeypatch):
    """Of a difference, the greatest is not among the strongest."""
    monkeypatch.setattr(values_module, "HOPEFUL", 2)
    size = 60
    iron, zinc = np.linspace(20.0, 26.0, size), np.linspace(18.0, 24.0, size)
    iron[0], zinc[0] = 19.0, 6.0
    fake = FakePosterior.independent(np.r_[iron, zinc, np.full(size, 9.0)], np.full(3 * size, 0.01))
    metals = ["Fe+3"] * size + ["Zn+2"] * size + ["H+1"] * size
    pairs = pool_pairs(3 * size, metals=metals, ligands=[str(i) for i in range(size)] * 3)
    pairs = replace(pairs, own=np.arange(3 * size) < 2 * size)
    objective = PMetalSelectivity(metal="Fe+3", competitors=["Zn+2"], pH=7.4, mhl=False)
    items = np.flatnonzero(objective.parts(pairs)[:, 0] >= 0)
    assert 0 in hopeful(fake, objective, pairs, items)


@pytest.mark.parametrize("objective", [Conditional(pH=5.0), PMetal(pH=7.4)])
def test_the_pick_of_two_thirds_is_that_of_all(monkeypatch, objective):
    size, rng = 60, np.random.default_rng(1)
    pk = -np.sort(-rng.uniform(2.0, 11.0, (size, 2)), axis=1)
    means = np.r_[rng.normal(12.0, 4.0, size), pk[:, 0], pk.sum(axis=1)]
    sds = np.r_[rng.uniform(0.3, 2.5, size), np.full(2 * size, 0.4)]
    fake = FakePosterior.independent(means, sds**2)
    pairs = pool_pairs(3 * size, metals=["Fe+3"] * size + ["H+1"] * size + ["H+2"] * size,
                       ligands=[f"{i:02d}" for i in range(size)] * 3)  # fmt: skip
    pairs = replace(pairs, own=np.arange(3 * size) < size)
    options = {"rows": np.arange(size), "q": 3}
    every = choose(fake, objective, LogEI(), pairs, **options)
    monkeypatch.setattr(values_module, "HOPEFUL", 40)
    some = choose(fake, objective, LogEI(), pairs, **options)
    assert len(hopeful(fake, objective, pairs, np.arange(size))) == 40
    assert some.rows.tolist() == every.rows.tolist()
    assert some.scores == pytest.approx(every.scores)
