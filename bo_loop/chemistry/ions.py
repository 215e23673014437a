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

_NAMES = """
    lithium Li beryllium Be sodium Na magnesium Mg aluminium Al aluminum Al potassium K calcium Ca
    scandium Sc titanium Ti vanadium V chromium Cr manganese Mn iron Fe cobalt Co nickel Ni copper
    Cu zinc Zn gallium Ga germanium Ge rubidium Rb strontium Sr yttrium Y zirconium Zr niobium Nb
    molybdenum Mo technetium Tc ruthenium Ru rhodium Rh palladium Pd silver Ag cadmium Cd indium In
    tin Sn antimony Sb caesium Cs cesium Cs barium Ba lanthanum La cerium Ce praseodymium Pr
    neodymium Nd promethium Pm samarium Sm europium Eu gadolinium Gd terbium Tb dysprosium Dy
    holmium Ho erbium Er thulium Tm ytterbium Yb lutetium Lu hafnium Hf tantalum Ta tungsten W
    rhenium Re osmium Os iridium Ir platinum Pt gold Au mercury Hg thallium Tl lead Pb bismuth Bi
    polonium Po francium Fr radium Ra actinium Ac thorium Th protactinium Pa uranium U neptunium Np
    plutonium Pu americium Am curium Cm berkelium Bk californium Cf einsteinium Es fermium Fm
    mendelevium Md nobelium No lawrencium Lr uranyl UO2 vanadyl VO
"""
_WORDS = _NAMES.split()
_SYMBOL_OF = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}
_HIGHEST_BARE = 4  # oxidation states above it are those of oxo ions and oxo anions
# In these oxidation states the ion in water holds oxygen: which ion is meant is not said.
_OXO = {
    ("Ti", 4): "TiO+2", ("V", 4): "VO+2", ("V", 5): "VO2+1", ("U", 5): "UO2+1", ("U", 6): "UO2+2",
    ("Np", 5): "NpO2+1", ("Np", 6): "NpO2+2", ("Pu", 5): "PuO2+1", ("Pu", 6): "PuO2+2",
    ("Am", 5): "AmO2+1", ("Am", 6): "AmO2+2",
}  # fmt: skip

