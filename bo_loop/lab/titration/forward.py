"""What a titration should show: totals, free concentrations, and how they change, analytically.

Symbols
-------
B, C, S   points; components; species
V         volume of titrant added
T         (B, C) totals
x, c      (B, C), (B, S) free concentrations of components; concentrations of species
R         (B, C', C') d ln x / dT (`bo_loop.solution.mass_balance.responses`)
φ         nuisances of a titration: factors of reagents' amounts, extra acid, an offset of pH
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.lab.titration.cell import Cell
from bo_loop.solution.mass_balance import responses, solve
from bo_loop.solution.species import System

LN10 = float(np.log(10.0))

NUISANCES = {
    **dict.fromkeys(("metal", "ligand", "competitor", "titrant"), 1.0),
    **dict.fromkeys(("acid", "pH", "drift"), 0.0),
}
"""φ with their values where nothing is amiss: factors of concentrations (titrant: of the strong
acid or base in the burette), extra strong acid in the cell (mol/L), an offset of pH, and
one that grows from nothing at the first point to drift at the last."""

_TRACE = 1e-20  # mol/L


@dataclass(frozen=True)
class Solved:
    """Solutions at the points of a titration, with derivatives of natural logarithms.

    Parameters
    ----------
    x, c : (B, C), (B, S) float64
        mol/L.
    total : (B, C) float64
    by_log_beta : (B, C, S) float64
        d ln x / d log10 β.
    by_nuisance : mapping of str to (B, C) float64
        d ln x / dφ, of those asked for.
    by_volume, by_pH : (B, C) float64
        d ln x / dV (per mL); d ln x / d pH where pH was given, else 0.
    total_by_volume : (B, C) float64
        dT/dV, mol/L per mL.
    """

    x: Floats
    c: Floats
    total: Floats
    by_log_beta: Floats
    by_nuisance: Mapping[str, Floats]
    by_volume: Floats
    by_pH: Floats
    total_by_volume: Floats


def totals(cell: Cell, volume_mL: Floats, nuisances: Mapping[str, float]) -> Floats:
    """Return T, mol/L; of H⁺ it is what reagents bring less what they take; (B, C)."""
    found = np.zeros((len(volume_mL), len(cell.names)))
    for reagent in cell.reagents:
        factor = nuisances.get(_factor_of(cell, reagent), 1.0)
        found += factor * cell.amounts(reagent, volume_mL)[:, None] * cell.brings(reagent)
    extra = nuisances.get("acid", 0.0)
    return found + extra * _extra_acid(cell, volume_mL)


def _factor_of(cell: Cell, reagent: str) -> str:
    """Return which nuisance scales a reagent; "" if none does."""
    if reagent in ("acid", "base"):
        return "titrant" if cell.burette.get(reagent) else ""
    return reagent


def _extra_acid(cell: Cell, volume_mL: Floats) -> Floats:
    part = cell.volume_mL / (cell.volume_mL + volume_mL)
    return part[:, None] * cell.brings("acid")


OFFSETS = {"pH": np.ones, "drift": lambda n: np.linspace(0.0, 1.0, n)}
"""Nuisances of the electrode, and how they grow over n points."""


def offset(phi: Mapping[str, float], n: int) -> Floats:
    """Return by how much the electrode shows too high a pH; (n,)."""
    return sum((phi.get(name, 0.0) * grown(n) for name, grown in OFFSETS.items()), np.zeros(n))


def _by_nuisance(cell: Cell, volume_mL: Floats, name: str) -> Floats:
    """dT/dφ; (B, C)."""
    if name == "acid":
        return _extra_acid(cell, volume_mL)
    found = np.zeros((len(volume_mL), len(cell.names)))
    for reagent in cell.reagents:
        if _factor_of(cell, reagent) == name:
            found += cell.amounts(reagent, volume_mL)[:, None] * cell.brings(reagent)
    return found


def _by_volume(cell: Cell, volume_mL: Floats, total: Floats) -> Floats:
    """dT/dV; (B, C)."""
    added = sum(cell.burette.get(r, 0.0) * cell.brings(r) for r in cell.reagents)
    return (added - total) / (cell.volume_mL + volume_mL)[:, None]


def solved(
    cell: Cell,
    system: System,
    log_beta: Floats,
    volume_mL: Floats,
    *,
    pH: Floats | None = None,
    nuisances: Mapping[str, float] | None = None,
    wanted: Sequence[str] = (),
) -> Solved:
    """Solve the balances at each point.

    Parameters
    ----------
    cell : Cell
    system : System
        Of the components of the cell, OH among its species.
    log_beta : (S,) float64
        Constants at the conditions of the cell.
    volume_mL : (B,) float64
    pH : (B,) float64, optional
        As measured; else [H⁺] follows from its total.
    nuisances : mapping of str to float, optional
        φ that differ from `NUISANCES`.
    wanted : sequence of str
        φ to which derivatives are needed.

    Raises
    ------
    DataError
        As `bo_loop.solution.mass_balance.solve`.
    """
    phi = nuisances or {}
    total = totals(cell, volume_mL, phi)
    present = _present(total)
    total[:, :-1] = np.maximum(total[:, :-1], _TRACE)  # of what the burette has yet to bring
    given = np.full_like(total, np.nan)
    given[:, ~present] = -np.inf
    if pH is not None:
        given[:, -1] = offset(phi, len(pH)) - pH - cell.log_gamma_h
    return _solve(cell, system, log_beta, volume_mL, total, given, wanted)


def _present(total: Floats) -> np.ndarray:
    """Which components are there at all; H⁺ always is."""
    found = (total > 0).any(axis=0)
    found[-1] = True
    return found


def _solve(
    cell: Cell,
    system: System,
    log_beta: Floats,
    volume_mL: Floats,
    total: Floats,
    given: Floats,
    wanted: Sequence[str],
) -> Solved:
    """Solve for the components that are there, and differentiate."""
    absent = np.isneginf(given).any(axis=0)
    nu = system.nu
    formed = ~(nu[:, absent] != 0).any(axis=1)
    known = given[:, ~absent]
    fixed = ~np.isnan(known).any(axis=0)
    here = nu[formed][:, ~absent]
    found = solve(here, log_beta[formed], total[:, ~absent], known)
    response = responses(here, found, fixed)
    c = 10.0**found.log_c
    open_ = np.flatnonzero(~absent)[~fixed]
    b, n = total.shape

    def spread(change: Floats, columns: np.ndarray) -> Floats:
        every = np.zeros((b, n, *change.shape[2:]))
        every[:, columns] = change
        return every

    moved = here[:, ~fixed].astype(float)
    by_formed = -np.einsum("bij,sj,bs->bis", response, moved, c) * LN10
    by_log_beta = np.zeros((b, n, len(nu)))
    by_log_beta[np.ix_(np.arange(b), open_, np.flatnonzero(formed))] = by_formed

    def by_total(change: Floats) -> Floats:
        return spread(np.einsum("bij,bj->bi", response, change[:, open_]), open_)

    by_pH = np.zeros((b, n))
    if fixed.any():
        taken = np.einsum("bs,s,si->bi", c, here[:, fixed][:, -1].astype(float), moved)
        by_pH = spread(np.einsum("bij,bj->bi", response, taken) * LN10, open_)
        by_pH[:, -1] = -LN10
    by_nuisance = {
        name: -by_pH * OFFSETS[name](b)[:, None]
        if name in OFFSETS
        else by_total(_by_nuisance(cell, volume_mL, name))
        for name in wanted
    }
    every = np.zeros((b, len(nu)))
    every[:, formed] = c
    total_by_volume = _by_volume(cell, volume_mL, total)
    return Solved(
        10.0 ** np.where(absent, -np.inf, _all(found.log_free, ~absent, n)),
        every,
        total,
        by_log_beta,
        by_nuisance,
        by_total(total_by_volume),
        by_pH,
        total_by_volume,
    )


def _all(values: Floats, there: np.ndarray, n: int) -> Floats:
    found = np.zeros((len(values), n))
    found[:, there] = values
    return found
