"""What protons and hydroxide take: from log β to conditional constants and pM, by draws.

Symbols
-------
k         items
w         metal ions in the solution, the item's own first
β^H_j     overall protonation constant of j protons: the ligand's row of the pseudo-ion ``H+j``
α_L       1 + Σ_j β^H_j [H]^j
α_M       1 + Σ_j *β_j [H]^−j, from the embedded hydrolysis constants
α_ML      1 + K [H], K that of ML with a proton, measured or else estimated; 1 where MHL is left out
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bo_loop.acquisition.objectives.items import partners
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.checks import require_number
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Rows
from bo_loop.chemistry.ions import MAX_PROTONS, PROTON, parse_ion

_J = np.arange(1, MAX_PROTONS + 1)
_PROTON_IONS = tuple(f"{PROTON}+{j}" for j in _J)


def require_pH(pH: float, ionic_strength_M: float, where: str = "objective") -> None:
    """Check the options of an objective at a pH.

    Raises
    ------
    ConfigError
        If one is not a number in its range.
    """
    require_number(f"{where}.pH", pH, least=0.0, most=14.0)
    require_number(f"{where}.ionic_strength_M", ionic_strength_M, least=0.0)


def with_protons(own: Rows, pairs: PoolPairs) -> Rows:
    """Put the rows of each ligand's protonation constants behind those of its pairs.

    Parameters
    ----------
    own : (N, w) int64
        Rows of the pairs that an item depends on; −1: no item.
    pairs : PoolPairs

    Returns
    -------
    (N, w + 8) int64
        Where a ligand has fewer protonation constants, its first pair stands in; without any in
        the table, no value is known and there are no items.
    """
    parts = np.full((len(pairs), own.shape[1] + MAX_PROTONS), -1)
    known = set(pairs.metals)
    if known.isdisjoint(_PROTON_IONS):
        return parts
    rows = np.flatnonzero((own >= 0).all(axis=1))
    none = np.full(len(rows), -1)
    found = np.column_stack(
        [partners(pairs, ion, 1, rows) if ion in known else none for ion in _PROTON_IONS]
    )
    parts[rows] = np.column_stack([own[rows], np.where(found < 0, own[rows][:, :1], found)])
    return parts


def protons_of(log_beta: Floats, parts: Rows) -> Floats:
    """Return log β^H_1 … log β^H_8 of draws (…, k, w + 8), −inf where a ligand has fewer."""
    w = parts.shape[1] - MAX_PROTONS
    return np.where(parts[:, w:] == parts[:, :1], -np.inf, log_beta[..., w:])


def log_conditional(
    log_beta: Floats,
    protons: Floats,
    log_alpha_m: Floats,
    n_ligands: Rows | int,
    pH: float,
    ionic_strength_M: float,
    charges: Floats | None = None,
    mhl: Floats | None = None,
) -> Floats:
    """Return log K′ = log β + log α_ML − n·log α_L − log α_M.

    Parameters
    ----------
    log_beta : (…, k, w) float64
    protons : (…, k, 8) float64
    log_alpha_m : (k, w) or (w,) float64
    n_ligands : (k,) int64 or int
    charges : (k, w) float64, optional
        Of the metal ions: with them, MHL of n = 1 count, their pK estimated, with its doubt where
        the first axis is of draws, (S, k, w).
    mhl : (k, w) float64, optional
        pK of MHL where it is measured, in place of the estimate; NaN elsewhere.

    Returns
    -------
    (…, k, w) float64
    """
    # Here, for `bo-loop status` builds objectives, and reads databases only for those with a pH.
    from bo_loop.solution.conditional import log_side_reaction
    from bo_loop.solution.species import log_proton

    log_h = float(log_proton(pH, ionic_strength_M))
    alpha_l = np.asarray(n_ligands) * log_side_reaction(protons, _J, log_h)
    log_k = log_beta - alpha_l[..., None] - log_alpha_m
    if charges is None:
        return log_k
    from bo_loop.solution.mixed import DOUBT, pk_of_mhl

    pk = pk_of_mhl(log_beta, protons[..., None, :], charges)
    if log_beta.ndim > 2:
        pk = pk + DOUBT * _independent(len(log_beta)).reshape(-1, *(1,) * (pk.ndim - 1))
    if mhl is not None:
        pk = np.where(np.isnan(mhl), pk, mhl)
    ln_taken = (pk + log_h) * np.log(10.0)
    alone = np.broadcast_to(np.asarray(n_ligands) == 1, log_k.shape[:-1])[..., None]
    return log_k + np.where(alone, np.logaddexp(0.0, ln_taken) / np.log(10.0), 0.0)


@lru_cache(maxsize=16)
def _independent(size: int) -> Floats:
    """Return evenly spaced standard normals in an order of their own; (size,)."""
    from scipy.special import ndtri  # `bo-loop status` builds objectives without it

    return np.random.default_rng(0).permutation(ndtri((np.arange(size) + 0.5) / size))


@lru_cache(maxsize=256)
def log_alpha_metal(ion: str, pH: float, ionic_strength_M: float) -> float:
    """Return log10 α_M of a metal ion: all its mononuclear hydroxo species over the bare ion.

    Parameters
    ----------
    ion : str
        Such as ``Fe+3``.
    pH : float
        −log10 of the activity of H⁺.
    ionic_strength_M : float

    Raises
    ------
    ConfigError
        If the embedded databases have no hydrolysis constant of the ion.
    DataError
        If the ionic strength is beyond Davies' equation.
    """
    from bo_loop.solution.conditional import log_alpha  # as in `log_conditional`
    from bo_loop.solution.embedded import hydrolysis
    from bo_loop.solution.species import System

    species = hydrolysis(ion)
    if not species:
        raise ConfigError(
            f"the embedded databases have no hydrolysis constant of {ion}, so what is left of it "
            "at a pH is not known. Leave it out, or compare without pH (objective.pH=null)."
        )
    system = System({ion: parse_ion(ion).charge}, species)
    return float(log_alpha(system, ion, pH, ionic_strength_M=ionic_strength_M)[0])


def log_alphas(ions: Sequence[Sequence[str]], pH: float, ionic_strength_M: float) -> Floats:
    """Return log10 α_M of w metal ions of each of k items; (k, w)."""
    distinct = {ion for own in ions for ion in own}
    known = {ion: log_alpha_metal(ion, pH, ionic_strength_M) for ion in distinct}
    return np.array([[known[ion] for ion in own] for own in ions], dtype=np.float64)
