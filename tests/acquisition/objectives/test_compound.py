import numpy as np
import pytest
from fakes import FakePosterior, choose, pool_pairs, trio
from scipy.stats import norm

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Range, Selectivity, Target
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.scores.functions import EI, PI, LogEI
from bo_loop.acquisition.scores.values import item_values
from bo_loop.base.errors import ConfigError


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
