from dataclasses import replace

import numpy as np
import pytest
import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.models.deterministic import GenericDeterministicModel
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
)
from fakes import FakePosterior, pool_pairs
from scipy.stats import norm
from tolerances import SOLVED

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Range, Selectivity, Target
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.limits import parse_limit
from bo_loop.acquisition.objectives.several import Front, Pareto, WeightedSum
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, Random
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.acquisition.scores.values import item_values
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError


def choose(posterior, objective, acquisition, pairs, **options):
    arguments = {
        "rows": np.arange(len(pairs)), "pairs": pairs, "incumbent": 0.0, "q": 1,
        "rng": np.random.default_rng(0), "noise": 0.1,
    }  # fmt: skip
    return select(posterior, objective, acquisition, **(arguments | options))


def test_target_and_range_by_hand():
    fake, pairs = FakePosterior.independent([5.0, 9.0], [1.0, 4.0]), pool_pairs(2)
    values = np.array([[[4.0], [7.0]], [[6.5], [11.0]]])
    items = np.arange(2)
    assert Target(log_beta=6.0).value(values, items, pairs).tolist() == [[-2, -1], [-0.5, -5]]
    assert Range(low=6.0, high=8.0).value(values, items, pairs).tolist() == [[-2, 0], [0, -3]]
    # E|x − 6|, x ~ N(5, 1): the mean of a folded normal.
    folded = np.sqrt(2 / np.pi) * np.exp(-0.5) + 1.0 * (1 - 2 * norm.cdf(-1.0))
    found = item_values(fake, Target(log_beta=6.0), pairs, items)
    assert found[0] == pytest.approx(-folded, rel=2e-3)  # quasi-random draws: error ≈ 1/512


def test_expected_improvement_on_a_target_by_hand():
    # From a distance of 1, E(1 − |x − 6|)⁺ with x ~ N(5, 1): h(5) − 2 h(6) + h(7).
    def h(c):
        return norm.pdf(c - 5.0) - (c - 5.0) * norm.cdf(5.0 - c)

    fake, pairs = FakePosterior.independent([5.0, 20.0], [1.0, 1.0]), pool_pairs(2)
    found = choose(fake, Target(log_beta=6.0), EI(), pairs, incumbent=-1.0)
    assert found.rows.tolist() == [0]
    # Quasi-random draws: error ≈ 1/512.
    assert found.scores[0] == pytest.approx(h(5.0) - 2 * h(6.0) + h(7.0), rel=2e-3)
    chance = choose(fake, Target(log_beta=6.0), PI(), pairs, incumbent=-1.0).scores[0]
    # Quasi-random draws: error ≈ 1/512.
    assert chance == pytest.approx(norm.cdf(2.0) - norm.cdf(0.0), abs=2e-3)


def trio(shared=0.9):
    """Cu, Zn and Ni with two ligands; `shared` of each variance is the ligand's own error."""
    means = np.array([9.0, 5.0, 6.0, 12.0, 11.0, 4.0])
    block = np.full((3, 3), shared) + (1 - shared) * np.eye(3)
    fake = FakePosterior(means, np.kron(np.eye(2), block))
    return fake, pool_pairs(6, metals=["Cu+2", "Zn+2", "Ni+2"] * 2, ligands=list("AAABBB"))


CU_OVER_ZN = Selectivity(metal="Cu+2", competitors=["Zn2+"])
CU_OVER_BOTH = Selectivity(metal="Cu+2", competitors=["Zn+2", "Ni+2"])


def test_selectivity_is_the_gap_to_the_strongest_competitor():
    _, pairs = trio()
    assert CU_OVER_BOTH.parts(pairs).tolist() == [
        [0, 1, 2], [-1] * 3, [-1] * 3, [3, 4, 5], [-1] * 3, [-1] * 3,
    ]  # fmt: skip
    draws = np.array([[[9.0, 5.0, 6.0]]])
    assert CU_OVER_BOTH.value(draws, np.array([0]), pairs).tolist() == [[3.0]]
    assert CU_OVER_BOTH.quantity == "Δ log β (Cu+2 over Zn+2, Ni+2)"


