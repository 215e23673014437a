"""Tables as they were written: CSV, Parquet or Excel, read as text and row numbers."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError

MAX_FILE_BYTES = 256 * 2**20

_WRONG_ROW = re.compile(r"^row (\d+)")

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
# Full-width signs, digits and points, and minus signs that are not hyphens. Superscripts stay:
# 1² is no 12.
_PLAIN = str.maketrans("０１２３４５６７８９＋－．，−–", "0123456789+-.,--")
# A workbook is a zip file: one that unpacks to a hundred times its size is not a table.
_MAX_WORKBOOK_BYTES = 512 * 2**20


@dataclass(frozen=True)
class Cells:
    """A table as it was written.

    Parameters
    ----------
    frame : DataFrame of str
        Text of every cell under a named header, stripped, numbers with an ASCII sign and a point;
        an empty cell is "". Blank rows are left out.
    written : DataFrame of str
        The same rows with every column, each cell as it was written.
    rows : list of int
        Row number of each row, as a spreadsheet shows it.
    problems : list of str
        Rows that do not fit the header.
    """

    frame: pd.DataFrame
    written: pd.DataFrame
    rows: list[int]
    problems: list[str]


def bad_rows(where: str | Path, problems: Sequence[str]) -> DataError:
    """Return the error that lists everything wrong in a table, from the top down."""
    ordered = sorted(problems, key=lambda line: int(_WRONG_ROW.match(line)[1]))
    return DataError(f"{where}: {len(ordered)} values cannot be used.", ordered)


def spreadsheet_rows(problems: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Put the file's row numbers in lines that count from row 2 without its blank rows."""
    return [_WRONG_ROW.sub(lambda m: f"row {rows[int(m[1]) - 2]}", line) for line in problems]


def read_cells(path: Path, *, content: bytes | None = None, formulas: bool = False) -> Cells:
    """Read a table as text.

    Parameters
    ----------
    path : Path
        As for `load`.
    content : bytes, optional
        What the table holds, where it does not lie at `path` but came through a pipe.
    formulas : bool
        Whether a workbook's formulas are shown, in place of the values last computed from them.

    Returns
    -------
    Cells

    Raises
    ------
    DataError
        If there is no such file, or it is not what its name says.
    """
    readers: dict[str, Callable[[bytes, Path], Cells]] = {
        ".csv": _csv_cells,
        ".parquet": _parquet_cells,
        ".xlsx": partial(_xlsx_cells, formulas=formulas),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: only {', '.join(readers)} files are read. Save it as one.")
    if content is None:
        if not path.is_file():
            raise DataError(f"{path}: there is no such file in {path.absolute().parent}.")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB: no table of constants.")
    return reader(content, path)


def _cells(records: list[list[str]], path: Path, *, comma: bool = False) -> Cells:
    numbered = [(row, r) for row, r in enumerate(records, start=1) if any(map(str.strip, r))]
    if len(numbered) < 2:
        raise DataError(f"{path} holds no rows: a header and at least one row are needed.")
    header = numbered[0][1]
    while not header[-1].strip():
        header = header[:-1]
    names = [name.strip() for name in header]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise DataError(f"{path} has more than one column {', '.join(map(repr, repeated))}.")
    fitting, problems = [], []
    for row, cells in numbered[1:]:
        if len(cells) < len(header) or any(map(str.strip, cells[len(header) :])):
            problems.append(
                f"row {row}: {len(cells)} cells where the header has {len(header)} — give each "
                "column a cell, and quote a cell that holds the separator"
            )
        else:
            fitting.append((row, cells[: len(header)]))
    written = pd.DataFrame([cells for _, cells in fitting], columns=header, dtype="str")
    plain = [[plain_number(cell.strip(), comma=comma) for cell in cells] for _, cells in fitting]
    frame = pd.DataFrame(plain, columns=names, dtype="str")[[name for name in names if name]]
    return Cells(frame, written, [row for row, _ in fitting], problems)


def _csv_cells(content: bytes, path: Path) -> Cells:
    text = _decoded(content, path)
    head = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    delimiter = max(",;\t", key=head.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataError(f"{path} is not a CSV table: {error}. Check its quotes.") from error
    # Where a semicolon separates cells, a comma is the decimal point.
    return _cells(records, path, comma=delimiter != ",")


def _decoded(content: bytes, path: Path) -> str:
    if b"\0" in content:
        raise DataError(f"{path} is not text in UTF-8 or cp932: save it again as CSV UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        raise DataError(f"{path} is neither UTF-8 nor cp932: save it again as CSV UTF-8.") from None
    warnings.warn(
        f"{path} is not UTF-8, and was read as Japanese text (cp932). If names look wrong, save it "
        "again as CSV UTF-8",
        stacklevel=2,
    )
    return text


def plain_number(text: str, *, comma: bool = False) -> str:
    """Write a number with an ASCII sign, digits and point; any other text stays as it is.

    Parameters
    ----------
    text : str
        A cell. Full-width digits, and minus signs that are not hyphens, are understood.
    comma : bool
        Whether a comma may stand for the decimal point.
    """
    number = text.strip().translate(_PLAIN)
    if comma and number.count(",") == 1:
        number = number.replace(",", ".")
    return number if _NUMBER.fullmatch(number) else text


def _parquet_cells(content: bytes, path: Path) -> Cells:
    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except Exception as error:  # pyarrow raises whatever its decoder stumbles over
        raise DataError(f"{path} is not a Parquet table: {error}.") from error
    rows = frame.reset_index(drop=True).astype(object).to_numpy().tolist()
    header = [str(name) for name in frame.columns]
    return _cells([header, *([_text(value) for value in row] for row in rows)], path)


def _xlsx_cells(content: bytes, path: Path, *, formulas: bool) -> Cells:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked <= _MAX_WORKBOOK_BYTES:
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=not formulas
            )
            sheet = book.worksheets[0]
            # The size that a sheet states for itself is not always true.
            sheet.reset_dimensions()
            rows = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises whatever its parsers stumble over
        raise DataError(f"{path} is not an Excel workbook: {error}.") from error
    if unpacked > _MAX_WORKBOOK_BYTES:
        raise DataError(f"{path} unpacks to {unpacked >> 20} MiB: no table of constants does.")
    width = max(map(len, rows), default=0)
    return _cells([row + [""] * (width - len(row)) for row in rows], path)


def _text(value: Any) -> str:
    missing = value is None or value is pd.NA or value != value
    return "" if missing else str(value)
