"""The cells of a file as text: CSV, Parquet, Excel, capped while they are read."""

import csv
import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base import received_tables
from bo_loop.base.errors import DataError
from bo_loop.data.encodings import decoded
from bo_loop.data.meanings import meaning

SUFFIXES = (".csv", ".parquet", ".xlsx")
MAX_FILE_BYTES = 256 * 2**20
MAX_ROWS, MAX_COLUMNS = 2**20, 2**14
"""As many as an Excel sheet has."""
MAX_CELLS = 10_000_000

# A workbook is a zip file: one that unpacks to a hundred times its size is not a table.
_MAX_UNPACKED_BYTES = 256 * 2**20
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.|\\t)\"?;*,*\r?\n", re.IGNORECASE)
_LINES_TRIED, _CHARACTERS_TRIED = 30, 100_000
_RAISED = str.maketrans(
    "0123456789+-()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
)


@dataclass(frozen=True)
class Grid:
    """A sheet of cells.

    Parameters
    ----------
    rows : list of (int, list of str)
        Row number, as a spreadsheet shows it, and cells; blank rows are left out.
    sheet : str
        Its name in a workbook.
    ragged : bool
        Whether a row of fewer cells than the header lacks something, as in CSV.
    """

    rows: list[tuple[int, list[str]]]
    sheet: str = ""
    ragged: bool = False


def read_grids(
    content: bytes, path: Path, *, formulas: bool = False, encoding: str | None = None
) -> Iterator[Grid]:
    """Read the sheets of a file, one after the other.

    Parameters
    ----------
    content : bytes
        What the file holds.
    path : Path
        Whose suffix says what it is; named in messages.
    formulas : bool
        Whether a workbook's formulas are shown, in place of the values last computed from them.
    encoding : str, optional
        Of a CSV; see `bo_loop.data.encodings.decoded`.

    Raises
    ------
    DataError
        If the file is not what its name says, or larger than `MAX_CELLS`, `MAX_ROWS` or
        `MAX_COLUMNS` allow.
    """
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB: too large for a table.")
    suffix = path.suffix.lower()
    if suffix == ".csv":
        yield _csv(decoded(content, path, encoding), path)
    elif suffix == ".parquet":
        yield _parquet(content, path)
    else:
        yield from _workbook(content, path, formulas=formulas)


