"""How good predictions and their uncertainties are.

Symbols
-------
k       pairs
y       measured log β                                        (k,)
m, s    predicted mean and predictive standard deviation      (k,)
z       (y − m) / s

MAE, RMSE and R² judge the mean; NLL, the mean of ½ z² + ln s + ½ ln 2π, judges mean and sd
together; coverage is the share of pairs within the central interval that should hold 50, 80 or
95 % of them.
"""

from math import log, pi

import numpy as np
from scipy.special import ndtri

from bo_loop.base.types import Floats

LEVELS = (0.5, 0.8, 0.95)


def metrics(y: Floats, mean: Floats, sd: Floats) -> dict[str, float | None]:
    """Compare predictions with what was measured.

    Parameters
    ----------
    y, mean, sd : (k,) float64
        k ≥ 1; sd is predictive (with noise).

    Returns
    -------
    dict
        ``n, mae, rmse, r2, nll, coverage_50, coverage_80, coverage_95``; ``r2`` is None where
        the measured values are all the same.
    """
    error = y - mean
    spread = ((y - y.mean()) ** 2).sum()
    found = {
        "n": len(y),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": float(1.0 - (error**2).sum() / spread) if spread > 0.0 else None,
        "nll": float((0.5 * (error / sd) ** 2 + np.log(sd)).mean() + 0.5 * log(2.0 * pi)),
    }
    shares = coverage(y, mean, sd, np.array(LEVELS))
    return found | {f"coverage_{round(100 * p)}": s for p, s in zip(LEVELS, shares, strict=True)}


def coverage(y: Floats, mean: Floats, sd: Floats, levels: Floats) -> list[float]:
    """Share of the pairs within each central interval of nominal probability `levels` (l,)."""
    inside = np.abs((y - mean) / sd)[:, None] <= ndtri(0.5 + levels / 2.0)
    return inside.mean(axis=0).tolist()
