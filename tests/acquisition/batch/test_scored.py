from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs, trio
from scipy.stats import norm
from tolerances import SOLVED

from bo_loop.acquisition.batch.scored import Lazy, Streamed, believed
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.objectives.compound import Cost, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto
from bo_loop.acquisition.scores.functions import EI, UCB, LogEI, MaxVariance
from bo_loop.base.errors import ConfigError

CU_OVER_ZN = Selectivity(metal="Cu+2", competitors=["Zn+2"])


def scored(kind, posterior, objective, acquisition, pairs, items=None):
    items = np.arange(len(pairs)) if items is None else np.array(items)
    return kind(posterior, objective, acquisition, pairs, items, np.full(len(pairs), 0.1))


def test_to_believe_a_row_is_to_condition_on_its_mean():
    fake, _ = trio()
    rows = np.array([0])
    after = believed(fake, rows, np.full(6, 0.1))
    np.testing.assert_allclose(after.means, fake.means)
    # Cu and Zn of a ligand share 0.9 of a variance of 1: 1 − 0.9² / (1 + 0.1).
    assert after.variance(np.array([1, 4])) == pytest.approx([1 - 0.81 / 1.1, 1.0])
    assert believed(fake, np.array([], dtype=int), np.full(6, 0.1)) is fake


def test_screened_and_streamed_scores_are_the_same_numbers():
    fake = FakePosterior.independent([1.0, 2.0, 3.0], [9.0, 1.0, 0.25], slack=2.0)
    pairs, every = pool_pairs(3), np.arange(3)
    for kind in (Lazy, Streamed):
        found = scored(kind, fake, Maximise(), UCB(beta=4.0), pairs).best(every, 0.0, 3)
        assert found[0].tolist() == [0, 1, 2]  # 1 + 2·3, 2 + 2·1, 3 + 2·0.5
        np.testing.assert_allclose(found[1], [7.0, 4.0, 4.0])


@pytest.mark.parametrize("kind", [Lazy, Streamed])
def test_what_is_believed_leaves_less_to_learn(kind):
    fake, pairs = trio()
    picker = scored(kind, fake, Maximise(), MaxVariance(), pairs)
    assert picker.pick(np.array([1, 2]), 0.0) == (1, pytest.approx(1.0))
    picker.believe(np.array([0]))
    position, score = picker.pick(np.array([1, 2, 3]), 0.0)
    assert (position, score) == (3, pytest.approx(1.0))  # the other ligand is as unknown as before
    assert picker.pick(np.array([1]), 0.0)[1] == pytest.approx(1 - 0.81 / 1.1)


@pytest.mark.parametrize("kind", [Lazy, Streamed])
def test_costs_and_chances_weigh_the_score(kind):
    fake = FakePosterior.independent([5.0, 5.0], [1.0, 1.0])
    pairs = replace(pool_pairs(2, cost=[2.0, 4.0]), log_success=np.log([0.5, 1.0]))
    _, scores = scored(kind, fake, Maximise(per_cost=True), EI(), pairs).best(np.arange(2), 5.0, 2)
    # The gain of N(5, 1) over 5 is φ(0); times 0.5 over 2, and 1 over 4.
    np.testing.assert_allclose(scores, np.full(2, norm.pdf(0) / 4), rtol=SOLVED)


def test_where_no_gain_is_possible_the_nearest_is_found_by_draws():
    fake = FakePosterior.independent([3.0, 6.5, 12.0], [0.1] * 3)
    picker = scored(Streamed, fake, Target(log_beta=6.0), LogEI(), pool_pairs(3))
    assert picker.best(np.arange(3), 0.0, 3)[0].tolist() == [1, 0, 2]


def test_several_values_need_an_improvement():
    fake, pairs = trio()
    pairs = replace(pairs, cost=np.ones(6))
    front = Pareto(objectives=[Maximise(), Cost()])
    with pytest.raises(ConfigError, match="acquisition UCB needs one value an item"):
        scored(Streamed, fake, front, UCB(), pairs)
    found = scored(Streamed, fake, CU_OVER_ZN, LogEI(), pairs, [0, 3]).best(np.arange(2), 0.0, 2)
    assert found[0].tolist() == [0, 1]