def require_suffix(path: Path) -> None:
    """Refuse a file that is none of the kinds that are read.

    Raises
    ------
    DataError
        Naming the kinds.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path}: only {', '.join(SUFFIXES)} files are read. Save it as one.")


def _counted(rows: Iterable[tuple[int, list[str]]], path: Path) -> list[tuple[int, list[str]]]:
    """Keep the rows that are not blank, and stop at a table without end."""
    kept, cells = [], 0
    for number, row in rows:
        cells += len(row)
        if number > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise DataError(
                f"{path} has more than {MAX_ROWS:,} rows, {MAX_COLUMNS:,} columns or "
                f"{MAX_CELLS:,} cells (row {number:,}): too large for a table of constants."
            )
        if any(map(str.strip, row)):
            kept.append((number, row))
    return kept


def _csv(text: str, path: Path) -> Grid:
    line = _SEPARATOR_LINE.match(text)  # which Excel reads, and does not count as a row
    delimiter = line[1].replace("\\t", "\t") if line else _delimiter(text)
    lines = io.StringIO(text[line.end() if line else 0 :], newline="")
    try:
        records = csv.reader(lines, delimiter=delimiter, strict=True)
        return Grid(_counted(enumerate(records, start=1), path), ragged=True)
    except csv.Error as error:
        raise DataError(f"{path} is not a CSV table: {error}. Check its quotes.") from error
    except TypeError as error:
        raise DataError(
            f"{path}: {delimiter!r} in its first line cannot separate cells."
        ) from error


def _delimiter(text: str) -> str:
    """Return the separator with which a row of the first ones holds the most known headers."""
    head = text[:_CHARACTERS_TRIED].splitlines()[:_LINES_TRIED]
    first = re.sub(r'"[^"]*"', "", next((line for line in head if line.strip()), ""))

    def known(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(head, delimiter=delimiter)
        try:
            most = max((sum(meaning(cell) is not None for cell in row) for row in rows), default=0)
        except csv.Error:
            most = 0
        return most, first.count(delimiter)

    return max(_DELIMITERS, key=known)


def _parquet(content: bytes, path: Path) -> Grid:
    import pyarrow as pa

    # pyarrow documents ArrowException; on damaged files it also raises these.
    damaged = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
    try:
        file = received_tables.opened(content)
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        leaves = sum(g.column(i).num_values for g in groups for i in range(g.num_columns))
        size = sum(group.total_byte_size for group in groups)
    except damaged as error:
        raise DataError(f"{path} is not a Parquet table: {error}.") from error
    too_large = max(leaves, file.metadata.num_rows) > MAX_CELLS or size > _MAX_UNPACKED_BYTES
    if too_large or file.metadata.num_columns > MAX_COLUMNS:
        raise DataError(f"{path} has {leaves:,} cells: too large for a table of constants.")
    try:
        table = received_tables.whole(file)
        columns = [_texts(column) for column in table.columns]
    except damaged as error:
        raise DataError(f"{path} is not a Parquet table: {error}.") from error
    header = [str(name) for name in table.column_names]
    rows = zip(*columns, strict=True)
    return Grid(_counted(enumerate([header, *map(list, rows)], start=1), path))


def _texts(column: Any) -> list[str]:
    """Return the cells of a Parquet column as text; a list is shown as it is printed."""
    import pyarrow as pa

    values = column.to_pylist()
    if pa.types.is_float32(column.type):  # 8.15, not 8.149999618530273
        values = [None if value is None else np.float32(value) for value in values]
    return [_text(value) for value in values]


def _workbook(content: bytes, path: Path, *, formulas: bool) -> Iterator[Grid]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            raise DataError(f"{path} unpacks to {unpacked >> 20} MiB: too large for a table.")
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=not formulas, rich_text=True
        )
        if not book.worksheets:
            raise DataError(f"{path} has no sheet that can be read: is it damaged?")
        for sheet in book.worksheets:
            yield _sheet(sheet, path)
    except DataError:
        raise
    except Exception as error:  # openpyxl has no error of its own: XML, zip, keys, numbers, dates
        raise DataError(f"{path} is not an Excel workbook: {error}.") from error


def _sheet(sheet: Any, path: Path) -> Grid:
    from openpyxl.worksheet._reader import WorkSheetParser

    # Its own rows would fill every gap up to a cell far below, and drop superscripts and merges.
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=sheet.parent.data_only,
            epoch=sheet.parent.epoch,
            date_formats=sheet.parent._date_formats,
            timedelta_formats=sheet.parent._timedelta_formats,
            rich_text=True,
        )
        rows = _counted(((number, _spread(cells)) for number, cells in parser.parse()), path)
    if parser.merged_cells:
        _fill_merged(rows, [area.ref for area in parser.merged_cells.mergeCell])
    return Grid(rows, sheet.title)


def _spread(cells: list[dict[str, Any]]) -> list[str]:
    """Put the cells that a row holds into their columns."""
    texts = {cell["column"]: _cell_text(cell["value"]) for cell in cells}
    width = max((column for column, text in texts.items() if text.strip()), default=0)
    return [texts.get(column, "") for column in range(1, min(width, MAX_COLUMNS + 1) + 1)]


def _fill_merged(rows: list[tuple[int, list[str]]], areas: Iterable[str]) -> None:
    """Write the text of cells that were merged downwards into each row that they stand for."""
    from openpyxl.utils import range_boundaries

    numbers, at = [number for number, _ in rows], dict(rows)
    left = MAX_CELLS
    for area in areas:
        first, top, _, bottom = range_boundaries(area)
        text = at.get(top, [])[first - 1 : first]
        if text and text[0].strip():
            below = numbers[bisect_right(numbers, top) : bisect_right(numbers, bottom)]
            left -= sum(max(first - len(at[number]), 1) for number in below)
            if left < 0:
                return
            for number in below:
                row = at[number]
                row.extend([""] * (first - len(row)))
                row[first - 1] = row[first - 1] or text[0]


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float | np.floating) and value != value)
    return "" if missing else str(value)


def _cell_text(value: Any) -> str:
    """Return a workbook's cell as text; superscripts as such, so that 6.9² is not 6.92."""
    from openpyxl.cell.rich_text import CellRichText

    if isinstance(value, CellRichText):
        return "".join(part if isinstance(part, str) else _raised(part) for part in value)
    return _text(getattr(value, "text", value))  # of an array formula


def _raised(block: Any) -> str:
    text = str(block.text or "")
    raised = block.font is not None and block.font.vertAlign == "superscript"
    return text.translate(_RAISED) if raised else text
