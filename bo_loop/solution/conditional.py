"""Conditional constants: what a complex is worth at a pH, where protons and hydroxide compete.

Symbols
-------
B         draws × candidates × pH values
α_X       side-reaction coefficient of a component: all of it that is not bound to its partner,
          over what is free and bare; at least 1
α_L       1 + Σ_k β^H_k [H]^k
α_M       1 + Σ_j *β_j [H]^−j, *β_j the hydrolysis constants
α_ML      1 + Σ_k K_k [H]^k over MH_kL_n and M(OH)_jL_n
K′_n      Σ_k [MH_kL_n] / ([M′] [L′]^n): log K′_n = log β_n + log α_ML − log α_M − n·log α_L
pM        −log10 of the free metal ion at stated totals

Ringbom, *Complexation in Analytical Chemistry* (Interscience, 1963). A pH is −log10 of the activity
of H⁺, as an electrode calibrated with buffers reads it. Tables of pM take it for −log10 [H⁺], which
is 0.11 lower at 0.1 mol/L.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from bo_loop.base.errors import DataError
from bo_loop.base.types import Floats
from bo_loop.solution.species import PROTON, System, log_proton, speciate


def log_side_reaction(log_beta: Floats, protons: ArrayLike, log_h: ArrayLike) -> Floats:
    """Return log10 α = log10(1 + Σ_s β_s [H]^k_s).

    Parameters
    ----------
    log_beta : (…, S) float64
        log10 of the constants from the bare component.
    protons : (S,) int
        k of each species, negative where it is hydroxo.
    log_h : (…) float
        log10 [H⁺].

    Returns
    -------
    (…) float64
    """
    terms = log_beta + np.asarray(protons) * np.asarray(log_h, np.float64)[..., None]
    # The largest term is taken out, as in logaddexp.reduce, which is slower.
    largest = terms.max(axis=-1, initial=0.0)
    rest = np.exp((terms - largest[..., None]) * np.log(10.0)).sum(axis=-1)
    return largest + np.log10(rest + 10.0**-largest)


def log_alpha(
    system: System,
    component: str,
    pH: ArrayLike,
    *,
    ionic_strength_M: float,
    temperature_C: float = 25.0,
    log_beta: Floats | None = None,
) -> Floats:
    """Return log10 α of a metal ion (hydrolysis) or a ligand (protonation).

    Parameters
    ----------
    system, pH, ionic_strength_M, temperature_C, log_beta
        As for `bo_loop.solution.species.speciate`.
    component : str
        One of `System.charges`.

    Returns
    -------
    (B,) float64

    Raises
    ------
    DataError
        If the system has no such component, or the ionic strength is beyond Davies' equation.
    """
    _require_components(system, component)
    return _log_sum(system, {component: 1}, pH, ionic_strength_M, temperature_C, log_beta)


def log_conditional(
    system: System,
    metal: str,
    ligand: str,
    pH: ArrayLike,
    *,
    n_ligands: int = 1,
    ionic_strength_M: float,
    temperature_C: float = 25.0,
    log_beta: Floats | None = None,
) -> Floats:
    """Return log K′_n of a metal ion and a ligand.

    Parameters
    ----------
    system, pH, ionic_strength_M, temperature_C, log_beta
        As for `bo_loop.solution.species.speciate`.
    metal, ligand : str
        Two of `System.charges`.
    n_ligands : int
        n of the complex.

    Returns
    -------
    (B,) float64

    Raises
    ------
    DataError
        If the system has no complex ML_n, or the ionic strength is beyond Davies' equation.
    """
    _require_components(system, metal, ligand)
    complex_ = {metal: 1, ligand: n_ligands}
    if not any(dict(each.parts) == complex_ for each in system.species):
        raise DataError(
            f"no constant of {metal} with {n_ligands} {ligand} is known, so it has no conditional "
            f"constant. Known are {', '.join(each.name for each in system.species) or 'none'}."
        )
    conditions = (pH, ionic_strength_M, temperature_C, log_beta)
    bound = _log_sum(system, complex_, *conditions)
    free_metal = _log_sum(system, {metal: 1}, *conditions)
    free_ligand = _log_sum(system, {ligand: 1}, *conditions)
    return bound - free_metal - n_ligands * free_ligand


def p_metal(
    system: System,
    metal: str,
    total: Mapping[str, ArrayLike],
    pH: ArrayLike,
    *,
    ionic_strength_M: float,
    temperature_C: float = 25.0,
    log_beta: Floats | None = None,
) -> Floats:
    """Return pM = −log10 of the free metal ion; (B,).

    Parameters
    ----------
    system, total, pH, ionic_strength_M, temperature_C, log_beta
        As for `bo_loop.solution.species.speciate`.
    metal : str
        One of `System.charges`.

    Raises
    ------
    DataError
        If the system has no such metal ion, or as `speciate`.
    """
    _require_components(system, metal)
    found = speciate(
        system,
        total,
        pH,
        ionic_strength_M=ionic_strength_M,
        temperature_C=temperature_C,
        log_beta=log_beta,
    )
    return -found.log_free[metal]


def p_metal_of_log_k(
    log_k: Floats, log_alpha_m: Floats, total_metal_M: float, total_ligand_M: float
) -> Floats:
    """Return the pM of one metal ion with one ligand, 1:1, that a log K′ gives.

    M′, the metal that the ligand does not hold, is the root of K′ M′ (T_L − T_M + M′) = T_M − M′.

    Parameters
    ----------
    log_k, log_alpha_m : (…) float64
        log K′, and log10 α_M of the metal ion at the pH.
    total_metal_M, total_ligand_M : float
        mol/L.

    Returns
    -------
    (…) float64
    """
    k = 10.0**log_k
    b = k * (total_ligand_M - total_metal_M) + 1.0
    root = np.sqrt(b**2 + 4.0 * k * total_metal_M)
    # The root that does not take the difference of near numbers.
    excess = np.where(b > 0.0, 2.0 * total_metal_M / (np.abs(b) + root), 0.0)
    left = np.where(b > 0.0, excess, (root - b) / (2.0 * k))
    return log_alpha_m - np.log10(left)


def log_k_of_p_metal(
    p_metal: ArrayLike, log_alpha_m: ArrayLike, total_metal_M: float, total_ligand_M: float
) -> tuple[Floats, Floats]:
    """Return the log K′ of a 1:1 complex that gives a pM, and its slope.

    Of M′, all metal that the ligand does not hold: K′ = (T_M − M′) / (M′ (T_L − T_M + M′)).

    Parameters
    ----------
    p_metal, log_alpha_m : (…) float
        pM, and log10 α_M of the metal ion at the pH.
    total_metal_M, total_ligand_M : float
        mol/L.

    Returns
    -------
    log_k, slope : (…) float64
        The slope is that of log K′ against pM. −inf where the metal has that pM without a ligand;
        inf where more ligand would be bound than there is.
    """
    free = 10.0 ** (np.asarray(log_alpha_m, np.float64) - np.asarray(p_metal, np.float64))
    bound, ligand = total_metal_M - free, total_ligand_M - total_metal_M + free
    with np.errstate(divide="ignore", invalid="ignore"):
        log_k = np.log10(bound) - np.log10(free) - np.log10(ligand)
        slope = 1.0 + free / bound + free / ligand
    log_k = np.where(bound <= 0, -np.inf, np.where(ligand <= 0, np.inf, log_k))
    return log_k, slope


def log_free_sharing(log_k: Floats, total_metal_M: float, total_ligand_M: float) -> Floats:
    """Return what is left of metals that share a ligand in one solution, all complexes 1:1.

    x = ln L′ is the root of ln(L′ + Σ_i T_M K′_i L′ / (1 + K′_i L′)) = ln T_L, which rises in x: by
    Newton's method, or halving where that would leave the bracket.

    Parameters
    ----------
    log_k : (…, w) float64
        log K′ of each metal.
    total_metal_M, total_ligand_M : float
        mol/L; of each metal, and of the ligand.

    Returns
    -------
    (…, w) float64
        log10 of M′, the metal that the ligand does not hold.

    Raises
    ------
    DataError
        If a root is not found.
    """
    ln_k = log_k * np.log(10.0)
    wanted = np.log(total_ligand_M)
    high = np.full(log_k.shape[:-1], wanted)
    # As if the strongest complex held all: what is free is at least this.
    strongest = np.exp(np.minimum(ln_k.max(axis=-1), 600.0))
    low = wanted - np.log1p(total_metal_M * log_k.shape[-1] * strongest) - 1.0
    x = 0.5 * (low + high)
    for _ in range(_MOST_STEPS):
        held = total_metal_M / (1.0 + np.exp(np.clip(-ln_k - x[..., None], -700.0, 700.0)))
        ligand = np.exp(x)
        total = ligand + held.sum(axis=-1)
        slope = ligand + (held * (1.0 - held / total_metal_M)).sum(axis=-1)
        error = np.log(total) - wanted
        low, high = np.where(error < 0, x, low), np.where(error < 0, high, x)
        new = x - error * total / slope
        new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
        moved, x = np.abs(new - x).max(initial=0.0), new
        if moved < 1e-11:
            return np.log10(total_metal_M) - np.logaddexp(0.0, ln_k + x[..., None]) / np.log(10.0)
    raise DataError("the free concentration of a shared ligand was not found.")


_MOST_STEPS = 200


def _log_sum(
    system: System,
    parts: Mapping[str, int],
    pH: ArrayLike,
    ionic_strength_M: float,
    temperature_C: float,
    log_beta: Floats | None,
) -> Floats:
    """Return log10 Σ_s β_s [H]^k over all that hold `parts` and nothing else but protons."""
    if log_beta is None:
        log_beta = system.log_beta(ionic_strength_M, temperature_C)[None, :]
    at, protons = [], []
    for s, each in enumerate(system.species):
        if {part: n for part, n in each.parts.items() if part != PROTON} == dict(parts):
            at.append(s)
            protons.append(each.parts.get(PROTON, 0))
    log_h = np.atleast_1d(log_proton(pH, ionic_strength_M, temperature_C))
    if sum(parts.values()) == 1:  # its own free form, of constant 1, is not a species
        return log_side_reaction(log_beta[:, at], protons, log_h)
    terms = log_beta[:, at] + np.array(protons) * log_h[:, None]
    return np.logaddexp.reduce(terms * np.log(10.0), axis=-1) / np.log(10.0)


def _require_components(system: System, *names: str) -> None:
    unknown = [name for name in names if name not in system.charges]
    if unknown:
        raise DataError(
            f"{', '.join(unknown)} not in the solution; it has {', '.join(system.charges)}."
        )
