"""Peaks of a whole pattern, fitted one after another; how many there are is decided by BIC.

Symbols
-------
n     points
p     parameters: three or four a peak, and those of the polynomial
u     x, scaled to −1 … 1                             (n,)
k     peaks
r     residual                                        (n,)
w     full width of a peak at half its height
BIC   n ln(RSS / n) + p ln n (Schwarz, Ann. Stat. 1978, 6, 461); the noise need not be known

The largest hump of the residual becomes the next peak. The residual says how it is looked for: its
own noise sets how high a hump must be, and its own half-height width both how much it is smoothed
and where the new peak starts from. The new peak is fitted together with those it overlaps; it stays
if BIC falls. When no hump is left, all peaks are fitted together and each is taken out in turn, for
as long as BIC falls by it. Wide feet of peaks look like background, and a part of them is taken
away with it; so a Legendre polynomial in u, whose degree BIC decides, is fitted with the peaks and
gives that part back. Shapes (``lmfit.lineshapes``) are compared by the BIC of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, pi, sqrt

import numpy as np
from numpy.polynomial.legendre import legval, legvander
from scipy.ndimage import gaussian_filter1d

from bo_loop.base.errors import ConfigError
from bo_loop.base.extras import optional
from bo_loop.base.types import Floats
from bo_loop.lab.spectra.cleaning import Cleaned, noise
from bo_loop.lab.spectra.joint_fit import Problem
from bo_loop.lab.spectra.shapes import FRACTIONS, SHAPES, Pattern, Peak, Values, peaks_at

_WIDTHS_AROUND = 2.0  # of peaks that a new peak is fitted with
_FAILURES = 3  # humps in a row that may turn out to be none
_HIGHEST_DEGREE = 8
_LEAST_AREA = 3.0  # of a peak, in its sds


@dataclass(frozen=True)
class PeakSearch:
    """How peaks are looked for.

    Parameters
    ----------
    shape : str
        One of `SHAPES`, or ``auto``: the one with the lowest BIC.
    min_height : float
        Of a hump over the residual, in units of the noise.
    max_peaks : int
        Of one record.
    min_points : float
        Narrowest peak, in points across its half height.
    max_width : float
        Widest peak, as a share of the range of x.
    """

    shape: str = "auto"
    min_height: float = 4.0
    max_peaks: int = 40
    min_points: float = 2.0
    max_width: float = 0.15

    def __post_init__(self):
        if self.shape not in (*SHAPES, "auto"):
            raise ConfigError(f"shape is {self.shape!r}; give auto or one of {', '.join(SHAPES)}.")
        for name in ("min_height", "min_points", "max_width"):
            if not getattr(self, name) > 0.0:
                raise ConfigError(f"{name} is {getattr(self, name)}; give a number above 0.")
        if self.max_peaks < 1:
            raise ConfigError(f"max_peaks is {self.max_peaks}; give at least 1.")

    def fit(self, cleaned: Cleaned) -> Pattern:
        """Fit the peaks of a record without its background.

        Returns
        -------
        Pattern
            Without peaks where no hump rises from the noise.
        """
        shapes = SHAPES if self.shape == "auto" else (self.shape,)
        first = _Fit(self, cleaned, shapes[-1])
        tried = [first.run()]
        # A pure shape that is right has no other peaks than the mixed one.
        tried += [first.with_shape(shape).reduced() for shape in shapes[:-1]]
        return min(tried, key=lambda pattern: pattern.bic)


@dataclass
class _Fit:
    """The peaks found so far in one record, with one shape."""

    search: PeakSearch
    data: Cleaned
    shape: str
    peaks: list[Values] = field(default_factory=list)
    left: tuple[float, ...] = ()

    def __post_init__(self):
        x = self.x = self.data.x
        self.step = float(np.median(np.diff(x)))
        self.span = float(x[-1] - x[0])
        self.u = (2.0 * x - x[0] - x[-1]) / self.span
        if not self.left:
            self.left = (0.0,) * (2 + min(4, len(x) // 100))
        self.narrowest = self.search.min_points * self.step
        self.widest = max(self.search.max_width * self.span, 2.0 * self.narrowest)

    def run(self) -> Pattern:
        """Add and remove peaks until neither lowers BIC."""
        self._add()
        while True:
            self._refine_all()
            if not self._remove():
                before = len(self.peaks)
                self._add()
                if len(self.peaks) == before:
                    return self._pattern()

    def with_shape(self, shape: str) -> "_Fit":
        """Return the same peaks with another shape."""
        fraction = FRACTIONS[shape]
        peaks = [(p, w, a, fraction) for p, w, a, _ in self.peaks]
        return _Fit(self.search, self.data, shape, peaks, self.left)

    def reduced(self) -> Pattern:
        """Fit the peaks there are, and take out those that lower BIC by it."""
        self._refine_all()
        while self._remove():
            self._refine_all()
        return self._pattern()

    def _pattern(self) -> Pattern:
        sds = self._refine(range(len(self.peaks)))
        while True:
            while doubtful := self._doubtful(sds):
                del self.peaks[doubtful[0]]
                sds = self._refine(range(len(self.peaks)))
            sds = self._refine(range(len(self.peaks)), exact=True)
            if not self._doubtful(sds):
                break
        rest = self._residual(self.peaks)
        made = [Peak(*values, *sd) for values, sd in zip(self.peaks, sds, strict=True)]
        made.sort(key=lambda peak: peak.position)
        sd = float(np.sqrt(np.mean(rest**2)))
        return Pattern(tuple(made), self.shape, self._bic(self.peaks), sd, self.left)

    def _doubtful(self, sds: Sequence[tuple[float, float, float]]) -> list[int]:
        """Peaks whose area is not known to be one, the worst first."""
        signal = [
            peak[2] / sd[2] if self._sound(i) and sd[2] > 0.0 else 0.0
            for i, (peak, sd) in enumerate(zip(self.peaks, sds, strict=True))
        ]
        return [int(i) for i in np.argsort(signal) if signal[i] < _LEAST_AREA]

    def _refine_all(self) -> None:
        """Fit all peaks, and the polynomial of the degree that lowers BIC."""
        every = range(len(self.peaks))
        self._refine(every)
        while len(self.left) <= _HIGHEST_DEGREE:
            kept, left, before = list(self.peaks), self.left, self._bic(self.peaks)
            self.left = (*left, 0.0, 0.0)
            self._refine(every)
            if self._bic(self.peaks) >= before:
                self.peaks, self.left = kept, left
                return

    def _add(self) -> None:
        """Add peaks until no hump is left that lowers BIC."""
        failed: list[float] = []
        while len(self.peaks) < self.search.max_peaks and len(failed) < _FAILURES:
            new = self._next(failed)
            if new is None:
                return
            kept, left, before = list(self.peaks), self.left, self._bic(self.peaks)
            near = [i for i, old in enumerate(kept) if _overlap(old, new)]
            self.peaks.append(new)
            which = [*near, len(kept)]
            self._refine(which, self._around(which))
            if self._bic(self.peaks) >= before or not self._sound(len(kept)):
                self.peaks, self.left = kept, left
                failed.append(new[0])
            else:
                failed.clear()
                self._level()

    def _level(self) -> None:
        """Fit the polynomial alone to the residual, without the humps that still rise from it."""
        there = self.data.y - peaks_at(self.data.x, self.peaks)
        flat = np.ones(len(there), dtype=bool)
        columns = legvander(self.u, len(self.left) - 1)
        for _ in range(4):
            found = np.linalg.lstsq(columns[flat], there[flat], rcond=None)[0]
            rest = there - columns @ found
            flat = rest < 2.5 * max(noise(rest), 1e-12)
            if flat.sum() < 2 * len(found):
                return
        self.left = tuple(found.tolist())

    def _next(self, failed: Sequence[float]) -> Values | None:
        """Return the largest hump of the residual that rises from its noise, as a peak."""
        rest = self._residual(self.peaks)
        sd = max(noise(rest), self.data.resolution, 1e-12 * float(np.ptp(self.data.y)))
        best, score = None, self.search.min_height
        # The narrower a hump, the less its height is smoothed away; the wider, the less noise.
        for points in (0.0, 1.0, 3.0, 9.0, 27.0):
            if points * 6.0 > len(rest):
                break
            smooth = gaussian_filter1d(rest, points, mode="nearest") if points else rest
            gain = sqrt(2.0 * sqrt(pi) * points) if points >= 1.0 else 1.0
            height = smooth / (sd / gain)
            if not points:
                height = height / 1.5  # the largest of n readings of noise is above 4 sd at times
            for x in failed:
                height[np.abs(self.data.x - x) <= self.narrowest] = -np.inf
            at = int(np.argmax(height))
            if height[at] > score:
                best, score = self._hump(smooth, at), height[at]
        return best

    def _hump(self, smooth: Floats, at: int) -> Values:
        half = 0.5 * smooth[at]
        below = np.flatnonzero(smooth < half)
        left = below[below < at].max(initial=-1)
        right = below[below > at].min(initial=len(smooth))
        # The nearer side: the other may hold a neighbour.
        points = max(1.0, 2.0 * min(at - left, right - at))
        width = float(np.clip(points * self.step, self.narrowest, 0.5 * self.widest))
        fraction = FRACTIONS[self.shape]
        unit = Peak(0.0, width, 1.0, fraction).height
        return float(self.data.x[at]), width, float(smooth[at]) / unit, fraction

    def _sound(self, at: int) -> bool:
        position, width, area, fraction = self.peaks[at]
        inside = self.data.x[0] <= position <= self.data.x[-1]
        height = Peak(position, width, area, fraction).height
        # As wide as a peak may be, it is background: the polynomial's business.
        narrow = width < 0.95 * self.widest
        sd = max(noise(self._residual(self.peaks)), self.data.resolution)
        return inside and narrow and height > 2.0 * sd

    def _remove(self) -> bool:
        """Take out the peak whose absence lowers BIC most; say whether there was one."""
        if not self.peaks:
            return False
        kept, left = list(self.peaks), self.left
        before, best = self._bic(kept), None
        for i, peak in enumerate(kept):
            near = [j for j, other in enumerate(kept) if j != i and _overlap(other, peak)]
            if not near and self._gain(peak) > 20.0 * log(len(kept) * len(self.u)):
                continue  # it stands alone and high: nothing else can take its place
            self.peaks, self.left = kept[:i] + kept[i + 1 :], left
            rest = [j - (j > i) for j in near]
            if rest:
                self._refine(rest, self._around(rest))
            found = self._bic(self.peaks)
            if found < before:
                before, best = found, (self.peaks, self.left)
        self.peaks, self.left = best or (kept, left)
        return best is not None

    def _gain(self, peak: Values) -> float:
        """By how much BIC rises, but for the parameters, if a peak is missing."""
        rest, own = self._residual(self.peaks), peaks_at(self.data.x, [peak])
        return len(rest) * log(1.0 + float(own @ own) / max(float(rest @ rest), 1e-300))

    def _around(self, which: Sequence[int]) -> slice:
        """Return the points that the peaks `which` reach."""
        chosen = [self.peaks[i] for i in which]
        low = min(p - 4.0 * w for p, w, _, _ in chosen)
        high = max(p + 4.0 * w for p, w, _, _ in chosen)
        start, stop = np.searchsorted(self.data.x, [low, high])
        return slice(max(0, int(start) - 4), int(stop) + 4)

    def _residual(self, peaks: Sequence[Values]) -> Floats:
        x = self.data.x
        return self.data.y - peaks_at(x, peaks) - legval(self.u, self.left)

    def _bic(self, peaks: Sequence[Values]) -> float:
        rest = self._residual(peaks)
        n = len(rest)
        # A floor for curves without noise: nothing below a millionth of the signal is resolved, nor
        # what is rounded away.
        floor = (1e-6 * float(np.ptp(self.data.y))) ** 2 + self.data.resolution**2 + 1e-300
        each = 4 if self.shape == "pseudo_voigt" else 3
        return n * log(float(rest @ rest) / n + floor) + (each * len(peaks) + len(self.left)) * log(
            n
        )

    def _refine(
        self, which: Sequence[int], where: slice | None = None, *, exact: bool = False
    ) -> list[tuple[float, float, float]]:
        """Fit the peaks `which`, and the polynomial where all points count; return their sds."""
        at, which = where or slice(0, len(self.data.x)), list(which)
        fixed = [peak for i, peak in enumerate(self.peaks) if i not in which]
        x, u = self.data.x[at], self.u[at]
        y = self.data.y[at] - peaks_at(x, fixed)
        if where is not None:
            y = y - legval(u, self.left)
        degrees = len(self.left) if where is None else 0
        problem = Problem(
            x, y, legvander(u, degrees - 1) if degrees else None, self.shape, len(which)
        )
        start = problem.parameters([self.peaks[i] for i in which], self, exact=exact)
        if len(x) <= sum(each.vary for each in start.values()):
            return [(np.inf,) * 3] * len(which)
        close = 1e-6 if exact else 1e-3
        found = optional("lab", "lmfit").minimize(
            problem.residual,
            start,
            Dfun=problem.jacobian,
            max_nfev=100 if exact else 30,
            ftol=close,
            xtol=close,
        )
        for i, peak in zip(which, problem.values(found.params), strict=True):
            self.peaks[i] = peak
        if degrees:
            self.left = tuple(float(found.params[f"c{i}"].value) for i in range(degrees))
        return problem.sds(found.params)


def _overlap(one: Values, other: Values) -> bool:
    return abs(one[0] - other[0]) < _WIDTHS_AROUND * (one[1] + other[1]) / 2.0
