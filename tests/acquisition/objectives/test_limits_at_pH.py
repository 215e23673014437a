"""Constraints, weighted sums, fronts and ΔpM at a pH."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs

from bo_loop.acquisition.batch.explanation import sources_of_doubt
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal, PMetalSelectivity
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.limits import parse_limit
from bo_loop.acquisition.objectives.several import Pareto, WeightedSum
from bo_loop.acquisition.objectives.side_reactions import log_alpha_metal
from bo_loop.acquisition.scores import values as values_module
from bo_loop.acquisition.scores.functions import EI, LogEI
from bo_loop.acquisition.scores.values import hopeful, item_values, likely_allowed
from bo_loop.base.errors import ConfigError
from bo_loop.solution.conditional import log_free_sharing
from bo_loop.solution.species import Species, System, speciate

METALS = ["Fe+3", "Zn+2", "H+1", "H+2"]
MEANS = np.array([20.0, 12.0, 9.0, 14.0, 18.0, 9.5, 5.0, 7.0])
COVARIANCE = 0.3 * np.eye(8) + 0.2


def known(sd=1.0):
    """Iron and zinc pairs of ligands A and B, each of which takes up two protons."""
    fake = FakePosterior(MEANS, sd**2 * COVARIANCE)
    pairs = pool_pairs(8, metals=METALS * 2, ligands=list("AAAABBBB"))
    own = np.array([True, True, False, False] * 2)
    return fake, replace(pairs, own=own)


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("log_K_cond(Zn+2, n=1, pH=5) < 8", Conditional(pH=5.0, mhl=False)),
        ("pM(Zn+2, pH=6.5) < 10", PMetal(pH=6.5, mhl=False)),
        ("pM(Zn+2, pH=4, total_metal_M=1e-5, total_ligand_M=2e-6) > 5.07",
         PMetal(pH=4.0, total_metal_M=1e-5, total_ligand_M=2e-6, mhl=False)),
        ("selectivity(Fe+3, Zn+2, n=1, pH=7.4) > -0.7",
         Selectivity(metal="Fe+3", competitors=["Zn+2"], pH=7.4)),
        ("selectivity(Fe+3, Zn+2, n=1) > 8.2", Selectivity(metal="Fe+3", competitors=["Zn+2"])),
    ],
)  # fmt: skip
def test_the_chance_of_a_constraint_is_that_of_draws(text, objective):
    fake, pairs = known(sd=0.7)
    limit = parse_limit(text)
    parts = limit.parts(pairs)[[0, 4]]
    found = np.exp(limit.log_chance(Items.of(fake, parts)))
    rows = [0, 4] if isinstance(objective, Selectivity) else [1, 5]
    draws = np.random.default_rng(0).multivariate_normal(MEANS, fake.covariances, 20_000)
    values = objective.value(draws[:, objective.parts(pairs)[rows]], np.array(rows), pairs)
    drawn = (limit.sign * (limit.bound - values) >= 0).mean(axis=0)
    assert found == pytest.approx(drawn, abs=0.02)
    assert (found > 0.01).any()
    assert (found < 0.99).any()


def test_a_constraint_keeps_what_its_means_keep():
    fake, pairs = known()
    # α_L of A at pH 5 (I = 0.1): 10^(9 − 4.89) + 10^(14 − 9.78), 4.47 in all; of B 0.36.
    limit = "log_K_cond(Zn+2, n=1, pH=5) < 8.5"
    objective = Maximise(constraints=[limit])
    items = np.array([0, 4])
    assert objective.needs_protons
    assert likely_allowed(fake, objective, pairs, items).tolist() == [True, False]

    def first(objective):
        chosen = select(
            fake, objective, EI(), rows=items, pairs=pairs, incumbent=16.0, q=1,
            rng=np.random.default_rng(0), noise=np.full(8, 0.01),
        )  # fmt: skip
        return pairs.ligands[chosen.rows[0]]

    assert first(objective) == "A"
    assert first(replace(objective, constraints=[limit.replace("<", ">")])) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "log_K_cond(Zn+2, n=1) < 6", "log_K_cond(Zn+2, pH=5) < 6", "pM(Zn+2) < 6",
        "pM(Zn+2, n=2, pH=7) < 6", "pM(Zn+2, pH=7, pH=8) < 6", "pH(Zn+2, n=1) < 6",
        "log_beta(Zn+2, n=1, pH=5) < 6", "selectivity(Fe+3, n=1) > 6",
        "selectivity(Fe+3, Fe+3, n=1) > 6", "log_K_cond(Zn+2, n=1, pH=15) < 6",
        "pM(Zn+2, pH=7, total_metal_M=0) < 6",
    ],
)  # fmt: skip
def test_what_is_no_constraint_is_refused(text):
    with pytest.raises(ConfigError, match=r"objective\.constraints"):
        Maximise(constraints=[text])


def test_a_weighted_sum_of_curved_members_by_hand():
    fake, pairs = known(sd=1e-6)
    acid, strong = Conditional(pH=5.0), Maximise()  # which counts MHL, with their doubt
    both = WeightedSum(objectives=[acid, strong], weights=[1.0, 0.5])
    items = np.array([0, 4])
    expected = item_values(fake, acid, pairs, items) + 0.5 * MEANS[items]
    assert item_values(fake, both, pairs, items) == pytest.approx(expected, abs=1e-4)
    assert not both.gaussian
    assert both.role(0, 0) == ""
    assert both.asked == {"pH": 5.0}
    among = WeightedSum(
        objectives=[acid, Selectivity(metal="Fe+3", competitors=["Zn+2"])], weights=[1.0, 1.0]
    )
    assert [among.role(row, 0) for row in (0, 1)] == ["target", "competitor"]


def test_a_front_of_two_pH():
    fake, pairs = known(sd=1e-6)
    pareto = Pareto(objectives=[Conditional(pH=3.0), PMetal(pH=8.0)], reference=[0.0, 0.0])
    items = np.array([0, 1, 4, 5])
    values = item_values(fake, pareto, pairs, items)
    for member, found in zip(pareto.objectives, values.T, strict=True):
        assert found == pytest.approx(item_values(fake, member, pairs, items), abs=1e-4)
    front = pareto.best(values[1:2], lambda: values)
    chosen = select(
        fake, pareto, LogEI(), rows=items, pairs=pairs, incumbent=front, q=2,
        rng=np.random.default_rng(0), noise=np.full(8, 0.01),
    )  # fmt: skip
    assert set(chosen.rows.tolist()) <= {0, 4}


def test_metals_of_one_solution_share_the_ligand():
    log_k = np.array([[9.0, 7.5, 4.0], [16.0, 15.5, 15.0], [2.0, -1.0, 1.0]])
    for ligand_M in (1e-5, 1.5e-6):
        found = log_free_sharing(log_k, 1e-6, ligand_M)
        for row, own in enumerate(log_k):
            names = ["A+2", "B+2", "C+2"]
            species = [Species(f"{n}L", {n: 1, "L": 1}, k, 0.1)
                       for n, k in zip(names, own, strict=True)]  # fmt: skip
            system = System(dict.fromkeys(names, 2) | {"L": -2}, tuple(species))
            total = dict.fromkeys(names, 1e-6) | {"L": ligand_M}
            solved = speciate(system, total, 7.0, ionic_strength_M=0.1)
            expected = [solved.log_free[name][0] for name in names]
            assert found[row] == pytest.approx(expected, abs=1e-6)


def test_delta_pM_of_competitors_in_the_same_solution():
    fake, pairs = known(sd=1e-6)
    among = PMetalSelectivity(metal="Fe+3", competitors=["Zn+2"], pH=7.4)
    assert among.parts(pairs)[0, :4].tolist() == [0, 1, 2, 3]
    assert (among.parts(pairs)[1:4] == -1).all()
    assert among.role(1, 0) == "competitor"
    # Ligand enough for both: each is as if it were alone; else they compete.
    alone = PMetal(pH=7.4, total_ligand_M=1e-2), replace(among, total_ligand_M=1e-2)
    pM = item_values(fake, alone[0], pairs, np.array([0, 1]))
    found = item_values(fake, alone[1], pairs, np.array([0]))
    assert found == pytest.approx(pM[:1] - pM[1:], abs=0.01)
    scarce = replace(among, total_ligand_M=1e-6)
    assert item_values(fake, scarce, pairs, np.array([0]))[0] != pytest.approx(found[0], abs=0.1)
    assert log_alpha_metal("Fe+3", 7.4, 0.1) > log_alpha_metal("Zn+2", 7.4, 0.1)


def test_where_the_doubt_comes_from():
    _, pairs = known()
    wide = np.diag([0.01, 0.01, 1.0, 1.0, 1.0, 0.01, 0.01, 0.01])
    fake, objective = FakePosterior(MEANS, wide), Conditional(pH=5.0)
    items = np.array([0, 4])
    own = Items.of(fake, objective.parts(pairs)[items])
    of_acid, of_beta = sources_of_doubt(replace(objective, mhl=False), own, items, pairs)
    assert of_acid.startswith(" (mostly from pKa: ± 0.")
    assert of_acid.endswith("; log β: ± 0.10)")
    assert of_beta.startswith(" (mostly from log β: ± 1.00; pKa: ± 0.")
    mixed = sources_of_doubt(objective, own, items, pairs)[0]
    assert "MHL: ± " in mixed
    plain = Items.of(fake, items[:, None])
    assert sources_of_doubt(Maximise(), plain, items, pairs) == ["", ""]


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
