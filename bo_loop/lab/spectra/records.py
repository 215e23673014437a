"""A record: one curve of one ligand, in the units of its method.

Symbols
-------
n    points of a record
x    wavelength, wavenumber, shift, angle or potential, rising    (n,)
y    signal: absorbance, intensity, current                       (n,)
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats

FEWEST_POINTS = 8

UNITS = {"UV-vis": "nm", "IR": "1/cm", "Raman": "1/cm", "NMR": "ppm", "WAXS": "deg", "CV": "V"}
"""The methods, and the unit that x has in all that follows."""

_METHOD_WORDS = {
    "UV-vis": "uvvis uv uvvisible uvvisspectrum ultravioletvisible absorption visible",
    "IR": "ir ftir atr infrared infraredspectrum atrftir nir",
    "Raman": "raman ramanspectrum",
    "NMR": "nmr nmrspectrum 1hnmr 13cnmr 31pnmr 19fnmr hnmr cnmr",
    "WAXS": "waxs xrd xraydiffraction pxrd diffraction",
    "CV": "cv cyclicvoltammetry voltammogram voltammetry",
}
_BY_WORD = {word: method for method, words in _METHOD_WORDS.items() for word in words.split()}

# By name of a unit: a unit that `_to` knows, and the factor to it.
_SPELLINGS = {
    "nm": ("nm", 1.0), "nanometers": ("nm", 1.0), "nanometer": ("nm", 1.0),
    "um": ("nm", 1e3), "micrometers": ("nm", 1e3), "micrometer": ("nm", 1e3), "micron": ("nm", 1e3),
    "microns": ("nm", 1e3), "angstrom": ("nm", 0.1), "angstroms": ("nm", 0.1),
    "1/cm": ("1/cm", 1.0), "cm-1": ("1/cm", 1.0), "cm^-1": ("1/cm", 1.0), "cm⁻¹": ("1/cm", 1.0),
    "ev": ("eV", 1.0), "ppm": ("ppm", 1.0), "hz": ("Hz", 1.0),
    "deg": ("deg", 1.0), "degree": ("deg", 1.0), "degrees": ("deg", 1.0), "°": ("deg", 1.0),
    "v": ("V", 1.0), "volt": ("V", 1.0), "volts": ("V", 1.0), "mv": ("V", 1e-3),
    "1/a": ("1/A", 1.0), "a-1": ("1/A", 1.0), "å-1": ("1/A", 1.0), "å⁻¹": ("1/A", 1.0),
    "1/å": ("1/A", 1.0), "a^-1": ("1/A", 1.0), "1/nm": ("1/A", 0.1), "nm-1": ("1/A", 0.1),
}  # fmt: skip
_EV_NM = 1239.841984  # h c / e, in eV nm: CODATA 2018
_HEADER = re.compile(
    r"\s*(?P<name>.*?)\s*(?:[(\[]\s*(?P<a>[^)\]]*)[)\]]|/\s*(?P<b>[^/\s]+(?:/\S+)?))?\s*"
)


@dataclass(frozen=True)
class Record:
    """One curve, with what is known of it.

    Parameters
    ----------
    x, y : (n,) float64
        x in the unit of its method (`UNITS`), rising.
    method : str
        One of `UNITS`; a voltammogram is split into ``CV anodic`` and ``CV cathodic``.
    smiles : str
        Of the ligand, standardised.
    ligand : str
        Its name, or nothing.
    y_unit : str
    sha256 : str
        Of the file that it was read from.
    place : str
        Where in the file: a column, a block; empty for all of it.
    metadata : mapping of str to str
    """

    x: Floats
    y: Floats
    method: str
    smiles: str
    ligand: str = ""
    y_unit: str = ""
    sha256: str = ""
    place: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What names the record in the database: its file, and the place in it."""
        return f"{self.sha256[:16]}:{self.method}:{self.place}"


def method_of(text: str) -> str:
    """Return the method that words name: ``INFRARED SPECTRUM`` is IR.

    Raises
    ------
    DataError
        If they name none.
    """
    plain = unicodedata.normalize("NFKC", str(text)).casefold()
    squeezed = "".join(filter(str.isalnum, plain))
    words = ["".join(filter(str.isalnum, word)) for word in re.split(r"[\s/_,;]+", plain)]
    for candidate in (squeezed, *words):
        if candidate in _BY_WORD:
            return _BY_WORD[candidate]
    raise DataError(f"{text!r} is not a method that is read; write one of {', '.join(UNITS)}.")


def split_header(text: str) -> tuple[str, str]:
    """Return the name and the unit of a header: ``Wavelength (nm)`` and ``E / V`` have one."""
    if text.strip() in _SPELLINGS or text.strip().casefold() in _SPELLINGS:
        return "", text.strip()
    found = _HEADER.fullmatch(text)
    return (found["name"], (found["a"] or found["b"] or "").strip()) if found else (text, "")


