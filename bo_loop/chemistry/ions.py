"""Metal ions: what is written for them, and what it means.

A metal ion is the formula of a bare or oxo-cation (``Cu``, ``VO``, ``UO2``) and a signed charge.
Only one way of writing leaves this module (``Cu+2``, ``Na+1``); many ways are understood.

Protonation constants stand among the observations under a pseudo-ion: ``H+k`` is k protons, its
log β the overall constant of k H⁺ + L → H_kL. No campaign can choose it as a target.
"""

import re
from dataclasses import dataclass

from bo_loop.base.errors import DataError

_SYMBOLS = """
    Li Be Na Mg Al K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In
    Sn Sb Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po
    Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr
"""
METALS = frozenset(_SYMBOLS.split())
MAX_CHARGE = 8
PROTON = "H"
MAX_PROTONS = 8

_FORMULA = re.compile(r"([A-Z][a-z]?)(O[2-4]?)?")
_WRITTEN = re.compile(r"(?P<formula>[A-Z][A-Za-z0-9]*?)(?:\+(?P<after>\d*)|\((?P<inside>\d*)\+\))")
_DIGITS_FIRST = re.compile(r"([A-Z][A-Za-z]*)(\d+)\+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]*[⁺⁻]$")


@dataclass(frozen=True, order=True)
class MetalIon:
    """A bare or oxo-cation, or k protons.

    Parameters
    ----------
    metal : str
        Formula without its charge: ``"Cu"``, ``"VO"``, ``"UO2"``; ``"H"`` for protons.
    charge : int
        Signed charge of the cation, 1 to 8; the number of protons, 1 to 8.

    Raises
    ------
    DataError
        If the formula is not one metal atom with at most oxo oxygens, or the charge is no cation's.
    """

    metal: str
    charge: int

    def __post_init__(self):
        if self.metal != PROTON and not is_metal_formula(self.metal):
            raise DataError(
                f"{self.metal!r} is not a metal ion's formula: one metal atom, with at most oxo "
                "oxygens, is expected (Cu, VO, UO2). Hydroxo, ammine and polynuclear cations are "
                "species of their own and are not taken."
            )
        most = MAX_PROTONS if self.metal == PROTON else MAX_CHARGE
        if not 1 <= self.charge <= most:
            raise DataError(
                f"charge {self.charge} of {self.metal} is refused: it lies between 1 and {most}."
            )

    def __str__(self) -> str:
        return f"{self.metal}+{self.charge}"

    @property
    def element(self) -> str:
        """Symbol of the metal atom: ``"V"`` for VO, ``"U"`` for UO2, ``"H"`` for protons."""
        return _FORMULA.fullmatch(self.metal)[1]


def is_metal_formula(formula: str) -> bool:
    """Whether `formula` is one metal atom with at most oxo oxygens."""
    match = _FORMULA.fullmatch(formula)
    return match is not None and match[1] in METALS


def parse_ion(text: str) -> MetalIon:
    """Read a metal ion as people write it.

    Parameters
    ----------
    text : str
        ``Cu+2``, ``Cu2+``, ``Cu(2+)``, ``Cu²⁺``, ``Na+``, ``VO+2``, ``VO(2+)``, ``UO2²⁺`` …

    Returns
    -------
    MetalIon

    Raises
    ------
    DataError
        If the text is no metal ion (H⁺ is none), or has two readings: ``VO2+`` may be VO, charge
        2, or VO2, charge 1.
    """
    plain = _plain(text)
    digits_first = _DIGITS_FIRST.fullmatch(plain)
    if digits_first:
        return _digits_first(text, *digits_first.groups())
    match = _WRITTEN.fullmatch(plain)
    if match is None:
        raise DataError(
            f"{text!r} is not read as a metal ion. Write formula, plus, charge: Cu+2, Na+1, VO+2."
        )
    if match["formula"] == PROTON:
        raise DataError(
            f"{text!r} is the proton, no metal ion. Protonation constants are read from a table of "
            "their own: data.protonation=<file>."
        )
    digits = match["after"] or match["inside"] or "1"
    return MetalIon(match["formula"], int(digits))


def _plain(text: str) -> str:
    """Put superscript charges in parentheses, where they cannot be taken for a subscript."""
    stripped = "".join(str(text).split())
    superscript = _SUPERSCRIPT.search(stripped)
    if superscript:
        charge = superscript[0].translate(_SUPERSCRIPTS)
        return f"{stripped[: superscript.start()]}({charge})"
    return stripped


def _digits_first(text: str, formula: str, digits: str) -> MetalIon:
    """Read ``formula`` + ``digits`` + ``+``, where each digit is a subscript or the charge."""
    splits = [(formula + digits[:i], int(digits[i:] or 1)) for i in range(len(digits) + 1)]
    readings = [
        MetalIon(metal, charge)
        for metal, charge in splits
        if is_metal_formula(metal) and 1 <= charge <= MAX_CHARGE
    ]
    if len(readings) == 1:
        return readings[0]
    if not readings:
        raise DataError(
            f"{text!r} is not read as a metal ion: {formula} is not one metal atom with at most "
            "oxo oxygens. Write formula, plus, charge: Cu+2, VO+2."
        )
    either = " or ".join(map(str, readings))
    raise DataError(f"{text!r} has {len(readings)} readings. Write {either}.")
