"""Named blocks for pandas, and the page that says what their columns are."""

from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.features import describe, registry
from bo_loop.features.registry import Block, Column

PAGE = Path(__file__).parents[2] / "docs" / "descriptors.md"
TABLE = pd.DataFrame(
    {"smiles": ["NCCN", "OC(=O)CN", "NCCN"], "metal": ["Cu", "Zn", "Ca"], "charge": [2, 2, 2]},
    index=[7, 8, 9],
)


def test_each_row_is_described_and_keeps_its_index():
    found = describe(TABLE, ["donors", "properties"])
    assert list(found.index) == [7, 8, 9]
    assert found["donors.primary_amine"].tolist() == pytest.approx(np.log([3.0, 2.0, 3.0]))
    assert found["donors.carboxylate"].tolist() == pytest.approx([0.0, np.log(2.0), 0.0])
    assert found["properties.atomic_number"].tolist() == [29.0, 30.0, 20.0]


def test_what_the_columns_allow_is_described_by_default():
    found = describe(TABLE[["smiles"]])
    assert {name.partition(".")[0] for name in found} == {"charge", "donors", "site", "basicity"}
    assert list(describe(pd.DataFrame({"metal": ["Cu+2"]}))["bonding.d_electrons"]) == [9.0]


def test_an_empty_table_has_the_columns_and_no_rows():
    found = describe(TABLE.head(0), ["site"])
    assert found.shape == (0, 33)


def test_what_cannot_be_described_is_listed():
    with pytest.raises(ConfigError, match="no block gold: choose of properties"):
        describe(TABLE, ["gold"])
    with pytest.raises(ConfigError, match="lacks a column metal"):
        describe(TABLE[["smiles"]], ["bonding"])
    with pytest.raises(DataError) as refused:
        describe(pd.DataFrame({"smiles": ["NCCN", "no smiles", "C1CC"]}), ["donors"])
    assert len(refused.value.problems) == 2


SIZE = Block(
    "size", "ligand", {"letters": Column("letters of the SMILES", "count", "a test")},
    lambda smiles: np.array([[len(text)] for text in smiles], dtype=float), lambda: ("letters",),
)  # fmt: skip


@pytest.fixture
def own_block(monkeypatch):
    point = EntryPoint("size", f"{__name__}:SIZE", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda self: SIZE)
    registry.known_blocks.cache_clear()
    yield
    registry.known_blocks.cache_clear()


def test_own_blocks_come_by_entry_point(own_block):
    assert describe(TABLE, ["size"])["size.letters"].tolist() == [4.0, 8.0, 4.0]


def test_a_block_of_a_name_that_is_taken_is_refused(own_block, monkeypatch):
    monkeypatch.setattr(EntryPoint, "load", lambda self: registry.Block(
        "donors", "ligand", {}, lambda s: np.empty((len(s), 0)), tuple))  # fmt: skip
    with pytest.raises(ConfigError, match="whose name is taken"):
        describe(TABLE, ["size"])


@pytest.mark.parametrize("name", ["properties", "bonding", "proton", "charge", "donors", "site"])
def test_each_column_is_said(name):
    block = registry.known_blocks()[name]
    assert list(block.columns) == list(block.names())
    assert all(column.said and column.source for column in block.columns.values())


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == registry.page()
