"""Read what the lab wrote into a form: every row checked before any is taken."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.campaign.ledger.dates import checked_date
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.mirrors import mirror_images
from bo_loop.data.cells import Cells, read_cells
from bo_loop.data.numbers import Reading, understand

STATUSES = ("measured", "in_progress", "failed")
CENSORING = ("none", "lower", "upper")
TEXTS = ("date", "operator", "method", "note")
LIMITS = {
    "log_beta": (-10.0, 60.0, "log10 of the constant as a number between −10 and 60"),
    "log_beta_sd": (0.0, 60.0, "a standard deviation, a number of 0 or more"),
    "temperature_C": (-50.0, 400.0, "degrees Celsius between −50 and 400"),
    "ionic_strength_M": (0.0, 30.0, "mol/L between 0 and 30"),
}
_CONFIRM = {"": False, "no": False, "false": False, "yes": True, "true": True}
_OURS = ("metal", "charge", "n_ligands")
_CONDITIONS = ("temperature_C", "ionic_strength_M")
_MOST_LISTED = 200
_REPLICATE = re.compile(r"0*[1-9][0-9]{0,3}", re.ASCII)
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
        By label: what the row says of the pair itself that the pool does not.
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
    defaults: Mapping[str, str] | None = None,
) -> ResultsTable:
    """Read a table of results.

    Parameters
    ----------
    path : Path
        A CSV, Excel or Parquet table with ``pair_id`` and ``log_beta``; ``log_beta_sd, censoring,
        status, temperature_C, ionic_strength_M, date, operator, method, note`` where the lab
        states them; ``replicate`` (1, 2, …) where a pair was measured more than once; ``confirm``
        (yes) where a value is right that looks doubtful. Any other column is left alone. A row
        without result and status is still pending.
    pool : DataFrame
        Pairs that may be logged, with ``pair_id`` and the conditions wanted, which hold where
        the table states none.
    content : bytes, optional
        The table, where it came through a pipe.
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
    try:
        cells = read_cells(path, content=content, formulas=True)
    except DataError as error:
        raise DataError(_short(str(error), 1000)) from error
    table = cells.written.rename(columns=str.strip)
    _check_columns(table, path)
    given = set(table["pair_id"].str.strip())
    mirrored = mirror_images(given, pool)
    named = pool["pair_id"].isin(given | set(mirrored.values()))
    pairs = pool[named].set_index("pair_id").to_dict("index")
    problems = {_row_number(line): [line] for line in cells.problems}
    found = ResultsTable()
    for label, row in _rows(cells, table):
        reader = _Row(label, row, pairs, mirrored)
        event = reader.event(defaults)
        if reader.problems:
            problems.setdefault(_row_number(label), []).extend(reader.problems)
        elif event:
            found.events.append(event)
            found.labels.append(label)
            found.confirmed.update([label] if reader.confirmed else [])
            found.understood.extend(reader.understood)
            found.differing.update({label: reader.differing()} if reader.differing() else {})
    if problems:
        raise _refused(path, [line for number in sorted(problems) for line in problems[number]])
    return found


def check_number(name: str, reading: Reading) -> float:
    """Return the value of a plain number of column `name`, or refuse it.

    Raises
    ------
    ValueError
        If it is a bound, has an sd, or lies outside `LIMITS`.
    """
    low, high, expected = LIMITS[name]
    if name != "log_beta" and (reading.censoring != "none" or reading.sd is not None):
        raise ValueError(f"expected {expected}, without sign and ±")
    if not low <= reading.value <= high:
        raise ValueError(f"expected {expected}, or nothing")
    if reading.sd is not None and not 0 <= reading.sd <= LIMITS["log_beta_sd"][1]:
        raise ValueError(f"behind ±: expected {LIMITS['log_beta_sd'][2]}")
    return reading.value