def test_the_ligands_own_error_cancels():
    for shared, variance in ((0.0, 2.0), (0.9, 0.2)):
        fake, pairs = trio(shared)
        local = Items.of(fake, CU_OVER_ZN.parts(pairs)[[0, 3]])
        values = CU_OVER_ZN.value(local.draws(), np.array([0, 3]), pairs)
        # Quasi-random draws: errors of 1/512 of an sd in a mean, ten times that in a tail.
        assert values.mean(axis=0) == pytest.approx([4.0, 1.0], abs=0.02)
        # Quasi-random draws, as above.
        assert values.var(axis=0) == pytest.approx([variance] * 2, rel=0.05)
        score = choose(fake, CU_OVER_ZN, EI(), pairs, incumbent=4.0).scores[0]
        # E(x − 4)⁺ with x ~ N(4, variance) is √(variance / 2π).
        # Quasi-random draws, as above.
        assert score == pytest.approx(np.sqrt(variance / (2 * np.pi)), rel=0.05)


def test_a_ligand_brings_the_pairs_still_to_be_measured():
    fake, pairs = trio()
    found = choose(fake, CU_OVER_BOTH, LogEI(), pairs, q=4, incumbent=2.0)
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.items.tolist() == [0, 0, 0, 3]
    # Zn is measured, Ni is pending: Cu alone is left of ligand A.
    found = choose(fake, CU_OVER_BOTH, LogEI(), pairs, q=9, rows=np.array([0, 3]), pending_rows=[2])
    assert found.rows.tolist() == [0, 3]


def test_believed_pairs_leave_less_to_learn():
    fake, pairs = trio()
    local = Items.of(fake, CU_OVER_BOTH.parts(pairs)[[0, 3]])
    rows, noise = np.array([0, 4]), np.array([0.1, 0.2])
    after = Items.of(fake.condition(rows, fake.mean(rows), noise), local.parts)
    np.testing.assert_allclose(local.believing(fake, rows, noise).covariance, after.covariance)


def test_no_ligand_with_all_metals_is_refused():
    fake, pairs = trio()
    with pytest.raises(ConfigError, match=r"Cu\+2, Fe\+3 at one n.*pool.metals"):
        choose(fake, Selectivity(metal="Cu+2", competitors=["Fe+3"]), EI(), pairs)


@pytest.mark.parametrize("competitors", [[], "Zn+2", ["Cu+2"], ["Zn+2", "Zn2+"]])
def test_competitors_are_other_metals(competitors):
    with pytest.raises(ConfigError, match=r"objective\.competitors"):
        Selectivity(metal="Cu+2", competitors=competitors)


def test_constraints_multiply_with_the_probability_of_feasibility():
    # Ca binds ligand A with N(4, 1), B with N(7, 1): P(< 5) = 0.841, 0.023.
    fake = FakePosterior.independent([9.0, 9.5, 4.0, 7.0], [1.0, 1.0, 1.0, 1.0])
    pairs = pool_pairs(
        4, metals=["Cu+2", "Cu+2", "Ca+2", "Ca+2"], ligands=list("ABAB"), own=[1, 1, 0, 0]
    )
    bounded = Maximise(constraints=["log_beta(Ca+2, n=1) < 5"])
    rows = np.array([0, 1])
    free = choose(fake, Maximise(), EI(), pairs, rows=rows, incumbent=9.0)
    kept = choose(fake, bounded, EI(), pairs, rows=rows, incumbent=9.0)
    assert (free.rows.tolist(), kept.rows.tolist()) == ([1], [0])
    ei = EI().value(np.array([9.0]), np.array([1.0]), 9.0)[0]
    assert kept.scores[0] == pytest.approx(ei * norm.cdf(1.0), rel=SOLVED)
    log = choose(fake, bounded, LogEI(), pairs, rows=rows, incumbent=9.0).scores[0]
    assert log == pytest.approx(np.log(ei * norm.cdf(1.0)), rel=SOLVED)
    for other in (UCB(), QLogEI(), Thompson()):
        with pytest.raises(ConfigError, match="Choose log_ei, ei or pi"):
            choose(fake, bounded, other, pairs, rows=rows)
    missing = Maximise(constraints=["log_beta(Mg+2, n=1) < 5"])
    with pytest.raises(ConfigError, match=r"Mg\+2 with n = 1, and 2 ligands"):
        choose(fake, missing, EI(), pairs, rows=rows)


