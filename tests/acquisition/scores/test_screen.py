import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tolerances import ROUNDING

from bo_loop.acquisition.batch.pool_scores import PoolScores
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, MaxVariance
from bo_loop.acquisition.scores.screen import (
    FIRST_BLOCK,
    LARGEST_BLOCK,
    Looked,
    Marginal,
    ranked,
    screen_of,
    top,
)

MARGINAL = [LogEI(), EI(), UCB(beta=4.0), PI(), Greedy(), MaxVariance()]


class Asked:
    """Exact variances, counting how many were asked for and how many at once."""

    def __init__(self, variances):
        self.variances = variances
        self.counts = []

    def __call__(self, at):
        self.counts.append(len(at))
        return self.variances[at]


class Known:
    """A posterior whose screen is that of any other: of known means and bounds."""

    def __init__(self, mean, bound):
        self.of = mean, bound

    def mean(self, rows):
        return self.of[0][rows]

    def variance_bound(self, rows):
        return self.of[1][rows]


def best(
    acquisition, *, mean, variance_bound, variance, incumbent, q, log_weight=None,
    besides=(), looked=None, position=None,
):  # fmt: skip
    """The q best of the rows 0, 1, …; all of them if there are no more."""
    rows = np.arange(len(mean))
    scores = PoolScores(acquisition, incumbent, 1.0, np.zeros(len(mean)), None, log_weight)
    return top(
        screen_of(Known(mean, variance_bound), rows), scores, variance,
        rows if position is None else position, q=min(q, len(mean)),
        besides=np.array(besides, dtype=np.int64), looked=looked or Looked.nothing(),
    )  # fmt: skip


def brute_force(scores, q):
    """The definition, written as plainly as it can be."""
    left, places = list(range(len(scores))), []
    while left and len(places) < q:
        best = max(scores[at] for at in left)
        first = next(at for at in left if scores[at] >= best - 1e-9 * abs(best))
        places.append(first)
        left.remove(first)
    return places


def test_ranked_by_hand():
    assert ranked(np.array([1.0, 3.0, 2.0]), 2).tolist() == [1, 2]
    assert ranked(np.array([1.0, 3.0]), 5).tolist() == [1, 0]
    assert ranked(np.array([]), 1).tolist() == []


def test_ties_go_to_the_smaller_position():
    assert ranked(np.array([2.0 - 1e-9, 2.0, 2.0 + 1e-10]), 3).tolist() == [0, 1, 2]
    assert ranked(np.array([2.0 - 3e-9, 2.0]), 2).tolist() == [1, 0]
    assert ranked(np.array([-2.0 - 1e-9, -2.0]), 2).tolist() == [0, 1]
    assert ranked(np.array([-np.inf, -np.inf, 0.0]), 3).tolist() == [2, 0, 1]


pools = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        # Halves make exact ties and rows at the incumbent common; floats make them rare.
        st.lists(
            st.one_of(st.integers(-6, 6).map(lambda i: i / 2), st.floats(-8, 8)),
            min_size=size,
            max_size=size,
        ),
        st.lists(
            st.one_of(st.sampled_from([0.0, 0.25, 1.0]), st.floats(0, 4)),
            min_size=size,
            max_size=size,
        ),
        st.lists(
            st.one_of(st.just(0.0), st.floats(0, 3)),
            min_size=size,
            max_size=size,
        ),
    )
)


@settings(max_examples=300, deadline=None)
@given(
    pool=pools,
    acquisition=st.sampled_from(MARGINAL),
    incumbent=st.one_of(st.integers(-6, 6).map(lambda i: i / 2), st.floats(-8, 8)),
    q=st.integers(1, 5),
)
def test_small_pools_equal_brute_force(pool, acquisition, incumbent, q):
    mean, variance, slack = (np.array(part) for part in pool)
    with pytest.MonkeyPatch.context() as patch:
        # Blocks of at most four rows, so that small pools are screened in many steps.
        patch.setattr("bo_loop.acquisition.scores.screen.FIRST_BLOCK", 2)
        patch.setattr("bo_loop.acquisition.scores.screen.LARGEST_BLOCK", 4)
        found, exact, _ = best(
            acquisition,
            mean=mean,
            variance_bound=variance + slack,
            variance=Asked(variance),
            incumbent=incumbent,
            q=q,
        )
    scores = acquisition.value(mean, variance, incumbent)
    assert found.tolist() == brute_force(scores, q)
    assert exact.tolist() == pytest.approx(scores[found].tolist(), rel=ROUNDING)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    acquisition=st.sampled_from(MARGINAL),
    size=st.integers(300, 6000),
    q=st.sampled_from([1, 3, 400]),
    offset=st.floats(-3, 3),
)
def test_larger_pools_equal_brute_force(seed, acquisition, size, q, offset):
    rng = np.random.default_rng(seed)
    mean, variance = rng.normal(0, 1, size).round(2), rng.gamma(1.0, 1.0, size).round(2)
    found, _, _ = best(
        acquisition,
        mean=mean,
        variance_bound=variance + rng.exponential(0.5, size),
        variance=Asked(variance),
        incumbent=offset,
        q=q,
    )
    assert found.tolist() == brute_force(acquisition.value(mean, variance, offset), q)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    acquisition=st.sampled_from([LogEI(), EI(), PI()]),
    size=st.integers(300, 6000),
    q=st.sampled_from([1, 3, 400]),
    offset=st.floats(-3, 3),
)
def test_weighed_pools_equal_brute_force(seed, acquisition, size, q, offset):
    rng = np.random.default_rng(seed)
    mean, variance = rng.normal(0, 1, size).round(2), rng.gamma(1.0, 1.0, size).round(2)
    log_weight = -rng.exponential(1.0, size).round(1)
    found, _, _ = best(
        acquisition,
        mean=mean,
        variance_bound=variance + rng.exponential(0.5, size),
        variance=Asked(variance),
        incumbent=offset,
        q=q,
        log_weight=log_weight,
    )
    scores = acquisition.weighted(acquisition.value(mean, variance, offset), log_weight)
    assert found.tolist() == brute_force(scores, q)


