from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.base.screening import Screened, merged


@dataclass(frozen=True)
class Mean:
    """A ceiling that is the mean."""

    def of(self, rows):
        return self

    def __call__(self, mean, variance_bound):
        return mean


def screen(rows, means):
    return Screened(np.array(rows), np.array(means, dtype=float), np.ones(len(rows)))


NONE = np.empty(0, dtype=np.int64)


def test_the_highest_by_hand():
    found = screen([2, 5, 7, 9], [1.0, 4.0, 3.0, 4.0]).highest(2, Mean(), NONE)
    assert (found.rows.tolist(), found.n_rest, found.rest) == ([5, 9], 2, 3.0)
    found = screen([2, 5, 7, 9], [1.0, 4.0, 3.0, 4.0]).highest(1, Mean(), np.array([7]))
    assert (found.rows.tolist(), found.n_rest, found.rest) == ([5, 9], 1, 1.0)  # a tie is kept
    found = screen([2, 5], [1.0, 4.0]).highest(9, Mean(), NONE)
    assert (found.rows.tolist(), found.n_rest, found.rest) == ([2, 5], 0, -np.inf)


def test_a_row_without_hope_is_still_counted():
    found = screen([0, 1, 2], [-np.inf, 1.0, -np.inf]).highest(1, Mean(), NONE)
    assert (found.rows.tolist(), found.n_rest, found.rest) == ([1], 2, -np.inf)


def test_merging_drops_what_the_rest_of_another_list_may_beat():
    parts = [screen([0, 1], [9.0, 8.0]), screen([2, 3], [1.0, 2.0]), screen([4], [8.0])]
    found = merged([part.highest(1, Mean(), NONE) for part in parts])
    assert (found.rows.tolist(), found.n_rest, found.rest) == ([0], 4, 8.0)


@given(
    means=st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=4),
    most=st.integers(1, 12),
)
def test_whatever_is_listed_is_above_all_that_is_not(means, cuts, most):
    rows = np.arange(len(means))
    parts = [p for p in np.split(rows, sorted(min(c, len(means)) for c in cuts)) if len(p)]
    lists = [screen(p, np.array(means)[p]).highest(most, Mean(), NONE) for p in parts]
    found = merged(lists)
    others = np.delete(np.array(means, dtype=float), found.rows)
    assert len(others) == found.n_rest
    assert found.rest == others.max(initial=-np.inf)
    assert (found.ceiling > found.rest).all() or not len(others)


def test_rows_without_a_finite_number_are_told():
    some = Screened(np.array([3, 4, 6]), np.array([1.0, np.nan, 2.0]), np.array([1.0, 1.0, np.inf]))
    assert some.non_finite().tolist() == [4, 6]
    with pytest.raises(AttributeError):
        some.rows = NONE
