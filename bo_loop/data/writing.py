"""Tables as files: one way to write a cell, whatever the table."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError

SUFFIXES = (".parquet", ".csv")

# What a spreadsheet runs as a formula: an ASCII or full-width sign at the start, behind characters
# that it skips (spaces, line breaks, zero-width ones), or a tab or line break itself.
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)


def csv_bytes(frame: pd.DataFrame, *, float_format: str | None = None) -> bytes:
    """Return a table as CSV for people: utf-8-sig, LF, nothing for a missing value.

    Parameters
    ----------
    frame : DataFrame
        What to write, without its index.
    float_format : str, optional
        How to write floats, such as ``"%.6g"``.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets a leading apostrophe, which is how
    spreadsheets themselves keep such text. Headers are guarded too; numbers are not text.
    """
    columns = [_cells(frame.iloc[:, i], float_format) for i in range(frame.shape[1])]
    return _written([str(name) for name in frame.columns], columns)


def csv_of(columns: Mapping[str, Sequence[Any]], float_format: str) -> bytes:
    """Return plain values by column as `csv_bytes` writes a table of them; None is missing."""
    return _written(list(columns), [_plain_cells(each, float_format) for each in columns.values()])


def _plain_cells(column: Sequence[Any], float_format: str) -> list[Any]:
    kinds = {*map(type, column)}
    if kinds == {float}:
        return [float_format % value for value in column]
    if kinds <= {str, int, NoneType}:
        cells = {value: guarded_cell(value) for value in set(column)} | {None: ""}
        return [cells[value] for value in column]
    return [
        float_format % v if type(v) is float else "" if v is None else guarded_cell(v)
        for v in column
    ]


def _written(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([guarded_cell(name) for name in names])
    rows.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8-sig")


def _cells(column: pd.Series, float_format: str | None) -> list[Any]:
    """Return the cells of a column as they are written."""
    written = column.to_numpy(object).tolist()
    if float_format and pd.api.types.is_float_dtype(column.dtype):
        written = [float_format % value for value in written]
    elif isinstance(column.dtype, pd.StringDtype):
        guarded = {text: guarded_cell(text) for text in set(written)}
        written = [guarded[text] for text in written]
    elif not pd.api.types.is_numeric_dtype(column.dtype):
        written = [guarded_cell(value) for value in written]
    missing = column.isna().to_numpy()
    if not missing.any():
        return written
    return ["" if no else cell for no, cell in zip(missing.tolist(), written, strict=True)]


def guarded_cell(value: Any) -> Any:
    """Return a cell as it is written: text that starts a formula with an apostrophe before it."""
    if not isinstance(value, str):
        return value
    # a bare CR would not be quoted
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if text[:1].isalnum() or not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def refuse_output(*paths: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Say so before the work is done, if its results cannot be written.

    Parameters
    ----------
    *paths : Path
        The table first, then what is to stand beside it.
    suffixes : sequence of str
        Kinds of tables that are written.

    Raises
    ------
    DataError
        If the table's suffix is not one that is written, there is no such folder, or one of the
        files exists.
    """
    if paths[0].suffix.lower() not in suffixes:
        *first, last = suffixes
        written = f"{', '.join(first)} and {last}" if first else last
        raise DataError(f"{paths[0]}: only {written} files are written.")
    if not paths[0].absolute().parent.is_dir():
        raise DataError(f"{paths[0]}: there is no folder {paths[0].absolute().parent}.")
    taken = [path for path in paths if path.exists() or path.is_symlink()]
    if taken:
        raise DataError(
            f"{', '.join(map(str, taken))} exists already and is kept: give another out=."
        )


def table_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """Return `frame` as the content of `path`, whose suffix `refuse_output` accepted."""
    if path.suffix.lower() == ".csv":
        return csv_bytes(frame)
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()
