"""Solve mass balances: many systems at once, by Newton's method in log concentrations.

Symbols
-------
B             systems (draws × candidates × pH values), solved at once
C             components; the free concentration of each is an unknown, or given
S             species formed from them
ν             (S, C) whole numbers: how many of each component a species holds; negative: gives off
β_s           overall constant of species s, at the ionic strength of the solution
x             (B, C) natural logs of the free concentrations
c_s           exp(ln β_s + Σ_j ν_sj x_j), mol/L; a component's own free form is among the species
T             (B, C) totals, mol/L
F(x)          Σ_s c_s − Σ_j T_j x_j

F is convex, whatever the signs in ν; its gradient is νᵀc − T, the balances, and its Hessian
νᵀ·diag(c)·ν is their analytic Jacobian. So the balances have one answer, the minimum of F. Along a
Newton step d, with m the largest Σ_j ν_sj d_j, F''(t) ≤ F''(0)·exp(m t), and the step length
t = ln(1 + m)/m, by which F' cannot have changed sign, makes F fall every time (generalised
self-concordance: Sun and Tran-Dinh, Math. Program. 2019, 178, 145). No line search is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats, Mask, Rows

BALANCED = 1e-10
"""Largest error of a balance, relative to the matter in it."""

_SETTLED = 1e-6  # last Newton step, natural log units; the error left is about its square
_MOST_STEPS = 500
_ROUNDING = 4e-16  # of a balance, relative to the matter in it
_DETERMINED = 1e-4  # what rounding of the balances may do to ln c
_LARGEST = 690.0  # natural log of the largest concentration that is still a number


@dataclass(frozen=True)
class Balanced:
    """Concentrations that satisfy the balances.

    Parameters
    ----------
    log_free : (B, C) float64
        log10 of the free concentration of each component, mol/L.
    log_c : (B, S) float64
        log10 of the concentration of each species, mol/L.
    """

    log_free: Floats
    log_c: Floats


def solve(
    nu: NDArray[np.int64], log_beta: Floats, total: Floats, log_given: Floats | None = None
) -> Balanced:
    """Find the free concentrations of components at which all balances close.

    Parameters
    ----------
    nu : (S, C) int
        Stoichiometry of the species, free components not among them.
    log_beta : (B, S) or (S,) float64
        log10 of their overall constants.
    total : (B, C) float64
        Totals of the components, mol/L. Of a component that a species gives off (H⁺ in hydroxo
        species) it may have either sign.
    log_given : (C,) or (B, C) float64, optional
        log10 of free concentrations that are given, as that of H⁺ by a pH; NaN where a total counts
        instead, for the same components in all systems.

    Returns
    -------
    Balanced

    Raises
    ------
    DataError
        If a total is not a number, or not above 0 for a component that no species gives off; or
        if balances cannot be closed to `BALANCED`, or do not determine a free concentration.
    """
    nu, total = np.asarray(nu, dtype=np.int64), np.atleast_2d(np.asarray(total, dtype=np.float64))
    b, c = total.shape
    log_beta = np.broadcast_to(np.asarray(log_beta, dtype=np.float64), (b, len(nu)))
    given = np.full(c, np.nan) if log_given is None else log_given
    given = np.broadcast_to(np.asarray(given, dtype=np.float64), (b, c))
    open_ = np.isnan(given).any(axis=0)
    every = np.vstack([np.eye(c, dtype=np.int64)[open_], nu])
    _require(total[:, open_], log_beta, given[:, ~open_], (every[:, open_] >= 0).all(axis=0))
    known = np.hstack([np.zeros((b, int(open_.sum()))), log_beta])
    known = (known + given[:, ~open_] @ every[:, ~open_].T) * np.log(10.0)
    x = _newton(every[:, open_], known, total[:, open_])
    log_free = given.copy()
    log_free[:, open_] = x / np.log(10.0)
    return Balanced(log_free, log_beta + log_free @ nu.T)


def responses(nu: NDArray[np.int64], found: Balanced, given: Mask) -> Floats:
    """Return how free concentrations respond to totals: the inverse of the balances' Jacobian.

    By the implicit function theorem, of the same balances, ``d ln x / dT`` is this R; a constant
    has ``d ln x / d ln β_s = −R ν_s c_s``, a given concentration g ``−R Σ_s ν_s ν_sg c_s``.

    Parameters
    ----------
    nu : (S, C) int
        As of `solve`.
    found : Balanced
        Its answer.
    given : (C,) bool
        Components whose free concentrations were given; the others have the rows of R.

    Returns
    -------
    (B, C', C') float64
        R, L/mol, of the C' components that were solved for.
    """
    every = np.vstack([np.eye(len(given), dtype=np.int64), nu])[:, ~given]
    squares = (every[:, :, None] * every[:, None, :]).reshape(len(every), -1)
    jacobian, scale = _scaled(
        10.0 ** np.hstack([found.log_free, found.log_c]), squares, every.shape[1]
    )
    return np.linalg.inv(jacobian) / (scale[:, :, None] * scale[:, None, :])


def _require(total: Floats, log_beta: Floats, given: Floats, positive: Mask) -> None:
    for name, values in (("a constant", log_beta), ("a given concentration", given)):
        if not np.isfinite(values).all():
            raise DataError(f"{name} of {_first(~np.isfinite(values))} is not a number.")
    bad = ~np.isfinite(total) | (positive & ~(total > 0))
    if bad.any():
        raise DataError(
            f"the total concentrations of {_first(bad)} are {total[bad.any(axis=1)][0].tolist()} "
            "mol/L: each must be a number above 0. Leave out a component that is absent."
        )


def _newton(nu: NDArray[np.int64], known: Floats, total: Floats) -> Floats:
    """Minimise F for each system; (B, C) natural logs of the free concentrations."""
    x = _start(nu, known, total)
    left = np.arange(len(x))
    squares = (nu[:, :, None] * nu[:, None, :]).reshape(len(nu), -1)
    for _ in range(_MOST_STEPS):
        c = np.exp(np.minimum(known[left] + x[left] @ nu.T, _LARGEST))
        error = c @ nu - total[left]
        matter = c @ np.abs(nu) + np.abs(total[left])
        d = _step(c, squares, error)
        m = np.maximum((d @ nu.T).max(axis=1), 0.0)
        small = np.abs(d).max(axis=1, initial=0.0)
        done = (np.abs(error) <= BALANCED * matter).all(axis=1) & (small <= _SETTLED)
        length = np.where(m > 1e-8, np.log1p(m) / np.maximum(m, 1e-8), 1.0)
        x[left] += d * length[:, None]
        left = left[~done]
        if len(left) == 0:
            break
    left = np.union1d(left, _undetermined(nu, squares, known, total, x))
    if len(left):
        raise DataError(
            f"the free concentrations of {len(left)} of {len(x)} systems, the first number "
            f"{left[0]}, are not determined by balances in double precision. Equal totals of a "
            "metal and a ligand that bind each other beyond measure have this: give one of them "
            "in excess."
        )
    return x


def _undetermined(
    nu: NDArray[np.int64], squares: NDArray[np.int64], known: Floats, total: Floats, x: Floats
) -> Rows:
    """Find systems whose free concentrations are differences that rounding swallows."""
    c = np.exp(np.minimum(known + x @ nu.T, _LARGEST))
    jacobian, scale = _scaled(c, squares, nu.shape[1])
    noise = _ROUNDING * (c @ np.abs(nu) + np.abs(total)) / scale
    doubt = (np.abs(np.linalg.inv(jacobian)) @ noise[:, :, None])[:, :, 0] / scale
    return np.flatnonzero(~(doubt <= _DETERMINED).all(axis=1))


def _start(nu: NDArray[np.int64], known: Floats, total: Floats) -> Floats:
    """Start from below: no balance of positive matter is exceeded."""
    positive = (nu >= 0).all(axis=0)
    x = np.where(positive, np.log(np.where(positive, total, 1.0)), np.log(1e-7))
    for j in np.flatnonzero(positive):
        c = np.exp(np.minimum(known + x @ nu.T, _LARGEST))
        x[:, j] -= np.log(np.maximum(c @ nu[:, j] / total[:, j], 1.0))
    return x


def _step(c: Floats, squares: NDArray[np.int64], error: Floats) -> Floats:
    """Newton steps; (B, C)."""
    jacobian, scale = _scaled(c, squares, error.shape[1])
    return -np.linalg.solve(jacobian, (error / scale)[:, :, None])[:, :, 0] / scale


def _scaled(c: Floats, squares: NDArray[np.int64], size: int) -> tuple[Floats, Floats]:
    """Return the Jacobians scaled to a diagonal of ones, and their scales; (B, C, C), (B, C)."""
    jacobian = (c @ squares).reshape(len(c), size, size)
    scale = np.sqrt(np.diagonal(jacobian, axis1=1, axis2=2))
    jacobian = jacobian / (scale[:, :, None] * scale[:, None, :])
    # What is linearly dependent but for rounding gets a shorter step, never a wrong direction.
    return jacobian + 1e-15 * np.eye(size), scale


def _first(bad: Mask) -> str:
    rows = np.flatnonzero(bad.any(axis=1))
    return f"system {rows[0]}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
