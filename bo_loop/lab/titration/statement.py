"""What a person states of a titration: keys and values, in a YAML file or above the data.

==========================  =================================================================
metal, ligand               ``Cu+2``; any name or SMILES
competitor                  a second metal ion, or a second ligand; ``X`` in species if a ligand
method                      potentiometric, spectrophotometric, NMR, fluorescence
volume_mL                   in the cell before the first addition
metal_M, ligand_M, …        in the cell before it, also competitor_M, acid_M, base_M (strong ones);
                            with ± it is refined within that sd
burette_base_M, …           in the burette: acid, base, metal, ligand, competitor
ligand_protons              H⁺ that a mole of ligand brings as it was weighed; competitor_protons
ligand_charge               of the bare ligand, where a name does not say it; competitor_charge
temperature_C, ionic_strength_M, pK_w
pH_scale                    activity (electrode calibrated with buffers), or concentration
E0_mV, slope_mV             of the electrode, where potentials were recorded
pH_sd, mV_sd, volume_sd_uL, signal_sd   errors of reading
path_cm                     of light
constants                   log β of species that are known: ``{HL: 9.57, H2L: 11.93}``
free                        those to refine: ``[CuL, CuL2]``, or with starts ``{CuL: 8}``
refine                      refined too: ligand, metal, competitor, titrant, acid, pH, drift
absorbing                   species that have a signal; by default all that may
observed                    of NMR shifts and fluorescence: L (default), or another component
non_negative                whether absorptivities may not be below 0
hydrolysis                  false: leave out hydroxo species of the metal ion
==========================  =================================================================
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bo_loop.base import received
from bo_loop.base.errors import CampaignError, DataError
from bo_loop.data.numbers import Reading, understand
from bo_loop.data.quantities import unit_of
from bo_loop.lab.titration.cell import REAGENTS
from bo_loop.lab.titration.curve import METHODS
from bo_loop.lab.titration.forward import NUISANCES

_MOLAR = {"": 1.0, "M": 1.0, "mM": 1e-3, "µM": 1e-6}
_MILLILITRE = {"": 1.0, "mL": 1.0, "µL": 1e-3, "L": 1e3}
CONCENTRATIONS = tuple(f"{where}{r}_M" for where in ("", "burette_") for r in REAGENTS)
_NUMBERS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(CONCENTRATIONS, (0.0, 20.0)),
    "volume_mL": (1e-3, 1e5),
    "ligand_protons": (-8.0, 8.0),
    "competitor_protons": (-8.0, 8.0),
    "ligand_charge": (-12.0, 12.0),
    "competitor_charge": (-12.0, 12.0),
    "temperature_C": (0.0, 100.0),
    "ionic_strength_M": (0.0, 30.0),
    "pK_w": (10.0, 16.0),
    "E0_mV": (-3000.0, 3000.0),
    "slope_mV": (10.0, 80.0),
    "pH_sd": (1e-6, 2.0),
    "mV_sd": (1e-4, 100.0),
    "volume_sd_uL": (0.0, 1e4),
    "signal_sd": (1e-12, 1e9),
    "path_cm": (1e-3, 100.0),
}
"""Keys of numbers, with what they may be at least and at most."""

_TEXTS = ("metal", "ligand", "competitor", "method", "pH_scale", "observed")
_SWITCHES = ("non_negative", "hydrolysis")
_LISTS = ("refine", "absorbing")
_MAPPINGS = ("constants", "free")
KEYS = (*_NUMBERS, *_TEXTS, *_SWITCHES, *_LISTS, *_MAPPINGS)
_CHOICES = {
    "method": METHODS,
    "pH_scale": ("activity", "concentration"),
    "refine": tuple(NUISANCES),
}
_WITH_UNIT = re.compile(r"(?P<number>.*[\d)])\s*(?P<unit>[^\d\s)*][^*]{0,11})")
_UNITS = {"_M": ("total_metal_M", _MOLAR), "_mL": ("volume_mL", _MILLILITRE)}
_LARGEST_LOG_BETA = 80.0


@dataclass(frozen=True)
class Statement:
    """What was stated, checked.

    Parameters
    ----------
    numbers : mapping of str to Reading
        In the unit of the key.
    texts : mapping of str to str
    switches : mapping of str to bool
    lists : mapping of str to tuple of str
    constants : mapping of str to float
        log β by species, as written.
    free : mapping of str to (float or None, float, float)
        Start, lowest and highest value by species, as written.
    """

    numbers: Mapping[str, Reading] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    free: Mapping[str, tuple[float | None, float, float]] = field(default_factory=dict)

    def number(self, key: str, default: float) -> float:
        """Return a number, or what holds where none is stated."""
        return self.numbers[key].value if key in self.numbers else default


def read_statement(path: Path, content: bytes) -> dict[str, Any]:
    """Return the keys and values of a YAML file.

    Raises
    ------
    DataError
        If it is not a plain mapping.
    """
    try:
        return received.read_yaml(path, content)
    except CampaignError as error:
        problem = str(error).partition("written by bo-loop: ")[2].partition(". Nothing")[0]
        raise DataError(
            f"{path} does not say what was in the cell: {problem}. Write lines such as "
            "'metal: Cu+2' and 'volume_mL: 25'."
        ) from error


def statement(values: Mapping[str, Any], where: str) -> Statement:
    """Check what was stated.

    Parameters
    ----------
    values : mapping of str to Any
        By key.
    where : str
        Where it is from, for messages.

    Raises
    ------
    DataError
        With every key that is not known, and every value that it cannot take.
    """
    problems, found = [], {name: {} for name in ("numbers", "texts", "switches", "lists")}
    maps: dict[str, Any] = {"constants": {}, "free": {}}
    for key, value in values.items():
        try:
            if key in _NUMBERS:
                found["numbers"][key] = _number(key, value)
            elif key in _TEXTS:
                found["texts"][key] = _text(key, value)
            elif key in _SWITCHES:
                found["switches"][key] = _switch(value)
            elif key in _LISTS:
                found["lists"][key] = _listed(key, value)
            elif key == "constants":
                maps[key] = {str(name): _log_beta(v) for name, v in _mapping(value).items()}
            elif key == "free":
                maps[key] = _free(value)
            else:
                raise ValueError(_unknown(str(key)))
        except ValueError as error:
            problems.append(f"{key}: {str(value)[:60]!r} — {error}")
    if problems:
        raise DataError(f"{where}: what was in the cell cannot be read.", problems)
    return Statement(**found, **maps)


def like_a_key(text: str) -> bool:
    """Whether a text is a key, or so near one that it must be meant for it."""
    return text in KEYS or bool(_closest(text))


def _closest(key: str) -> list[str]:
    import difflib

    return difflib.get_close_matches(key, KEYS, n=1, cutoff=0.75)


def _unknown(key: str) -> str:
    close = _closest(key)
    return f"not a key; did you mean {close[0]}?" if close else f"not a key of {', '.join(KEYS)}"


def _number(key: str, value: Any) -> Reading:
    low, high = _NUMBERS[key]
    reading = _read(key, value)
    if reading.censoring != "none" or not low <= reading.value <= high:
        raise ValueError(f"expected a number from {low:g} to {high:g}")
    if reading.sd is not None and (key not in CONCENTRATIONS or not 0 < reading.sd < reading.value):
        raise ValueError("only concentrations have a ±, smaller than the value")
    return reading


def _read(key: str, value: Any) -> Reading:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number")
    text = repr(float(value)) if isinstance(value, int | float) else value.strip()
    factor = 1.0
    for ending, (column, factors) in _UNITS.items():
        split = _WITH_UNIT.fullmatch(text) if key.endswith(ending) else None
        unit = unit_of(column, split["unit"]) if split else None
        if unit is not None:
            text, factor = split["number"], factors[unit]
    try:
        reading = understand(text)
    except ValueError as error:
        raise ValueError("expected a number") from error
    sd = None if reading.sd is None else reading.sd * factor
    return Reading(reading.value * factor, sd, reading.censoring)


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool | Mapping | list) or value is None:
        raise ValueError("expected a text")
    text = str(value).strip()
    return _chosen(key, text)


def _chosen(key: str, text: str) -> str:
    allowed = _CHOICES.get(key)
    found = [each for each in allowed or () if each.lower() == text.lower()]
    if allowed and not found:
        raise ValueError(f"expected {', '.join(allowed)}")
    return found[0] if found else text


def _switch(value: Any) -> bool:
    plain = {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())
    if plain is None:
        raise ValueError("expected true or false")
    return plain


def _listed(key: str, value: Any) -> tuple[str, ...]:
    items: Iterable[Any] = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(_chosen(key, str(item).strip()) for item in items if str(item).strip())


def _mapping(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("expected a mapping such as {HL: 9.57}")
    return value


def _log_beta(value: Any) -> float:
    reading = _read("", value)
    if not abs(reading.value) <= _LARGEST_LOG_BETA:
        raise ValueError(f"expected log10 β, within ±{_LARGEST_LOG_BETA:g}")
    return reading.value


def _free(value: Any) -> dict[str, tuple[float | None, float, float]]:
    ends = (-60.0, _LARGEST_LOG_BETA)
    if not isinstance(value, Mapping):
        return {name: (None, *ends) for name in _listed("", value)}
    found = {}
    for name, what in value.items():
        if isinstance(what, Mapping):
            if not set(what) <= {"start", "min", "max"}:
                raise ValueError("expected start, min and max of a species")
            start = None if what.get("start") is None else _log_beta(what["start"])
            low, high = (
                _log_beta(what.get(k, end)) for k, end in zip(("min", "max"), ends, strict=True)
            )
            if not low < high:
                raise ValueError("min must be below max")
            found[str(name)] = (start, low, high)
        else:
            found[str(name)] = (None if what is None else _log_beta(what), *ends)
    return found
