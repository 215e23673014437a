"""What decides how strongly a metal ion holds donors: charge density, d and f shells, hardness.

All are computed from the tables that `bo_loop.features.metal` reads (ionic radii by Shannon,
ionisation energies by NIST, electron configurations), so that every ion that has the twelve
properties has these.

Symbols
-------
z    net charge of the ion
q    formal oxidation state of the metal atom (z + 2 × oxo oxygens)
r    ionic radius in pm
I_k  k-th ionisation energy of the atom in eV
d    d electrons of the free ion

Rules
-----
ionic potential
    z² / r: the electrostatic part of a bond to a charged donor.
hydration energy
    q² / (r + 85 pm), to which the Born energy of hydration is proportional once 85 pm are added
    to the radius of a cation (Latimer, Pitzer, Slansky, J. Chem. Phys. 1939, 7, 108): what a
    ligand has to replace.
crystal field
    Stabilisation of d electrons in a high-spin octahedral complex, in units of Dq: it rises to d³
    and d⁸ and makes the order of Irving and Williams (J. Chem. Soc. 1953, 3192) together with the
    radius.
Jahn-Teller
    1 for d⁴ and d⁹, whose octahedra distort: Cu+2 owes to it the top of that order.
hardness, electronegativity
    Absolute ones of the ion, (I_{q+1} − I_q)/2 and (I_{q+1} + I_q)/2 (Parr, Pearson, J. Am. Chem.
    Soc. 1983, 105, 7512), as logarithms: they run over two orders of magnitude.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bo_loop.chemistry.ions import MetalIon
from bo_loop.errors import DataError
from bo_loop.features import metal
from bo_loop.records import Floats

BONDING_NAMES = (
    "ionic_potential_per_pm",
    "oxidation_state",
    "d_electrons",
    "f_electrons",
    "crystal_field_stabilisation_Dq",
    "jahn_teller",
    "full_d_shell",
    "hydration_energy_per_pm",
    "log_hardness",
    "log_absolute_electronegativity",
    "oxo_cation",
)

_ADDED_RADIUS_PM = 85.0
_CRYSTAL_FIELD_DQ = (0, 4, 8, 12, 6, 0, 4, 8, 12, 6, 0)  # of d⁰ … d¹⁰


def bonding(ions: Sequence[MetalIon]) -> Floats:
    """Describe how metal ions bind.

    Parameters
    ----------
    ions : sequence of MetalIon

    Returns
    -------
    (n_ions, 11) float64
        Columns in the order of `BONDING_NAMES`.

    Raises
    ------
    DataError
        Listing every ion that lacks an ionisation energy, or a property.
    """
    radius = metal.PROPERTY_NAMES.index("ionic_radius_pm")
    radii = metal.properties(ions)[:, radius]
    problems: list[str] = []
    rows = []
    for ion, r in zip(ions, radii, strict=True):
        try:
            rows.append(_row(ion, float(r)))
        except KeyError as error:
            problems.append(f"{ion}: no {error.args[0]}. ionisation energy in the tables")
    if problems:
        raise DataError("These metal ions cannot be described; leave them out.", problems)
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(BONDING_NAMES))


def _row(ion: MetalIon, radius: float) -> list[float]:
    q = metal.oxidation_state(ion)
    d, f = metal.d_and_f_electrons(ion)
    energies = _ionisation_energies()
    number = metal.atomic_number(ion)
    removed, next_one = (_energy(energies, number, k) for k in (q, q + 1))
    return [
        ion.charge**2 / radius,
        q,
        d,
        f,
        _CRYSTAL_FIELD_DQ[d],
        float(d in (4, 9)),
        float(d == 10),
        q**2 / (radius + _ADDED_RADIUS_PM),
        math.log(0.5 * (next_one - removed)),
        math.log(0.5 * (next_one + removed)),
        float(q != ion.charge),
    ]


def _energy(energies: dict[tuple[int, int], float], number: int, k: int) -> float:
    if (number, k) not in energies:
        raise KeyError(k)
    return energies[number, k]


@lru_cache(maxsize=1)
def _ionisation_energies() -> dict[tuple[int, int], float]:
    """I_k in eV by atomic number and k."""
    from mendeleev.fetch import fetch_table

    table = fetch_table("ionizationenergies")
    return {
        (int(line.atomic_number), int(line.ion_charge) + 1): float(line.ionization_energy)
        for line in table.itertuples()
        if math.isfinite(line.ionization_energy)
    }
