"""Some peaks, and a polynomial, fitted together: what lmfit asks for, with analytic derivatives.

Symbols
-------
n, p    points, parameters that vary
J       derivatives of the residual       (n, p)
s²      mean square of the residual
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bo_loop.base.extras import optional
from bo_loop.base.types import Floats
from bo_loop.lab.spectra.shapes import Values, peaks_at, slopes

NAMES = ("x", "w", "a", "f")
SLACK = 0.1  # of shares on the way


class Limits(Protocol):
    """What bounds the parameters: x (n,), the widths that peaks may have, the polynomial so far."""

    x: Floats
    step: float
    narrowest: float
    widest: float
    left: Sequence[float]


@dataclass(frozen=True)
class Problem:
    """Least squares of some peaks: lmfit's parameters, residual and its derivatives."""

    x: Floats
    y: Floats
    polynomial: Floats | None
    shape: str
    count: int

    def parameters(self, peaks: Sequence[Values], fit: Limits, *, exact: bool) -> Any:
        """Return lmfit's parameters for these peaks and the polynomial, with their bounds."""
        # On the way, shares may leave 0 … 1: a fit that presses on a bound takes ten times as long.
        slack = 0.0 if exact else SLACK
        made, x = optional("lab", "lmfit").Parameters(), fit.x
        for i, (position, width, area, fraction) in enumerate(peaks):
            near = 1.0 * width
            low, high = max(x[0], position - near), min(x[-1], position + near)
            made.add(f"x{i}", min(max(position, low), high), min=low, max=max(high, low + fit.step))
            width = min(max(width, 1.01 * fit.narrowest), 0.99 * fit.widest)
            made.add(f"w{i}", width, min=fit.narrowest, max=fit.widest)
            made.add(f"a{i}", max(area, 1e-300), min=0.0)
            vary = self.shape == "pseudo_voigt"
            made.add(f"f{i}", min(max(fraction, 0.02), 0.98) if vary else fraction, vary=vary,
                     min=-1e-9 - slack, max=1.0 + 1e-9 + slack)  # fmt: skip
        if self.polynomial is not None:
            for i, value in enumerate(fit.left):
                made.add(f"c{i}", value)
        return made

    def values(self, params: Any) -> list[Values]:
        """Return the peaks that parameters say."""
        return [
            tuple(float(params[f"{name}{i}"].value) for name in NAMES) for i in range(self.count)
        ]

    def sds(self, params: Any) -> list[tuple[float, float, float]]:
        """Return sds of position, width and area by s² (JᵀJ)⁻¹; a share at a bound is fixed.

        lmfit gives none at all where one parameter stands at a bound.
        """
        for i in range(self.count):
            share = params[f"f{i}"]
            share.vary = share.vary and 1e-3 < share.value < 1.0 - 1e-3
        slopes, rest = self.jacobian(params), self.residual(params)
        names = [name for name, each in params.items() if each.vary]
        scale = np.linalg.norm(slopes, axis=0)
        scale[scale == 0.0] = 1.0
        inverse = np.linalg.pinv((slopes / scale).T @ (slopes / scale), hermitian=True)
        variance = float(rest @ rest) / max(1, len(rest) - len(names))
        sd = dict(zip(names, np.sqrt(variance * np.diag(inverse).clip(0.0)) / scale, strict=True))
        return [tuple(float(sd[f"{name}{i}"]) for name in NAMES[:3]) for i in range(self.count)]

    def residual(self, params: Any) -> Floats:
        """Return the model less y; (n,)."""
        model = peaks_at(self.x, self.values(params))
        if self.polynomial is not None:
            degrees = range(self.polynomial.shape[1])
            model = model + self.polynomial @ [params[f"c{i}"].value for i in degrees]
        return model - self.y

    def jacobian(self, params: Any) -> Floats:
        """Differentiate `residual` with respect to the parameters that vary; (n, p)."""
        columns = []
        for i, values in enumerate(self.values(params)):
            found = slopes(self.x, values)
            columns += [found[name] for name in NAMES if params[f"{name}{i}"].vary]
        if self.polynomial is not None:
            columns += list(self.polynomial.T)
        return np.column_stack(columns)
