import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs, trio

from bo_loop.acquisition.batch.pickers import Drawn, Shuffled, picker, scorer_of
from bo_loop.acquisition.batch.scored import Lazy, Streamed
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto
from bo_loop.acquisition.scores.functions import LogEI, Random
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.base.errors import ConfigError


def made(objective, acquisition, posterior=None, pairs=None, q=3):
    if posterior is None:
        posterior, pairs = trio()
    return picker(
        posterior, objective, acquisition, pairs, np.arange(len(pairs)), noise=np.full(9, 0.1),
        known=np.array([], dtype=np.int64), q=q, rng=np.random.default_rng(0),
    )  # fmt: skip


def test_only_a_rows_own_log_beta_is_screened_by_bounds():
    bounded = Maximise(constraints=["log_beta(Zn+2, n=1) < 6"])
    assert [scorer_of(o) for o in (Maximise(), Minimise(), Target(log_beta=9.0), bounded)] == [
        Lazy, Lazy, Streamed, Streamed,
    ]  # fmt: skip


def test_the_acquisition_decides_what_finds_the_items():
    assert isinstance(made(Maximise(), LogEI()), Lazy)
    assert isinstance(made(Target(log_beta=9.0), LogEI()), Streamed)
    assert isinstance(made(Maximise(), Random()), Shuffled)
    assert isinstance(made(Maximise(), Thompson()), Drawn)


@pytest.mark.parametrize(
    ("objective", "complaint"),
    [
        (Maximise(constraints=["log_beta(Zn+2, n=1) < 6"]), "draws whole batches"),
        (Maximise(per_cost=True), "draws whole batches"),
        (Maximise(feasibility=True), "draws whole batches"),
        (Pareto(objectives=[Maximise(), Cost()]), "a pareto objective has several"),
    ],
)
def test_what_cannot_be_drawn_jointly_is_refused(objective, complaint):
    with pytest.raises(ConfigError, match=complaint):
        made(objective, QLogEI())


def test_a_shuffled_order_is_kept_while_items_are_taken():
    order = np.random.default_rng(4).permutation(5)  # the place of each item, from the end
    shuffled = Shuffled(5, np.random.default_rng(4))
    expected = np.argsort(-order)
    left, found = np.arange(5), []
    while len(left):
        item, place = shuffled.pick(left, -np.inf)
        assert place == order[item]
        found.append(item)
        left = left[left != item]
    assert found == expected.tolist()


def test_items_drawn_jointly_are_different_and_those_held_back_are_named():
    fake, pairs = FakePosterior.random(6, np.random.default_rng(1)), pool_pairs(6)
    drawn = made(Maximise(), Thompson(), fake, pairs)
    left, found = np.arange(6), []
    for _ in range(3):
        item, score = drawn.pick(left, 10.0)
        assert np.isfinite(score)
        found.append(item)
        left = left[left != item]
    assert len(set(found)) == 3
    with pytest.raises(ConfigError, match="All 6 items of the short list are in the batch"):
        drawn.pick(np.array([], dtype=np.int64), 10.0)


def test_a_gap_of_two_metals_is_streamed():
    fake, pairs = trio()
    objective = Selectivity(metal="Cu+2", competitors=["Zn+2"])
    found = picker(
        fake, objective, LogEI(), pairs, np.array([0, 3]), noise=np.full(6, 0.1),
        known=np.array([], dtype=np.int64), q=1, rng=np.random.default_rng(0),
    ).pick(np.arange(2), 0.0)  # fmt: skip
    assert found[0] == 0  # Cu over Zn: 4 with A, 1 with B
