"""Tables as workbooks for people: cells to fill in, choices, pictures, each column explained."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from bo_loop.data.writing import guarded_cell

_INPUT = PatternFill("solid", start_color="FFF2CC")
_HEAD = PatternFill("solid", start_color="DDE5EC")
_LINE_PT, _PICTURE_PT = 15.0, 62.0
_PER_PIXEL = 0.75  # points
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_ROWS = 10_000  # that choices are offered for


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    header : str
        With its unit.
    about : str
        What it holds, for the sheet that explains the columns.
    values : sequence
        A value for each row; None leaves a cell empty, bytes are a PNG.
    width : float
        In characters.
    fill_in : bool
        Whether people write into it: its cells are coloured.
    choices : sequence of str
        What may be chosen from a list.
    digits : str
        How a number is shown, as spreadsheets write it: ``0.00``.
    """

    header: str
    about: str
    values: Sequence[Any]
    width: float = 12.0
    fill_in: bool = False
    choices: Sequence[str] = ()
    digits: str = "General"


def workbook(columns: Sequence[Column], title: str, note: str = "") -> bytes:
    """Return a workbook of two sheets: the table, and what each of its columns is.

    Parameters
    ----------
    columns : sequence of Column
        Of one length, from left to right.
    title : str
        Name of the first sheet.
    note : str
        Said above the explanations.

    Returns
    -------
    bytes
        The same for the same table, whenever it is written.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for at, column in enumerate(columns, start=1):
        _write(sheet, at, column)
    sheet.freeze_panes = "A2"
    sheet.sheet_view.zoomScale = 110
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(
        fitToPage=True
    )
    _explain(book.create_sheet("columns"), columns, note)
    book.properties.creator = "bo_loop"
    book.properties.created = datetime(*_EPOCH[:3])
    stream = io.BytesIO()
    book.save(stream)
    book.properties.modified = datetime(*_EPOCH[:3])  # which saving sets
    return _undated(stream.getvalue(), tostring(book.properties.to_tree()))


def _write(sheet: Worksheet, at: int, column: Column) -> None:
    letter = get_column_letter(at)
    head = sheet.cell(1, at, guarded_cell(column.header))
    head.font, head.fill = Font(bold=True), _INPUT if column.fill_in else _HEAD
    head.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.column_dimensions[letter].width = column.width
    for row, value in enumerate(column.values, start=2):
        cell = sheet.cell(row, at)
        if isinstance(value, bytes):
            _draw(sheet, f"{letter}{row}", row, value)
        else:
            cell.value = guarded_cell(value)
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, whatever it begins with
        cell.number_format = column.digits
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if column.fill_in:
            cell.fill = _INPUT
    if column.choices:
        offered = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
        offered.allow_blank = True
        sheet.add_data_validation(offered)
        offered.add(f"{letter}2:{letter}{min(len(column.values) + 1, _MOST_ROWS)}")


def _draw(sheet: Worksheet, anchor: str, row: int, png: bytes) -> None:
    picture = Image(io.BytesIO(png))
    scale = _PICTURE_PT / _PER_PIXEL / picture.height
    picture.width, picture.height = picture.width * scale, picture.height * scale
    sheet.add_image(picture, anchor)
    sheet.row_dimensions[row].height = _PICTURE_PT + 4.0


def _explain(sheet: Worksheet, columns: Sequence[Column], note: str) -> None:
    rows: list[tuple[str, str]] = [(note, "")] if note else []
    rows += [("column", "what it is")]
    rows += [(column.header, column.about) for column in columns]
    for at, (name, about) in enumerate(rows, start=1):
        first, second = sheet.cell(at, 1, guarded_cell(name)), sheet.cell(at, 2, about)
        second.alignment = Alignment(wrap_text=True, vertical="top")
        first.alignment = Alignment(vertical="top")
        if name == "column":
            first.font = second.font = Font(bold=True)
    for at, column in enumerate(columns, start=len(rows) - len(columns) + 1):
        if column.fill_in:
            sheet.cell(at, 1).fill = _INPUT
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 90


def _undated(content: bytes, properties: bytes) -> bytes:
    """Return the archive with other `properties`, without the time its files were packed at."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            raw = properties if name == ARC_CORE else given.read(name)
            made.writestr(zipfile.ZipInfo(name, _EPOCH), raw, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