_FORMULA = re.compile(r"([A-Z][a-z]?)(O[2-4]?)?")
_WRITTEN = re.compile(
    r"(?P<formula>[A-Z][A-Za-z0-9]*?)"
    r"(?:\+(?P<after>\d*)|\((?P<inside>\d*)\+\)|\(\+(?P<signed>\d+)\))"
)
_DIGITS_FIRST = re.compile(r"([A-Z][A-Za-z]*)(\d+)\+")
_OXIDATION = re.compile(r"(?P<formula>[A-Z][a-z]?(?:O[2-4]?)?)(?:\((?P<a>[IV]+)\)|(?P<b>[IV]+))")
_NAMED = re.compile(r"(?P<name>[A-Za-z]{3,})(?:ion)?(?P<rest>[+\d(^].*|[IV]+)?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]*[⁺⁻]$")
_RAISED = re.compile(r"\^\{?(\d*\+|\+\d*)\}?$")
_PLUSES = re.compile(r"\+{2,}$")
_WRAPPED = re.compile(r"\[([^\[\]]+)\](.*)")
_CHARGE = re.compile(r"\+?(\d)(?:\.0*)?|(\d)\+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_UNSEEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])


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
        If the formula is not one metal atom with at most oxo oxygens, or the charge is not that of
        a cation.
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


def metal_symbol(text: str) -> str:
    """Return the formula that a text names without a charge: of ``Ni`` and ``nickel``, ``Ni``.

    Empty if it names none.
    """
    plain = _plain(text)
    return plain if is_metal_formula(plain) else ""


def parse_ion(text: str) -> MetalIon:
    """Read a metal ion as people write it.

    Parameters
    ----------
    text : str
        ``Cu+2``, ``Cu2+``, ``Cu(2+)``, ``Cu²⁺``, ``Cu^2+``, ``Cu++``, ``[Cu+2]``, ``Cu(II)``,
        ``CuII``, ``copper(II)``, ``Na+``, ``VO+2``, ``VO(2+)``, ``UO2²⁺`` …

    Returns
    -------
    MetalIon

    Raises
    ------
    DataError
        If the text is not a metal ion (H⁺ is none), says no charge, or has two readings: ``VO2+``
        may be VO, charge 2, or VO2, charge 1; ``U(VI)`` is UO2+2 in water.
    """
    plain = _plain(text)
    digits_first = _DIGITS_FIRST.fullmatch(plain)
    if digits_first:
        return _digits_first(text, *digits_first.groups())
    oxidation = _OXIDATION.fullmatch(plain)
    if oxidation and is_metal_formula(oxidation["formula"]) and not is_metal_formula(plain):
        return _of_oxidation_state(text, oxidation["formula"], oxidation["a"] or oxidation["b"])
    match = _WRITTEN.fullmatch(plain)
    if match is None:
        what = "says no charge" if is_metal_formula(plain) else "is not read as a metal ion"
        raise DataError(f"{text!r} {what}. Write formula, plus, charge: Cu+2, Na+1, VO+2.")
    if match["formula"] == PROTON:
        raise DataError(
            f"{text!r} is the proton, not a metal ion. Protonation constants are read from a table "
            "of their own: data.protonation=<file>."
        )
    digits = match["after"] or match["inside"] or match["signed"] or "1"
    return MetalIon(match["formula"], int(digits[:3]))


def parse_charge(text: str) -> int:
    """Read a charge: ``2``, ``+2``, ``2+``, ``²⁺``, ``++``, ``II``, ``2.0``.

    Raises
    ------
    DataError
        If the text is not a charge from 1 to 8.
    """
    plain = "".join(text.translate(_FULL_WIDTH | _UNSEEN).translate(_SUPERSCRIPTS).split())
    plain = plain.removeprefix("^").strip("()")
    found = _CHARGE.fullmatch(plain)
    charge = int(found[1] or found[2]) if found else _ROMAN.get(plain, 0)
    if plain and set(plain) == {"+"}:
        charge = len(plain)
    if not 1 <= charge <= MAX_CHARGE:
        raise DataError(f"expected the ion's charge, a whole number from 1 to {MAX_CHARGE}")
    return charge


def ion_of_cells(metal: str, charge: str | None) -> MetalIon:
    """Read a metal ion from the columns ``metal`` and ``charge`` of a table.

    Parameters
    ----------
    metal : str
        A formula or a name (``Cu``, ``copper``); or the ion, as `parse_ion` reads it.
    charge : str or None
        As `parse_charge` reads it; empty or None where `metal` says it.

    Raises
    ------
    DataError
        As `parse_ion` and `parse_charge`, or if the two columns contradict each other.
    """
    if not charge:
        return parse_ion(metal)
    number = parse_charge(charge)
    if metal.strip() == PROTON:
        return MetalIon(PROTON, number)
    plain = _plain(metal)
    if is_metal_formula(plain):
        return MetalIon(plain, number)
    two_readings = _DIGITS_FIRST.fullmatch(plain)
    readings = _readings(*two_readings.groups()) if two_readings else [parse_ion(metal)]
    ion = next((one for one in readings if one.charge == number), None) or parse_ion(metal)
    if ion.charge != number:
        raise DataError(f"{metal!r} is {ion}, but the column charge says {charge}")
    return ion


def _plain(text: str) -> str:
    """Write names as symbols, and raised charges in parentheses, where none is a subscript."""
    plain = "".join(str(text).translate(_FULL_WIDTH | _UNSEEN).split()).removesuffix("(aq)")
    wrapped = _WRAPPED.fullmatch(plain)
    if wrapped:
        plain = wrapped[1] + (f"({wrapped[2]})" if wrapped[2].endswith("+") else wrapped[2])
    raised = _SUPERSCRIPT.search(plain)
    if raised:
        plain = f"{plain[: raised.start()]}({raised[0].translate(_SUPERSCRIPTS)})"
    plain = _RAISED.sub(r"(\1)", plain)
    plain = _PLUSES.sub(lambda found: f"({len(found[0])}+)", plain)
    named = _NAMED.fullmatch(plain)
    symbol = named and _SYMBOL_OF.get(named["name"].lower().removesuffix("ion"))
    if symbol:
        rest = named["rest"] or ""
        return symbol + (f"({rest})" if rest[:1].isalnum() else rest)
    letters = re.match("[A-Za-z]{1,2}(?![A-Za-z])", plain)
    if letters and letters[0].capitalize() in METALS and letters[0][1:] != "O":  # cu2+, CU2+
        plain = plain.replace(letters[0], letters[0].capitalize(), 1)
    return plain


def _of_oxidation_state(text: str, formula: str, roman: str) -> MetalIon:
    state = _ROMAN.get(roman)
    ion = _OXO.get((formula, state)) if state else None
    if state is None or ion or formula not in METALS or state > _HIGHEST_BARE:
        example = ion or f"{formula}+2"
        raise DataError(
            f"{text!r} names an oxidation state, from which the ion's charge does not follow. "
            f"Write the ion that is in the solution, such as {example}."
        )
    return MetalIon(formula, state)


def _digits_first(text: str, formula: str, digits: str) -> MetalIon:
    """Read ``formula`` + ``digits`` + ``+``, where each digit is a subscript or the charge."""
    readings = _readings(formula, digits)
    if len(readings) == 1:
        return readings[0]
    if not readings:
        raise DataError(
            f"{text!r} is not read as a metal ion: {formula} is not one metal atom with at most "
            "oxo oxygens. Write formula, plus, charge: Cu+2, VO+2."
        )
    either = " or ".join(map(str, readings))
    raise DataError(f"{text!r} has {len(readings)} readings. Write {either}.")


def _readings(formula: str, digits: str) -> list[MetalIon]:
    if len(digits) > 2:
        return []
    splits = [(formula + digits[:i], int(digits[i:] or 1)) for i in range(len(digits) + 1)]
    return [
        MetalIon(metal, charge)
        for metal, charge in splits
        if is_metal_formula(metal) and 1 <= charge <= MAX_CHARGE
    ]
