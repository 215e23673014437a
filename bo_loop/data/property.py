"""What a campaign is about: a property of a metal-ligand pair, log β unless it says otherwise.

Symbols
-------
v      a value as it is measured, in the property's unit
y      the same on the scale that is modelled: v, log10 v or logit v = ln((v − a)/(b − v))
a, b   least and largest value
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bo_loop.base.errors import ConfigError
from bo_loop.data.numbers import Reading, understand

TRANSFORMS = ("none", "log10", "logit")
_LONGEST = 40
_LETTERS = {"β": "beta", "Δ": "delta_", "η": "eta", "α": "alpha", "%": "percent"}


@dataclass(frozen=True)
class Property:
    """A property of a pair.

    Parameters
    ----------
    name : str
        As people write it: ``log D``.
    unit : str
        Of a value, empty if it has none.
    transform : {"none", "log10", "logit"}
        The scale on which it is modelled, and on which predictions, sds and objectives are stated.
    bounds : tuple of float or None
        Least and largest value that can be true; None where there is no limit. ``logit`` needs
        both, and values strictly between them; ``log10`` values above 0.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    """

    name: str = "log β"
    unit: str = ""
    transform: str = "none"
    bounds: tuple[float | None, float | None] = (None, None)

    def __post_init__(self):
        named = isinstance(self.name, str) and self.name.strip() == self.name
        if not named or not 0 < len(self.name) <= _LONGEST or not self.name.isprintable():
            raise ConfigError(
                f"property.name is {self.name!r}: give what the property is called, such as log D, "
                f"in at most {_LONGEST} characters."
            )
        if not isinstance(self.unit, str) or len(self.unit) > _LONGEST:
            raise ConfigError(f"property.unit is {self.unit!r}: give a text, or nothing.")
        if self.transform not in TRANSFORMS:
            raise ConfigError(
                f"property.transform is {self.transform!r}: it may be {', '.join(TRANSFORMS)}."
            )
        if not self.column.strip("_") or self.column in _TAKEN:
            raise ConfigError(
                f"property.name {self.name!r} would make a column {self.column!r}, which means "
                "something else in a table. Give another name, with letters."
            )
        low, high = self.bounds
        if None not in (low, high) and low >= high:
            raise ConfigError(f"property.bounds are [{low:g}, {high:g}]: the first must be less.")
        if self.transform == "logit" and None in (low, high):
            raise ConfigError("property.transform=logit needs both bounds: bounds: [0, 1].")
        if self.transform == "log10" and low is not None and low < 0:
            raise ConfigError("property.transform=log10 takes no bound below 0.")

    @classmethod
    def of(cls, node: Mapping[str, Any] | None) -> "Property":
        """Read a config node; None, or an empty one, is log β.

        Raises
        ------
        ConfigError
            If it has a key or value that it cannot have.
        """
        if not node:
            return LOG_BETA
        if not isinstance(node, Mapping) or "name" not in node:
            raise ConfigError(
                f"property is {node!r}: write it as {{name: log D, unit: '', transform: none, "
                "bounds: [-5, 5]}."
            )
        if unknown := sorted(set(node) - set(cls.__dataclass_fields__)):
            raise ConfigError(
                f"property has no {', '.join(map(str, unknown))}; it takes name, unit, transform "
                "and bounds."
            )
        given = {key: value for key, value in node.items() if value is not None}
        bounds = given.pop("bounds", (None, None))
        pair = isinstance(bounds, list | tuple) and len(bounds) == 2
        if not pair or not all(each is None or _is_number(each) for each in bounds):
            raise ConfigError(
                f"property.bounds is {bounds!r}: give the least and the largest value, such as "
                "[0, 100]; null where there is no limit."
            )
        return cls(**given, bounds=tuple(None if b is None else float(b) for b in bounds))

    @property
    def is_log_beta(self) -> bool:
        """Whether all that is known of the chemistry of log β applies."""
        return self == LOG_BETA

    def speaks_of(self, other: "Property") -> bool:
        """Whether a modelled value of this property means the same of the `other` one."""
        ends = [of.bounds if of.transform == "logit" else None for of in (self, other)]
        same = [(of.column, of.unit, of.transform) for of in (self, other)]
        return same[0] == same[1] and ends[0] == ends[1]

    @property
    def column(self) -> str:
        """Name of the column with its values in tables: ``log_D``."""
        text = self.name
        for letter, word in _LETTERS.items():
            text = text.replace(letter, word)
        return re.sub(r"\W+", "_", text).strip("_")

    def renamed(self, column: str) -> str:
        """Return what tables for people call a column of ours: ``predicted_log_D``.

        Predictions are on the modelled scale, which the name then says.
        """
        if self.is_log_beta or "log_beta" not in column:
            return column
        scale = f"{self.transform}_" if self.transform != "none" and "predicted" in column else ""
        return column.replace("log_beta", scale + self.column)

    @property
    def option(self) -> str:
        """What ``property=`` is given on the command line: ``{name: "log D", …}``."""
        said = {"name": self.name, "unit": self.unit, "transform": self.transform}
        bounds = {"bounds": list(self.bounds)} if self.bounds != (None, None) else {}
        given = {k: v for k, v in {**said, **bounds}.items() if v not in ("", "none")}
        parts = (f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in given.items())
        return f"{{{', '.join(parts)}}}"

    @property
    def words(self) -> str:
        """What values on the modelled scale are called: ``log D``, ``log10 rate (1/h)``."""
        scale = "" if self.transform == "none" else f"{self.transform} "
        return f"{scale}{self.name}{f' ({self.unit})' if self.unit else ''}"

    @property
    def values(self) -> str:
        """What several values are called: ``constants``, ``values of log D``."""
        return "constants" if self.is_log_beta else f"values of {self.name}"

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        low, high = self.bounds
        kind = {"none": "", "log10": " above 0", "logit": ""}[self.transform]
        between = " strictly" if self.transform == "logit" else ""
        if None not in (low, high):
            kind = f"{between} between {low:g} and {high:g}{kind}"
        elif low is not None:
            kind = f" of at least {low:g}{kind}"
        elif high is not None:
            kind = f" of at most {high:g}{kind}"
        return f"{self.name}, a number{kind}{f' in {self.unit}' if self.unit else ''}"

    def scaled(self, value: float, sd: float | None = None) -> tuple[float, float | None]:
        """Return y of a value, and the sd of y to first order.

        Raises
        ------
        ValueError
            If the value is outside the bounds, or has no y.
        """
        low, high = self.bounds
        inside = (low is None or value >= low) and (high is None or value <= high)
        if self.transform == "log10":
            inside &= value > 0
        elif self.transform == "logit":
            inside &= low < value < high
        if not inside or not math.isfinite(value):
            raise ValueError(f"expected {self.expected}")
        if self.transform == "log10":
            y, slope = math.log10(value), 1.0 / (value * math.log(10.0))
        elif self.transform == "logit":
            y = math.log((value - low) / (high - value))
            slope = (high - low) / ((value - low) * (high - value))
        else:
            return value, sd
        return y, None if sd is None else sd * slope

    def read(self, column: str, text: str) -> Reading:
        """Read a cell of the property's column (``log_beta``) or of its sd, in the unit measured.

        Raises
        ------
        ValueError
            Why it is refused: it is not a number, or outside the bounds.
        """
        try:
            reading = understand(text)
        except ValueError as error:
            raise ValueError(f"expected {self.expected}") from error
        if column == "log_beta_sd":
            if reading.value < 0 or reading.sd is not None or reading.censoring != "none":
                raise ValueError("expected a standard deviation, a number of 0 or more")
            return reading
        self.scaled(reading.value)
        return reading

    def event_values(self, value: Reading, sd: Reading | None) -> dict[str, float]:
        """Return what an event says of a result: y as ``log_beta``, and what was measured."""
        spread = value.sd if sd is None else sd.value
        y, y_sd = self.scaled(value.value, spread)
        said = {"log_beta": y} | ({} if y_sd is None else {"log_beta_sd": y_sd})
        return said if self.transform == "none" else {**said, "value": value.value}

    def measured(self, y: float) -> float:
        """Return the value of y."""
        if self.transform == "log10":
            return 10.0**y
        if self.transform == "logit":
            low, high = self.bounds
            return low + (high - low) / (1.0 + math.exp(-y))
        return y


def columns_of(headers: Sequence[str], of: Property) -> dict[str, str]:
    """Return the headers of a table that hold the property and its sd, by our own columns."""
    names = {plain(text): text for text in headers}
    sd = f"{of.name} sd"
    called = {
        "log_beta": (of.name, of.column, f"{of.name} {of.unit}"),
        "log_beta_sd": (sd, f"{of.column}_sd", f"sd of {of.name}", f"sd {of.name}"),
    }
    return {
        column: names[found]
        for column, possible in called.items()
        if (found := next((p for p in map(plain, possible) if p in names), None))
    }


def plain(text: str) -> str:
    """Return a name without what people write differently: case, spaces, signs."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_TAKEN = frozenset(
    {
        *("pair_id", "metal", "charge", "ligand", "smiles", "inchi", "n_ligands", "rank", "status"),
        *("temperature_C", "ionic_strength_M", "censoring", "source", "note", "confirm", "date"),
        *("operator", "method", "replicate", "role", "reason", "cost", "pH", "pM", "log_K_cond"),
        *("log_K", "structure", "nearest", "acquisition", "outside_domain", "moved_by"),
    }
)
LOG_BETA = Property()