def test_weights_do_not_make_the_search_go_through_every_row():
    rng = np.random.default_rng(1)
    size = 20_000
    asked = Asked(rng.gamma(1.0, 1.0, size))
    best(
        LogEI(),
        mean=rng.normal(0, 1, size),
        variance_bound=asked.variances + 0.1,
        variance=asked,
        incumbent=2.0,
        q=1,
        log_weight=np.log(rng.uniform(0.4, 1.0, size)),
    )
    assert sum(asked.counts) < size / 10


@pytest.mark.parametrize("acquisition", MARGINAL, ids=lambda a: type(a).__name__)
def test_ceiling_holds_for_every_smaller_variance(acquisition):
    rng = np.random.default_rng(0)
    mean, bound = rng.normal(0, 5, 5000), rng.gamma(0.5, 2.0, 5000)
    bound[:50] = 0.0
    ceiling = acquisition.ceiling(mean, bound * (1 + 1e-9), 0.0)
    for share in (1.0, 0.999, 0.5, 1e-3, 1e-13, 0.0):
        scores = acquisition.value(mean, share * bound, 0.0)
        # BoTorch rounds differently for each variance, in the last digits.
        assert (scores <= np.nextafter(ceiling, np.inf) + ROUNDING * np.abs(scores)).all()


def test_no_ceiling_unless_a_score_claims_one():
    class Wilful(Marginal):
        def value(self, mean, variance, incumbent):
            return -variance

        def motive(self, mean, sd, incumbent, gain):
            return "wilful"

    variance = np.array([3.0, 1.0, 2.0])
    found, _, _ = best(
        Wilful(), mean=np.zeros(3), variance_bound=np.full(3, 9.0), variance=Asked(variance),
        incumbent=0.0, q=1,
    )  # fmt: skip
    assert found.tolist() == [1]


def test_few_exact_variances_are_needed():
    rng = np.random.default_rng(3)
    mean, variance = rng.normal(0, 1, 50_000), rng.uniform(0.1, 0.5, 50_000)
    asked = Asked(variance)
    found, _, _ = best(
        LogEI(), mean=mean, variance_bound=variance * 1.3, variance=asked, incumbent=3.0, q=1
    )
    assert sum(asked.counts) <= 2 * FIRST_BLOCK
    assert found[0] == np.argmax(LogEI().value(mean, variance, 3.0))


def test_blocks_stay_small_where_nothing_bounds_the_score():
    rng = np.random.default_rng(4)
    variance = rng.uniform(0.1, 0.5, 20_000)
    asked = Asked(variance)
    best(
        PI(), mean=np.ones(20_000), variance_bound=variance + 1, variance=asked, incumbent=0.0, q=1
    )
    assert sum(asked.counts) == 20_000
    assert max(asked.counts) == LARGEST_BLOCK


def test_what_was_looked_at_bounds_the_next_search():
    bound, asked = np.array([4.0, 4.0, 0.5]), Asked(np.array([1.0, 3.0, 0.5]))
    known = {"mean": np.zeros(3), "variance_bound": bound, "incumbent": 0.0}
    found, _, looked = best(MaxVariance(), variance=asked, q=1, **known)
    assert found.tolist() == [1]
    assert dict(zip(looked.rows.tolist(), looked.variance, strict=True)) == {0: 1.0, 1: 3.0, 2: 0.5}
    assert bound.tolist() == [4.0, 4.0, 0.5]
    found, _, _ = best(MaxVariance(), variance=asked, q=1, besides=[1], looked=looked, **known)
    assert found.tolist() == [0]
    asked.variances = np.array([0.2, 2.0, 0.1])  # after an update, none of them larger
    found, _, looked = best(MaxVariance(), variance=asked, q=1, looked=looked, **known)
    assert found.tolist() == [1]
    assert looked.variance.tolist() == [0.2, 2.0, 0.1]


def test_ties_go_by_the_position_given():
    position = np.array([2, 0, 1])
    found, _, _ = best(
        Greedy(), mean=np.array([1.0, 1.0, 1.0]), variance_bound=np.ones(3),
        variance=Asked(np.ones(3)), incumbent=0.0, q=2, position=position,
    )  # fmt: skip
    assert found.tolist() == [1, 2]


def test_a_ranking_of_many_takes_no_time():
    scores = np.random.default_rng(0).normal(size=100_000).round(3)
    places = ranked(scores, len(scores))
    assert places.tolist() == np.lexsort((np.arange(len(scores)), -scores)).tolist()
