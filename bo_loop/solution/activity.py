"""Activity coefficients in water by Davies' equation, and constants at another ionic strength.

Symbols
-------
I        ionic strength, mol/L (molal and molar are taken as one)
γ_z      activity coefficient of a species of charge z; 1 where z = 0
A        Debye–Hückel slope of water at 1 bar; 0.510 at 25 °C
a_w      activity of water over a 1:1 electrolyte of ionic strength I
Δz²      squared charge of a species less the sum of those of the parts it is made of

Davies, *Ion Association* (Butterworths, 1962): log γ_z = −A z² (√I / (1 + √I) − 0.3 I). The slope
follows from the dielectric constant by Bradley and Pitzer (J. Phys. Chem. 1979, 83, 1599) and the
density of water.
"""

import numpy as np
from numpy.typing import ArrayLike

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.data.sources.minteq import MAX_DAVIES_M


def slope(temperature_C: float = 25.0) -> float:
    """Return the Debye–Hückel slope A of water.

    Raises
    ------
    DataError
        If water is not liquid at 1 bar at that temperature.
    """
    t = temperature_C
    if not 0.0 <= t <= 100.0:
        raise DataError(
            f"temperature_C is {t!r}: water at 1 bar is liquid from 0 to 100 °C. Give a "
            "temperature in that range."
        )
    kelvin = t + 273.15
    density = 1.0 - (t + 288.9414) * (t - 3.9863) ** 2 / (508929.2 * (t + 68.12963))
    at_1000_bar = 342.79 * np.exp(-5.0866e-3 * kelvin + 9.469e-7 * kelvin**2)
    b = -8032.5 + 4.2142e6 / kelvin + 2.1417 * kelvin
    c = -2.0525 + 3115.9 / (kelvin - 182.89)
    dielectric = at_1000_bar + c * np.log((b + 1.0) / (b + 1000.0))
    return float(1.82483e6 * np.sqrt(density) / (dielectric * kelvin) ** 1.5)


def log_gamma(charge: ArrayLike, ionic_strength_M: float, temperature_C: float = 25.0) -> Floats:
    """Return log10 of the activity coefficients of ions of `charge` (…); (…).

    Raises
    ------
    DataError
        If the ionic strength is not from 0 to `MAX_DAVIES_M`.
    """
    i = ionic_strength_M
    if not 0.0 <= i <= MAX_DAVIES_M:
        raise DataError(
            f"ionic_strength_M is {i!r}: activity coefficients by Davies' equation hold from 0 to "
            f"{MAX_DAVIES_M} mol/L. Give an ionic strength in that range."
        )
    root = np.sqrt(i)
    squared = np.asarray(charge, dtype=np.float64) ** 2
    return -slope(temperature_C) * squared * (root / (1.0 + root) - 0.3 * i)


def log_water_activity(ionic_strength_M: float) -> float:
    """Return log10 a_w by Raoult's law, 2·I mol of ions to a litre with their osmotic coefficient.

    ``a_w = 1 − 0.017·2·I`` (Garrels and Christ, *Solutions, Minerals and Equilibria*, 1965).
    """
    return float(np.log10(1.0 - 0.034 * ionic_strength_M))


def shift(
    delta_z2: ArrayLike,
    waters: ArrayLike,
    *,
    stated_M: float,
    wanted_M: float,
    temperature_C: float = 25.0,
) -> Floats:
    """Return what to add to log β at one ionic strength to have it at another.

    Parameters
    ----------
    delta_z2 : (…) float
        Δz² of each species.
    waters : (…) float
        Water molecules that its formation takes up.
    stated_M, wanted_M : float
        Ionic strengths, mol/L. Where they are equal nothing is added, whatever they are.

    Raises
    ------
    DataError
        If they differ and one of them is beyond Davies' equation.
    """
    delta_z2, waters = (np.asarray(each, dtype=np.float64) for each in (delta_z2, waters))
    if stated_M == wanted_M:
        return np.zeros(np.broadcast(delta_z2, waters).shape)
    # Concentrations are a/γ, so log β(I) = log β(0) − Δz²·log γ_1(I) + waters·log a_w(I).
    stated, wanted = (log_gamma(1, i, temperature_C) for i in (stated_M, wanted_M))
    water = log_water_activity(wanted_M) - log_water_activity(stated_M)
    return (stated - wanted) * delta_z2 + waters * water
