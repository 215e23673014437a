"""What becomes of metal ions and a ligand over a range of pH: shares, pM, log K′, precipitation.

Symbols
-------
B     pH values
S     draws of the constants
SI    saturation index of M(OH)_z: log a(M) + z·pH + z·log a_w − log K; above 0 it may precipitate
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.solution.activity import log_gamma, log_water_activity
from bo_loop.solution.conditional import log_conditional
from bo_loop.solution.embedded import LIGAND, Hydroxide, hydrolysis, solubility
from bo_loop.solution.species import Speciation, Species, System, speciate


@dataclass(frozen=True)
class Distribution:
    """Metal ions and a ligand over B pH values.

    Parameters
    ----------
    speciation : Speciation
    log_k : mapping of str to (B,) float64
        log K′_1 of each metal ion that forms ML.
    saturation : mapping of str to (B,) float64
        Saturation index by metal ion, where a solubility product is known.
    hydroxides : mapping of str to Hydroxide
        Of the same ions.
    bands : mapping of str to mapping of str to (2, B) float64
        By metal ion: between which ends nine draws of ten have the share of each of its species,
        and pM under ``pM``; empty where the constants are not drawn.
    """

    speciation: Speciation
    log_k: Mapping[str, Floats]
    saturation: Mapping[str, Floats]
    hydroxides: Mapping[str, Hydroxide]
    bands: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)

    @property
    def ions(self) -> list[str]:
        """The metal ions."""
        return [name for name in self.speciation.system.charges if name != LIGAND]

    @property
    def p_metal(self) -> dict[str, Floats]:
        """PM of each metal ion; (B,)."""
        return {ion: -self.speciation.log_free[ion] for ion in self.ions}

    def precipitates(self) -> dict[str, float]:
        """Return the lowest pH of those at which each ion's hydroxide is supersaturated."""
        over = {ion: np.flatnonzero(index > 0) for ion, index in self.saturation.items()}
        return {ion: float(self.speciation.pH[at[0]]) for ion, at in over.items() if len(at)}


def system_of(ions: Sequence[str], charge: int, species: Sequence[Species]) -> System:
    """Put a ligand's species together with the hydrolysis of its metal ions.

    Parameters
    ----------
    ions : sequence of str
        Metal ions.
    charge : int
        Of the fully deprotonated ligand.
    species : sequence of Species
        Of them and the ligand ``L``.
    """
    charges = {ion: int(ion.rpartition("+")[2]) for ion in ions} | {LIGAND: charge}
    hydroxo = [each for ion in ions for each in hydrolysis(ion)]
    return System(charges, (*species, *hydroxo))


def distribute(
    system: System,
    total: Mapping[str, float],
    pH: Floats,
    *,
    ionic_strength_M: float,
    temperature_C: float = 25.0,
) -> Distribution:
    """Distribute metal ions and a ligand over their species.

    Parameters
    ----------
    system : System
        As `system_of` makes it.
    total : mapping of str to float
        Total concentrations, mol/L.
    pH : (B,) float64
    ionic_strength_M, temperature_C : float

    Raises
    ------
    DataError
        As `bo_loop.solution.species.speciate`.
    """
    conditions = {"ionic_strength_M": ionic_strength_M, "temperature_C": temperature_C}
    found = speciate(system, total, pH, **conditions)
    log_k, saturation, hydroxides = {}, {}, {}
    for ion, z in system.charges.items():
        if ion == LIGAND:
            continue
        if any(dict(each.parts) == {ion: 1, LIGAND: 1} for each in system.species):
            log_k[ion] = log_conditional(system, ion, LIGAND, pH, **conditions)
        solid = solubility(ion)
        if solid is not None:
            activity = found.log_free[ion] + log_gamma(z, ionic_strength_M, temperature_C)
            water = log_water_activity(ionic_strength_M)
            saturation[ion] = activity + z * (found.pH + water) - solid.log_k
            hydroxides[ion] = solid
    return Distribution(found, log_k, saturation, hydroxides)


def with_bands(found: Distribution, log_beta: Floats) -> Distribution:
    """Add what draws of the constants leave open.

    Parameters
    ----------
    found : Distribution
    log_beta : (S, species) float64
        Draws of the constants at the ionic strength of the solution, joint.

    Raises
    ------
    DataError
        As `bo_loop.solution.species.speciate`.
    """
    speciation = found.speciation
    system, pH, size = speciation.system, speciation.pH, len(log_beta)
    drawn = speciate(
        system,
        {name: np.repeat(total, size) for name, total in speciation.total.items()},
        np.repeat(pH, size),
        ionic_strength_M=speciation.ionic_strength_M,
        log_beta=np.tile(log_beta, (len(pH), 1)),
    )

    def between(values: Floats) -> Floats:
        return np.quantile(values.reshape(len(pH), size), _NINE_OF_TEN, axis=1)

    bands = {
        ion: {name: between(share) for name, share in drawn.shares(ion).items()}
        | {"pM": between(-drawn.log_free[ion])}
        for ion in found.ions
    }
    return replace(found, bands=bands)


_NINE_OF_TEN = (0.05, 0.95)


def pH_values(low: float, high: float, step: float) -> Floats:
    """Return evenly spaced pH values, both ends among them if the step allows.

    Raises
    ------
    DataError
        If the range is not one of pH values between −1 and 15, or holds more than 1,000.
    """
    if not (-1 <= low <= high <= 15 and step > 0 and (high - low) / step <= 1000):
        raise DataError(
            f"pH_min={low}, pH_max={high}, pH_step={step} is not a range of pH: give "
            "−1 ≤ pH_min ≤ pH_max ≤ 15, and a step above 0 that makes 1,000 values at most."
        )
    return low + step * np.arange(int((high - low) / step + 1e-9) + 1)
