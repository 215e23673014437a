from itertools import permutations
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tolerances import ROUNDING

from bo_loop.studies.simulate import metrics

TRUTH = np.array([5.0, 1.0, 4.0, 3.0, 2.0])
FOUND = np.array([3.0, 1.0, 5.0, 4.0])

numbers = st.floats(-30, 30, allow_nan=False)
pools = arrays(np.float64, st.integers(2, 40), elements=numbers)


def test_best_so_far_and_simple_regret():
    assert metrics.best_so_far(FOUND).tolist() == [3, 3, 5, 5]
    assert metrics.simple_regret(FOUND, TRUTH).tolist() == [2, 2, 0, 0]


@pytest.mark.parametrize(("share", "threshold"), [(0.2, 5), (0.21, 4), (0.4, 4), (0.01, 5), (1, 1)])
def test_the_top_is_rounded_up_to_whole_pairs(share, threshold):
    assert metrics.top_threshold(TRUTH, share) == threshold


def test_a_twentieth_of_twenty_pairs_is_one_pair():
    assert metrics.top_threshold(np.arange(20.0), 0.05) == 19
    assert metrics.top_threshold(np.arange(60.0), 0.05) == 57


def test_what_ties_with_the_last_of_the_top_belongs_to_it():
    truth = np.array([5.0, 4.0, 4.0, 1.0])
    assert metrics.share_found(np.array([4.0, 5.0]), truth, 4.0).tolist() == [1 / 3, 2 / 3]


def test_experiments_are_counted_from_one():
    assert metrics.experiments_to(FOUND, 5) == 3
    assert metrics.experiments_to(FOUND, 3) == 1
    assert metrics.experiments_to(FOUND, 5.1) == inf


def test_near_the_best_is_measured_on_the_range_so_that_negative_values_work():
    assert metrics.near_best(np.array([-10.0, 0.0, 10.0])) == pytest.approx(9)
    assert metrics.near_best(np.array([-20.0, -10.0])) == pytest.approx(-10.5)


def test_area_of_a_hand_drawn_curve():
    # 0, 1, 1, 2 found of 2, over 1, 2, 2, 2 at best.
    assert metrics.area(np.array([False, True, False, True]), 2) == pytest.approx(4 / 7)


def test_random_expectations_are_those_of_all_orders():
    top = {0, 3}
    orders = list(permutations(range(5)))
    for t in range(1, 6):
        share = np.mean([len(top & set(order[:t])) / 2 for order in orders])
        assert metrics.random_share(5, 5)[t - 1] == pytest.approx(share)
    wait = np.mean([min(order.index(0), order.index(3)) + 1 for order in orders])
    assert metrics.random_experiments_to(5, 2) == pytest.approx(wait)


def test_enrichment_of_a_fifth_of_the_pool():
    assert metrics.enrichment(np.array([0.0, 1.0]), 10).tolist() == [0, 5]


@given(pools, st.floats(0.01, 1))
def test_measuring_the_whole_pool_finds_everything(truth, share):
    threshold = metrics.top_threshold(truth, share)
    course = metrics.share_found(truth, truth, threshold)
    assert course[-1] == 1
    assert (np.diff(course) >= 0).all()
    assert metrics.simple_regret(truth, truth)[-1] == 0
    assert metrics.enrichment(course, len(truth))[-1] == 1


@given(pools, st.floats(0.01, 1), st.data())
def test_the_best_order_has_an_area_of_one_and_no_order_more(truth, share, data):
    hits = truth >= metrics.top_threshold(truth, share)
    assert metrics.area(np.sort(hits)[::-1], hits.sum()) == pytest.approx(1)
    shuffled = np.array(data.draw(st.permutations(hits.tolist())))
    assert metrics.area(shuffled, hits.sum()) <= 1 + ROUNDING
