"""What was in the cell and in the burette, the electrode, and the errors of reading them.

Symbols
-------
V0       volume in the cell before the titration
a, b     concentrations of a reagent in the cell before, and in the burette
ν_r      components that a mole of reagent r brings: a ligand weighed as HL brings L and one H⁺
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.solution.activity import log_gamma, shift
from bo_loop.solution.species import PROTON

REAGENTS = ("metal", "ligand", "competitor", "acid", "base")
"""What may be in cell and burette; acid and base are strong."""

_KELVIN = 273.15
GAS_OVER_FARADAY = 8.314462618 / 96485.33212 * np.log(10.0) * 1000.0
"""mV per kelvin and unit of pH."""


@dataclass(frozen=True)
class Cell:
    """One titration's solutions.

    Parameters
    ----------
    volume_mL : float
        V0.
    cell, burette : mapping of str to float
        Concentrations of `REAGENTS`, mol/L; those absent are not there.
    components : mapping of str to str
        Name of the component that metal, ligand and competitor are: ``{"metal": "Ni+2"}``.
    charges : mapping of str to int
        Charges of these components.
    protons : mapping of str to float
        H⁺ that a mole of ligand or competitor brings as it was weighed.
    sd : mapping of str to float
        Relative sd of reagents' concentrations, of those that are known only so well.
    temperature_C, ionic_strength_M : float
    pK_w : float
        −log10 [H⁺][OH⁻] at these.
    activity : bool
        Whether pH is −log10 of the activity of H⁺ (an electrode calibrated with buffers) rather
        than of its concentration (with strong acid).
    E0_mV, slope_mV : float, optional
        Of the electrode, where its potential was recorded: E = E0 − slope · (−log10 [H⁺]).
    volume_sd_mL, pH_sd, signal_sd : float
        Errors of reading, of the sd type.
    path_cm : float
        Length of the light's path.
    """

    volume_mL: float
    cell: Mapping[str, float]
    burette: Mapping[str, float]
    components: Mapping[str, str]
    charges: Mapping[str, int]
    protons: Mapping[str, float] = field(default_factory=dict)
    sd: Mapping[str, float] = field(default_factory=dict)
    temperature_C: float = 25.0
    ionic_strength_M: float = 0.1
    pK_w: float = 13.78
    activity: bool = True
    E0_mV: float | None = None
    slope_mV: float | None = None
    volume_sd_mL: float = 0.002
    pH_sd: float = 0.01
    signal_sd: float | None = None
    path_cm: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """Components, H⁺ last, as `bo_loop.solution.species.System` orders them."""
        return (*self.charges, PROTON)

    def brings(self, reagent: str) -> Floats:
        """ν_r; (C,)."""
        parts = np.zeros(len(self.names))
        if reagent in ("acid", "base"):
            parts[-1] = 1.0 if reagent == "acid" else -1.0
        else:
            parts[self.names.index(self.components[reagent])] = 1.0
            parts[-1] = self.protons.get(reagent, 0.0)
        return parts

    def amounts(self, reagent: str, volume_mL: Floats) -> Floats:
        """Concentration of a reagent, were it not to react, after volumes of titrant; (B,)."""
        a, b = self.cell.get(reagent, 0.0), self.burette.get(reagent, 0.0)
        return (a * self.volume_mL + b * volume_mL) / (self.volume_mL + volume_mL)

    @property
    def reagents(self) -> tuple[str, ...]:
        """Those that are there."""
        return tuple(r for r in REAGENTS if self.cell.get(r, 0.0) or self.burette.get(r, 0.0))

    @property
    def log_gamma_h(self) -> float:
        """log10 γ of H⁺ where pH is of the activity; else 0."""
        if not self.activity:
            return 0.0
        return float(log_gamma(1, self.ionic_strength_M, self.temperature_C))

    @property
    def nernst_mV(self) -> float:
        """Slope of an ideal electrode at the temperature."""
        return float(GAS_OVER_FARADAY * (self.temperature_C + _KELVIN))


def ion_product(temperature_C: float, ionic_strength_M: float) -> float:
    """Return pK_w, of concentrations.

    At I = 0 by Harned and Hamer (J. Am. Chem. Soc. 1933, 55, 2194): 4470.99/T − 6.0875 + 0.01706 T,
    which fits their measurements from 0 to 60 °C; at I by Davies' equation.

    Raises
    ------
    DataError
        Beyond these; pK_w has then to be given.
    """
    if not 0.0 <= temperature_C <= 60.0:
        raise DataError(f"pK_w is known from 0 to 60 °C, not at {temperature_C:g}: give pK_w.")
    kelvin = temperature_C + _KELVIN
    pure = 4470.99 / kelvin - 6.0875 + 0.01706 * kelvin
    try:
        moved = shift(
            2.0, 1.0, stated_M=0.0, wanted_M=ionic_strength_M, temperature_C=temperature_C
        )
    except DataError as error:
        raise DataError(f"{error} Or give pK_w.") from error
    return pure - float(moved)
