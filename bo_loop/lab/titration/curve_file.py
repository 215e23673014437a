"""Curves as instruments and spreadsheets write them: columns recognised, units read.

A table of one row a point: the volume of titrant in all, and pH, or potential, or signals, one a
column (wavelengths in nm, or nuclei). A table with a first column of wavelengths is turned. Rows
above the headers, ``metal: Cu+2`` or ``# metal: Cu+2`` or two cells, state what was in the cell;
what else instruments write there is not read, and said to be so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.data.encodings import decoded
from bo_loop.data.grids import Grid, read_grids
from bo_loop.data.headers import listed, recognise
from bo_loop.data.meanings import UNSEEN, meaning
from bo_loop.data.numbers import plain_value, understand
from bo_loop.data.quantities import read_quantity, unit_of
from bo_loop.lab.titration.curve import FLUORESCENCE, POTENTIOMETRIC, SHIFTS, SPECTRA
from bo_loop.lab.titration.statement import like_a_key, read_statement

SUFFIXES = (".csv", ".xlsx", ".parquet", ".txt", ".tsv", ".dat", ".asc")
_WANTED = ("volume_mL", "pH", "potential_mV")
_TEXT_SUFFIXES = SUFFIXES[3:]
_WAVELENGTH = re.compile(
    r"(?P<kind>a|abs|absorbance|f|fl|i|em|ex|intensity|fluorescence)?\W*"
    r"(?P<nm>\d{3,4}(?:[.,]\d+)?)\s*(?:nm)?\W*",
    re.IGNORECASE,
)
_BY_UNIT = {"volume_mL": "V", "potential_mV": "E"}
_UNIT = re.compile(r".*[\[(]\s*(?P<bracket>[^\[\]()]+?)\s*[\])]|[^/]*/\s*(?P<slash>[^/\[\]()]+)")
_BLANKS = re.compile(r"(?<=\S)[ ]{2,}(?=\S)|(?<=\d)[ ](?=[-+.\d])")
_SHIFT = re.compile(r"δ|delta|shift|ppm", re.IGNORECASE)
_EMITTED = re.compile(r"f|fl|i|em|intensity|fluorescence|emission|counts", re.IGNORECASE)
_ABSORBED = re.compile(r"a|abs|absorbance|extinction|od", re.IGNORECASE)
_MOST_LISTED = 20


@dataclass(frozen=True)
class CurveFile:
    """What a file of a titration holds.

    Parameters
    ----------
    stated : mapping of str to Any
        Keys and values above the table.
    volume_mL : (B,) float64
    pH, potential_mV : (B,) float64, optional
    signals : (B, K) float64, optional
    labels : tuple of str
        Of the signals.
    method : str
        What the columns look like.
    notes : list of str
        How headers were understood; what is not read.
    """

    stated: Mapping[str, Any]
    volume_mL: Floats
    pH: Floats | None
    potential_mV: Floats | None
    signals: Floats | None
    labels: tuple[str, ...]
    method: str
    notes: list[str]


def read_curve(path: Path, content: bytes) -> CurveFile:
    """Read a titration.

    Parameters
    ----------
    path : Path
        Whose suffix says what it is; named in messages.
    content : bytes

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or with each cell that is not a number.
    """
    grid = _grid(path, content)
    at = _header_row(grid, path)
    stated, passed = _stated(grid.rows[:at], path)
    header, rows = _upright(grid.rows[at][1], grid.rows[at + 1 :])
    header, by_unit = _named_by_unit(header)
    found = recognise(header, _WANTED, str(path), quiet=[h for h in header if _signal(h)])
    columns = dict(found.columns)
    if "volume_mL" not in columns:
        raise DataError(
            f"{path} has no column of the volume of titrant: name it V (mL). It has "
            f"{listed(header)}."
        )
    others = {i: _signal(h) for i, h in enumerate(header) if i not in columns.values()}
    kinds = {i: kind for i, kind in others.items() if kind}
    rows, below = _parted(rows, [*columns.values(), *kinds])
    problems: list[str] = []
    read = {
        name: _column(rows, i, name, found.units.get(name, ""), problems)
        for name, i in columns.items()
    }
    signals = [_column(rows, i, "", "", problems, header[i]) for i in kinds]
    if problems:
        more = len(problems) - _MOST_LISTED
        raise DataError(
            f"{path}: {len(problems)} cells cannot be read.",
            problems[:_MOST_LISTED] + ([f"and {more} more"] if more > 0 else []),
        )
    method = next(iter({kind for kind, _ in kinds.values()}), POTENTIOMETRIC)
    unread = [h for i, h in enumerate(header) if i in others and i not in kinds and h.strip()]
    notes = [f"{path.name}: not read above the table: {listed(passed)}"] if passed else []
    notes += [f"{path.name}: not read below the table: {listed(below)}"] if below else []
    notes += [f"{path.name}: {theirs!r} is {ours} by its unit" for theirs, ours in by_unit.items()]
    notes += [f"{path.name}: {note}" for note in found.notes if not note.startswith("not read")]
    notes += [f"{path.name}: not read: {listed(unread)}"] if unread else []
    return CurveFile(
        stated,
        read["volume_mL"],
        read.get("pH"),
        read.get("potential_mV"),
        np.column_stack(signals) if signals else None,
        tuple(label for _, label in kinds.values()),
        method,
        notes,
    )


def _grid(path: Path, content: bytes) -> Grid:
    """Return the sheet of a file; of instruments' text files, columns parted by blanks too."""
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path}: a titration is read from {', '.join(SUFFIXES)}. Save it as one.")
    if path.suffix.lower() in _TEXT_SUFFIXES:
        text = decoded(content, path)
        if not re.search(r"[;\t]|,\D", text):
            text = _BLANKS.sub("\t", text)
        path, content = path.with_suffix(".csv"), text.encode("utf-8")
    grid = next(iter(read_grids(content, path)))
    if not grid.rows:
        raise DataError(f"{path} is empty.")
    return grid