def alone(means, variances):
    """Items of one pair each."""
    rows = np.arange(len(means))[:, None]
    return Items(rows, np.array(means)[:, None], np.array(variances)[:, None, None])


def test_limits_are_read():
    limit = parse_limit(" log_beta( Ca2+ , n = 2 )>-1.5")
    assert (limit.ions, limit.n_ligands, limit.bound, limit.sign) == (("Ca+2",), 2, -1.5, -1.0)
    chance = np.exp(limit.log_chance(alone([-1.5, 0.5], [4.0, 4.0])))
    assert chance == pytest.approx([0.5, norm.cdf(1.0)])
    sure = np.exp(limit.log_chance(alone([0.0, -3.0], [0.0, 0.0])))
    assert sure.tolist() == [1.0, 0.0]
    for wrong in ("log_beta(Ca+2) < 5", "log_beta(Ca+2, n=1) <= 5", "Ca < 5", 5):
        with pytest.raises(ConfigError, match=r"write each constraint as 'log_beta"):
            parse_limit(wrong)


def test_cost_divides_the_improvement():
    fake = FakePosterior.independent([9.0, 9.1], [1.0, 1.0])
    pairs = pool_pairs(2, cost=[1.0, 10.0])
    found = choose(fake, Maximise(per_cost=True), EI(), pairs, q=2, incumbent=9.0)
    ei = EI().value(np.array([9.0, 9.1]), np.ones(2), 9.0)
    assert found.rows.tolist() == [0, 1]
    assert found.scores[0] == pytest.approx(ei[0] / 1.0)
    with pytest.raises(ConfigError, match="no column `cost`"):
        choose(fake, Maximise(per_cost=True), EI(), pool_pairs(2))
    with pytest.raises(ConfigError, match=r"1 pairs have no cost above 0.*M\+2:L1:000001"):
        choose(fake, Maximise(per_cost=True), EI(), pool_pairs(2, cost=[1.0, np.nan]))


def test_weighted_sum_by_hand():
    fake, pairs = trio()
    both = WeightedSum(objectives=[Maximise(), CU_OVER_ZN], weights=[1.0, 0.5])
    assert both.parts(pairs)[0].tolist() == [0, 0, 1]
    found = item_values(fake, both, pairs, np.array([0, 3]))
    # Quasi-random draws.
    assert found == pytest.approx([9.0 + 0.5 * 4.0, 12.0 + 0.5 * 1.0], abs=0.02)
    against_cost = WeightedSum(objectives=[Minimise(), Cost()], weights=[1.0, 2.0])
    assert item_values(
        fake, against_cost, pool_pairs(6, cost=np.arange(1, 7)), np.array([1])
    ) == pytest.approx([-5.0 - 4.0], abs=0.01)  # quasi-random draws
    with pytest.raises(ConfigError, match=r"objective\.weights"):
        WeightedSum(objectives=[Maximise(), CU_OVER_ZN], weights=[1.0])
    with pytest.raises(ConfigError, match="two or more"):
        WeightedSum(objectives=[Maximise()], weights=[1.0])


def test_hypervolume_by_hand():
    # Front (1, 2), (2, 1) over (0, 0): area 3. (2, 2) adds 1; (3, 0.5) adds 0.5.
    front = Front.of(np.array([[1.0, 2.0], [2.0, 1.0], [0.5, 0.5]]), [0.0, 0.0])
    assert front.points.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    gains = front.gain(np.array([[2.0, 2.0], [3.0, 0.5], [1.0, 1.0], [-1.0, 9.0]]))
    assert gains == pytest.approx([1.0, 0.5, 0.0, 0.0])


def test_a_front_of_one_point_leaves_room_for_what_is_dearer_and_better():
    pareto = Pareto(objectives=[Maximise(), Cost()])
    every = np.array([[8.0, -1.0], [3.0, -11.0], [13.0, -6.0]])
    front = pareto.best(every[:1], lambda: every)
    # A tenth of 10 below 3, a tenth of 10 below −11.
    assert front.reference == pytest.approx([2.0, -12.0])
    # (13, −6) spans 11 · 6 of which (8, −1) has 6 · 6.
    assert front.gain(every) == pytest.approx([0.0, 0.0, 30.0])
    same = np.array([[8.0, -1.0], [9.0, -1.0]])  # all cost the same
    assert pareto.best(same[:1], lambda: same).gain(same) == pytest.approx([0.0, 1.0])


