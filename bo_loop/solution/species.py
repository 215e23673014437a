"""What is in solution: components, the species they form, and what becomes of them at a pH.

Symbols
-------
B        systems (draws × candidates × pH values)
C, S     components; species
ν        (S, C) how many of each component a species holds; H⁺ is negative in hydroxo species
β_s      overall constant from the components, with H⁺ in place of OH⁻
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, Rows
from bo_loop.solution.activity import log_gamma, shift
from bo_loop.solution.mass_balance import solve

PROTON = "H+"


@dataclass(frozen=True)
class Species:
    """A species and the constant of its formation from the components.

    Parameters
    ----------
    name : str
        As tables and figures write it: ``NiHL``, ``Ni(OH)2``.
    parts : mapping of str to int
        How many of each component it holds; ``H+`` is negative where it gives protons off, each
        of which a molecule of water has brought.
    log_beta : float
        log10 of the overall constant at `ionic_strength_M`, concentrations in mol/L.
    ionic_strength_M : float
        Where it holds; 0 for a thermodynamic constant.
    source : str
        Where it is from.
    """

    name: str
    parts: Mapping[str, int]
    log_beta: float
    ionic_strength_M: float = 0.0
    source: str = ""

    @property
    def waters(self) -> int:
        """Water molecules that its formation takes up."""
        return max(-self.parts.get(PROTON, 0), 0)


WATER = Species("OH", {PROTON: -1}, -13.997, source="MINTEQ v4")
"""The ion product of water at 25 °C and I = 0."""


@dataclass(frozen=True)
class System:
    """Components and the species that they form.

    Parameters
    ----------
    charges : mapping of str to int
        Charge of every component but H⁺: ``{"Ni+2": 2, "L": -4}``.
    species : sequence of Species
        Of these components and H⁺; hydroxide itself need not be among them.

    Raises
    ------
    DataError
        If a species holds a component that is not there, or two bear one name.
    """

    charges: Mapping[str, int]
    species: tuple[Species, ...]

    def __post_init__(self):
        names = [each.name for each in self.species]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"the species {', '.join(twice)} are given twice; keep one constant.")
        for each in self.species:
            foreign = sorted(set(each.parts) - set(self.components))
            if foreign:
                raise DataError(
                    f"the species {each.name} holds {', '.join(foreign)}; the components are "
                    f"{', '.join(self.components)}."
                )

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components, H⁺ last."""
        return (*self.charges, PROTON)

    @property
    def nu(self) -> NDArray[np.int64]:
        """ν of the species; (S, C)."""
        rows = [[each.parts.get(part, 0) for part in self.components] for each in self.species]
        return np.array(rows, dtype=np.int64).reshape(len(self.species), len(self.components))

    @property
    def charge_of(self) -> Rows:
        """Charges of the species; (S,)."""
        return self.nu @ np.array([*self.charges.values(), 1])

    def log_beta(self, ionic_strength_M: float, temperature_C: float = 25.0) -> Floats:
        """Return the constants at an ionic strength; (S,).

        Raises
        ------
        DataError
            If Davies' equation does not reach from where a constant was stated.
        """
        parts = self.nu @ np.array([*self.charges.values(), 1]) ** 2
        delta_z2 = self.charge_of**2 - parts
        values = [
            each.log_beta
            + shift(
                d,
                each.waters,
                stated_M=each.ionic_strength_M,
                wanted_M=ionic_strength_M,
                temperature_C=temperature_C,
            )
            for each, d in zip(self.species, delta_z2, strict=True)
        ]
        return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class Speciation:
    """What is in B solutions.

    Parameters
    ----------
    system : System
    pH : (B,) float64
    ionic_strength_M : float
    total : mapping of str to (B,) float64
        Totals of the components but H⁺, mol/L.
    log_free : mapping of str to (B,) float64
        log10 of the free concentrations of all components, mol/L.
    log_c : (B, S) float64
        log10 of the concentrations of the species, mol/L.
    """

    system: System
    pH: Floats
    ionic_strength_M: float
    total: Mapping[str, Floats]
    log_free: Mapping[str, Floats]
    log_c: Floats

    def shares(self, component: str) -> dict[str, Floats]:
        """Return the share of a component's total in each species that holds it, 0 to 1."""
        counts = self.system.nu[:, self.system.components.index(component)]
        total = self.total[component]
        free = {component: 10.0 ** self.log_free[component] / total}
        return free | {
            each.name: count * 10.0 ** self.log_c[:, s] / total
            for s, (each, count) in enumerate(zip(self.system.species, counts, strict=True))
            if count
        }


def log_proton(pH: ArrayLike, ionic_strength_M: float, temperature_C: float = 25.0) -> Floats:
    """Return log10 [H⁺] at a pH, which is −log10 of the proton's activity."""
    return -np.asarray(pH, np.float64) - log_gamma(1, ionic_strength_M, temperature_C)


def speciate(
    system: System,
    total: Mapping[str, ArrayLike],
    pH: ArrayLike,
    *,
    ionic_strength_M: float,
    temperature_C: float = 25.0,
    log_beta: Floats | None = None,
) -> Speciation:
    """Distribute components over their species at given pH values.

    Parameters
    ----------
    system : System
    total : mapping of str to float or (B,) float64
        Total concentration of every component but H⁺, mol/L.
    pH : float or (B,) float64
        −log10 of the activity of H⁺.
    ionic_strength_M : float
        Of the solution, held by a background electrolyte.
    temperature_C : float
        Sets the activity coefficients; constants are taken as they are.
    log_beta : (B, S) float64, optional
        Constants at `ionic_strength_M`, such as draws; else those of the system.

    Raises
    ------
    DataError
        If a total is missing or not above 0, the ionic strength is beyond Davies' equation, or a
        balance cannot be closed.
    """
    missing = sorted(set(system.charges) ^ set(total))
    if missing:
        raise DataError(
            f"totals are needed for {', '.join(system.charges)}, each once, in mol/L; not so for "
            f"{', '.join(missing)}."
        )
    log_h = log_proton(pH, ionic_strength_M, temperature_C)
    if log_beta is None:
        log_beta = system.log_beta(ionic_strength_M, temperature_C)[None, :]
    totals = np.broadcast_arrays(*(np.asarray(total[name], float) for name in system.charges))
    # One row for each system, whichever of the inputs is repeated.
    columns = np.broadcast_arrays(*totals, log_h, np.zeros(len(log_beta)))
    table = np.column_stack([np.ravel(each) for each in columns[:-1]])
    given = np.full_like(table, np.nan)
    given[:, -1] = table[:, -1]
    found = solve(system.nu, log_beta, table, given)
    names = system.components
    return Speciation(
        system,
        np.broadcast_to(np.asarray(pH, np.float64), len(table)),
        ionic_strength_M,
        dict(zip(system.charges, table.T, strict=False)),
        dict(zip(names, found.log_free.T, strict=True)),
        found.log_c,
    )