def _header_row(grid: Grid, path: Path) -> int:
    for at, (_, row) in enumerate(grid.rows):
        if row[0].strip().startswith("#"):
            continue
        known = {one.column for cell in _named_by_unit(row)[0] if (one := meaning(cell))}
        if known & {"volume_mL", "wavelength_nm"} and len([c for c in row if c.strip()]) > 1:
            if known <= {"volume_mL"} and len(row) == 2 and _is_number(row[1]):
                continue  # a stated volume_mL
            return at
    first = ", ".join(grid.rows[0][1])[:80]
    raise DataError(
        f"{path}: no row names its columns. Begin the table with V (mL), pH (or E (mV), or "
        f"wavelengths); the file begins with {first!r}."
    )


def _is_number(text: str) -> bool:
    return not np.isnan(plain_value(text.strip() or "x"))


def _stated(rows: Sequence[tuple[int, list[str]]], path: Path) -> tuple[dict[str, Any], list[str]]:
    """Read what stands above the table as YAML; and return lines that state nothing of the cell."""
    lines, passed = [], []
    for _, row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        if not any(map(str.isalnum, "".join(cells))):
            continue
        line = ", ".join(cells).lstrip("# ")
        if not cells[0].startswith("#") and ":" not in cells[0]:
            line = f"{cells[0]}: {', '.join(cells[1:])}"
        if like_a_key(line.partition(":")[0].strip()):
            lines.append(line)
        else:
            passed.append(line.rstrip(": "))
    if not lines:
        return {}, passed
    return read_statement(path, "\n".join(lines).encode("utf-8")), passed


def _named_by_unit(header: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Call a column V or E that is in mL or mV, where no other is either; and say which it was.

    So ``Volumen [µL]``, ``V NaOH (mL)`` and ``U/mV`` are understood in any language.
    """
    named, called = list(header), {}
    for column, symbol in _BY_UNIT.items():
        if any((one := meaning(cell)) and one.column == column for cell in header):
            continue
        units = {cell: unit for cell in header if (unit := _unit(column, cell))}
        if len(units) == 1:
            ((theirs, unit),) = units.items()
            called[theirs] = column
            named[named.index(theirs)] = f"{symbol} ({unit})"
    return named, called


def _unit(column: str, header: str) -> str | None:
    found = _UNIT.fullmatch(header.strip())
    return unit_of(column, found["bracket"] or found["slash"]) if found else None


def _upright(
    header: list[str], rows: list[tuple[int, list[str]]]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Turn a table whose first column holds wavelengths, and whose headers volumes."""
    header = [UNSEEN.sub("", cell).strip() for cell in header]
    first = meaning(header[0])
    if first is None or first.column != "wavelength_nm":
        return header, rows
    width = len(header)
    table = [header, *([*row, *[""] * width][:width] for _, row in rows)]
    turned = [list(column) for column in zip(*table, strict=True)]
    return ["volume_mL", *turned[0][1:]], list(enumerate(turned[1:], start=1))


def _parted(
    rows: Sequence[tuple[int, list[str]]], columns: Sequence[int]
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Return rows but empty ones and rules, and the lines below the last that holds a number."""
    kept = [(n, row) for n, row in rows if any(map(str.isalnum, "".join(row)))]
    end = len(kept)
    while end and not any(_is_number(kept[end - 1][1][i]) for i in columns
                          if i < len(kept[end - 1][1])):  # fmt: skip
        end -= 1
    if not end:
        return kept, []
    return kept[:end], [" ".join(filter(None, map(str.strip, row))) for _, row in kept[end:]]


def _signal(header: str) -> tuple[str, str] | None:
    """Return the method and the label of a column of signals; None if it is none."""
    header = header.strip()
    found = _WAVELENGTH.fullmatch(header)
    if found:
        kind = FLUORESCENCE if _EMITTED.fullmatch(found["kind"] or "") else SPECTRA
        return kind, found["nm"].replace(",", ".")
    if _SHIFT.search(header):
        label = re.sub(
            r"[\s_(\[]*ppm[)\]]*|^(δ|delta|shift)[\s_]*|[()\[\]]", "", header, flags=re.I
        )
        return SHIFTS, label.strip() or header
    name = re.sub(r"\W.*", "", header)
    if _ABSORBED.fullmatch(name):
        return SPECTRA, header
    return (FLUORESCENCE, header) if _EMITTED.fullmatch(name) else None


def _column(
    rows: Sequence[tuple[int, list[str]]],
    at: int,
    name: str,
    unit: str,
    problems: list[str],
    header: str = "",
) -> Floats:
    values = []
    for number, row in rows:
        text = row[at].strip() if at < len(row) else ""
        try:
            if not text:
                raise ValueError("leave out rows that lack a reading")
            reading = read_quantity(name, text, unit)[0] if name else understand(text)
            if reading.censoring != "none" or reading.sd is not None:
                raise ValueError("expected a number alone")
            values.append(reading.value)
        except ValueError as error:
            problems.append(f"row {number}, {name or header}: {text or 'empty'!r} — {error}")
            values.append(np.nan)
    return np.array(values, dtype=np.float64)
