"""Twelve properties of a metal ion.

Values come from the tables of the package ``mendeleev``; what those lack, or have from an old
estimate, is stated in `bo_loop.features.blocks.metal_values`, each with its source. Nothing is set
to zero in silence, and an ion for which something is still missing is refused by name.

Symbols
-------
z    net charge of the ion: 2 for Cu+2 and for VO+2
q    formal oxidation state of the metal atom: z + 2 × oxo oxygens, so 2 for Cu+2, 4 for VO+2
p    period of the metal

Rules
-----
oxo-cations
    The charge is z; radius and empty orbitals describe the metal atom at q; the rest are the
    element's.
ionic radius
    Shannon's effective radius (Acta Cryst. 1976, A32, 751) for q in the coordination number
    nearest to six, the larger of two equally near; of a square-planar ion the square-planar one.
    Of two spin states the one that the ion has. Plain coordination goes before pyramidal.
spin
    Low in the second and third row of the d block, and of the 3d ions Co+3, Ni+3 and Ni+4 in all
    common complexes; else high (Cotton, Wilkinson, Advanced Inorganic Chemistry, 5th ed., Wiley
    1988, chapters 18 and 19).
square planar
    d⁸ of charge 1 to 3 below the first row (Rh+1, Pd+2, Ag+3, Pt+2, Au+3), and Cu+3 (same place).
heat capacity
    Where none was measured, 3R per mole (Dulong, Petit, Ann. Chim. Phys. 1819, 10, 395).
empty orbitals
    Orbitals without any electron in the valence shells ps, pp, (p−1)d, (p−2)f of the free ion,
    occupied singly before doubly (Hund): Ni+2, 3d⁸, has none empty in d. A shell that does not
    exist (2d, 3f) has no empty orbitals. The ion's configuration is the atom's with q electrons
    taken from outside the noble-gas core, largest principal quantum number first and, within
    it, largest angular momentum first: ns before (n−1)d, np before ns.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import PROTON, MetalIon
from bo_loop.features.blocks.mendeleev_tables import fetch_table
from bo_loop.features.blocks.metal_values import STATED, STATED_RADII

PROPERTY_NAMES = (
    "metal_charge",
    # Of correlated features the first is kept: the published model kept electronegativity, not
    # the polarizability that follows it (r = -0.9).
    "electronegativity_pauling",
    "atomic_number",
    "melting_point_K",
    "specific_heat_capacity_J_per_g_K",
    "ionic_radius_pm",
    "dipole_polarizability_au",
    "electron_affinity_eV",
    "empty_s_orbitals",
    "empty_p_orbitals",
    "empty_d_orbitals",
    "empty_f_orbitals",
)

PROTON_NAMES = ("is_proton", "further_protons")

PREFERRED_COORDINATION = 6

_GAS_CONSTANT = 8.314462618  # J/(mol K)
_HEAT_CAPACITY = "specific_heat_capacity_J_per_g_K"
_F_SERIES = (range(57, 72), range(89, 104))
_NOBLE_GASES = (2, 10, 18, 36, 54, 86, 118)  # atomic numbers, by period
_LOW_SPIN_3D = {("Co", 3), ("Ni", 3), ("Ni", 4)}

_ROMAN = {"I": 1, "V": 5, "X": 10}
_ORBITALS = {"s": 1, "p": 3, "d": 5, "f": 7}
_SUBSHELL = re.compile(r"(\d)([spdf])(\d*)")


@dataclass(frozen=True)
class _Radius:
    """One line of Shannon's table; `coordination` as printed: ``VI``, ``IVSQ``."""

    charge: int
    coordination: str
    spin: str
    picometres: float
    most_reliable: bool


@dataclass(frozen=True)
class _Element:
    """What is taken of an element; nan where mendeleev has no value."""

    period: int
    table: dict[str, float]
    configuration: str
    radii: tuple[_Radius, ...]