def test_expected_hypervolume_agrees_with_the_analytic_form():
    fake = FakePosterior.independent([1.5, 0.0, 9.0, 9.0], [0.5, 0.1, 0.3, 0.4])
    pairs = pool_pairs(4, metals=["Cu+2", "Cu+2", "Zn+2", "Zn+2"], ligands=list("ABAB"))
    pareto = Pareto(objectives=[Maximise(), CU_OVER_ZN], reference=[0.0, -10.0])
    known = np.array([[1.0, -6.0], [2.0, -9.0]])
    front = pareto.best(known, lambda: known)
    # Independent twins in place of the selectivity, whose error is shared: moments by hand.
    values = np.stack([np.random.default_rng(0).normal(1.5, 0.5**0.5, 200_000),
                       np.random.default_rng(1).normal(-7.5, 0.8**0.5, 200_000)], -1)  # fmt: skip
    sampled = pareto.improvement(values, front).mean()

    class Moments(GenericDeterministicModel):
        def posterior(self, X, **_):
            mean = torch.tensor([[[1.5, -7.5]]], dtype=torch.float64)
            variance = torch.tensor([[[0.5, 0.8]]], dtype=torch.float64)
            return type("P", (), {"mean": mean, "variance": variance})()

    partitioning = FastNondominatedPartitioning(
        ref_point=torch.tensor([0.0, -10.0]), Y=torch.as_tensor(front.points)
    )
    analytic = ExpectedHypervolumeImprovement(
        Moments(lambda X: X, num_outputs=2), ref_point=[0.0, -10.0], partitioning=partitioning
    )(torch.zeros(1, 1, 1, dtype=torch.float64)).item()
    assert sampled == pytest.approx(analytic, rel=0.02)  # draws against the integral
    found = choose(fake, pareto, EI(), pairs, incumbent=front)
    assert found.rows[0] == 0


def test_a_front_takes_improvements_only():
    fake, pairs = trio()
    pareto = Pareto(objectives=[Maximise(), CU_OVER_ZN])
    known = np.array([[9.0, 3.0]])
    front = pareto.best(known, lambda: known)
    assert len(choose(fake, pareto, LogEI(), pairs, q=4, incumbent=front).rows) == 4
    assert len(choose(fake, pareto, Random(), pairs, q=4, incumbent=front).rows) == 4
    for other in (UCB(), Greedy(), Thompson(), QLogEI()):
        with pytest.raises(ConfigError, match="a pareto objective has several"):
            choose(fake, pareto, other, pairs, incumbent=front)


def test_built_from_nested_config():
    node = {
        "_target_": "bo_loop.acquisition.Pareto",
        "objectives": [
            {"_target_": "bo_loop.acquisition.Maximise"},
            {"_target_": "bo_loop.acquisition.Cost"},
        ],
    }
    assert build(node) == Pareto(objectives=[Maximise(), Cost()])


def test_a_selectivity_needs_pairs_that_can_be_measured():
    pairs = pool_pairs(4, metals=["Cu+2", "Zn+2"] * 2, ligands=list("AABB"))
    lost = replace(pairs, own=np.array([True, False, True, True]))
    assert CU_OVER_ZN.parts(pairs)[[0, 2]].tolist() == [[0, 1], [2, 3]]
    assert CU_OVER_ZN.parts(lost)[[0, 2]].tolist() == [[-1, -1], [2, 3]]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Pareto, {"objectives": [Maximise(), Cost()], "reference": ["a", "b"]}),
        (Pareto, {"objectives": [Maximise(), Cost()], "reference": 5}),
        (Pareto, {"objectives": 5}),
        (WeightedSum, {"objectives": [Maximise(), Cost()], "weights": 5}),
        (Maximise, {"constraints": None}),
    ],
)
def test_options_of_another_type_are_refused(kind, options):
    with pytest.raises(ConfigError, match=r"objective\."):
        kind(**options)
