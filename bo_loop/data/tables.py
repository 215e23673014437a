"""A lab's own tables as observations: CSV, Parquet or Excel, with other people's headers.

Cells are read as text and handed to `bo_loop.data.schema`, which says what a value must be. What
is wrong is reported together, by the row number that a spreadsheet shows (the header is row 1).
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.chemistry.ions import parse_ion
from bo_loop.data.schema import OBSERVATION_COLUMNS, standardised, validate_observations
from bo_loop.errors import ConfigError, DataError

REQUIRED = ("metal", "smiles", "n_ligands", "log_beta")
MAX_FILE_BYTES = 256 * 2**20

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_MINUS = str.maketrans("−–", "--")
# A workbook is a zip file: one that unpacks to a hundred times its size is not a table.
_MAX_WORKBOOK_BYTES = 512 * 2**20
_WRONG_ROW = re.compile(r"^row (\d+)")


@dataclass(frozen=True)
class Cells:
    """A table as it was written.

    Parameters
    ----------
    frame : DataFrame of str
        Text of every cell, stripped; an empty cell is "". Blank rows are left out.
    rows : list of int
        Row number of each row, as a spreadsheet shows it.
    problems : list of str
        Rows that do not fit the header.
    """

    frame: pd.DataFrame
    rows: list[int]
    problems: list[str]


def load(
    *,
    path: str | Path | Sequence[str | Path],
    columns: Mapping[str, str] | None = None,
    temperature_C: float = 25.0,
    ionic_strength_M: float = 0.1,
    source: str | None = None,
) -> pd.DataFrame:
    """Observations from one table, or from several.

    Parameters
    ----------
    path : str, Path, or sequence of them
        ``.csv`` (UTF-8 or cp932; comma, semicolon or tab), ``.parquet`` or ``.xlsx`` (its first
        sheet). Columns are those of an observation; ``metal``, ``smiles``, ``n_ligands`` and
        ``log_beta`` must be there. Without a column ``charge``, ``metal`` carries it ("Cu+2").
    columns : mapping of str to str, optional
        What the table calls a column: ``{"log_beta": "lg K", "smiles": "SMILES string"}``.
    temperature_C, ionic_strength_M : float
        Stand in for condition cells that are empty or columns that are absent.
    source : str, optional
        Stands in for ``source`` cells that are empty or absent; else the name of the file does.

    Returns
    -------
    DataFrame
        Valid observations with standard SMILES, tables in the order given.

    Raises
    ------
    ConfigError
        If `columns` names a column that observations do not have.
    DataError
        One for all tables: a missing file, a wrong type, and every bad row, with its row number,
        column, value and what is expected.
    """
    columns = dict(columns or {})
    unknown = sorted(set(columns) - set(OBSERVATION_COLUMNS))
    if unknown:
        raise ConfigError(
            f"data.columns names {', '.join(unknown)}: its keys are columns of an observation "
            f"({', '.join(OBSERVATION_COLUMNS)}), its values the table's own headers."
        )
    paths = [path] if isinstance(path, str | Path) else list(path)
    if not paths:
        raise ConfigError("data.path is an empty list: give at least one table.")
    defaults = {"temperature_C": str(temperature_C), "ionic_strength_M": str(ionic_strength_M)}
    defaults |= {"ligand": "", "log_beta_sd": "", "censoring": "none"}
    tables, failures = [], []
    for one in map(Path, paths):
        try:
            tables.append(_observations(one, columns, {**defaults, "source": source or one.stem}))
        except DataError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        lines = [line for e in failures for line in (str(e).partition("\n")[0], *e.problems)]
        raise DataError(f"{len(failures)} of {len(paths)} tables cannot be used.", lines)
    return pd.concat(tables, ignore_index=True)


def _observations(path: Path, columns: dict[str, str], defaults: dict[str, str]) -> pd.DataFrame:
    cells = read_cells(path)
    frame = _renamed(cells.frame, columns, path)
    frame, problems = _charges_from_metals(frame, cells.rows)
    problems = [*cells.problems, *problems]
    for column, value in defaults.items():
        present = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame = frame.assign(**{column: present.where(present.ne(""), value)})
    frame = frame[list(OBSERVATION_COLUMNS)]
    for check in (validate_observations, standardised):
        try:
            frame = check(frame, str(path))
        except DataError as error:
            problems += _not_said(spreadsheet_rows(error.problems, cells.rows), problems)
    if problems:
        raise bad_rows(path, problems)
    return frame


def bad_rows(path: Path, problems: Sequence[str]) -> DataError:
    """Return the error that lists everything wrong in a table, from the top down."""
    ordered = sorted(problems, key=lambda line: int(_WRONG_ROW.match(line)[1]))
    return DataError(f"{path}: {len(ordered)} values cannot be used.", ordered)


def spreadsheet_rows(problems: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Put the file's row numbers in lines that count from row 2 without its blank rows."""
    return [_WRONG_ROW.sub(lambda m: f"row {rows[int(m[1]) - 2]}", line) for line in problems]


def _not_said(lines: Sequence[str], said: Sequence[str]) -> list[str]:
    """Leave out the lines about a cell that has one already."""
    cells = {line.partition(":")[0] for line in said}
    return [line for line in lines if line.partition(":")[0] not in cells]


