"""The cells of files: separators, workbooks with superscripts and merges, caps while reading."""

import io
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from bo_loop.base.errors import DataError
from bo_loop.data.grids import read_grids


def rows(content, name="t.csv", **options):
    return [grid.rows for grid in read_grids(content, Path(name), **options)]


def workbook(*sheets, merged=()):
    book = openpyxl.Workbook()
    for at, cells in enumerate(sheets):
        sheet = book.active if at == 0 else book.create_sheet(f"sheet {at + 1}")
        for row in cells:
            sheet.append(row)
        for area in merged:
            sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\r\n"])
def test_the_separator_that_a_first_line_names_is_taken(first):
    text = f"{first}metal,x;log_beta\nCu;8,15\n"
    assert rows(text.encode()) == [[(1, ["metal,x", "log_beta"]), (2, ["Cu", "8,15"])]]


def test_a_title_with_commas_does_not_decide_the_separator():
    text = "Table 1, at 25 °C, of Smith, 2001\nmetal;smiles;log_beta\nCu;NCC(=O)O;8,15\n"
    assert rows(text.encode())[0][1] == (2, ["metal", "smiles", "log_beta"])


def test_superscripts_of_a_workbook_stay_superscripts():
    raised = InlineFont(vertAlign="superscript")
    number = CellRichText("6.9", TextBlock(raised, "2"))
    ion = CellRichText("Cu", TextBlock(raised, "2+"), " ", TextBlock(InlineFont(b=True), "ion"))
    mark = CellRichText("8.15", TextBlock(raised, "a"))
    ((_, first),) = rows(workbook([[number, ion, mark]]), "t.xlsx")[0]
    assert first == ["6.9²", "Cu²⁺ ion", "8.15ᵃ"]


def test_cells_merged_downwards_stand_in_each_row_and_empty_cells_stay_empty():
    cells = [["metal", "n"], ["Cu", 1], [None, 2], ["Ni", 1], [None, 2]]
    found = rows(workbook(cells, merged=["A2:A3"]), "t.xlsx")[0]
    assert [row for _, row in found] == [
        ["metal", "n"], ["Cu", "1"], ["Cu", "2"], ["Ni", "1"], ["", "2"],
    ]  # fmt: skip


def with_sheet(xml):
    """A workbook whose one sheet holds the rows of some XML."""
    source = zipfile.ZipFile(io.BytesIO(workbook([["x"]])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
                content = (
                    b"<worksheet " + main + b"><sheetData>" + xml + b"</sheetData></worksheet>"
                )
            archive.writestr(name, content)
    return stream.getvalue()


CELL = b'<c r="%s" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.parametrize("row", [b"1000000000", b"2000000"])
def test_a_cell_far_below_is_refused_at_once(row):
    begun = time.process_time()
    xml = b'<row r="1">' + CELL % b"A1" + b'</row><row r="' + row + b'">' + CELL % b"A2" + b"</row>"
    with pytest.raises(DataError, match="too large for a table of constants"):
        rows(with_sheet(xml), "t.xlsx")
    assert time.process_time() - begun < 2


def test_a_cell_in_the_last_column_costs_one_row():
    xml = b'<row r="1">' + CELL % b"A1" + b'</row><row r="20000">' + CELL % b"XFD20000" + b"</row>"
    found = rows(with_sheet(xml), "t.xlsx")[0]
    assert [number for number, _ in found] == [1, 20_000]
    assert len(found[1][1]) == 16_384


@pytest.mark.parametrize(
    "content", [b"a," * 20_000 + b"\n1\n", b"a\n" * (2**20 + 1), (b"," * 9999 + b"\n") * 1001]
)
def test_tables_without_end_are_refused_while_they_are_read(content):
    with pytest.raises(DataError, match=r"more than 1,048,576 rows, 16,384 columns or 10,000,000"):
        rows(content)


def test_a_parquet_column_of_lists_is_text():
    table = pa.table(
        {"metal": ["Cu", None], "fp": [[1, 0], []], "x": pa.array([8.15, None], "float32")}
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    assert rows(stream.getvalue(), "t.parquet")[0] == [
        (1, ["metal", "fp", "x"]), (2, ["Cu", "[1, 0]", "8.15"]), (3, ["", "[]", ""]),
    ]  # fmt: skip


def test_a_parquet_of_more_cells_than_a_table_has_is_refused_before_it_is_read():
    stream = io.BytesIO()
    lists = pa.array([[0] * 11_000_000], type=pa.list_(pa.int8()))
    pq.write_table(pa.table({"fp": lists}), stream)
    assert len(stream.getvalue()) < 100_000
    with pytest.raises(DataError, match="has 11,000,000 cells"):
        rows(stream.getvalue(), "t.parquet")


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet"])
def test_every_cut_of_a_file_is_read_or_refused(name):
    frame = pd.DataFrame({"metal": ["Cu"] * 3, "log_beta": [8.15, 9.0, 1.0]})
    stream = io.BytesIO()
    frame.to_excel(stream, index=False) if name == "t.xlsx" else frame.to_parquet(stream)
    whole = stream.getvalue()
    for cut in range(0, len(whole), max(len(whole) // 60, 1)):
        damaged = whole[:cut] + b"\xff" + whole[cut + 1 :]
        for content in (whole[:cut], damaged):
            with suppress(DataError):
                assert len(rows(content, name)) == 1
