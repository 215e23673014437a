from dataclasses import dataclass, replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from tolerances import ROUNDING, SOLVED

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Selectivity
from bo_loop.acquisition.objectives.several import WeightedSum
from bo_loop.acquisition.scores.functions import (
    EI,
    PI,
    UCB,
    Greedy,
    LogEI,
    MaxVariance,
    Random,
)
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.acquisition.scores.screen import FIRST_BLOCK
from bo_loop.base.errors import ConfigError, FitError


def choose(posterior, acquisition, *, objective=None, size=None, **options):
    """`select` with plain defaults: every row open, ids in the order of rows."""
    size = size or len(posterior.means)
    arguments = {
        "rows": np.arange(size),
        "pairs": pool_pairs(size),
        "incumbent": 0.0,
        "q": 1,
        "rng": np.random.default_rng(0),
        "noise": 0.1,
    }
    return select(posterior, objective or Maximise(), acquisition, **(arguments | options))


TWINS = FakePosterior(
    np.array([0.0, 0.0, 0.0]),
    np.array([[4.0, 3.9, 0.0], [3.9, 3.9, 0.0], [0.0, 0.0, 1.0]]),
)


def test_second_pick_knows_of_the_first():
    # Row 0 has the largest variance. After it, row 1 keeps 3.9 − 3.9² / (4 + 0.1) = 0.19.
    found = choose(TWINS, MaxVariance(), q=3)
    assert found.rows.tolist() == [0, 2, 1]
    assert found.scores == pytest.approx([4.0, 1.0, 3.9 - 3.9**2 / 4.1])


def test_pending_rows_are_believed_first():
    found = choose(TWINS, MaxVariance(), q=2, rows=np.array([1, 2]), pending_rows=[0])
    assert found.rows.tolist() == [2, 1]
    assert found.scores == pytest.approx([1.0, 3.9 - 3.9**2 / 4.1])


def test_noise_of_the_measurement_limits_what_it_tells():
    # 3.9 − 3.9² / (4 + 16) = 3.14, so the twin stays the least known.
    assert choose(TWINS, MaxVariance(), q=2, noise=16.0).rows.tolist() == [0, 1]


def test_believed_values_raise_the_incumbent():
    fake = FakePosterior.independent([2.0, 1.5, 0.0], [1.0, 1.0, 1.0])
    found = choose(fake, PI(), q=2, incumbent=1.0)
    assert found.rows.tolist() == [0, 1]
    # Φ((2 − 1) / 1), then the incumbent is the believed 2: Φ(1.5 − 2).
    assert found.scores == pytest.approx([0.8413447, 0.3085375])


def test_pending_means_raise_the_incumbent():
    fake = FakePosterior.independent([2.0, 1.5, 0.0], [1.0, 1.0, 1.0])
    found = choose(fake, PI(), rows=np.array([1, 2]), incumbent=1.0, pending_rows=[0])
    assert found.scores == pytest.approx([0.3085375])


def test_a_believed_worse_value_leaves_the_incumbent():
    fake = FakePosterior.independent([2.0, 1.5], [1.0, 1.0])
    found = choose(fake, PI(), q=2, incumbent=3.0)
    assert found.scores == pytest.approx([0.1586553, 0.0668072])


def test_minimise_looks_for_the_smallest():
    fake = FakePosterior.independent([2.0, 1.5, 3.0], [1.0, 1.0, 1.0])
    found = choose(fake, Greedy(), objective=Minimise(), q=3)
    assert found.rows.tolist() == [1, 0, 2]
    assert found.scores.tolist() == [-1.5, -2.0, -3.0]


def test_free_ligand_concentration_decides_between_numbers_of_ligands():
    fake = FakePosterior.independent([6.0, 10.0], [1.0, 1.0])
    options = {"pairs": pool_pairs([1, 2]), "q": 2}
    dilute = choose(fake, Greedy(), objective=Maximise(free_ligand_M=1e-5), **options)
    assert dilute.rows.tolist() == [0, 1]
    assert dilute.scores == pytest.approx([1.0, 0.0])
    strong = choose(fake, Greedy(), objective=Maximise(free_ligand_M=1e-2), **options)
    assert strong.rows.tolist() == [1, 0]
    with pytest.raises(ConfigError, match="mixes numbers of ligands"):
        choose(fake, Greedy(), **options)


