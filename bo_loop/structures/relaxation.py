"""Many starts of one molecule relaxed side by side, by limited-memory BFGS without line search.

(Nocedal, Math. Comput. 1980, 35, 773; steps as long as forces and curvature say, up to a limit.)

Symbols
-------
b      starts
d      3n coordinates
x      (b, d) positions, Å
f      (b, d) forces, eV/Å
S, Y   (h, b, d) the last steps, and by how much forces fell in them
"""

from collections.abc import Callable

import numpy as np

from bo_loop.base.types import Floats, Mask

_KEPT = 20  # steps
_STIFFNESS = 70.0  # eV/Å², of what is not known yet
_LARGEST_MOVE = 0.2  # Å an atom moves in one step
_LEAST_CURVATURE = 1e-8


def relaxed(
    forces_of: Callable[[Floats], Floats],
    starts: Floats,
    converged: float,
    steps: int,
    refused: Callable[[int, Floats], Mask],
) -> tuple[Floats, Mask]:
    """Follow forces until none on an atom is large.

    Parameters
    ----------
    forces_of : callable
        Forces (k, n, 3) at positions (k, n, 3).
    starts : (b, n, 3) float64
        Å.
    converged : float
        eV/Å, on any atom.
    steps : int
        At most.
    refused : callable
        From the step, counted from 1, and positions (k, n, 3): for which of them to stop, (k,)
        bool.

    Returns
    -------
    positions : (b, n, 3) float64
        The last of each start.
    at_minimum : (b,) bool
        Whether forces there are small, and it was not refused.
    """
    x, at_minimum = np.array(starts, dtype=np.float64), np.zeros(len(starts), dtype=bool)
    rows, history, last = np.arange(len(starts)), [], None
    for step in range(1, steps + 1):
        f = forces_of(x[rows])
        small = np.linalg.norm(f, axis=2).max(1) < converged
        stopped = refused(step, x[rows])
        at_minimum[rows] = small & ~stopped
        going = ~(small | stopped)
        if not going.any():
            break
        rows, f = rows[going], f[going].reshape(going.sum(), -1)
        here = x[rows].reshape(len(rows), -1)
        if last is not None:
            history = [(s[going], y[going]) for s, y in history]
            history = [*history, (here - last[0][going], last[1][going] - f)][-_KEPT:]
        move = _move(f, history).reshape(len(rows), -1, 3)
        longest = np.linalg.norm(move, axis=2).max(1)
        move *= np.minimum(1.0, _LARGEST_MOVE / longest)[:, None, None]
        x[rows] += move
        last = here, f
    return x, at_minimum


def _move(f: Floats, history: list[tuple[Floats, Floats]]) -> Floats:
    """Return the inverse Hessian, as the history tells it, times the forces."""
    q, weights = f.copy(), []
    for s, y in reversed(history):
        curvature = (s * y).sum(1)
        told = curvature > _LEAST_CURVATURE
        rho = np.where(told, 1.0 / np.where(told, curvature, 1.0), 0.0)
        alpha = rho * (s * q).sum(1)
        q -= alpha[:, None] * y
        weights.append((rho, alpha))
    z = q / _STIFFNESS
    for (s, y), (rho, alpha) in zip(history, reversed(weights), strict=True):
        z += (alpha - rho * (y * z).sum(1))[:, None] * s
    return z
