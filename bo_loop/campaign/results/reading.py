"""Read what the lab wrote into a form: every row checked before any is taken."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.campaign.finding import Pairs, UnknownPairError
from bo_loop.campaign.ledger.dates import checked_date
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import AT_PH, VALUES
from bo_loop.campaign.mirrors import mirror_images
from bo_loop.campaign.results.rows import NAMES, QUANTITIES, TEXTS, Row, shortened
from bo_loop.campaign.results.wide import (
    columns_of_each,
    one_value_each,
    row_property,
    states_values,
)
from bo_loop.data.cells import Cells, read_cells
from bo_loop.data.headers import listed
from bo_loop.data.numbers import plain_value
from bo_loop.data.property import LOG_BETA, Property, columns_of
from bo_loop.data.property_rows import PROPERTY, renamed, result_column

_WANTED = (
    *("pair_id", *QUANTITIES, "censoring", "status", "replicate", "confirm", *TEXTS),
    *("metal", "charge", "n_ligands", "ligand", "smiles", "inchi"),
)
# Columns of our own forms that say nothing of a result.
_QUIET = (
    *("rank", "predicted_log_beta", "predicted_sd", "acquisition", "reason", "role", "structure"),
    *("outside_domain", "nearest", "moved_by", "temperature (°C)", "ionic strength (mol/L)"),
)
_MOST_LISTED = 200


@dataclass(frozen=True)
class ResultsTable:
    """What a table of results says.

    Parameters
    ----------
    events : list of (str, mapping)
        ``measured``, ``in_progress`` and ``failed`` events, in the order of the rows.
    labels : list of str
        Where each comes from: ``"row 5"``.
    understood : list of str
        Numbers that were not written plainly, and how they were read.
    differing : mapping of str to list of str
        By label: what the row says of the pair itself that the pool does not, and degrees that
        may be kelvin.
    confirmed : set of str
        Labels of the rows whose column ``confirm`` says yes.
    """

    events: list[NewEvent] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    differing: dict[str, list[str]] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)


def read_results(
    path: Path,
    pool: pd.DataFrame,
    *,
    content: bytes | None = None,
    encoding: str | None = None,
    defaults: Mapping[str, str] | None = None,
    of: Sequence[Property] = (LOG_BETA,),
) -> ResultsTable:
    """Read a table of results.

    Parameters
    ----------
    path : Path
        A CSV, Excel or Parquet table with the pair: its ``pair_id``, or ``ligand`` (any of its
        names) or ``smiles``, with ``metal`` where the pool has several and ``n_ligands`` where it
        is not 1; and with ``log_beta``, or in its place ``log_K_cond`` with ``pH``, or ``pM`` with
        ``pH, total_metal_M, total_ligand_M``; ``log_beta_sd`` (of whichever is given),
        ``censoring, status, temperature_C, ionic_strength_M, date, operator, method, note`` where
        the lab states them; ``replicate`` (1, 2, …) where a pair was measured more than once;
        ``confirm`` (yes) where a value is right that looks doubtful. Headers are matched as
        `bo_loop.data.headers` does; any other column is named, and left alone. A row without
        result and status is still pending.
    pool : DataFrame
        Pairs that may be logged, with ``pair_id`` and the conditions wanted, which hold where
        the table states none.
    content : bytes, optional
        The table, where it came through a pipe.
    encoding : str, optional
        Of a ``.csv``, as `bo_loop.data.encodings.decoded` takes it.
    defaults : mapping of str to str, optional
        Of `TEXTS`, what holds for rows that state none.
    of : sequence of Property
        What the campaign is about. The column of a property stands in place of ``log_beta``, and
        there is nothing else to be measured. Of several, a table has a column for each, or
        ``property``, ``value`` and ``value_sd``, as forms do.

    Returns
    -------
    ResultsTable

    Raises
    ------
    DataError
        If the file cannot be read, or with one line for every value that cannot be taken.
    """
    defaults = dict(defaults or {})
    if defaults.get("date"):
        try:
            defaults["date"] = checked_date(defaults["date"])
        except ValueError as error:
            raise DataError(
                f"date: {defaults['date']!r} — {error}. Nothing was recorded."
            ) from error
    cells, notes = _cells(path, content, encoding, of)
    cells, n = _with_one_constant(cells) if of == (LOG_BETA,) else (cells, 0)
    _check_columns(cells, path, of)
    rows, numbers, wrong = cells.frame.to_dict("records"), cells.rows, []
    if len(of) > 1:
        rows, numbers, wrong = one_value_each(rows, numbers, of)
    unknown = _with_ids(rows, pool, n)
    given = {row["pair_id"] for row in rows}
    mirrored = mirror_images(given, pool)
    named = pool["pair_id"].isin(given | set(mirrored.values()))
    pairs = pool[named].set_index("pair_id").to_dict("index")
    problems = {_row_number(line): [line] for line in (*cells.problems, *wrong)}
    found = ResultsTable(understood=notes)
    for at, (number, row) in enumerate(zip(numbers, rows, strict=True)):
        label = f"row {number}"
        about = row_property(row, of)
        reader = Row(label, row, pairs, mirrored, cells.found.units, unknown.get(at, ""), about)
        event = reader.event(defaults)
        if reader.problems:
            problems.setdefault(_row_number(label), []).extend(reader.problems)
        elif event:
            found.events.append(event)
            found.labels.append(label)
            found.confirmed.update([label] if reader.confirmed else [])
            found.understood.extend(reader.understood)
            doubts = reader.doubts + reader.differing()
            found.differing.update({label: doubts} if doubts else {})
    if problems:
        raise _refused(path, [line for number in sorted(problems) for line in problems[number]])
    return found


def named_pairs(
    path: Path, *, content: bytes | None = None, encoding: str | None = None
) -> set[str] | None:
    """Return the pairs that a table of results names by ``pair_id``; None if it has other names.

    Parameters and errors are those of `read_results`; of log β.
    """
    rows = _cells(path, content, encoding, (LOG_BETA,))[0].frame.to_dict("records")
    ids = {row.get("pair_id", "") for row in rows if any(map(row.get, NAMES))}
    return None if "" in ids else ids


def _with_one_constant(cells: Cells) -> tuple[Cells, int]:
    """Take a table's one column ``log K1`` or ``log β2`` as ``log_beta``; return its n, or 0."""
    found = [(one, at) for one, at in cells.found.constants if one.column == "log_beta"]
    if "log_beta" in cells.found.columns or len(found) != 1:
        return cells, 0
    ((one, at),) = found
    if one.stepwise and one.n > 1:
        return cells, 0
    units = cells.found.units | ({"log_beta": one.unit} if one.unit else {})
    columns = {**cells.found.columns, "log_beta": at}
    return replace(cells, found=replace(cells.found, columns=columns, units=units)), one.n


