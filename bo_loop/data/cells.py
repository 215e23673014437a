"""Tables as they were written: the header found, its columns recognised, cells as text.

A title above the header and a row of units below it are understood; of a workbook, the first sheet
that has the header is read.
"""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.grids import MAX_FILE_BYTES, Grid, read_grids, require_suffix
from bo_loop.data.headers import Recognised, listed, recognise
from bo_loop.data.meanings import wanted_meaning
from bo_loop.data.numbers import Reading
from bo_loop.data.quantities import read_quantity, unit_of

_WRONG_ROW = re.compile(r"^row (\d+)")
_PLACE = re.compile(r"(?:(?P<part>.*?\.parquet), )?row (?P<row>\d+)")
_ROWS_TRIED, _MOST_SHOWN = 20, 20
_DIGIT = re.compile(r"\d")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


class ReadingNote(UserWarning):
    """What a reader understood otherwise than it is written, or did not read."""


@dataclass(frozen=True)
class Cells:
    """A table as it was written.

    Parameters
    ----------
    header : list of str
        As it was written.
    body : list of list of str
        Cells of the rows below it, one for each header, as they were written; blank rows are left
        out.
    rows : list of int
        Row number of each, as a spreadsheet shows it.
    problems : list of str
        Rows that do not fit the header.
    found : Recognised
        Which columns are read.
    """

    header: list[str]
    body: list[list[str]]
    rows: list[int]
    problems: list[str]
    found: Recognised

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Text of the columns that are read, stripped, under our names; an empty cell is ""."""
        columns = {name: self.column(at) for name, at in self.found.columns.items()}
        return pd.DataFrame(columns, index=range(len(self.body)), dtype="str")

    @cached_property
    def written(self) -> pd.DataFrame:
        """Every column, each cell as it was written."""
        return pd.DataFrame(self.body, columns=self.header, dtype="str")

    def column(self, at: int) -> list[str]:
        """Return the stripped cells of the column at a position."""
        return [row[at].strip() for row in self.body]


def bad_rows(where: str | Path, problems: Sequence[str]) -> DataError:
    """Return the error that lists everything wrong in a table, from the top down, by its parts."""

    def place(line: str) -> tuple[str, int]:
        found = _PLACE.match(line)
        return found["part"] or "", int(found["row"])

    n = "1 value" if len(problems) == 1 else f"{len(problems)} values"
    return DataError(f"{where}: {n} cannot be used.", sorted(problems, key=place))


def spreadsheet_rows(problems: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Put the file's row numbers in lines that count from row 2 without its blank rows."""
    return [_WRONG_ROW.sub(lambda m: f"row {rows[int(m[1]) - 2]}", line) for line in problems]


def note_of(label: str, name: str, text: str, reading: Reading) -> list[str]:
    """Return how a number was read that is not written plainly; decimal commas are said once."""
    if reading.plain:
        return []
    if _DECIMAL_COMMA.fullmatch(text):
        return ["a comma as the decimal point"]
    return [f"{label}, {name}: {text!r} as {reading}"]


def quantities_of(
    cells: Cells, column: str, *, default: float | None = None, trusted: bool = False
) -> tuple[list[float], list[str], list[str]]:
    """Read the quantities of a column.

    Parameters
    ----------
    cells : Cells
    column : str
        One of `bo_loop.data.quantities.LIMITS`.
    default : float, optional
        Of an empty cell, and of all where there is no such column; without, neither will do.
    trusted : bool
        Values that look as if they were in another unit are believed.

    Returns
    -------
    values : list of float
        One a row; the default where a cell cannot be used.
    understood : list of str
        What was not written plainly.
    problems : list of str
        Rows that cannot be used, and why.
    """
    blank = np.nan if default is None else default
    values, understood, problems = [], [], []
    unit = cells.found.units.get(column, "")
    texts = cells.frame.get(column, [""] * len(cells.rows))
    for row, text in zip(cells.rows, texts, strict=True):
        values.append(blank)
        if not text and default is not None:
            continue
        try:
            reading, doubt = read_quantity(column, text, unit)
            if doubt and not trusted:
                raise ValueError(doubt)
        except ValueError as error:
            problems.append(f"row {row}, {column}: {text!r} — {error}")
            continue
        values[-1] = reading.value
        understood += note_of(f"row {row}", column, text, reading)
    return values, understood, problems


