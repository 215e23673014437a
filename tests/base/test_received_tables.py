"""Whatever a received table holds, it is its content or one CampaignError."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bo_loop.base import received_tables
from bo_loop.base.errors import CampaignError

HERE = Path("camp") / "file"


@pytest.fixture
def frame():
    return pd.DataFrame({"pair_id": ["a", "µ"], "charge": [2, 3], "log_beta": [1.5, float("nan")]})


def parquet(frame, tmp_path, **how):
    frame.to_parquet(tmp_path / "t.parquet", index=False, **how)
    return (tmp_path / "t.parquet").read_bytes()


def test_a_parquet_table_is_read_as_pandas_reads_it(frame, tmp_path):
    content = parquet(frame, tmp_path)
    found = received_tables.read_parquet(HERE, content)
    pd.testing.assert_frame_equal(found, pd.read_parquet(tmp_path / "t.parquet"))


def test_a_small_parquet_file_of_much_text_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(received_tables, "_MAX_TEXT", 10_000_000)
    content = parquet(pd.DataFrame({"pair_id": ["x" * 100_000] * 200}), tmp_path)
    assert len(content) < 200_000
    with pytest.raises(CampaignError, match=r"pair_id holds 20,000,000 bytes of text"):
        received_tables.read_parquet(HERE, content)


@settings(max_examples=200, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 60),
)
def test_fuzzed_parquet_is_a_table_or_one_error(tmp_path_factory, edits, cut):
    folder = tmp_path_factory.getbasetemp()
    small = pd.DataFrame({"pair_id": ["a", "b"], "charge": [2, 3]})
    content = bytearray(parquet(small, folder))
    for at, byte in edits:
        content[at % len(content)] = byte
    try:
        found = received_tables.read_parquet(HERE, bytes(content[: len(content) - cut]))
    except CampaignError:
        return
    assert isinstance(found, pd.DataFrame)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="charge"), "lacks the columns charge"),
        (lambda f: f.assign(charge=[2.5, 3]), "the columns charge, log_beta hold other values"),
        (lambda f: f.assign(charge=[True, False]), "the columns charge, log_beta hold"),
        (lambda f: f.assign(pair_id=["a", None]), "the columns pair_id, log_beta hold"),
        (lambda f: f.assign(pair_id=[1, 2]), "the columns pair_id, log_beta hold"),
        (lambda f: f.assign(pair_id=[["a"], ["b"]]), "the columns pair_id, log_beta hold"),
        (lambda f: f, "the columns log_beta hold"),
        (lambda f: f.assign(log_beta=[1.0, float("inf")]), "the columns log_beta hold"),
    ],
)
def test_columns_of_another_kind_are_named(frame, change, words):
    kinds = {"pair_id": "text", "charge": "integer", "log_beta": "number"}
    with pytest.raises(CampaignError, match=words):
        received_tables.require_columns(HERE, change(frame), kinds)
    good = frame.assign(log_beta=[1.0, 2.0])
    assert received_tables.require_columns(HERE, good, kinds) is good


def test_columns_are_read_as_lists_with_their_gaps_and_within_the_same_limit(tmp_path, monkeypatch):
    frame = pd.DataFrame({"text": ["a", None, "é", "a"], "number": [1.5, 2.0, 0.0, -1.0]})
    content = frame.to_parquet(None)
    path = tmp_path / "pool.parquet"
    expected = {"text": ["a", None, "é", "a"], "number": [1.5, 2.0, 0.0, -1.0]}
    assert received_tables.read_columns(path, content) == expected
    monkeypatch.setattr(received_tables, "_MAX_TEXT", 4)  # bytes: é has two
    assert received_tables.read_columns(path, content) == expected
    monkeypatch.setattr(received_tables, "_MAX_TEXT", 3)
    with pytest.raises(CampaignError, match="its column text holds 4 bytes of text"):
        received_tables.read_columns(path, content)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_a_table_is_read_without_threads_that_could_outlive_the_interpreter(frame, tmp_path):
    path = tmp_path / "table.parquet"
    frame.to_parquet(path)
    code = (
        "import os, sys; from pathlib import Path; import pyarrow.parquet;"
        "from bo_loop.base.received_tables import read_columns;"
        "count = lambda: len(os.listdir('/proc/self/task'));"
        "before, path = count(), Path(sys.argv[1]);"
        "read_columns(path, path.read_bytes()); print(count() - before)"
    )
    ran = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True)
    assert ran.stdout.split() == [b"0"]
