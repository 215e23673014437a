import pickle

import numpy as np
import pytest

from bo_loop.base.packing import Packed

RNG = np.random.default_rng(0)
COLUMNS = [
    np.zeros(0),
    np.full(100_000, 0.1),
    RNG.integers(0, 100, 100_000),
    RNG.integers(0, 2_000, 100_000),
    RNG.normal(size=100_000),
    np.array([np.nan, 1.0, np.nan, 1.0, np.nan, np.nan, np.nan, np.nan]),
    np.append(np.zeros(5_000), np.arange(70_000.0)),  # few values at first only
]


@pytest.mark.parametrize("column", COLUMNS, ids=range(len(COLUMNS)))
def test_a_column_comes_back_as_it_was(column):
    packed = pickle.loads(pickle.dumps(Packed.of(column)))
    np.testing.assert_array_equal(packed.column(), column)
    assert packed.column().dtype == column.dtype


@pytest.mark.parametrize(("column", "most"), [(1, 400), (2, 102_000), (3, 220_000), (4, 801_000)])
def test_few_values_take_few_bytes(column, most):
    assert len(pickle.dumps(Packed.of(COLUMNS[column]))) < most
