"""Read what the lab wrote into a form: every row checked before any is taken."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.campaign.finding import Pairs, UnknownPairError
from bo_loop.campaign.ledger.dates import checked_date
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import AT_PH, NEEDED, STATUSES, VALUES
from bo_loop.campaign.mirrors import mirror_images
from bo_loop.campaign.results.at_pH import unusable_at_pH
from bo_loop.chemistry.ions import MetalIon, ion_of_cells
from bo_loop.data.cells import Cells, read_cells
from bo_loop.data.headers import listed
from bo_loop.data.numbers import Reading, plain_value
from bo_loop.data.quantities import CENSORING, read_quantity

TEXTS = ("date", "operator", "method", "note")
CONDITIONS = ("temperature_C", "ionic_strength_M")
QUANTITIES = (*VALUES, "log_beta_sd", *AT_PH, *CONDITIONS)
_WANTED = (
    *("pair_id", *QUANTITIES, "censoring", "status", "replicate", "confirm", *TEXTS),
    *("metal", "charge", "n_ligands", "ligand", "smiles", "inchi"),
)
# Columns of our own forms that say nothing of a result.
_QUIET = (
    *("rank", "predicted_log_beta", "predicted_sd", "acquisition", "reason", "role", "structure"),
    *("outside_domain", "nearest", "moved_by", "temperature (°C)", "ionic strength (mol/L)"),
)
_CONFIRM = {"": False, "no": False, "false": False, "yes": True, "true": True}
_OURS = ("metal", "charge", "n_ligands")
_NAMES = ("pair_id", "smiles", "inchi", "ligand")
_MOST_LISTED = 200
_MOST_REPLICATES = 9_999
_LONGEST_SHOWN = 60


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
    cells, notes = _cells(path, content, encoding)
    cells, n = _with_one_constant(cells)
    _check_columns(cells, path)
    rows = cells.frame.to_dict("records")
    unknown = _with_ids(rows, pool, n)
    given = {row["pair_id"] for row in rows}
    mirrored = mirror_images(given, pool)
    named = pool["pair_id"].isin(given | set(mirrored.values()))
    pairs = pool[named].set_index("pair_id").to_dict("index")
    problems = {_row_number(line): [line] for line in cells.problems}
    found = ResultsTable(understood=notes)
    for at, (number, row) in enumerate(zip(cells.rows, rows, strict=True)):
        label = f"row {number}"
        reader = _Row(label, row, pairs, mirrored, cells.found.units, unknown.get(at, ""))
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
            )
        except UnknownPairError as error:
            unknown[at] = str(error)
    return unknown


class _Row:
    """One row while it is read: its cells, what is wrong, what was understood."""

    def __init__(
        self,
        label: str,
        row: Mapping[str, str],
        pairs: Mapping[str, Mapping[str, Any]],
        mirrored: Mapping[str, str],
        units: Mapping[str, str],
        unknown: str = "",
    ):
        self.label, self.units = label, units
        self.row = dict(row)
        for name in ("status", "censoring"):
            self.row[name] = self.row.get(name, "").lower()
        self.doubts: list[str] = []
        self.problems: list[str] = []
        self.understood: list[str] = []
        self.confirmed = False
        if ours := mirrored.get(self.row["pair_id"]):
            self.understood.append(
                f"{label}, pair_id: {self.row['pair_id']} is the mirror image of {ours}, with the "
                "same log β, and was recorded as that"
            )
            self.row["pair_id"] = ours
        self.pair = pairs.get(self.row["pair_id"])
        self._unknown = unknown

    def event(self, defaults: Mapping[str, str]) -> NewEvent | None:
        """Return what the row records; None if it is still pending or has `problems`."""
        if self._unknown:
            named = next(name for name in _NAMES if self.row.get(name))
            self._refuse(named, self._unknown)
        elif self.pair is None:
            self._refuse(
                "pair_id",
                "expected a pair of this campaign's pool, written as in proposals.csv "
                "(Ni+2:L1:<InChIKey>)",
            )
        readings = {name: self._reading(name) for name in QUANTITIES if self.row.get(name)}
        for name, allowed in (("status", STATUSES), ("censoring", CENSORING)):
            if self.row.get(name, "") not in ("", *allowed):
                self._refuse(name, f"expected {', '.join(allowed)}, or nothing")
        if not self.problems:
            self._check_consistent(readings)
        if self.problems:
            return None
        stated = next((name for name in VALUES if name in readings), None)
        status = self.row.get("status") or ("measured" if stated else "")
        if not status:
            return None
        number = self._replicate()
        texts = {name: self.row.get(name) or defaults.get(name, "") for name in TEXTS}
        texts["date"] = self._date() or texts["date"]
        self.confirmed = self._confirmed()
        if self.problems:
            return None
        data = {"pair_id": self.row["pair_id"], **{k: v for k, v in texts.items() if v}}
        if status != "measured":
            return status, data
        return status, self._values(readings, stated) | number | data

    def _replicate(self) -> dict[str, int]:
        text = self.row.get("replicate", "")
        if not text:
            return {}
        number = plain_value(text)
        if not 1 <= number <= _MOST_REPLICATES or not number.is_integer():
            self._refuse("replicate", "expected 1, 2, 3 …, at most 9999, or nothing")
            return {}
        return {"replicate": int(number)}

    def _date(self) -> str:
        try:
            return checked_date(self.row["date"]) if self.row.get("date") else ""
        except ValueError as error:
            self._refuse("date", str(error))
            return ""

    def _confirmed(self) -> bool:
        answer = _CONFIRM.get(self.row.get("confirm", "").lower())
        if answer is None:
            self._refuse("confirm", "expected yes, if a value is right that looks doubtful")
        return bool(answer)

    def differing(self) -> list[str]:
        """Say where the row's metal, charge, n and structure are not the pool's."""
        found = [
            f"the column {name} says {self.row[name]!r}, but the pair is of {self.pair[name]}"
            for name in _OURS
            if self.row.get(name) and not _same(name, self.row[name], self.pair)
        ]
        theirs, ours = self.row.get("smiles"), self.pair.get("smiles", "")
        if theirs and not _same_ligand(theirs, ours):
            found.append(f"the column smiles says {theirs!r}, but the pair is of {ours}")
        return found

    def _reading(self, name: str) -> Reading | None:
        text = self.row[name]
        try:
            reading, doubt = read_quantity(name, text, self.units.get(name, ""))
        except ValueError as error:
            self._refuse(name, str(error))
            return None
        self.doubts += [f"{name} is {text}: {doubt}"] if doubt else []
        if not reading.plain:
            self.understood.append(f"{self.label}, {name}: {text!r} was read as {reading}")
        return reading

    def _check_consistent(self, readings: Mapping[str, Reading]) -> None:
        status, stated = self.row.get("status", ""), [v for v in VALUES if v in readings]
        sd, censoring = readings.get("log_beta_sd"), self.row.get("censoring")
        if not stated:
            if status == "measured":
                self._refuse("log_beta", "the status is measured: give the value, or clear it")
            elif not status and sd:
                self._refuse("log_beta", "log_beta_sd is given: give the value too")
            return
        name, value = stated[0], readings[stated[0]]
        if len(stated) > 1:
            self._refuse(stated[1], f"{name} is given too: one experiment gives one of them")
        elif status in ("failed", "in_progress"):
            self._refuse("status", f"{name} holds a value: clear it, or write measured")
        elif value.sd is not None and sd and sd.value != value.sd:
            self._refuse("log_beta_sd", f"{name} says ± {value.sd:g}: state it once")
        elif value.censoring != "none" and censoring not in (None, "", value.censoring):
            self._refuse("censoring", f"{name} says {value.censoring}: state it once")
        elif problem := unusable_at_pH(name, readings, self._conditions(readings), self.pair):
            self._refuse(name, problem)

    def _conditions(self, readings: Mapping[str, Reading]) -> dict[str, float]:
        """Return the conditions stated, or else those that were wanted."""
        return {
            name: readings[name].value if name in readings else float(self.pair[name])
            for name in CONDITIONS
        }

    def _values(self, readings: Mapping[str, Reading], quantity: str) -> dict[str, Any]:
        value = readings[quantity]
        conditions = self._conditions(readings)
        numbers = {
            name: readings[name].value
            for name in (quantity, "log_beta_sd", *NEEDED[quantity])
            if name in readings
        }
        sd = {} if value.sd is None else {"log_beta_sd": value.sd}
        stated = self.row.get("censoring") or "none"
        return {
            **conditions,
            **numbers,
            **sd,
            "censoring": stated if value.censoring == "none" else value.censoring,
        }

    def _refuse(self, name: str, reason: str) -> None:
        text = self.row.get(name, "")
        shown = repr(_short(text, _LONGEST_SHOWN)) if text else "empty"
        self.problems.append(f"{self.label}, {name}: {shown} — {reason}")


def _cells(path: Path, content: bytes | None, encoding: str | None) -> tuple[Cells, list[str]]:
    """Read the table as text, and say how its headers were understood."""
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        try:
            cells = read_cells(
                path,
                _WANTED,
                needed=(VALUES,),
                quiet=_QUIET,
                content=content,
                formulas=True,
                encoding=encoding,
            )
        except DataError as error:
            raise DataError(_short(str(error), 1000)) from error
    return cells, [str(note.message) for note in notes if issubclass(note.category, UserWarning)]


def _check_columns(cells: Cells, path: Path) -> None:
    known = cells.found.columns
    missing = [] if set(VALUES) & set(known) else ["log_beta (or log_K_cond, or pM)"]
    missing += [] if any(name in known for name in _NAMES) else ["pair_id (or ligand, or smiles)"]
    if missing:
        raise DataError(
            f"{path}: missing columns {', '.join(missing)}. Give the filled-in form of a round, or "
            "any table with log_beta and the pair: metal and ligand (or smiles), or pair_id; the "
            f"columns found are {_short(listed(cells.header), 300)}."
        )


def _refused(path: Path, problems: list[str]) -> DataError:
    more = len(problems) - _MOST_LISTED
    listed = problems[:_MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])
    values = "1 value" if len(problems) == 1 else f"{len(problems)} values"
    return DataError(f"{path}: {values} cannot be used. Nothing was recorded.", listed)


def _same_ligand(theirs: str, ours: str) -> bool:
    """Whether two SMILES are of one ligand; a drawing that cannot be read is of another."""
    if theirs == ours:
        return True
    from bo_loop.chemistry.ligands import same_ligand  # only where it was drawn differently

    try:
        return same_ligand(theirs, ours)
    except DataError:
        return False


def _same(name: str, text: str, pair: Mapping[str, Any]) -> bool:
    """Whether a column of the form still says of the pair what the pool does."""
    if pair.get(name) is None:
        return True
    if name == "n_ligands":
        return plain_value(text) == pair[name]
    metal, charge = (text, str(pair["charge"])) if name == "metal" else (pair["metal"], text)
    try:
        return ion_of_cells(metal, charge) == MetalIon(pair["metal"], int(pair["charge"]))
    except DataError:
        return False


def _row_number(label: str) -> int:
    return int(label.removeprefix("row ").partition(",")[0].partition(":")[0])


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
