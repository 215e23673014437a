"""95 % limits of refined constants, by profile likelihood."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from bo_loop.base.types import Floats
from bo_loop.lab.titration.curve import Constant
from bo_loop.lab.titration.refinement import LEVEL, Fit, least_squares
from bo_loop.lab.titration.starts import safe

_FURTHEST = 20.0  # log10 β, of a limit that is looked for
_MOST_HALVINGS = 12
_AT_LIMIT = 0.005  # of the rise in the sum of squares: a quarter of a percent of a limit


def intervals(found: Fit, constants: Sequence[Constant]) -> Floats:
    """Return 95 % limits of the free constants by profile likelihood; (p', 2).

    A limit is where the other parameters, refined anew, leave a sum of squares larger by
    F(1, ν)/ν (Venzon and Moolgavkar, Appl. Statist. 1988, 37, 87); inf where none is.
    """
    free = [constants[s] for s in found.objective.free]
    lowest = found.objective.residual(found.theta)
    lowest = float(lowest @ lowest)
    target = lowest * (1.0 + stats.f.ppf(LEVEL, 1, found.dof) / found.dof)
    limits = np.empty((len(free), 2))
    for k in range(len(free)):
        for side, sign in enumerate((-1.0, 1.0)):
            limits[k, side] = _limit(found, free, k, sign, target)
    return limits


def _limit(found: Fit, free: Sequence[Constant], k: int, sign: float, target: float) -> float:
    sd, best = found.sd[k], found.theta[k]
    if not found.t * sd < _FURTHEST:
        return sign * np.inf
    last = found.theta.copy()

    def excess(distance: float) -> float:
        nonlocal last
        start = last.copy()
        start[k] = best + sign * distance
        last = least_squares(found.objective, free, start, held=k)
        r = safe(found.objective.residual)(last)
        return float(r @ r) - target

    allowed = target - found.sigma**2 * found.dof
    low, high, below = 0.0, found.t * sd, -allowed
    above = excess(high)
    while above < 0:
        low, below, high = high, above, 1.5 * high
        if high > _FURTHEST:
            return sign * np.inf
        above = excess(high)
    for _ in range(_MOST_HALVINGS):
        # the excess is nearly a parabola: straight in its root
        roots = np.sqrt(max(below + allowed, 0.0)), np.sqrt(above + allowed)
        part = (np.sqrt(allowed) - roots[0]) / (roots[1] - roots[0])
        middle = low + (high - low) * float(np.clip(part, 0.02, 0.98))
        between = excess(middle)
        if abs(between) < _AT_LIMIT * allowed:
            return float(best + sign * middle)
        if between > 0:
            high, above = middle, between
        else:
            low, below = middle, between
    return float(best + sign * high)
