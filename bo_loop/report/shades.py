"""Colours of values, and the bar that says which is which."""

import matplotlib
import numpy as np
from matplotlib.colors import to_hex

from bo_loop.base.types import Floats

_STOPS = 9  # of the colour bar
_UNKNOWN = "#d5dce4"


def shades(values: Floats) -> list[str]:
    """Colours of values; grey where one is not known."""
    if not np.isfinite(values).any():
        return [_UNKNOWN] * len(values)
    low, high = np.nanmin(values), np.nanmax(values)
    scaled = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    palette = matplotlib.colormaps["viridis"]
    return [_UNKNOWN if not np.isfinite(v) else to_hex(palette(float(v))) for v in scaled]


def bar(values: Floats) -> dict[str, str]:
    """Return the ends of the scale, and its colours as a gradient."""
    palette = matplotlib.colormaps["viridis"]
    stops = [to_hex(palette(i / (_STOPS - 1))) for i in range(_STOPS)]
    there = np.isfinite(values).any()
    low, high = (np.nanmin(values), np.nanmax(values)) if there else (np.nan, np.nan)
    return {"low": f"{low:.2f}", "high": f"{high:.2f}", "colours": ", ".join(stops)}
