"""Whatever a received file holds, it is its content or one CampaignError."""

import os
import time
from contextlib import suppress

import pandas as pd
import pytest
from hostile import BOMB
from hypothesis import given, settings
from hypothesis import strategies as st

from bo_loop.base import received
from bo_loop.base.errors import CampaignError

HERE = received.Path("camp") / "file"


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        b"a: &a {k: v}\nb: &b {<<: [" + b"*a, " * 200 + b"]}\nc: {<<: [" + b"*b, " * 200 + b"]}",
        b"a: &a [*a]",
        b"[" * 5000,
        b"a: " + b"[" * 100 + b"]" * 100,
        b"a: !!python/object/apply:os.system [echo]",
        b"a: !!timestamp 2001-99-99",
        b"a: !!int " + b"9" * 5000,
        b"? [1]\n: 2",
        b"a: b: c",
        b"\xff\xfe",
        b"",
        b"- a list",
        b"x" * 300_000,
        b"a: \x00",
    ],
)
def test_yaml_that_is_not_ours_is_one_error_at_once(content):
    begun = time.process_time()
    with pytest.raises(CampaignError, match=r"not written by bo-loop.*where it has been"):
        received.read_yaml(HERE, content)
    assert time.process_time() - begun < 20.0  # a bomb would take hours


def test_plain_yaml_is_read_with_its_few_aliases():
    assert received.read_yaml(HERE, b"a: &m [Ni+2]\nb: *m\nc: {d: 1.5}") == {
        "a": ["Ni+2"],
        "b": ["Ni+2"],
        "c": {"d": 1.5},
    }


@pytest.mark.parametrize(
    "content",
    [
        b'{"seq": 1e999}',
        b'{"seq": NaN}',
        b'{"seq": -Infinity}',
        b'{"seq": ' + b"9" * 4400 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[]",
        b"7",
        b"\xff",
        b'{"a"',
    ],
)
def test_json_that_is_not_ours_is_one_error(content):
    with pytest.raises(CampaignError, match="not written by bo-loop"):
        received.read_json(HERE, content)


def test_plain_json_is_read():
    assert received.read_json(HERE, b'{"a": [1, 2.5, {"b": null}]}') == {"a": [1, 2.5, {"b": None}]}


@pytest.fixture
def frame():
    return pd.DataFrame({"pair_id": ["a", "µ"], "charge": [2, 3], "log_beta": [1.5, float("nan")]})


def parquet(frame, tmp_path, **how):
    frame.to_parquet(tmp_path / "t.parquet", index=False, **how)
    return (tmp_path / "t.parquet").read_bytes()


def test_a_parquet_table_is_read_as_pandas_reads_it(frame, tmp_path):
    content = parquet(frame, tmp_path)
    found = received.read_parquet(HERE, content)
    pd.testing.assert_frame_equal(found, pd.read_parquet(tmp_path / "t.parquet"))


def test_a_small_parquet_file_of_much_text_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(received, "_MAX_TEXT", 10_000_000)
    content = parquet(pd.DataFrame({"pair_id": ["x" * 100_000] * 200}), tmp_path)
    assert len(content) < 200_000
    with pytest.raises(CampaignError, match=r"pair_id holds 20,000,000 bytes of text"):
        received.read_parquet(HERE, content)


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
        found = received.read_parquet(HERE, bytes(content[: len(content) - cut]))
    except CampaignError:
        return
    assert isinstance(found, pd.DataFrame)


@settings(max_examples=400, deadline=None)
@given(text=st.text(st.sampled_from("ab:-&* \n{}[],!?|>'\"<#%@0.1é\t"), max_size=60))
def test_fuzzed_yaml_is_a_mapping_or_one_error(text):
    with suppress(CampaignError):
        assert isinstance(received.read_yaml(HERE, text.encode()), dict)


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
        received.require_columns(HERE, change(frame), kinds)
    good = frame.assign(log_beta=[1.0, 2.0])
    assert received.require_columns(HERE, good, kinds) is good


def test_only_files_are_read_and_not_endless_ones(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device", "."):
        with pytest.raises(CampaignError, match="cannot be read"):
            received.read_bytes(tmp_path / name)
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(CampaignError, match="more than 10 bytes"):
        received.read_bytes(tmp_path / "large", most=10)
    with pytest.raises(FileNotFoundError):
        received.read_bytes(tmp_path / "missing")


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    def denied(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(CampaignError, match=r"cannot be read \(Permission denied\). Mend its perm"):
        received.read_bytes(tmp_path / "ledger.head")


def test_columns_are_read_as_lists_with_their_gaps_and_within_the_same_limit(tmp_path, monkeypatch):
    frame = pd.DataFrame({"text": ["a", None, "é", "a"], "number": [1.5, 2.0, 0.0, -1.0]})
    content = frame.to_parquet(None)
    path = tmp_path / "pool.parquet"
    expected = {"text": ["a", None, "é", "a"], "number": [1.5, 2.0, 0.0, -1.0]}
    assert received.read_columns(path, content) == expected
    monkeypatch.setattr(received, "_MAX_TEXT", 4)  # bytes: é has two
    assert received.read_columns(path, content) == expected
    monkeypatch.setattr(received, "_MAX_TEXT", 3)
    with pytest.raises(CampaignError, match="its column text holds 4 bytes of text"):
        received.read_columns(path, content)