def test_ties_go_to_the_smaller_pair_id_whatever_the_row_order():
    fake = FakePosterior.independent([5.0, 5.0, 5.0 - 1e-9, 4.0], [1.0] * 4)
    ids = ["Zn+2:L1:B", "Cu+2:L1:C", "Cu+2:L1:A", "Ag+1:L1:A"]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        found = choose(fake, Greedy(), q=4, rows=np.array(order), pairs=pool_pairs(4, ids))
        assert found.rows.tolist() == [2, 1, 0, 3]


@pytest.mark.parametrize("acquisition", [LogEI(), Thompson(), Random()])
def test_picks_follow_the_seed_and_not_the_row_order(acquisition):
    fake = FakePosterior.random(30, np.random.default_rng(5))
    shuffled = np.random.default_rng(6).permutation(30)

    def picks(seed, rows):
        return choose(
            fake, acquisition, q=4, incumbent=11.0, rows=rows, rng=np.random.default_rng(seed)
        ).rows.tolist()

    assert picks(0, np.arange(30)) == picks(0, np.arange(30)) == picks(0, shuffled)


@pytest.mark.parametrize("acquisition", [Thompson(), Random()])
def test_other_seeds_make_other_picks(acquisition):
    fake = FakePosterior.random(30, np.random.default_rng(5))
    found = {
        tuple(choose(fake, acquisition, q=3, rng=np.random.default_rng(seed)).rows)
        for seed in range(6)
    }
    assert len(found) > 1


def test_more_wanted_than_open():
    found = choose(TWINS, LogEI(), q=10, rows=np.array([2, 1]))
    assert sorted(found.rows) == [1, 2]
    assert len(found.scores) == 2


def test_nothing_open():
    found = choose(TWINS, LogEI(), rows=np.array([], dtype=np.int64))
    assert len(found.rows) == len(found.scores) == 0


def test_batch_size_below_one_is_refused():
    with pytest.raises(ConfigError, match="batch_size is 0: at least one pair"):
        choose(TWINS, LogEI(), q=0)


def test_open_rows_must_not_be_pending():
    with pytest.raises(ValueError, match="must not be pending"):
        choose(TWINS, LogEI(), pending_rows=[1])


def test_broken_predictions_are_named():
    fake = FakePosterior.independent([1.0, np.nan, 2.0], [1.0, 1.0, np.inf])
    with pytest.raises(FitError, match=r"2 of 3 open pairs \(among them M\+2:L1:000001, M"):
        choose(fake, LogEI())


@dataclass(frozen=True)
class Counting(FakePosterior):
    """Counts the rows whose exact variance is asked for."""

    asked: tuple = ([],)

    def variance(self, rows):
        self.asked[0].append(len(rows))
        return super().variance(rows)

    def variance_bound(self, rows):
        return super().variance(rows) + self.slack


def test_a_batch_scores_few_rows_of_a_large_pool():
    # One factor shared by all rows: every pick changes every variance.
    size = 4000
    rng = np.random.default_rng(7)
    loading = rng.uniform(0.1, 0.3, size)
    covariances = np.outer(loading, loading) + np.diag(rng.uniform(0.05, 0.1, size))
    fake = Counting(rng.normal(0, 2, size), covariances, 0.05, ([],))
    found = choose(fake, LogEI(), q=8, incumbent=4.0)
    assert len(set(found.rows)) == 8
    assert sum(fake.asked[0]) <= 2 * 8 * FIRST_BLOCK


