"""Spectra whose peaks are known."""

import numpy as np

from bo_loop.lab.spectra.shapes import Pattern, Peak

FRACTION = {"gaussian": 0.0, "lorentzian": 1.0, "pseudo_voigt": 0.4}


def curve(x, peaks, fraction=0.0):
    """Sum of peaks, each (position, width, height); and their areas."""
    made = tuple(Peak(p, w, h / Peak(0.0, w, 1.0, fraction).height, fraction) for p, w, h in peaks)
    return Pattern(made, "", 0.0, 0.0, ()).curve(x), [peak.area for peak in made]


def spectrum(seed, shape="gaussian", n=600, k=4, signal_to_noise=20.0):
    """x, y, and (position, width, area) of k peaks on a curved background; the noise is 1 / S/N."""
    rng = np.random.default_rng(seed)
    x = np.linspace(400.0, 400.0 + n, n)
    places = []
    while len(places) < k:
        p, w = rng.uniform(440.0, 360.0 + n), rng.uniform(20.0, 45.0)
        if all(abs(p - q) > 0.65 * (w + v) for q, v, _ in places):
            places.append((p, w, rng.uniform(1.0, 5.0)))
    y, areas = curve(x, places, FRACTION[shape])
    u = (x - x[0]) / (x[-1] - x[0])
    y = y + 2.0 + 0.5 * np.sin(2.5 * u) + u + rng.normal(0.0, 1.0 / signal_to_noise, n)
    return x, y, sorted((p, w, a) for (p, w, _), a in zip(places, areas, strict=True))
