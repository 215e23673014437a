import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.base.errors import DataError
from bo_loop.data import large_pools
from bo_loop.data.large_pools import each, joined_ids, rows_of, taken
from bo_loop.data.mirror_images import isomers
from bo_loop.data.observations import with_keys
from bo_loop.data.pools import CommonChelators, TablePool

METALS = ("Ni+2", "Cu+2", "La+3")
TEXTS = ["metal", "ligand", "smiles", "ligand_group"]


def keyed(**options):
    pairs = with_keys(CommonChelators(metals=METALS, n_ligands=[1, 2], **options).read(), "pool")
    return pairs.assign(isomer=isomers(pairs))


@pytest.fixture
def both(monkeypatch):
    """The same pool as a small one, and as a large one."""
    small = keyed()
    monkeypatch.setattr(large_pools, "LARGE", 100)
    return small, keyed()


def test_a_large_pool_has_the_pairs_of_a_small_one_ligand_by_ligand(both):
    small, large = both
    by_ligand = np.argsort(pd.factorize(small["smiles"])[0], kind="stable")
    expected = small.iloc[by_ligand].reset_index(drop=True)
    pd.testing.assert_frame_equal(large, expected, check_dtype=False)
    assert (large.dtypes.drop([*TEXTS, "isomer"]) == small.dtypes.drop([*TEXTS, "isomer"])).all()


def test_a_large_pool_takes_tens_of_bytes_a_pair(both):
    small, large = both
    bytes_of = [f.drop(columns="isomer").memory_usage(index=False).sum() for f in both]
    assert bytes_of[1] / len(large) < 110 < 150 < bytes_of[0] / len(small)
    for name in TEXTS:  # each text is one object, however many pairs have it
        assert len({id(text) for text in large[name]}) == large[name].nunique()


def test_a_large_table_is_checked_as_a_small_one(both, tmp_path):
    (path := tmp_path / "t.csv").write_text("ligand,smiles,cost\n" + "".join(
        f"amine {i},{'C' * i}N,{i}\n" for i in range(1, 51)))  # fmt: skip
    pool = TablePool(path=str(path), metals=METALS)
    assert pool.read()["cost"].tolist() == np.repeat(np.arange(1.0, 51.0), 3).tolist()
    with pytest.raises(DataError, match="temperature_C"):
        TablePool(path=str(path), metals=METALS, temperature_C=900.0).read()


@given(st.lists(st.text(max_size=3), unique=True), st.sets(st.text(max_size=3)))
def test_rows_are_found_in_a_column_however_it_is_held(values, wanted):
    expected = {value: values.index(value) for value in values if value in wanted}
    held = pd.array(values, dtype="str")
    for column in (values, held, pd.Series(held, index=range(5, 5 + len(values)))):
        assert rows_of(column, wanted) == expected


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), max_size=9))
def test_joined_ids(places):
    begin, end = np.array(places, dtype=np.int64).reshape(-1, 2).T
    found = joined_ids(begin, ["Ni+2:", "Cu+2:"], end, ["A", "é", ""])
    expected = [["Ni+2:", "Cu+2:"][b] + ["A", "é", ""][e] for b, e in places]
    assert found.tolist() == expected
    assert found.dtype == "str"


def test_texts_are_held_as_those_beside_them():
    beside = pd.Series(["x", "y", "x"], index=[3, 1, 2], dtype="str")
    for dtype in ("str", object):
        found = taken(["p", "q"], np.array([1, 0, 1]), beside.astype(dtype))
        assert found.to_dict() == {3: "q", 1: "p", 2: "q"}
        assert found.dtype == dtype
        assert each(beside.astype(dtype), str.upper).to_dict() == {3: "X", 1: "Y", 2: "X"}


def test_equal_rows_have_one_number_in_the_order_in_which_they_come():
    frame = pd.DataFrame({"metal": ["Zn", "Cu", "Zn", "Cu"], "charge": [2, 2, 2, 1]})
    number, rows = large_pools.distinct(frame)
    assert number.tolist() == [0, 1, 0, 2]
    assert list(rows.itertuples(index=False, name=None)) == [("Zn", 2), ("Cu", 2), ("Cu", 1)]
    assert large_pools.distinct(frame[:0])[0].tolist() == []
