"""What decides how strongly a metal ion holds donors: charge density, d and f shells, acidity.

Ionic radii (Shannon), electronegativities and electron configurations come from
`bo_loop.features.blocks.properties`. Ionisation energies (NIST) come from the tables of the package
``mendeleev``, and measured hydrolysis constants are stated here; an ion without one has an
estimate, an ion whose ionisation energies are not known is refused by name.

Symbols
-------
z    net charge of the ion
c    charge at the metal: what a donor feels
q    formal oxidation state of the metal atom (z + 2 × oxo oxygens)
r    ionic radius in pm
I_k  k-th ionisation energy of the atom in eV
d    d electrons of the free ion

Rules
-----
charge at the metal
    z of a bare ion. Oxo oxygens take less than their formal charge from the metal of an
    oxo-cation: 2.2 for actinyls of charge 1, 3.3 for charge 2, from the stability of
    their fluorides (Choppin, Rao, Radiochim. Acta 1984, 37, 143), which is z + 0.6 and z + 0.65
    for each oxygen. All other oxo-cations are estimated to have z + 0.65 for each oxygen.
ionic potential
    c² / r: the electrostatic part of a bond to a charged donor.
hydration energy
    c² / (r + 85 pm), to which the Born energy of hydration is proportional once 85 pm are added
    to the radius of a cation (Latimer, Pitzer, Slansky, J. Chem. Phys. 1939, 7, 108): what a
    ligand has to replace.
f electrons
    Those of an open shell. A filled 4f or 5f shell is core: 0 for Lu+3 as for Hf+4, Hg+2, Pb+2.
crystal field
    Stabilisation of d electrons in units of the octahedral Dq. High spin, it rises to d³ and d⁸ and
    makes the order of Irving and Williams (J. Chem. Soc. 1953, 3192) together with the radius; low
    spin (Co+3, and the second and third row) it is 24 for d⁶. Square planar d⁸ has 24.56, from
    orbitals at 2.28 (xy), -4.28 (z²) and -5.14 (xz, yz) (Krishnamurthy, Schaap, J. Chem. Educ.
    1969, 46, 799).
Jahn-Teller
    1 for d⁹, high-spin d⁴ and low-spin d⁷, whose octahedra distort: Cu+2 owes to it the top of
    that order.
hardness, electronegativity
    Absolute ones of the ion, (I_{q+1} − I_q)/2 and (I_{q+1} + I_q)/2 (Parr, Pearson, J. Am. Chem.
    Soc. 1983, 105, 7512), as logarithms: they run over two orders of magnitude.
hydrolysis constant
    pK of M + H₂O ⇌ MOH + H⁺ at 25 °C and I = 0: how an ion holds the simplest ligand, which goes
    with how it holds all others with anionic oxygen (Hancock, Martell, Chem. Rev. 1989, 89, 1875).
    Measured ones are stated, with their sources. The estimate of Wulfsberg, Inorganic Chemistry,
    University Science Books 2000, chapter 2, from z²/r, with 14 pm added to r, and Pauling's
    electronegativity above 1.5, holds for bare ions of charge 1, and of charge 2 and 3 of the s and
    f blocks: off by 0.4 in the median. It fails by up to 5 for d and p blocks, oxo-cations and
    higher charges. There an ion has the median of the measured ones of its charge, number of
    oxygens and block. No acid is stronger in water than H₃O⁺: no estimate lies below -1.74, which
    is that of ions with nothing alike measured.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.chemistry.ions import MetalIon
from bo_loop.features.blocks import properties as metal
from bo_loop.features.blocks.mendeleev_tables import fetch_table

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

# Baes, Mesmer, The Hydrolysis of Cations, Wiley 1976.
_BAES_MESMER = {
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
    ("Zr", 4): -0.3, ("Hf", 4): 0.25, ("Th", 4): 3.20, ("U", 4): 0.65, ("Ce", 4): -1.1,
    ("VO2", 1): 3.3, ("Mn", 3): 0.0,
}  # fmt: skip
# Databases of the package phreeqc: sit.dat (ThermoChimie).
_THERMOCHIMIE = {
    ("Cr", 2): 5.3, ("Ra", 2): 13.49, ("Np", 3): 6.8, ("Am", 3): 7.2, ("Cm", 3): 7.2,
    ("Np", 4): -0.55, ("Pu", 4): -0.6, ("Pa", 4): -0.84, ("PaO2", 1): 7.0, ("NpO2", 1): 11.3,
    ("NpO2", 2): 5.1, ("PuO2", 2): 5.5, ("PuO2", 1): 11.3, ("AmO2", 1): 11.3,
}  # fmt: skip
_MINTEQ_V4 = {("V", 2): 6.49, ("Co", 3): 1.29}
_LLNL = {("Ru", 3): 2.24, ("Sn", 4): -0.60, ("TcO", 2): 1.14}
_OTHERS = {
    ("Ir", 3): 4.37,  # Gajhede, Simonsen, Skov, Acta Chem. Scand. 1993, 47, 271
    ("Pu", 3): 6.9,  # Guillaumont et al., Update on the Chemical Thermodynamics (NEA), 2003
    ("Pt", 2): 2.5,  # its lower bound: Elding, Inorg. Chim. Acta 1976, 20, 65
    ("TiO", 2): 2.0,  # rounded: the polynuclear ions that form beside it blur the measurement
}

# pK of formulas and charges.
HYDROLYSIS_PK = {**_BAES_MESMER, **_THERMOCHIMIE, **_MINTEQ_V4, **_LLNL, **_OTHERS}
_LEAST_PK = -1.74  # of H₃O⁺: -log10(55.5)

_ADDED_RADIUS_PM = 85.0
_CRYSTAL_RADIUS_PM = 14.0  # from Shannon's effective to his crystal radii
_PAULING = "electronegativity_pauling"
_OXO_CHARGE = 0.65  # that one oxygen leaves at the metal
_ACTINYL_CHARGE = {1: 2.2, 2: 3.3}
_HIGH_SPIN_DQ = (0, 4, 8, 12, 6, 0, 4, 8, 12, 6, 0)  # of d⁰ … d¹⁰
_LOW_SPIN_DQ = (0, 4, 8, 12, 16, 20, 24, 18, 12, 6, 0)
_SQUARE_PLANAR_D8_DQ = 24.56
_FULL_F = 14


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
    charge = charge_at_metal(ion)
    return [
        charge**2 / radius,
        q,
        d,
        f % _FULL_F,
        _crystal_field(ion, d),
        _jahn_teller(ion, d),
        float(d == 10),
        charge**2 / (radius + _ADDED_RADIUS_PM),
        math.log(0.5 * (next_one - removed)),
        math.log(0.5 * (next_one + removed)),
        float(q != ion.charge),
        _hydrolysis_pk(ion, radius, electronegativity),
    ]


def charge_at_metal(ion: MetalIon) -> float:
    """Charge at the metal atom: 2 for Cu+2, 3.3 for UO2+2."""
    if metal.oxygens(ion) == 2 and metal.block(ion) == "f" and ion.charge in _ACTINYL_CHARGE:
        return _ACTINYL_CHARGE[ion.charge]
    return ion.charge + _OXO_CHARGE * metal.oxygens(ion)


def _crystal_field(ion: MetalIon, d: int) -> float:
    if metal.square_planar(ion):
        return _SQUARE_PLANAR_D8_DQ
    return (_LOW_SPIN_DQ if metal.low_spin(ion) else _HIGH_SPIN_DQ)[d]


def _jahn_teller(ion: MetalIon, d: int) -> float:
    return float(d == 9 or d == (7 if metal.low_spin(ion) else 4))


def _hydrolysis_pk(ion: MetalIon, radius: float, electronegativity: float) -> float:
    """Look up the first hydrolysis constant, or estimate it."""
    if (measured := HYDROLYSIS_PK.get((ion.metal, ion.charge))) is not None:
        return measured
    if not estimate_holds(ion):
        return _median_alike(ion)
    potential = ion.charge**2 / (radius + _CRYSTAL_RADIUS_PM)
    estimate = 15.14 - 88.16 * (potential + 0.096 * max(0.0, electronegativity - 1.5))
    return max(_LEAST_PK, estimate)


def estimate_holds(ion: MetalIon) -> bool:
    """Whether Wulfsberg's estimate was shown to agree with measured constants of such ions."""
    bare = not metal.oxygens(ion)
    return bare and (ion.charge == 1 or (ion.charge <= 3 and metal.block(ion) in "sf"))


def _median_alike(ion: MetalIon) -> float:
    """Median of the constants of ions of this charge, number of oxygens and block."""
    kind = _kind(ion.metal, ion.charge)
    alike = [pk for key, pk in HYDROLYSIS_PK.items() if _kind(*key) == kind]
    return float(np.median(alike)) if alike else _LEAST_PK


@cache
def _kind(formula: str, charge: int) -> tuple[int, int, str]:
    ion = MetalIon(formula, charge)
    return charge, metal.oxygens(ion), metal.block(ion)


def _energy(energies: dict[tuple[int, int], float], number: int, k: int) -> float:
    if (number, k) not in energies:
        raise KeyError(k)
    return energies[number, k]


@cache
def _ionisation_energies() -> dict[tuple[int, int], float]:
    """I_k in eV by atomic number and k."""
    table = fetch_table("ionizationenergies")
    return {
        (int(line.atomic_number), int(line.ion_charge) + 1): float(line.ionization_energy)
        for line in table.itertuples()
        if math.isfinite(line.ionization_energy)
    }
