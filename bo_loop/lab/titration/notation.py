"""Species as chemists write them: ``NiL2``, ``CuHL``, ``Cu(OH)L``, ``MH-1L``, and back."""

import re
from collections.abc import Mapping

from bo_loop.base.errors import DataError
from bo_loop.solution.species import PROTON

_HYDROXIDE = "OH"
_LARGEST = 12  # of one component in a species


def read_species(text: str, symbols: Mapping[str, str]) -> dict[str, int]:
    """Return what a species is made of.

    Parameters
    ----------
    text : str
        Such as ``CuL2``, ``HL``, ``Cu(OH)L``; with M for the metal and H-1 for OH if wished.
    symbols : mapping of str to str
        Components by what stands for them in species: ``{"Cu": "Cu+2", "M": "Cu+2", "L": "L"}``.

    Returns
    -------
    dict of str to int
        Counts of components; a hydroxide counts as −1 H⁺.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    known = sorted({*symbols, "H", _HYDROXIDE}, key=len, reverse=True)
    names = "|".join(map(re.escape, known))
    token = re.compile(rf"(?:\((?P<inside>{names})\)|(?P<plain>{names}))(?P<n>-?\d{{0,2}})")
    parts: dict[str, int] = {}
    at, plain = 0, "".join(text.split()).replace("\u2212", "-")
    while at < len(plain):
        found = token.match(plain, at)
        if found is None or found["n"] == "-":
            raise _unreadable(text, known)
        symbol, n = found["inside"] or found["plain"], int(found["n"] or 1)
        component = PROTON if symbol in ("H", _HYDROXIDE) else symbols[symbol]
        parts[component] = parts.get(component, 0) + (-n if symbol == _HYDROXIDE else n)
        at = found.end()
    parts = {component: n for component, n in parts.items() if n}
    if not parts or any(abs(n) > _LARGEST or (n < 0 and c != PROTON) for c, n in parts.items()):
        raise _unreadable(text, known)
    if len(parts) == 1 and sum(map(abs, parts.values())) == 1 and parts != {PROTON: -1}:
        raise DataError(f"{text!r} is a component, not a species that they form: leave it out.")
    return parts


def _unreadable(text: str, known: list[str]) -> DataError:
    return DataError(
        f"{text!r} is not a species: write it with {', '.join(known)} and numbers, as in ML2, MHL, "
        "M(OH)L."
    )


def species_name(parts: Mapping[str, int]) -> str:
    """Write a species of these components: ``CuHL``, ``Cu(OH)L2``, ``OH``."""
    protons = parts.get(PROTON, 0)
    others = [(name, n) for name, n in parts.items() if name != PROTON]
    metals = [(name.partition("+")[0], n) for name, n in others if "+" in name]
    ligands = [(name, n) for name, n in others if "+" not in name]
    middle = [] if protons <= 0 else [("H", protons)]
    if protons < 0:
        middle = [("(OH)" if others else _HYDROXIDE, -protons)]
    return "".join(f"{name}{n if n > 1 else ''}" for name, n in (*metals, *middle, *ligands))
