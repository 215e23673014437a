"""What is typed, pasted or sent as results, as the table that `Campaign.log` reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.writing import csv_bytes
from bo_loop.web import texts
from bo_loop.web.desk import plain_file_name


def table_of(source: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, bytes]:
    """Return the name and the content of a ``.csv`` of some rows.

    Parameters
    ----------
    source : str
        What the table is to be called in the record.
    rows : sequence of mapping
        By column; a cell is text or a number, and may be missing. The first is row 2.

    Raises
    ------
    DataError
        If there is no row.
    """
    if not rows:
        raise DataError(texts.NO_ROWS)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_text(row.get(name)) for name in columns] for row in rows]
    name = plain_file_name(source)
    name = name if name.lower().endswith(".csv") else f"{name}.csv"
    return name, csv_bytes(pd.DataFrame(cells, columns=columns, dtype=str))


def _text(cell: Any) -> str:
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell).strip()


def pasted(text: str) -> list[list[str]]:
    """Return the cells of a text as a spreadsheet copies it: tabs and lines.

    A cell with a tab, a line or a quote in it stands in quotes.
    """
    import csv
    import io

    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return [
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(lines), delimiter="\t")
    ]
