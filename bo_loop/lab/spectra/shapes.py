"""Shapes of peaks: Gaussian, Lorentzian, and the pseudo-Voigt between them, by area and width."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from bo_loop.base.extras import optional
from bo_loop.base.types import Floats

SHAPES = ("gaussian", "lorentzian", "pseudo_voigt")
FRACTIONS = {"gaussian": 0.0, "lorentzian": 1.0, "pseudo_voigt": 0.5}
"""Of the Lorentzian; that of a pseudo-Voigt is where its fit starts."""
GAUSS = 2.0 * sqrt(2.0 * log(2.0))
"""Width of a Gaussian over its sigma."""
Values = tuple[float, float, float, float]
"""Position, width, area, fraction."""


@dataclass(frozen=True)
class Peak:
    """A fitted peak; sds are those of the fit, nan where the data do not determine them.

    Parameters
    ----------
    position, width, area, height : float
        In the units of x, x, x·y and y; the width is the full one at half height.
    position_sd, width_sd, area_sd : float
    fraction : float
        Of the Lorentzian: 0 for a Gaussian, 1 for a Lorentzian.
    """

    position: float
    width: float
    area: float
    fraction: float
    position_sd: float = float("nan")
    width_sd: float = float("nan")
    area_sd: float = float("nan")

    @property
    def height(self) -> float:
        """Its largest value."""
        gauss = self.area * GAUSS / (self.width * sqrt(2.0 * pi))
        return (1.0 - self.fraction) * gauss + self.fraction * 2.0 * self.area / (pi * self.width)


@dataclass(frozen=True)
class Pattern:
    """All peaks of a record.

    Parameters
    ----------
    peaks : tuple of Peak
        By position.
    shape : str
    bic : float
    residual_sd : float
        Of the fit.
    left : tuple of float
        Coefficients in u of what was left of the background, or had been taken from the peaks.
    """

    peaks: tuple[Peak, ...]
    shape: str
    bic: float
    residual_sd: float
    left: tuple[float, ...]

    def curve(self, x: Floats) -> Floats:
        """Return the sum of the peaks at x (n,)."""
        return peaks_at(x, [(p.position, p.width, p.area, p.fraction) for p in self.peaks])


def peaks_at(x: Floats, peaks: Sequence[Values]) -> Floats:
    """Return the sum of peaks at x (n,)."""
    total = np.zeros_like(x)
    pvoigt = optional("lab", "lmfit.lineshapes").pvoigt
    for position, width, area, fraction in peaks:
        total += pvoigt(x, area, position, 0.5 * width, fraction)
    return total


def slopes(x: Floats, values: Values) -> dict[str, Floats]:
    """Differentiate a pseudo-Voigt peak with respect to position, width, area and fraction."""
    position, width, area, fraction = values
    off = x - position
    sigma = width / GAUSS
    gauss = np.exp(-0.5 * (off / sigma) ** 2) / (sigma * sqrt(2.0 * pi))
    half = 0.5 * width
    lorentz = half / (pi * (off**2 + half**2))
    gauss_x, gauss_w = gauss * off / sigma**2, gauss * ((off / sigma) ** 2 - 1.0) / width
    lorentz_x = lorentz * 2.0 * off / (off**2 + half**2)
    lorentz_w = lorentz * (1.0 / half - 2.0 * half / (off**2 + half**2)) * 0.5
    rest = 1.0 - fraction
    return {
        "x": area * (rest * gauss_x + fraction * lorentz_x),
        "w": area * (rest * gauss_w + fraction * lorentz_w),
        "a": rest * gauss + fraction * lorentz,
        "f": area * (lorentz - gauss),
    }