def brute_force(posterior, objective, acquisition, *, rows, pairs, incumbent, q, noise):
    """Score every open row before every pick, by the definition."""
    rows = sorted(rows, key=lambda row: pairs.pair_ids[row])
    mean = dict(zip(rows, objective.view(posterior, pairs).mean(np.array(rows)), strict=True))
    believed, picks = posterior, []
    while rows and len(picks) < q:
        variances = believed.variance(np.array(rows))
        means = np.array([mean[row] for row in rows])
        scores = acquisition.value(means, variances, incumbent)
        best = scores.max()
        at = next(i for i, s in enumerate(scores) if s >= best - 1e-9 * abs(best))
        pick = np.array([rows.pop(at)])
        believed = believed.condition(pick, posterior.mean(pick), np.array([noise]))
        incumbent = max(incumbent, mean[pick[0]])
        picks.append(pick[0])
    return picks


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 700),
    acquisition=st.sampled_from([LogEI(), EI(), UCB(beta=2.0), PI(), Greedy(), MaxVariance()]),
    objective=st.sampled_from([Maximise(), Minimise(), Maximise(free_ligand_M=1e-4)]),
    offset=st.floats(-4, 4),
    q=st.integers(1, 6),
)
def test_lazy_batches_equal_brute_force(seed, size, acquisition, objective, offset, q):
    rng = np.random.default_rng(seed)
    fake = FakePosterior.random(size, rng)
    n_ligands = (
        np.ones(size, dtype=np.int64)
        if objective.free_ligand_M is None
        else rng.integers(1, 4, size)
    )
    pairs = pool_pairs(n_ligands, [f"Cu+2:L1:{number:05d}" for number in rng.permutation(size)])
    rows = rng.choice(size, size=max(1, 2 * size // 3), replace=False)
    incumbent = float(np.median(objective.view(fake, pairs).mean(np.arange(size)))) + offset
    found = choose(
        fake, acquisition, objective=objective, rows=rows, pairs=pairs,
        incumbent=incumbent, q=q, noise=0.05,
    )  # fmt: skip
    assert found.rows.tolist() == brute_force(
        fake, objective, acquisition, rows=rows, pairs=pairs,
        incumbent=incumbent, q=q, noise=0.05,
    )  # fmt: skip


def test_conditioning_on_the_mean_leaves_means_and_lowers_variances():
    # What the lazy batch rests on.
    fake = FakePosterior.random(50, np.random.default_rng(8))
    rows, every = np.array([3, 20]), np.arange(50)
    believed = fake.condition(rows, fake.mean(rows), np.array([0.1, 0.1]))
    assert believed.mean(every) == pytest.approx(fake.mean(every), rel=ROUNDING)
    assert (believed.variance(every) <= fake.variance(every) + ROUNDING).all()


def test_the_chance_of_success_weighs_the_score():
    fake = FakePosterior.independent([5.0, 4.9, 3.0], [1.0, 1.0, 0.0])
    chances = np.array([0.25, 1.0, 1.0])
    pairs = replace(pool_pairs(3), log_success=np.log(chances))
    for acquisition, log in ((EI(), False), (LogEI(), True)):
        arguments = {
            "rows": [0, 1], "incumbent": 4.0, "q": 2, "noise": 1e-12,
            "rng": np.random.default_rng(0),
        }  # fmt: skip
        weighed = select(fake, Maximise(feasibility=True), acquisition, pairs=pairs, **arguments)
        alone = select(fake, Maximise(), acquisition, pairs=pool_pairs(3), **arguments)
        assert (alone.rows[0], weighed.rows[0]) == (0, 1)
        z = np.array([1.0, 0.9])
        gain = z * norm.cdf(z) + norm.pdf(z)
        first = np.log(gain[1]) if log else gain[1]
        assert weighed.scores[0] == pytest.approx(first, rel=SOLVED)


def test_a_pair_named_twice_must_succeed_once():
    fake = FakePosterior.independent([9.0, 5.0], [0.5, 0.5])
    pairs = replace(
        pool_pairs(2, metals=["Cu+2", "Zn+2"], ligands=["A", "A"]),
        log_success=np.log([0.5, 0.25]),
    )
    objective = WeightedSum(
        objectives=[Maximise(), Selectivity(metal="Cu+2", competitors=["Zn+2"])],
        weights=[1.0, 1.0],
        feasibility=True,
    )
    arguments = {
        "rows": [0, 1], "incumbent": 8.0, "q": 1, "noise": 0.1, "rng": np.random.default_rng(0),
    }  # fmt: skip
    weighed = select(fake, objective, EI(), pairs=pairs, **arguments)
    alone = select(fake, objective, EI(), pairs=replace(pairs, log_success=None), **arguments)
    assert weighed.scores[0] == pytest.approx(alone.scores[0] / 8)


@pytest.mark.parametrize("acquisition", [UCB(), Thompson(), QLogEI(), Greedy()])
def test_feasibility_is_refused_from_the_first_round_on(acquisition):
    fake = FakePosterior.independent([5.0], [1.0])
    with pytest.raises(ConfigError, match="Choose auto, log_ei, ei or pi"):
        select(
            fake, Maximise(feasibility=True), acquisition, rows=[0], pairs=pool_pairs(1),
            incumbent=4.0, q=1, noise=0.1, rng=np.random.default_rng(0),
        )  # fmt: skip
