"""One row of a table of results: what it records, what is wrong with it, what is doubtful."""

from collections.abc import Mapping
from typing import Any

from bo_loop.base.errors import DataError
from bo_loop.campaign.ledger.dates import checked_date
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import AT_PH, NEEDED, STATUSES, VALUES
from bo_loop.campaign.results.at_pH import unusable_at_pH
from bo_loop.chemistry.ions import MetalIon, ion_of_cells
from bo_loop.data.numbers import Reading, plain_value
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY
from bo_loop.data.quantities import CENSORING, read_quantity

TEXTS = ("date", "operator", "method", "note")
CONDITIONS = ("temperature_C", "ionic_strength_M")
QUANTITIES = (*VALUES, "log_beta_sd", *AT_PH, *CONDITIONS)
NAMES = ("pair_id", "smiles", "inchi", "ligand")
_CONFIRM = {"": False, "no": False, "false": False, "yes": True, "true": True}
_OURS = ("metal", "charge", "n_ligands")
_MOST_REPLICATES = 9_999
_LONGEST_SHOWN = 60


class Row:
    """One row while it is read: its cells, what is wrong, what was understood."""

    def __init__(
        self,
        label: str,
        row: Mapping[str, str],
        pairs: Mapping[str, Mapping[str, Any]],
        mirrored: Mapping[str, str],
        units: Mapping[str, str],
        unknown: str = "",
        of: Property = LOG_BETA,
    ):
        self.label, self.units, self.of = label, units, of
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
                f"same {of.words}, and was recorded as that"
            )
            self.row["pair_id"] = ours
        self.pair = pairs.get(self.row["pair_id"])
        self._unknown = unknown

    def event(self, defaults: Mapping[str, str]) -> NewEvent | None:
        """Return what the row records; None if it is still pending or has `problems`."""
        if self._unknown:
            named = next(name for name in NAMES if self.row.get(name))
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
        if self.row.get(PROPERTY) and self.row[PROPERTY] != self.pair.get(PROPERTY):
            found.append(
                f"the column property says {self.row[PROPERTY]!r}, but the pair_id is of "
                f"{self.pair.get(PROPERTY)}"
            )
        theirs, ours = self.row.get("smiles"), self.pair.get("smiles", "")
        if theirs and not _same_ligand(theirs, ours):
            found.append(f"the column smiles says {theirs!r}, but the pair is of {ours}")
        return found

    def _reading(self, name: str) -> Reading | None:
        text = self.row[name]
        try:
            if name in ("log_beta", "log_beta_sd") and not self.of.is_log_beta:
                reading, doubt = self.of.read(name, text), ""
            else:
                reading, doubt = read_quantity(name, text, self.units.get(name, ""))
        except ValueError as error:
            self._refuse(name, str(error))
            return None
        self.doubts += [f"{name} is {text}: {doubt}"] if doubt else []
        if not reading.plain:
            called = self.of.renamed(name)
            self.understood.append(f"{self.label}, {called}: {text!r} was read as {reading}")
        return reading

    def _check_consistent(self, readings: Mapping[str, Reading]) -> None:
        status, stated = self.row.get("status", ""), [v for v in VALUES if v in readings]
        sd, censoring = readings.get("log_beta_sd"), self.row.get("censoring")
        if not stated:
            if status == "measured":
                self._refuse("log_beta", "the status is measured: give the value, or clear it")
            elif not status and sd:
                sd_is = self.of.renamed("log_beta_sd")
                self._refuse("log_beta", f"{sd_is} is given: give the value too")
            return
        name, value = stated[0], readings[stated[0]]
        called = self.of.renamed(name)
        if len(stated) > 1:
            self._refuse(stated[1], f"{name} is given too: one experiment gives one of them")
        elif status in ("failed", "in_progress"):
            self._refuse("status", f"{called} holds a value: clear it, or write measured")
        elif value.sd is not None and sd and sd.value != value.sd:
            self._refuse("log_beta_sd", f"{called} says ± {value.sd:g}: state it once")
        elif value.censoring != "none" and censoring not in (None, "", value.censoring):
            self._refuse("censoring", f"{called} says {value.censoring}: state it once")
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
        if not self.of.is_log_beta:
            numbers |= self.of.event_values(value, readings.get("log_beta_sd"))
            sd = {}
        stated = self.row.get("censoring") or "none"
        return {
            **conditions,
            **numbers,
            **sd,
            "censoring": stated if value.censoring == "none" else value.censoring,
        }

    def _refuse(self, name: str, reason: str) -> None:
        text = self.row.get(name, "")
        shown = repr(shortened(text, _LONGEST_SHOWN)) if text else "empty"
        self.problems.append(f"{self.label}, {self.of.renamed(name)}: {shown} — {reason}")


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


def shortened(text: str, most: int) -> str:
    """Return a text, cut off behind `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"