class _Row:
    """One row while it is read: its cells, what is wrong, what was understood."""

    def __init__(
        self,
        label: str,
        row: Mapping[str, str],
        pairs: Mapping[str, Mapping[str, Any]],
        mirrored: Mapping[str, str],
    ):
        self.label = label
        self.row = {name: text.strip() for name, text in row.items()}
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

    def event(self, defaults: Mapping[str, str]) -> NewEvent | None:
        """Return what the row records; None if it is still pending or has `problems`."""
        if self.pair is None:
            self._refuse(
                "pair_id",
                "expected a pair of this campaign's pool, written as in proposals.csv "
                "(Ni+2:L1:<InChIKey>)",
            )
        readings = {name: self._reading(name) for name in LIMITS if self.row.get(name)}
        for name, allowed in (("status", STATUSES), ("censoring", CENSORING)):
            if self.row.get(name, "") not in ("", *allowed):
                self._refuse(name, f"expected {', '.join(allowed)}, or nothing")
        if not self.problems:
            self._check_consistent(readings)
        if self.problems:
            return None
        status = self.row.get("status") or ("measured" if "log_beta" in readings else "")
        if not status:
            return None
        number = self._replicate()
        texts = {name: self.row.get(name) or defaults.get(name, "") for name in TEXTS}
        texts["date"] = self._date() or texts["date"]
        self.confirmed = self._confirmed()
        if self.problems:
            return None
        data = {"pair_id": self.row["pair_id"], **{k: v for k, v in texts.items() if v}}
        return status, data if status != "measured" else self._values(readings) | number | data

    def _replicate(self) -> dict[str, int]:
        text = self.row.get("replicate", "")
        if not text:
            return {}
        number = text.removesuffix(".0")  # as a spreadsheet may write it
        if not _REPLICATE.fullmatch(number):
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
            if self.row.get(name) and not _same(self.row[name], self.pair.get(name))
        ]
        theirs, ours = self.row.get("smiles"), self.pair.get("smiles", "")
        if theirs and not _same_ligand(theirs, ours):
            found.append(f"the column smiles says {theirs!r}, but the pair is of {ours}")
        return found

    def _reading(self, name: str) -> Reading | None:
        text = self.row[name]
        try:
            reading = understand(text)
            check_number(name, reading)
        except ValueError as error:
            self._refuse(name, str(error))
            return None
        if not reading.plain:
            self.understood.append(f"{self.label}, {name}: {text!r} was read as {reading}")
        return reading

    def _check_consistent(self, readings: Mapping[str, Reading]) -> None:
        status, value = self.row.get("status", ""), readings.get("log_beta")
        sd, censoring = readings.get("log_beta_sd"), self.row.get("censoring")
        if value is None:
            if status == "measured":
                self._refuse("log_beta", "the status is measured: give the value, or clear it")
            elif not status and sd:
                self._refuse("log_beta", "log_beta_sd is given: give the value too")
        elif status in ("failed", "in_progress"):
            self._refuse("status", "log_beta holds a value: clear it, or write measured")
        elif value.sd is not None and sd and sd.value != value.sd:
            self._refuse("log_beta_sd", f"log_beta says ± {value.sd:g}: state it once")
        elif value.censoring != "none" and censoring not in (None, "", value.censoring):
            self._refuse("censoring", f"log_beta says {value.censoring}: state it once")

    def _values(self, readings: Mapping[str, Reading]) -> dict[str, Any]:
        value = readings["log_beta"]
        conditions = {
            name: float(self.pair[name]) for name in ("temperature_C", "ionic_strength_M")
        }
        numbers = {name: reading.value for name, reading in readings.items()}
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


def _rows(cells: Cells, table: pd.DataFrame) -> list[tuple[str, dict[str, str]]]:
    records = table.loc[:, table.columns != ""].to_dict("records")
    return [(f"row {n}", row) for n, row in zip(cells.rows, records, strict=True)]


def _check_columns(table: pd.DataFrame, path: Path) -> None:
    missing = [name for name in ("pair_id", "log_beta") if name not in table]
    if missing:
        raise DataError(
            f"{path}: missing columns {', '.join(missing)}. Give the filled-in proposals.csv of a "
            "round, or any table with pair_id and log_beta; the columns found are "
            f"{_short(', '.join(map(repr, table.columns)), 300)}."
        )


def _refused(path: Path, problems: list[str]) -> DataError:
    more = len(problems) - _MOST_LISTED
    listed = problems[:_MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])
    return DataError(
        f"{path}: {len(problems)} values cannot be used. Nothing was recorded.", listed
    )


def _same_ligand(theirs: str, ours: str) -> bool:
    """Whether two SMILES are of one ligand; a drawing that cannot be read is of another."""
    if theirs == ours:
        return True
    from bo_loop.chemistry.ligands import same_ligand  # only where somebody drew it anew

    try:
        return same_ligand(theirs, ours)
    except DataError:
        return False


def _same(text: str, value: Any) -> bool:
    if not isinstance(value, int | float):
        return value is None or text == str(value)
    try:
        return math.isclose(understand(text).value, value)
    except ValueError:
        return False


def _row_number(label: str) -> int:
    return int(label.removeprefix("row ").partition(",")[0].partition(":")[0])


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
