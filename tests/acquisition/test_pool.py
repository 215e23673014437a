"""The rows that acquisition is asked about."""

import numpy as np

from bo_loop.acquisition.pool import PoolPairs


def pairs(mhl: np.ndarray | None = None) -> PoolPairs:
    return PoolPairs(
        ["Ni+2/a/1", "Cu+2/a/1"],
        np.array([1, 1]),
        ["Ni+2", "Cu+2"],
        ["a", "a"],
        np.ones(2, bool),
        mhl=mhl,
    )


def test_mhl_of_rows_without_any_measured_is_nan_in_the_shape_of_the_rows():
    assert np.isnan(pairs().mhl_of(np.zeros((3, 2), np.int64))).all()
    assert pairs().mhl_of(np.zeros((3, 2), np.int64)).shape == (3, 2)


def test_mhl_of_rows_is_the_measured_value_of_each():
    assert pairs(np.array([3.1, np.nan])).mhl_of(np.array([0, 0])).tolist() == [3.1, 3.1]


def test_what_was_looked_up_is_kept_by_pool_not_shared():
    one, other = pairs(), pairs()
    one.memory["key"] = np.ones(1)
    assert len(one) == 2
    assert "key" in one.memory
    assert "key" not in other.memory