def say(understood: Sequence[str], where: str | Path) -> None:
    """Warn that cells were read otherwise than they are written; the first of many are shown."""
    if understood:
        said = list(dict.fromkeys(understood))
        more = len(said) - _MOST_SHOWN
        shown = "; ".join(said[:_MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        warnings.warn(f"{where}: read {shown}", ReadingNote, stacklevel=3)


def read_cells(
    path: Path,
    wanted: Sequence[str] = (),
    *,
    needed: Sequence[str | tuple[str, ...]] = (),
    mapping: Mapping[str, str] | None = None,
    quiet: Sequence[str] = (),
    content: bytes | None = None,
    formulas: bool = False,
    encoding: str | None = None,
) -> Cells:
    """Read a table as text.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.parquet`` or ``.xlsx``.
    wanted : sequence of str
        The columns that are read, of `bo_loop.data.meanings.SYNONYMS`. Without any, the first row
        is the header, and every column is read under its own name.
    needed : sequence of str, or of tuples of str
        Those without which a sheet is not the table; of a tuple, one of them.
    mapping, quiet
        As `bo_loop.data.headers.recognise`.
    content : bytes, optional
        What the table holds, where it does not lie at `path` but came through a pipe.
    formulas, encoding
        As `bo_loop.data.grids.read_grids`.

    Returns
    -------
    Cells

    Raises
    ------
    DataError
        If there is no such file, it is not what its name says, or its headers cannot be told apart.

    Warns
    -----
    UserWarning
        Saying which headers were understood otherwise than written, and which are not read.
    """
    require_suffix(path)
    if content is None:
        content = _bytes_of(path)
    grids = list(read_grids(content, path, formulas=formulas, encoding=encoding))
    mapped = {text.strip() for text in (mapping or {}).values()}
    grid, start, others = _table(grids, wanted, needed, mapped)
    if len(grid.rows) < 2:
        raise DataError(f"{path} holds no rows: a header and at least one row are needed.")
    cells = _below(grid, start)
    if not wanted:
        return cells
    found = recognise(cells.header, wanted, str(path), mapping=mapping, quiet=quiet)
    notes = list(found.notes)
    if start:
        notes.append(f"header in row {grid.rows[start][0]}, not read: the rows above it")
    if others:
        notes.append(f"of the sheets, read {grid.sheet!r} and not {listed(others)}")
    cells = _without_units(replace(cells, found=found), notes)
    if notes:
        warnings.warn(f"{path}: {'; '.join(notes)}", ReadingNote, stacklevel=2)
    return cells


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file in {path.absolute().parent}.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from error


def _table(
    grids: Sequence[Grid],
    wanted: Sequence[str],
    needed: Sequence[str | tuple[str, ...]],
    mapped: set[str],
) -> tuple[Grid, int, list[str]]:
    """Return the sheet that holds the table, its header's position, and the sheets passed over."""
    headers = [_header(grid, wanted, mapped) for grid in grids]
    some = [{one} if isinstance(one, str) else set(one) for one in needed]
    whole = [
        at for at, (_, known) in enumerate(headers) if some and all(one & known for one in some)
    ]
    chosen = whole[0] if whole else max(range(len(grids)), key=lambda at: len(headers[at][1]))
    others = [grids[at].sheet for at in whole if at != chosen]
    start, known = headers[chosen]
    return grids[chosen], start if len(known) > 1 else 0, others


def _header(grid: Grid, wanted: Sequence[str], mapped: set[str]) -> tuple[int, set[str]]:
    """Return which of the first rows holds the most headers that are read, and these."""
    best: tuple[int, set[str]] = (0, set())
    for at, (_, row) in enumerate(grid.rows[:_ROWS_TRIED] if wanted else ()):
        known = {one.column for text in row if (one := wanted_meaning(text.strip(), wanted))}
        known |= mapped.intersection(map(str.strip, row))
        known |= {"smiles"} if "inchi" in known else set()
        if len(known) > len(best[1]):
            best = at, known
    return best


def _below(grid: Grid, start: int) -> Cells:
    """Cut a grid at its header; every column goes by its own name."""
    header = list(grid.rows[start][1])
    while header and not header[-1].strip():
        header.pop()
    width, body, rows, problems = len(header), [], [], []
    for number, row in grid.rows[start + 1 :]:
        if (grid.ragged and len(row) < width) or any(map(str.strip, row[width:])):
            problems.append(
                f"row {number}: {len(row)} cells where the header has {width} — give each "
                "column a cell, and quote a cell that holds the separator"
            )
        else:
            body.append(row[:width] + [""] * (width - len(row)))
            rows.append(number)
    found = Recognised({name.strip(): at for at, name in enumerate(header)})
    return Cells(header, body, rows, problems, found)


def _without_units(cells: Cells, notes: list[str]) -> Cells:
    """Take a row of units off the top of a table; what it says holds where the header says none."""
    if not cells.body:
        return cells
    first = {column: cells.body[0][at].strip() for column, at in cells.found.columns.items()}
    stated = {column: unit_of(column, text.strip("()[]{} ")) for column, text in first.items()}
    units = {column: unit for column, unit in stated.items() if unit}
    constants = [cells.body[0][at] for _, at in cells.found.constants]
    if not units or any(map(_DIGIT.search, [first.get("log_beta", ""), *constants])):
        return cells
    notes.append(f"row {cells.rows[0]} as units ({', '.join(units.values())})")
    found = replace(cells.found, units={**units, **cells.found.units})
    return replace(cells, body=cells.body[1:], rows=cells.rows[1:], found=found)
