import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from bo_loop.base.packing import Packed, Sparse

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


@given(
    npst.arrays(
        st.sampled_from([np.uint8, np.int64]),
        st.tuples(st.integers(0, 4), st.integers(0, 300)),
        elements=st.integers(0, 3),
        fill=st.just(0),
    )
)
def test_a_table_of_counts_comes_back_as_it_was(table):
    found = pickle.loads(pickle.dumps(Sparse.of(table))).table()
    np.testing.assert_array_equal(found, table)
    assert (found.dtype, found.shape) == (table.dtype, table.shape)


def test_counts_that_are_mostly_0_take_few_bytes():
    table = np.zeros((1_000, 2_048), dtype=np.uint8)
    table[:, ::64] = 3  # 32 of each row: a byte each, and a byte for the gap
    assert len(pickle.dumps(Sparse.of(table))) < 1_000 * 32 * 2 + 1_000