def _with_ids(rows: list[dict[str, str]], pool: pd.DataFrame, count: int) -> dict[int, str]:
    """Fill in the ``pair_id`` of rows that name their pair otherwise; say where none is meant.

    `count` is the number of ligands of rows that do not say it, 0 if that is not known.
    """
    unknown: dict[int, str] = {}
    pairs = Pairs(pool)
    for at, row in enumerate(rows):
        drawn = row.get("smiles") or row.get("inchi", "")
        if row.setdefault("pair_id", "") or not (drawn or row.get("ligand")):
            continue
        n = plain_value(row.get("n_ligands", "") or float(count))
        try:
            row["pair_id"] = pairs.of_cells(
                row.get("ligand", ""),
                drawn,
                row.get("metal", ""),
                row.get("charge", ""),
                int(n) if n.is_integer() else 0,
                row.get(PROPERTY, ""),
            )
        except UnknownPairError as error:
            unknown[at] = str(error)
    return unknown


def _cells(
    path: Path, content: bytes | None, encoding: str | None, of: Sequence[Property]
) -> tuple[Cells, list[str]]:
    """Read the table as text, and say how its headers were understood."""
    wanted, quiet, mapping, needed = _WANTED, _QUIET, None, (VALUES,)
    if of != (LOG_BETA,):
        quiet = tuple(renamed(name, of) for name in _QUIET)
        header = read_cells(path, content=content, encoding=encoding).header
        mapping = columns_of(header, of[0]) if len(of) == 1 else columns_of_each(header, of)
        wanted = tuple(w for w in _WANTED if w not in (*VALUES, *AT_PH, "log_beta_sd"))
        wanted = (*mapping, *wanted)
        needed = ("log_beta",) if "log_beta" in mapping else ()
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        try:
            cells = read_cells(
                path,
                wanted,
                needed=needed,
                mapping=mapping,
                quiet=quiet,
                content=content,
                formulas=True,
                encoding=encoding,
            )
        except DataError as error:
            raise DataError(shortened(str(error), 1000)) from error
    return cells, [str(note.message) for note in notes if issubclass(note.category, UserWarning)]


def _check_columns(cells: Cells, path: Path, of: Sequence[Property]) -> None:
    known = cells.found.columns
    value = "log_beta (or log_K_cond, or pM)" if of == (LOG_BETA,) else of[0].column
    given = bool(set(VALUES) & set(known))
    if len(of) > 1:
        value = f"property and value, or any of {', '.join(each.name for each in of)}"
        given = states_values(known)
    missing = [] if given else [value]
    missing += [] if any(name in known for name in NAMES) else ["pair_id (or ligand, or smiles)"]
    if missing:
        raise DataError(
            f"{path}: missing columns {', '.join(missing)}. Give the filled-in form of a round, or "
            f"any table with {result_column(of) if len(of) == 1 else value} and the pair: "
            "metal and ligand (or smiles), "
            f"or pair_id; the columns found are {shortened(listed(cells.header), 300)}."
        )


def _refused(path: Path, problems: list[str]) -> DataError:
    more = len(problems) - _MOST_LISTED
    listed = problems[:_MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])
    values = "1 value" if len(problems) == 1 else f"{len(problems)} values"
    return DataError(f"{path}: {values} cannot be used. Nothing was recorded.", listed)


def _row_number(label: str) -> int:
    return int(label.removeprefix("row ").partition(",")[0].partition(":")[0])
