"""What decides how strongly a metal ion holds donors: charge density, d and f shells, acidity.

Ionic radii (Shannon), electronegativities and electron configurations are those of
`bo_loop.features.blocks.properties`. Ionisation energies (NIST) come from the tables of the package
``mendeleev``, and measured hydrolysis constants are stated here; an ion without one has an
estimate, an ion whose ionisation energies are not known is refused by name.

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
hydrolysis constant
    pK of M + H₂O ⇌ MOH + H⁺ at 25 °C and I = 0: how an ion holds the simplest ligand, which goes
    with how it holds all others with anionic oxygen (Hancock, Martell, Chem. Rev. 1989, 89, 1875).
    Measured ones by Baes and Mesmer, The Hydrolysis of Cations, Wiley 1976. The other ions have
    the estimate of Wulfsberg, Inorganic Chemistry, University Science Books 2000, chapter 2, from
    z²/r, with 14 pm added to r, and Pauling's electronegativity above 1.5.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import MetalIon
from bo_loop.features.blocks import properties as metal

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
    "hydrolysis_pK",
)

# pK of formulas and charges.
HYDROLYSIS_PK = {
    ("Li", 1): 13.64, ("Na", 1): 14.18, ("K", 1): 14.46, ("Ag", 1): 12.0, ("Tl", 1): 13.21,
    ("Be", 2): 5.40, ("Mg", 2): 11.44, ("Ca", 2): 12.85, ("Sr", 2): 13.29, ("Ba", 2): 13.47,
    ("Mn", 2): 10.59, ("Fe", 2): 9.5, ("Co", 2): 9.65, ("Ni", 2): 9.86, ("Cu", 2): 8.0,
    ("Zn", 2): 8.96, ("Cd", 2): 10.08, ("Hg", 2): 3.40, ("Sn", 2): 3.40, ("Pb", 2): 7.71,
    ("Pd", 2): 2.3, ("VO", 2): 5.67, ("UO2", 2): 5.8, ("Al", 3): 4.97, ("Ga", 3): 2.6,
    ("In", 3): 4.00, ("Tl", 3): 0.62, ("Bi", 3): 1.09, ("Ti", 3): 2.2, ("V", 3): 2.26,
    ("Cr", 3): 4.0, ("Fe", 3): 2.19, ("Rh", 3): 3.4, ("Sc", 3): 4.3,
    ("Y", 3): 7.7, ("La", 3): 8.5, ("Ce", 3): 8.3, ("Pr", 3): 8.1, ("Nd", 3): 8.0,
    ("Sm", 3): 7.9, ("Eu", 3): 7.8, ("Gd", 3): 8.0, ("Tb", 3): 7.9, ("Dy", 3): 8.0,
    ("Ho", 3): 8.0, ("Er", 3): 7.9, ("Tm", 3): 7.7, ("Yb", 3): 7.7, ("Lu", 3): 7.6,
    ("Zr", 4): -0.3, ("Hf", 4): 0.25, ("Th", 4): 3.20, ("U", 4): 0.65,
}  # fmt: skip

_ADDED_RADIUS_PM = 85.0
_CRYSTAL_RADIUS_PM = 14.0  # from Shannon's effective to his crystal radii
_PAULING = "electronegativity_pauling"
_CRYSTAL_FIELD_DQ = (0, 4, 8, 12, 6, 0, 4, 8, 12, 6, 0)  # of d⁰ … d¹⁰


def bonding(ions: Sequence[MetalIon]) -> Floats:
    """Describe how metal ions bind.

    Parameters
    ----------
    ions : sequence of MetalIon

    Returns
    -------
    (n_ions, 12) float64
        Columns in the order of `BONDING_NAMES`.

    Raises
    ------
    DataError
        Listing every ion that lacks an ionisation energy, or a property.
    """
    columns = [metal.PROPERTY_NAMES.index(name) for name in ("ionic_radius_pm", _PAULING)]
    problems: list[str] = []
    rows = []
    for ion, known in zip(ions, metal.properties(ions)[:, columns].tolist(), strict=True):
        try:
            rows.append(_row(ion, *known))
        except KeyError as error:
            problems.append(f"{ion}: no {error.args[0]}. ionisation energy in the tables")
    if problems:
        raise DataError("These metal ions cannot be described; leave them out.", problems)
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(BONDING_NAMES))


def _row(ion: MetalIon, radius: float, electronegativity: float) -> list[float]:
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
        _hydrolysis_pk(ion, radius, electronegativity),
    ]


def _hydrolysis_pk(ion: MetalIon, radius: float, electronegativity: float) -> float:
    """Look up the first hydrolysis constant, or estimate it."""
    if (measured := HYDROLYSIS_PK.get((ion.metal, ion.charge))) is not None:
        return measured
    potential = ion.charge**2 / (radius + _CRYSTAL_RADIUS_PM)
    return 15.14 - 88.16 * (potential + 0.096 * max(0.0, electronegativity - 1.5))


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