def _renamed(frame: pd.DataFrame, columns: dict[str, str], path: Path) -> pd.DataFrame:
    headers = ", ".join(map(repr, frame.columns))
    absent = [theirs for theirs in columns.values() if theirs not in frame]
    if absent:
        raise DataError(
            f"{path} has no column {', '.join(map(repr, absent))}, which data.columns names. It "
            f"has {headers}."
        )
    kept = {c: frame[c] for c in frame.columns if c not in columns.values()}
    frame = pd.DataFrame({**kept, **{ours: frame[theirs] for ours, theirs in columns.items()}})
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(missing)}; it has {headers}. Rename its headers, or "
            f"map them: data.columns.{missing[0]}=<header>."
        )
    optional = {column.lower(): column for column in OBSERVATION_COLUMNS if column not in frame}
    for header in frame.columns.difference(OBSERVATION_COLUMNS, sort=False):
        meant = get_close_matches(header.lower(), optional, n=1, cutoff=0.85)
        if meant:
            column = optional[meant[0]]
            raise DataError(
                f"{path}: column {header!r} is not one that is read; {column!r} is. If that is "
                f"what it holds, rename it or set data.columns.{column}; if not, rename it to "
                "something less alike."
            )
    return frame


def _charges_from_metals(
    frame: pd.DataFrame, rows: Sequence[int]
) -> tuple[pd.DataFrame, list[str]]:
    """Split "Cu+2" into metal and charge where the table has no column of charges."""
    if "charge" in frame:
        return frame, []
    ions, problems = {}, []
    for text in frame["metal"].unique():
        try:
            ions[text] = parse_ion(text)
        except DataError as error:
            found = frame["metal"].eq(text)
            problems += [f"row {rows[i]}, metal: {error}" for i in range(len(rows)) if found.iat[i]]
    # A metal that is reported already shall not be reported for its charge as well.
    metals = frame["metal"].map(lambda text: ions[text].metal if text in ions else "Cu")
    charges = frame["metal"].map(lambda text: str(ions[text].charge) if text in ions else "1")
    return frame.assign(metal=metals, charge=charges), problems


def read_cells(path: Path) -> Cells:
    """Read a table as text.

    Parameters
    ----------
    path : Path
        As for `load`.

    Returns
    -------
    Cells
        Numbers are written with a point and an ASCII sign; nothing else is changed.

    Raises
    ------
    DataError
        If there is no such file, or it is not what its name says.
    """
    readers: dict[str, Callable[[bytes, Path], list[list[str]]]] = {
        ".csv": _csv_records,
        ".parquet": _parquet_records,
        ".xlsx": _xlsx_records,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: only {', '.join(readers)} files are read. Save it as one.")
    if not path.is_file():
        raise DataError(f"{path}: there is no such file in {path.absolute().parent}.")
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB: no table of constants.")
    return _cells(reader(content, path), path)


def _cells(records: list[list[str]], path: Path) -> Cells:
    numbered = [(row, [cell.strip() for cell in r]) for row, r in enumerate(records, start=1)]
    numbered = [(row, cells) for row, cells in numbered if any(cells)]
    if len(numbered) < 2:
        raise DataError(f"{path} holds no rows: a header and at least one row are needed.")
    header = numbered[0][1]
    while not header[-1]:
        header = header[:-1]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise DataError(f"{path} has more than one column {', '.join(map(repr, repeated))}.")
    fitting, problems = [], []
    for row, cells in numbered[1:]:
        if len(cells) < len(header) or any(cells[len(header) :]):
            problems.append(
                f"row {row}: {len(cells)} cells where the header has {len(header)} — give each "
                "column a cell, and quote a cell that holds the separator"
            )
        else:
            fitting.append((row, cells[: len(header)]))
    frame = pd.DataFrame([cells for _, cells in fitting], columns=header, dtype="str")
    return Cells(frame[[name for name in header if name]], [row for row, _ in fitting], problems)


def _csv_records(content: bytes, path: Path) -> list[list[str]]:
    text = _decoded(content, path)
    head = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    delimiter = max(",;\t", key=head.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataError(f"{path} is not a CSV table: {error}. Check its quotes.") from error
    # Where a semicolon separates cells, a comma is the decimal point.
    comma = delimiter != ","
    return [[plain_number(cell, comma=comma) for cell in record] for record in records]


def _decoded(content: bytes, path: Path) -> str:
    if b"\0" in content:
        raise DataError(f"{path} is not text in UTF-8 or cp932: save it again as CSV UTF-8.")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path} is neither UTF-8 nor cp932: save it again as CSV UTF-8.")


def plain_number(text: str, *, comma: bool = False) -> str:
    """Write a number with an ASCII sign, digits and point; any other text stays as it is.

    Parameters
    ----------
    text : str
        A cell. Full-width digits, and minus signs that are not hyphens, are understood.
    comma : bool
        Whether a comma may stand for the decimal point.
    """
    number = unicodedata.normalize("NFKC", text).strip().translate(_MINUS)
    if comma and number.count(",") == 1:
        number = number.replace(",", ".")
    return number if _NUMBER.fullmatch(number) else text


def _parquet_records(content: bytes, path: Path) -> list[list[str]]:
    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except Exception as error:  # pyarrow raises whatever its decoder stumbles over
        raise DataError(f"{path} is not a Parquet table: {error}.") from error
    rows = frame.reset_index(drop=True).astype(object).to_numpy().tolist()
    return [[str(name) for name in frame.columns], *([_cell(v) for v in row] for row in rows)]


def _xlsx_records(content: bytes, path: Path) -> list[list[str]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked <= _MAX_WORKBOOK_BYTES:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # The size that a sheet states for itself is not always true.
            sheet.reset_dimensions()
            rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises whatever its parsers stumble over
        raise DataError(f"{path} is not an Excel workbook: {error}.") from error
    if unpacked > _MAX_WORKBOOK_BYTES:
        raise DataError(f"{path} unpacks to {unpacked >> 20} MiB: no table of constants does.")
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _cell(value: Any) -> str:
    missing = value is None or value is pd.NA or value != value
    return "" if missing else plain_number(str(value))
