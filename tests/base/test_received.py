"""Whatever a received file holds, it is its content or one CampaignError."""

import hashlib
import os
import time
from contextlib import suppress

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


@settings(max_examples=400, deadline=None)
@given(text=st.text(st.sampled_from("ab:-&* \n{}[],!?|>'\"<#%@0.1é\t"), max_size=60))
def test_fuzzed_yaml_is_a_mapping_or_one_error(text):
    with suppress(CampaignError):
        assert isinstance(received.read_yaml(HERE, text.encode()), dict)


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


def test_a_sealed_file_is_read_by_its_hash(tmp_path):
    path = tmp_path / "pool.parquet"
    path.write_bytes(b"as sealed")
    sha256 = hashlib.sha256(b"as sealed").hexdigest()
    assert received.read_sealed(path, sha256) == b"as sealed"
    for other in ("0" * 64, None):
        with pytest.raises(CampaignError, match=r"pool\.parquet is not the file that was sealed"):
            received.read_sealed(path, other)
    with pytest.raises(CampaignError, match="cannot be read"):
        received.read_sealed(tmp_path / "missing.parquet", sha256)
