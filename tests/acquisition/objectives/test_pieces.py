import numpy as np
import pytest

from bo_loop.acquisition.objectives.pieces import Pieces

ROOF = Pieces.of([[1.0], [-1.0]], [-6.0, 6.0])  # −|x − 6|


def test_the_least_of_linear_functions():
    assert ROOF.at(np.array([[4.0], [6.0], [9.0]])).tolist() == [-2.0, 0.0, -3.0]
    gap = Pieces.of([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]])
    assert gap.at(np.array([9.0, 5.0, 6.0])) == 3.0
    assert not gap.linear


def test_a_weighted_sum_takes_every_pair_of_functions():
    total = Pieces.of([[1.0]]).plus(ROOF, 2.0)  # x − 2 |y − 6|
    assert total.slopes.tolist() == [[1.0, 2.0], [1.0, -2.0]]
    assert total.at(np.array([1.0, 7.0])) == -1.0
    one = total.of_one()  # both are the same pair: x − 2 |x − 6|
    assert one.slopes.tolist() == [[3.0], [-1.0]]
    assert one.at(np.array([7.0])) == 5.0


def test_moments_of_a_linear_function_by_hand():
    half = Pieces.of([[1.0, -0.5]], [2.0])
    covariance = np.array([[[1.0, 0.6], [0.6, 0.5]]])
    mean, variance = half.moments(np.array([[9.0, 5.0]]), covariance)
    assert mean == pytest.approx([9.0 - 2.5 + 2.0])
    assert variance == pytest.approx([1.0 + 0.25 * 0.5 - 2 * 0.5 * 0.6])


def test_knots_are_where_the_least_changes():
    # Between 6 and 8 nothing is lost; the crossing of the two outer functions lies above 0.
    room = Pieces.of([[1.0], [0.0], [-1.0]], [-6.0, 0.0, 8.0])
    assert room.knots().tolist() == [6.0, 8.0]
    assert ROOF.knots().tolist() == [6.0]


def test_the_interval_above_a_bound():
    low, high = ROOF.interval(np.array([-1.0, 0.5]))
    assert (low[0], high[0]) == (5.0, 7.0)
    assert low[1] > high[1]  # nowhere above 0
    room = Pieces.of([[1.0], [0.0]], [-6.0, 0.0])
    low, high = room.interval(np.array([-1.0, 0.0]))
    assert (low[0], high[0]) == (5.0, np.inf)
    assert high[1] == -np.inf