def in_units(
    x: Floats, unit: str, method: str, metadata: Mapping[str, str] | None = None
) -> Floats:
    """Convert x to the unit of its method.

    Parameters
    ----------
    x : (n,) float64
    unit : str
        As it is written; nothing means the unit of the method.
    method : str
    metadata : mapping, optional
        ``observe frequency`` (MHz) turns Hz into ppm, ``wavelength`` (Å) turns q into 2θ.

    Raises
    ------
    DataError
        If the unit is unknown, or does not belong to the method.
    """
    wanted = UNITS[method]
    text = unit.strip().casefold().replace("2theta", "").replace("µ", "u").replace("μ", "u").strip()
    if not text:
        return x
    if text not in _SPELLINGS:
        raise DataError(f"the unit {unit!r} of x is unknown; {method} is read in {wanted}.")
    known, factor = _SPELLINGS[text]
    return _to(
        wanted, known, x * factor, method, {k.casefold(): v for k, v in (metadata or {}).items()}
    )


def _to(wanted: str, known: str, x: Floats, method: str, said: Mapping[str, str]) -> Floats:
    if known == wanted:
        return x
    light = {"nm", "1/cm", "eV"}
    if {known, wanted} <= light:
        if (x <= 0).any():
            raise DataError(f"x holds values that are not positive, which no {known} is.")
        length = {"nm": lambda v: v, "1/cm": lambda v: 1e7 / v, "eV": lambda v: _EV_NM / v}
        return length[wanted](length[known](x))
    if known == "Hz" and wanted == "ppm":
        return x / _number_of(said, "observe frequency", "MHz", "Hz into ppm")
    if known == "1/A" and wanted == "deg":
        sine = x * _number_of(said, "wavelength", "Å", "q into 2θ") / (4.0 * np.pi)
        if (np.abs(sine) > 1).any():
            raise DataError("x holds values of q that no angle has at this wavelength.")
        return 2.0 * np.degrees(np.arcsin(sine))
    raise DataError(f"the unit {known} of x does not belong to {method}, which is in {wanted}.")


def _number_of(said: Mapping[str, str], name: str, unit: str, purpose: str) -> float:
    text = next((str(v) for k, v in said.items() if k.lstrip(".$ ") == name), "")
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value > 0.0:
        raise DataError(
            f"{name} ({unit}) is needed to turn {purpose}: give it in the file or tags."
        )
    return value


def absorbance(y: Floats, unit: str) -> tuple[Floats, str]:
    """Turn transmittance into absorbance; other signals stay as they are.

    Raises
    ------
    DataError
        If a transmittance is not positive.
    """
    word = "".join(sign for sign in unit.casefold() if sign.isalpha() or sign == "%")
    if not (word.startswith("transmi") or word in {"%t", "t", "t%"} or "%transmi" in word):
        return y, unit
    share = y / 100.0 if "%" in word or "percent" in word or y.max() > 2.0 else y
    if (share <= 0).any():
        raise DataError("a transmittance is not positive, so that it has no absorbance.")
    return -np.log10(share), "absorbance"


def checked_curve(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return a curve with x rising, and the mean of readings at one x.

    Raises
    ------
    DataError
        If a number is missing or not finite, there are too few, or all are the same.
    """
    if len(x) != len(y):
        raise DataError(f"x has {len(x)} values and y {len(y)}.")
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if len(bad):
        raise DataError(f"{len(bad)} points are not numbers, the first in row {bad[0] + 1}.")
    places, inverse = np.unique(x, return_inverse=True)
    if len(places) < FEWEST_POINTS:
        raise DataError(f"it has {len(places)} points; at least {FEWEST_POINTS} are needed.")
    if np.ptp(y) == 0.0:
        raise DataError(f"its signal is {y[0]:g} at every point.")
    return places, np.bincount(inverse, y) / np.bincount(inverse)


def sweeps(x: Floats, y: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Split a voltammogram at its turning points; of several cycles, the last one counts.

    Returns
    -------
    dict
        ``anodic`` (potential rising) and ``cathodic`` (falling, with the sign of the current
        turned, so that its peaks point up), where there are.
    """
    step = np.sign(np.diff(x))
    direction = step[step != 0]
    if not len(direction):
        raise DataError("the potential does not change.")
    # Points at which the potential stands still go with the sweep before them.
    filled = step.copy()
    for i in range(len(filled)):
        if filled[i] == 0:
            filled[i] = filled[i - 1] if i else direction[0]
    turns = [0, *(np.flatnonzero(np.diff(filled)) + 1), len(x) - 1]
    found = {}
    for start, end in pairwise(turns):
        if end - start + 1 >= FEWEST_POINTS:
            name, sign = ("anodic", 1.0) if x[end] > x[start] else ("cathodic", -1.0)
            found[name] = (x[start : end + 1], sign * y[start : end + 1])
    if not found:
        raise DataError(f"no sweep has {FEWEST_POINTS} points.")
    return found
