"""The constants of a row of a table, as log β_n: one column with its n, or a column for each n.

Symbols
-------
K_n      stepwise: ML_(n−1) + L = ML_n
β_n      overall: log β_n = Σ_(j≤n) log K_j
s_n      sd of log K_n; that of log β_n is sqrt(Σ s_j²), the steps being independent
"""

import math
from dataclasses import dataclass, field

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.cells import Cells, note_of
from bo_loop.data.numbers import Reading, plain_value
from bo_loop.data.observations import MAX_LIGANDS
from bo_loop.data.quantities import CENSORING, read_quantity

_VALUES = ("n_ligands", "log_beta", "log_beta_sd", "censoring")
_DECIMALS = 9


@dataclass
class Constants:
    """What a table says of its constants.

    Parameters
    ----------
    at : list of int
        Position of the row of each constant.
    values : list of (int, float, float, str)
        n, log β_n, sd (NaN if not stated) and censoring of each.
    problems : list of str
        What cannot be used, by row and column.
    understood : list of str
        What was not written plainly, and how it was read.
    took_default : bool
        Whether a row did not say its n.
    """

    at: list[int] = field(default_factory=list)
    values: list[tuple[int, float, float, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    took_default: bool = False

    def frame(self, others: pd.DataFrame) -> pd.DataFrame:
        """Return the constants beside the other columns of their rows."""
        values = pd.DataFrame(self.values, columns=list(_VALUES))
        rest = others.drop(columns=[c for c in _VALUES if c in others])
        return pd.concat([rest.iloc[self.at].reset_index(drop=True), values], axis=1)


def constants_of(cells: Cells, where: str, *, n_ligands: int | None) -> Constants:
    """Read the constants of a table.

    Parameters
    ----------
    cells : Cells
        With ``log_beta``, or columns that say n in their headers.
    where : str
        The table, for messages.
    n_ligands : int, optional
        Stands in for ``n_ligands`` cells that are empty or a column that is absent.

    Raises
    ------
    DataError
        If the table has constants in both ways, or in none, or nothing says n.
    """
    columns, numbered = cells.found.columns, cells.found.constants
    found = Constants()
    if numbered and "log_beta" in columns:
        raise DataError(
            f"{where} has the column {cells.header[columns['log_beta']]!r} beside "
            f"{cells.header[numbered[0][1]]!r}: keep one way of writing the constants."
        )
    if not numbered and "n_ligands" not in columns and n_ligands is None:
        raise DataError(
            f"{where} has no column n_ligands, the number of ligands in the complex. Add it, name "
            "the constants by it (log K1, log beta2), or give n_ligands=1 for all rows."
        )
    for at in range(len(cells.body)):
        row = _Row(cells, at, found)
        if numbered:
            row.take_numbered()
        else:
            row.take_one("" if n_ligands is None else str(n_ligands))
    if n_ligands is not None and not found.took_default:
        found.understood.append(f"n from the table alone: n_ligands={n_ligands} was not needed")
    return found


class _Row:
    """A row while its constants are read."""

    def __init__(self, cells: Cells, at: int, found: Constants):
        self.cells, self.at, self.found = cells, at, found
        self.label = f"row {cells.rows[at]}"
        self.body = cells.body[at]

    def take_one(self, default_n: str) -> None:
        """Take the constant of the column ``log_beta``, with its own n, sd and censoring."""
        columns = self.cells.found.columns
        stated = self._cell("n_ligands")
        self.found.took_default |= not stated
        n = self._n(stated or default_n)
        reading = self._read(columns["log_beta"], "log_beta", needed=True)
        sd, censoring = self._sd(reading), self._censoring(reading)
        if n != 1 and self.cells.found.stepwise:
            self._refuse(
                "log_beta",
                self.body[columns["log_beta"]],
                f"log K of n = {n} may be the stepwise constant: name the column log_beta if it is "
                "the overall one, or give log K1, log K2 … columns of their own",
            )
        self._keep(n, reading, sd, censoring)

    def take_numbered(self) -> None:
        """Take log β_n of every n whose column holds a value."""
        constants = {(m.column, m.n): (m, at) for m, at in self.cells.found.constants}
        numbers = sorted(n for column, n in constants if column == "log_beta")
        whole: dict[int, tuple[float, float]] = {0: (0.0, 0.0)}
        stated = self._cell("n_ligands")
        some = False
        for n in numbers:
            meaning, column = constants["log_beta", n]
            if not self.body[column].strip():
                continue
            some = True
            name = self.cells.header[column].strip()
            reading = self._read(column, name, unit=meaning.unit)
            sd = self._sd_of(constants.get(("log_beta_sd", n)), reading)
            if stated and plain_value(stated) != n:
                self._refuse(name, self.body[column], f"it is of n = {n}, and n_ligands {stated}")
            if meaning.stepwise and n > 1 and n - 1 not in whole:
                self._refuse(
                    name,
                    self.body[column],
                    f"log β{n} is the sum of the steps, and log K{n - 1} is not given as a number",
                )
            below, sd_below = whole.get(n - 1, (0.0, 0.0)) if meaning.stepwise else (0.0, 0.0)
            value, spread = round(reading.value + below, _DECIMALS), math.hypot(sd, sd_below)
            if reading.censoring == "none":
                whole[n] = (value, spread)
            total = Reading(value, None if math.isnan(spread) else round(spread, _DECIMALS))
            self._keep(n, total, total.sd, reading.censoring)
        if not some:
            self._refuse("log_beta", "", "expected a constant in one of the columns")

    def _keep(self, n: int, reading: Reading, sd: float | None, censoring: str) -> None:
        self.found.at.append(self.at)
        self.found.values.append((n, reading.value, math.nan if sd is None else sd, censoring))

    def _cell(self, column: str) -> str:
        at = self.cells.found.columns.get(column)
        return "" if at is None else self.body[at].strip()

    def _n(self, text: str) -> int:
        n = plain_value(text)
        if n.is_integer() and 1 <= n <= MAX_LIGANDS:
            return int(n)
        self._refuse(
            "n_ligands",
            text,
            f"expected the number of ligands, a whole number from 1 to {MAX_LIGANDS}",
        )
        return 1

    def _read(
        self, at: int, name: str, *, column: str = "log_beta", unit: str = "", needed: bool = False
    ) -> Reading:
        text = self.body[at].strip()
        unit = unit or self.cells.found.units.get(column, "")
        if not text and needed:
            self._refuse(name, "", "expected log10 of the constant, between −10 and 60")
            return Reading(0.0)
        try:
            reading, _ = read_quantity(column, text, unit)
        except ValueError as error:
            self._refuse(name, text, str(error))
            return Reading(0.0)
        self.found.understood += note_of(self.label, name, text, reading)
        return reading

    def _sd(self, reading: Reading) -> float | None:
        at = self.cells.found.columns.get("log_beta_sd")
        if at is None or not self.body[at].strip():
            return reading.sd
        return self._one_sd(self._read(at, "log_beta_sd", column="log_beta_sd"), reading)

    def _sd_of(self, constant, reading: Reading) -> float:
        sd = reading.sd
        if constant and self.body[constant[1]].strip():
            name = self.cells.header[constant[1]].strip()
            beside = self._read(constant[1], name, column="log_beta_sd", unit=constant[0].unit)
            sd = self._one_sd(beside, reading)
        return math.nan if sd is None else sd

    def _one_sd(self, beside: Reading, reading: Reading) -> float:
        if reading.sd is not None and reading.sd != beside.value:
            self._refuse(
                "log_beta_sd", f"{beside.value:g}", f"log_beta says ± {reading.sd:g}: state it once"
            )
        return beside.value

    def _censoring(self, reading: Reading) -> str:
        text = self._cell("censoring")
        stated = text.lower() or "none"
        if stated not in CENSORING:
            self._refuse("censoring", text, f"expected one of {', '.join(CENSORING)}")
        elif reading.censoring != "none" and stated not in ("none", reading.censoring):
            self._refuse("censoring", text, f"log_beta says {reading.censoring}: state it once")
        return reading.censoring if reading.censoring != "none" else stated

    def _refuse(self, name: str, text: str, reason: str) -> None:
        shown = repr(text.strip()) if text.strip() else "empty"
        self.found.problems.append(f"{self.label}, {name}: {shown} — {reason}")
