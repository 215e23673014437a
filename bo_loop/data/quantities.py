"""Quantities of a table: the units that they are written in, and the values that can be true."""

import re
from dataclasses import replace

from bo_loop.data.numbers import Reading, understand

LOG_BETA_RANGE = (-10.0, 60.0)
LIMITS = {
    "log_beta": (*LOG_BETA_RANGE, "log10 of the constant, between −10 and 60"),
    "log_K": (*LOG_BETA_RANGE, "log10 of the constant, between −10 and 60"),
    "log_beta_sd": (0.0, 60.0, "a standard deviation, a number of 0 or more"),
    "log_K_cond": (*LOG_BETA_RANGE, "log10 of the conditional constant, between −10 and 60"),
    "pM": (0.0, 60.0, "−log10 of the free metal in mol/L, between 0 and 60"),
    "pH": (0.0, 14.0, "a pH between 0 and 14"),
    "total_metal_M": (1e-15, 10.0, "mol/L of metal in all, above 0"),
    "total_ligand_M": (1e-15, 10.0, "mol/L of ligand in all, above 0"),
    "temperature_C": (-50.0, 400.0, "degrees Celsius between −50 and 400"),
    "ionic_strength_M": (0.0, 30.0, "mol/L between 0 and 30"),
    "cost": (1e-12, 1e12, "a price above 0"),
    "volume_mL": (0.0, 1e5, "mL of titrant, 0 or more"),
    "potential_mV": (-3000.0, 3000.0, "mV between −3000 and 3000"),
    "wavelength_nm": (1.0, 1e6, "nm above 1"),
}
"""By column: least and largest value, and what is expected in words."""

CENSORING = ("none", "lower", "upper")

MHL_PK = "mhl_pK"
"""Column of a campaign's literature: measured log10 [MHL]/[ML][H] of the pair."""

STATED = ("log_beta", "log_K_cond", "pM", "log_K")
"""Columns of constants: a bound and a ± may stand beside their values."""

_KELVIN = 273.15
_MOLAR = {
    "M": (
        *("M", "mol/l", "moll-1", "mol·l-1", "moll^-1", "mol/dm3", "mol/dm^3", "moldm-3"),
        *("mol·dm-3", "moldm^-3", "molar", "molperl"),
    ),
    "mM": ("mM", "mmol/l", "mmoll-1", "mmol·l-1", "mmol/dm3", "mmoldm-3", "millimolar"),
}
_MICROMOLAR = {"µM": ("µM", "μM", "uM", "µmol/l", "μmol/l", "umol/l", "micromolar")}
_UNITS = {
    "temperature_C": {
        "°C": ("°c", "ºc", "℃", "c", "degc", "celsius", "degreesc", "degreescelsius"),
        "K": ("k", "°k", "kelvin"),
    },
    "ionic_strength_M": _MOLAR,
    "total_metal_M": _MOLAR | _MICROMOLAR,
    "total_ligand_M": _MOLAR | _MICROMOLAR,
    "volume_mL": {
        "mL": ("mL", "ml", "cm3", "cm^3", "cc"),
        "µL": ("µL", "μL", "uL", "µl", "μl", "ul", "microlitre"),
        "L": ("L", "l", "dm3"),
    },
    "potential_mV": {"mV": ("mV", "mv"), "V": ("V", "v")},
    "wavelength_nm": {"nm": ("nm",)},
}
_WITH_UNIT = re.compile(r"(?P<number>.*[\d)])\s*(?P<unit>[^\d\s)*†‡§¶][^*†‡§¶]{0,11})")
_SUPERSCRIPTS = str.maketrans("⁻−³¹", "--31")
_TENTHS = 9  # decimals that a conversion keeps

_HOT = 270.0  # °C; water at its own pressure is measured below, and kelvin above


def unit_of(column: str, text: str) -> str | None:
    """Return the unit that a header or a cell names, as `_UNITS` writes it.

    Parameters
    ----------
    column : str
        Of an observation.
    text : str
        What stands in brackets in the header, or behind the number.

    Returns
    -------
    str or None
        ``"°C"``, ``"K"``, ``"M"``, ``"mM"``; None for text that is not a unit of the column.
    """
    plain = "".join(text.split()).translate(_SUPERSCRIPTS)
    for unit, names in _UNITS.get(column, {}).items():
        # M is molar and m is molal; all other units are as good in capitals.
        if plain in names or (
            (len(plain) > 2 or column == "temperature_C") and plain.lower() in names
        ):
            return unit
    return None


def read_quantity(column: str, text: str, unit: str = "") -> tuple[Reading, str]:
    """Read a cell of a column, in the units of the program.

    Parameters
    ----------
    column : str
        One of `LIMITS`.
    text : str
        The cell.
    unit : str
        What the column's header says, as `unit_of` returns it; what the cell says goes first.

    Returns
    -------
    reading : Reading
        Converted.
    doubt : str
        Why the value may be in another unit than it seems; or ``""``.

    Raises
    ------
    ValueError
        Why it is refused, and what to write instead.
    """
    stated = ""
    if column in _UNITS and (found := _WITH_UNIT.fullmatch(text.strip())):
        stated = unit_of(column, found["unit"]) or ""
        text = found["number"] if stated else text
    try:
        reading = _converted(understand(text), stated or unit)
    except ValueError as error:
        known = column in STATED[:3] or not str(error).startswith("expected")
        raise ValueError(str(error) if known else f"expected {LIMITS[column][2]}") from error
    if stated:
        reading = replace(reading, plain=False)
    check(column, reading)
    if column == "cost" and re.search(r"\d,\d{3}(?!\d)", text):
        raise ValueError("1.234 or 1234? — write the price without a comma")
    doubt = ""
    if column == "temperature_C" and not stated and unit != "K" and reading.value >= _HOT:
        v = reading.value
        doubt = f"is it {v - _KELVIN:.2f} °C, written in kelvin? Write {v:g} K or {v:g} °C"
    return reading, doubt


def check(column: str, reading: Reading) -> None:
    """Refuse what cannot be true of a column.

    Raises
    ------
    ValueError
        If the value or its sd lies outside `LIMITS`, or stands beside a sign that only log β has.
    """
    low, high, expected = LIMITS[column]
    if column not in STATED and (reading.censoring != "none" or reading.sd is not None):
        raise ValueError(f"expected {expected}, without sign and ±")
    if column == "log_K" and reading.censoring != "none":
        raise ValueError("a bound on a protonation constant is not used: leave the row out")
    if not low <= reading.value <= high:
        raise ValueError(f"expected {expected}")
    if reading.sd is not None and not 0 <= reading.sd <= LIMITS["log_beta_sd"][1]:
        raise ValueError(f"behind ±: expected {LIMITS['log_beta_sd'][2]}")


def _converted(reading: Reading, unit: str) -> Reading:
    if unit == "K":
        return replace(reading, value=round(reading.value - _KELVIN, _TENTHS))
    if unit in ("L", "V"):
        return replace(reading, value=round(reading.value * 1000, _TENTHS))
    if unit in ("mM", "µL"):
        return replace(reading, value=round(reading.value / 1000, _TENTHS + 3))
    if unit == "µM":
        return replace(reading, value=round(reading.value / 1e6, _TENTHS + 6))
    if unit == "ln":
        scale = 0.4342944819032518
        sd = None if reading.sd is None else round(reading.sd * scale, _TENTHS)
        return replace(reading, value=round(reading.value * scale, _TENTHS), sd=sd)
    return reading