def properties(ions: Sequence[MetalIon]) -> Floats:
    """Properties of metal ions.

    Parameters
    ----------
    ions : sequence of MetalIon

    Returns
    -------
    (n_ions, 12) float64
        Columns in the order of `PROPERTY_NAMES`, in the units that the names state. Never nan.

    Raises
    ------
    DataError
        Listing every ion and the properties that it lacks.
    """
    problems: list[str] = []
    rows = []
    for ion in ions:
        try:
            rows.append(_ion_properties(ion))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(
            "These metal ions cannot be described; leave them out, or state the missing value and "
            "its source in bo_loop/features/metal_values.py.",
            list(dict.fromkeys(problems)),
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(PROPERTY_NAMES))


def proton(ions: Sequence[MetalIon]) -> Floats:
    """Return marks of protons: (n_ions, 2) float64, columns `PROTON_NAMES`."""
    rows = [(1.0, ion.charge - 1.0) if ion.metal == PROTON else (0.0, 0.0) for ion in ions]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


@lru_cache(maxsize=1024)
def _ion_properties(ion: MetalIon) -> tuple[float, ...]:
    element = _elements()[ion.element]
    state = oxidation_state(ion)
    values = {
        **element.table,
        **{name: value for (e, name), (value, _) in STATED.items() if e == ion.element},
        "metal_charge": float(ion.charge),
        "ionic_radius_pm": _radius(ion, element),
    }
    for orbital, empty in _empty_orbitals(element, state).items():
        values[f"empty_{orbital}_orbitals"] = float(empty)
    row = tuple(values[name] for name in PROPERTY_NAMES)
    lacking = [n for n, value in zip(PROPERTY_NAMES, row, strict=True) if not math.isfinite(value)]
    if lacking:
        problem = f"{ion} ({ion.element}, oxidation state {state}): no {', '.join(lacking)}"
        raise DataError("A metal ion lacks properties.", [problem])
    return row


def oxidation_state(ion: MetalIon) -> int:
    """Formal oxidation state q of the metal atom: 2 for Cu+2, 4 for VO+2."""
    return ion.charge + 2 * oxygens(ion)


def atomic_number(ion: MetalIon) -> int:
    """Atomic number of the metal atom."""
    return int(_elements()[ion.element].table["atomic_number"])


def block(ion: MetalIon) -> str:
    """Block of the metal in the periodic table: s, p, d or f; La to Lu and Ac to Lr are f."""
    number, period = atomic_number(ion), _elements()[ion.element].period
    if any(number in series for series in _F_SERIES):
        return "f"
    last = _NOBLE_GASES[period - 1]
    if number > last - 6:
        return "p"
    return "d" if number > last - 16 and period > 3 else "s"


def d_and_f_electrons(ion: MetalIon) -> tuple[int, int]:
    """Electrons in the valence d and f shells of the free ion at its oxidation state."""
    element = _elements()[ion.element]
    electrons = _valence_electrons(element.configuration, oxidation_state(ion))
    return tuple(electrons.get((element.period - k, s), 0) for k, s in ((1, "d"), (2, "f")))


def low_spin(ion: MetalIon) -> bool:
    """Whether the d electrons are paired before they enter the upper d orbitals."""
    period = _elements()[ion.element].period
    return period > 4 or (ion.element, oxidation_state(ion)) in _LOW_SPIN_3D


def square_planar(ion: MetalIon) -> bool:
    """Whether the ion is a d⁸ one whose complexes are square planar."""
    late = _elements()[ion.element].period > 4 or ion == MetalIon("Cu", 3)
    return late and ion.charge <= 3 and d_and_f_electrons(ion)[0] == 8 and not oxygens(ion)


def oxygens(ion: MetalIon) -> int:
    """Count the oxo oxygens: 2 for UO2+2, 0 for Cu+2."""
    oxo = ion.metal.removeprefix(ion.element)
    return int(oxo[1:] or 1) if oxo else 0


