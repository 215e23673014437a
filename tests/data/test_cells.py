"""Tables: the header found below a title, units below it, and the sheet that holds it."""

import pytest
from test_grids import workbook

from bo_loop.base.errors import DataError
from bo_loop.data.cells import bad_rows, read_cells
from bo_loop.data.observations import OBSERVATION_COLUMNS

NEEDED = ("metal", "smiles", "log_beta")


def read(tmp_path, content, name="t.csv", **options):
    content = content if isinstance(content, bytes) else content.encode()
    return read_cells(
        tmp_path / name, OBSERVATION_COLUMNS, needed=NEEDED, content=content, **options
    )


def test_a_title_and_a_row_of_units_are_understood_and_said(tmp_path):
    text = (
        "Table 1. Stability constants,,,,\n,,,,\nMetal,smiles,T,I,log β\n,,(K),(mM),\n"
        "Cu2+,NCC(=O)O,298.15,100,8.15\n"
    )
    with pytest.warns(UserWarning, match="header in row 3") as said:
        cells = read(tmp_path, text)
    assert cells.rows == [5]
    assert cells.found.units == {"temperature_C": "K", "ionic_strength_M": "mM"}
    assert cells.frame.to_dict("records") == [
        {"metal": "Cu2+", "smiles": "NCC(=O)O", "temperature_C": "298.15",
         "ionic_strength_M": "100", "log_beta": "8.15"}
    ]  # fmt: skip
    (message,) = (str(warning.message) for warning in said)
    assert "header in row 3, not read: the rows above it" in message
    assert "row 4 as units (K, mM)" in message


def test_a_first_row_of_values_is_not_one_of_units(tmp_path):
    cells = read(tmp_path, "metal,smiles,temperature_C,log_beta\nCu,NCC(=O)O,,8.15\n")
    assert cells.rows == [2]


def test_the_table_is_found_on_its_sheet(tmp_path):
    table = [["metal", "smiles", "log_beta"], ["Cu", "NCC(=O)O", 8.15]]
    content = workbook([["Read me"], ["metal", "see sheet 2"]], table, table)
    with pytest.warns(UserWarning, match="read 'sheet 2' and not 'sheet 3'"):
        cells = read(tmp_path, content, "t.xlsx")
    assert cells.frame["log_beta"].tolist() == ["8.15"]


def test_without_the_columns_the_first_row_is_the_header(tmp_path):
    cells = read_cells(tmp_path / "t.csv", content=b"a,a\n1,2\n")
    assert cells.header == ["a", "a"]
    assert cells.written.to_numpy().tolist() == [["1", "2"]]


def test_bad_rows_come_in_order_and_are_counted():
    assert str(bad_rows("t.csv", ["row 10: b", "row 2: a"])).splitlines() == [
        "t.csv: 2 values cannot be used.", "  - row 2: a", "  - row 10: b",
    ]  # fmt: skip
    assert "1 value cannot be used" in str(bad_rows("t.csv", ["row 2: a"]))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_cells(tmp_path / "t.csv")
    with pytest.raises(DataError, match=r"only \.csv, \.parquet, \.xlsx files are read"):
        read_cells(tmp_path / "t.docx")
