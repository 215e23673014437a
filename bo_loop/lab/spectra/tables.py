"""Curves in tables (CSV, Excel, Parquet): x in the first column, a curve in each of the others.

Above the header may stand what is said of the curves, a line each: ``ligand, EDTA`` or
``# temperature: 25``.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.data.grids import Grid, read_grids
from bo_loop.data.numbers import plain_value
from bo_loop.lab.spectra.curves import Curve
from bo_loop.lab.spectra.records import split_header

_SIGNALS = re.compile(
    r"(a|abs|absorbance|extinction|epsilon|ε|t|%t|transmittance|transmission|i|intensity|counts|"
    r"signal|current|y|od|reflectance|log\(?1/r\)?)",
    re.IGNORECASE,
)
_SAID = re.compile(r"#?\s*(?P<key>[^:=#]{1,60}?)\s*[:=]\s*(?P<value>.*)")


def table_curves(content: bytes, path: Path) -> list[Curve]:
    """Read the curves of every sheet of a table.

    Raises
    ------
    DataError
        If it is not a table, or holds what is not a number among its numbers.
    """
    found = []
    for grid in read_grids(content, path):
        if grid.rows:
            found += _curves(grid)
    if not found:
        raise DataError("it holds no rows.")
    if len(found) == 1:
        return found
    places = [curve.place for curve in found]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise DataError(f"columns have one name: {', '.join(twice)[:100]}. Rename them.")
    return found


def _curves(grid: Grid) -> list[Curve]:
    start = next((i for i, (_, row) in enumerate(grid.rows) if _are_numbers(row)), None)
    if start is None:
        sheet = f"sheet {grid.sheet!r} " if grid.sheet else "it "
        raise DataError(f"{sheet}holds no row of two numbers: x and a signal are needed.")
    above = [row for _, row in grid.rows[:start]]
    header = above.pop() if above and not _said(above[-1]) else []
    said = {key: value for row in above for key, value in _said(row).items()}
    width = max(len(row) for _, row in grid.rows[start:])
    header = [*header, *[""] * (width - len(header))]
    columns = _numbers(grid, start, width)
    x_name, x_unit = split_header(header[0])
    del x_name
    filled = [j for j in range(1, width) if np.isfinite(columns[:, j]).any()]
    curves = []
    for j in filled:
        there = np.isfinite(columns[:, j])
        name, unit = split_header(header[j])
        is_signal = bool(_SIGNALS.fullmatch(name.strip() or "y"))
        y_unit = f"{name} {unit}".strip() if is_signal else unit
        place = header[j].strip() if not is_signal or len(filled) > 1 else ""
        if len(filled) > 1 and not place:
            place = f"column {j + 1}"
        curves.append(Curve(columns[there, 0], columns[there, j], x_unit, y_unit, place, said))
    return curves


def _numbers(grid: Grid, start: int, width: int) -> np.ndarray:
    """Read all cells below the header; (n, width), nan where one is blank."""
    rows = grid.rows[start:]
    values, bad = np.full((len(rows), width), np.nan), []
    for i, (number, row) in enumerate(rows):
        for j, text in enumerate(row):
            if text.strip():
                values[i, j] = _number(text)
                if math.isnan(values[i, j]):
                    bad.append(f"row {number}, column {j + 1}: {text[:30]!r}")
        if math.isnan(values[i, 0]) and not bad:
            bad.append(f"row {number}: x is blank")
    if bad:
        more = f", and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise DataError(f"among its numbers stands what is none: {'; '.join(bad[:3])}{more}.")
    return values


def _are_numbers(row: Sequence[str]) -> bool:
    return len(row) >= 2 and not any(math.isnan(_number(cell)) for cell in row[:2])


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return plain_value(text)
    return value if math.isfinite(value) else math.nan


def _said(row: Sequence[str]) -> dict[str, str]:
    """Return the key and value of a line above the header, if it is one."""
    cells = [cell.strip() for cell in row if cell.strip()]
    if len(cells) == 1 and (found := _SAID.fullmatch(cells[0])):
        return {found["key"].strip(): found["value"].strip()}
    if len(cells) == 2 and not split_header(cells[0])[1] and not _SIGNALS.fullmatch(cells[1]):
        return {cells[0].lstrip("# ").rstrip(": "): cells[1]}
    return {}
