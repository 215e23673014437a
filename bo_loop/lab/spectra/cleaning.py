"""Noise, background and smoothing of a record, before its peaks are fitted.

The background is found by ``pybaselines``, the smoothing by SciPy (Savitzky, Golay, Anal. Chem.
1964, 36, 1627). The noise is the median of second differences two points apart, which signals
wider than a few points hardly move (Stoehr et al., DER_SNR, ASP Conf. Ser. 2008, 394, 505).
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.signal import savgol_filter

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.extras import optional
from bo_loop.base.types import Floats

BACKGROUNDS = ("arpls", "asls", "airpls", "snip", "modpoly", "imodpoly", "rolling_ball", "none")
"""Methods of ``pybaselines`` that are offered."""

_TO_SD = 1.482602 / np.sqrt(6.0)  # of a median absolute second difference, for normal noise
_MOST_EXACT = 4000  # points; longer records are thinned for the background alone


@dataclass(frozen=True)
class Cleaning:
    """How records are cleaned.

    Parameters
    ----------
    background : str
        One of `BACKGROUNDS`.
    stiffness : float
        Of backgrounds with a penalty on curvature (``lam`` of pybaselines), for 1000 points; it
        grows with the fourth power of their number, so that the same curve has the same background
        however finely it was sampled.
    smooth_points : int
        Window of the Savitzky–Golay filter, odd; 0: none. Peaks are fitted to unsmoothed data
        otherwise, since smoothing widens them and correlates the noise.
    options : mapping
        Further options of the method of pybaselines.
    """

    background: str = "arpls"
    stiffness: float = 1e8
    smooth_points: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if self.background not in BACKGROUNDS:
            raise ConfigError(
                f"background is {self.background!r}; give one of {', '.join(BACKGROUNDS)}."
            )
        if not self.stiffness > 0.0:
            raise ConfigError(f"stiffness is {self.stiffness}; give a number above 0.")
        if self.smooth_points and (self.smooth_points < 5 or self.smooth_points % 2 == 0):
            raise ConfigError(
                f"smooth_points is {self.smooth_points}; give an odd number from 5, or 0 for none."
            )

    def apply(self, x: Floats, y: Floats) -> "Cleaned":
        """Clean a record of n points.

        Raises
        ------
        DataError
            If it has fewer points than the smoothing window, or the background cannot be found.
        """
        sd, digit = noise(y), resolution(y)
        if self.smooth_points:
            if len(y) < self.smooth_points:
                raise DataError(f"it has {len(y)} points, fewer than smooth_points.")
            y = savgol_filter(y, self.smooth_points, polyorder=3)
        below = self._background(x, y)
        return Cleaned(x, y - below, below, sd, digit)

    def _background(self, x: Floats, y: Floats) -> Floats:
        if self.background == "none":
            return np.zeros_like(y)
        step = -(-len(x) // _MOST_EXACT)
        thin_x, thin_y = x[::step], y[::step]
        fitter = optional("lab", "pybaselines").Baseline(x_data=thin_x)
        options = dict(self.options)
        if self.background in ("arpls", "asls", "airpls"):
            options.setdefault("lam", self.stiffness * (len(thin_x) / 1000.0) ** 4)
        early = optional("lab", "pybaselines").utils.ParameterWarning  # on curves without noise
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", early)
                found, _ = getattr(fitter, self.background)(thin_y, **options)
        except (TypeError, ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise DataError(
                f"its background cannot be found by {self.background}: {error}."
            ) from error
        if not np.isfinite(found).all():
            raise DataError(f"its background by {self.background} is not finite: try another.")
        return np.interp(x, thin_x, found)


@dataclass(frozen=True)
class Cleaned:
    """A record without its background.

    Parameters
    ----------
    x, y, background : (n,) float64
    noise : float
        Standard deviation of a reading, before smoothing.
    resolution : float
        Standard deviation by the last digit of the readings, below which nothing is known.
    """

    x: Floats
    y: Floats
    background: Floats
    noise: float
    resolution: float = 0.0


def noise(y: Floats) -> float:
    """Estimate the standard deviation of the readings y (n,), whatever signal they carry."""
    if len(y) < 5:
        return 0.0
    second = 2.0 * y[2:-2] - y[:-4] - y[4:]
    return float(_TO_SD * np.median(np.abs(second)))


def resolution(y: Floats) -> float:
    """Return the standard deviation that rounding gives readings y (n,): a step by the root of 12.

    The step is the least difference of two readings; where most neighbours are alike, second
    differences show no noise, and every step would be a signal.
    """
    steps = np.diff(np.unique(y))
    return float(steps.min() / np.sqrt(12.0)) if len(steps) else 0.0
