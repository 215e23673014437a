import datetime
import io
from types import SimpleNamespace

import openpyxl
from openpyxl.writer import excel

from bo_loop.chemistry.pictures import png
from bo_loop.data.workbooks import Column, workbook

COLUMNS = [
    Column("structure", "drawn", [png("NCC(=O)O"), png("NCCN")]),
    Column("ligand", "its name", ["=glycine", "en"], width=30.0),
    Column("log β", "measured", [None, 7.25], fill_in=True, digits="0.00"),
    Column("outcome", "what came of it", [None, None], choices=("measured", "failed")),
]

LATER = SimpleNamespace(
    datetime=SimpleNamespace(now=lambda tz: datetime.datetime(2030, 1, 1, tzinfo=tz)),
    timezone=datetime.timezone,
)


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_pictures_and_choices():
    book = opened(workbook(COLUMNS, "round 1"))
    sheet = book["round 1"]
    assert [cell.value for cell in sheet[1]] == ["structure", "ligand", "log β", "outcome"]
    assert len(sheet._images) == 2
    assert sheet["C3"].value == 7.25
    assert sheet["C3"].number_format == "0.00"
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.formula1, str(offered.sqref)) == ('"measured,failed"', "D2:D3")


def test_text_is_no_formula_whatever_it_begins_with():
    cell = opened(workbook(COLUMNS, "round 1"))["round 1"]["B2"]
    assert cell.data_type == "s"
    assert cell.value.endswith("=glycine")


def test_the_second_sheet_explains_every_column_below_the_note():
    sheet = opened(workbook(COLUMNS, "round 1", "Read this."))["columns"]
    rows = [tuple(cell.value for cell in row) for row in sheet]
    assert rows[0][0] == "Read this."
    assert rows[2:] == [(column.header, column.about) for column in COLUMNS]


def test_the_same_table_gives_the_same_bytes_whenever_it_is_written(monkeypatch):
    now = workbook(COLUMNS, "round 1")
    monkeypatch.setattr(excel, "datetime", LATER)
    assert workbook(COLUMNS, "round 1") == now