@lru_cache(maxsize=1)
def _elements() -> dict[str, _Element]:
    melting_points = _melting_points(fetch_table("phasetransitions"))
    radii = {
        number: tuple(
            _Radius(r.charge, r.coordination, r.spin, r.ionic_radius, bool(r.most_reliable))
            for r in lines.itertuples()
        )
        for number, lines in fetch_table("ionicradii").fillna({"spin": ""}).groupby("atomic_number")
    }
    return {
        e.symbol: _Element(
            period=int(e.period),
            table={
                "atomic_number": float(e.atomic_number),
                "melting_point_K": melting_points.get(e.atomic_number, math.nan),
                _HEAT_CAPACITY: _heat_capacity(e.specific_heat_capacity, e.atomic_weight),
                "dipole_polarizability_au": float(e.dipole_polarizability),
                "electron_affinity_eV": float(e.electron_affinity),
                "electronegativity_pauling": float(e.en_pauling),
            },
            configuration=e.electronic_configuration,
            radii=radii.get(e.atomic_number, ()),
        )
        for e in fetch_table("elements").itertuples()
    }


def _heat_capacity(measured: float, atomic_weight: float) -> float:
    """Specific heat capacity in J/(g K): 3R per mole where the table has none."""
    return float(measured) if measured > 0.0 else 3.0 * _GAS_CONSTANT / float(atomic_weight)


def _melting_points(transitions: pd.DataFrame) -> dict[int, float]:
    """Melting points in K of the elements that have one: allotropes that differ are left out."""
    points = transitions.groupby("atomic_number")["melting_point"].agg(["min", "max", "first"])
    points = points[points["max"] <= 1.01 * points["min"]]
    return {int(number): float(value) for number, value in points["first"].items()}


def _radius(ion: MetalIon, element: _Element) -> float:
    """Radius in pm at the oxidation state; nan if neither `STATED_RADII` nor Shannon has it."""
    state = oxidation_state(ion)
    if (stated := STATED_RADII.get((ion.element, state))) is not None:
        return stated[0]
    listed = [r for r in element.radii if r.charge == state]
    spin, square = "LS" if low_spin(ion) else "HS", square_planar(ion)
    best = min(listed, key=lambda r: _unfitness(r, spin, square), default=None)
    return best.picometres if best else math.nan


def _unfitness(radius: _Radius, spin: str, square: bool) -> tuple[bool, int, int, bool, bool, bool]:
    roman = re.match("[IVX]+", radius.coordination)[0]
    coordination = _arabic(roman)
    return (
        square and radius.coordination != "IVSQ",
        abs(coordination - PREFERRED_COORDINATION),
        -coordination,
        radius.coordination != roman,
        radius.spin not in ("", spin),
        not radius.most_reliable,
    )


def _arabic(roman: str) -> int:
    values = [_ROMAN[letter] for letter in roman]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _empty_orbitals(element: _Element, state: int) -> dict[str, int]:
    """Count orbitals without an electron in each valence shell of the free ion."""
    electrons = _valence_electrons(element.configuration, state)
    shells = {"s": element.period, "p": element.period}
    shells |= {"d": element.period - 1, "f": element.period - 2}
    empty = {}
    for orbital, count in _ORBITALS.items():
        shell = shells[orbital]
        exists = shell > "spdf".index(orbital)
        held = electrons.get((shell, orbital), 0)
        empty[orbital] = max(0, count - held) if exists else 0
    return empty


def _valence_electrons(configuration: str, removed: int) -> dict[tuple[int, str], int]:
    """Electrons outside the noble-gas core after `removed` have gone, by (n, orbital)."""
    electrons = {
        (int(n), orbital): int(count or 1) for n, orbital, count in _SUBSHELL.findall(configuration)
    }
    outermost_first = sorted(electrons, key=lambda s: (s[0], "spdf".index(s[1])), reverse=True)
    for subshell in outermost_first:
        taken = min(removed, electrons[subshell])
        electrons[subshell] -= taken
        removed -= taken
    return electrons
