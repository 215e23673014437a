"""Results that were logged at a pH: what a conditional constant or a pM says of log β. Pure.

Symbols
-------
K′     conditional constant of ML_n at the pH (`bo_loop.solution.conditional`)
D      log K′ − log β: what protons and hydroxide take, by the ligand's protonation constants
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bo_loop.acquisition.objectives.aqueous import Conditional
from bo_loop.acquisition.objectives.side_reactions import log_alpha_metal
from bo_loop.base.errors import BoLoopError, CampaignError
from bo_loop.base.types import Floats
from bo_loop.campaign.ledger.state import AT_PH, NEEDED, stated_quantity
from bo_loop.chemistry.ions import MAX_PROTONS, PROTON
from bo_loop.data.quantities import MHL_PK

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.data.numbers import Reading

_MOST_STEPS = 60

Mixed = Callable[[str, str], float]
"""From a metal ion and a ligand group to the measured pK of MHL, NaN where there is none."""

Acids = Callable[[str], Floats | None]
"""From a ligand group to its measured log β^H_1 … log β^H_8, −inf where there is none."""


def log_k_of(data: Mapping[str, Any], ion: str) -> tuple[float, float]:
    """Return log K′ of a result, and how it changes with what was logged.

    Parameters
    ----------
    data : mapping
        ``log_K_cond``, or ``pM`` with ``total_metal_M`` and ``total_ligand_M``; ``pH`` and
        ``ionic_strength_M``.
    ion : str
        Such as ``Fe+3``.

    Returns
    -------
    tuple of float
        −inf or inf where no constant, however small or large, gives such a pM.

    Raises
    ------
    ConfigError, DataError
        If hydrolysis constants of the ion, or activity coefficients, are not known.
    """
    from bo_loop.solution.conditional import log_k_of_p_metal

    alpha = log_alpha_metal(ion, data["pH"], data["ionic_strength_M"])
    if stated_quantity(data) == "log_K_cond":
        return float(data["log_K_cond"]), 1.0
    totals = (data[name] for name in AT_PH[1:])
    log_k, slope = log_k_of_p_metal(data["pM"], alpha, *totals)
    return float(log_k), float(slope)


def unusable_at_pH(
    quantity: str,
    readings: Mapping[str, "Reading"],
    conditions: Mapping[str, float],
    pair: Mapping[str, Any],
) -> str:
    """Say why a row's value cannot be one of log β, log K′ or pM; empty if it can.

    Parameters
    ----------
    quantity : str
        Which of them the row states.
    readings : mapping of str to Reading
        Its numbers.
    conditions : mapping of str to float
    pair : mapping
        The pair columns.
    """
    if quantity == "log_beta":
        return ""
    missing = [name for name in NEEDED[quantity] if name not in readings]
    if missing:
        return f"give {' and '.join(missing)} too: {quantity} holds only for them"
    if quantity == "pM" and pair["n_ligands"] != 1:
        return "pM of 1:1 complexes only is understood: log log_K_cond or log_beta"
    data = {name: reading.value for name, reading in readings.items()} | dict(conditions)
    try:
        log_k, _ = log_k_of(data, f"{pair['metal']}+{int(pair['charge'])}")
    except BoLoopError as error:
        return f"{error} Or log log_beta"
    if np.isfinite(log_k):
        return ""
    if log_k < 0:
        return "the metal ion has this pM at this pH without any ligand: log a bound on another"
    return "so little metal is free only with more ligand than that in all: check the totals"


def require_acids(
    events: Iterable[tuple[str, Mapping[str, Any]]], known: Callable[[], bool]
) -> None:
    """Refuse results at a pH where no model could make log β of them.

    Parameters
    ----------
    events : iterable of (type, data)
    known : callable
        Says whether there are protonation constants to learn from; asked only if it matters.

    Raises
    ------
    CampaignError
        If there are none, and a result is at a pH.
    """
    stated = {stated_quantity(data) for kind, data in events if kind == "measured"} - {"log_beta"}
    if stated and not known():
        raise CampaignError(
            f"{' and '.join(sorted(stated))} cannot be taken: neither the literature that was "
            "sealed at the start nor a memory holds protonation constants (data.protonation), so "
            "that nothing says what protons take of the ligand. Log log_beta. Nothing was recorded."
        )


def acids_of(literature: "pd.DataFrame") -> Acids:
    """Return what finds measured protonation constants; of several of one kind, the median."""
    acids = literature[literature["metal"].eq(PROTON) & literature["censoring"].eq("none")]
    known = acids.groupby(["ligand_group", "charge"])["log_beta"].median()

    def find(group: str) -> Floats | None:
        found = [known.get((group, j + 1), -np.inf) for j in range(MAX_PROTONS)]
        return np.array(found) if np.isfinite(found).any() else None

    return find


def mixed_of(literature: "pd.DataFrame") -> Mixed:
    """Return what finds the measured pK of MHL; of several, the median."""
    if MHL_PK not in literature:
        return lambda ion, group: float("nan")
    rows = literature[literature[MHL_PK].notna()]
    known = rows.groupby(["metal", "charge", "ligand_group"])[MHL_PK].median()
    found = {(f"{metal}+{charge}", group): pk for (metal, charge, group), pk in known.items()}
    return lambda ion, group: float(found.get((ion, group), np.nan))


def log_beta_of_log_k(
    log_k: float,
    data: Mapping[str, Any],
    ion: str,
    n_ligands: int,
    protons: Floats,
    mhl: float = np.nan,
) -> Floats:
    """Return log β at a log K′ at the pH and ionic strength of a result.

    log β = log K′ − D(log β). D depends on log β through the pK of MHL, by less than a third of its
    change: repeated, that converges.

    Parameters
    ----------
    log_k : float
    data : mapping
        ``pH`` and ``ionic_strength_M``.
    ion : str
    n_ligands : int
    protons : (S, 8) float64
        Draws of the ligand's protonation constants; of several, that of MHL is drawn too.
    mhl : float
        Measured pK of MHL; NaN: it is estimated.

    Returns
    -------
    (S,) float64

    Raises
    ------
    ConfigError, DataError
        As `log_k_of`.
    """
    at = Conditional(pH=data["pH"], ionic_strength_M=data["ionic_strength_M"])
    n = np.array([n_ligands], dtype=np.int64)
    log_beta = np.full(len(protons), log_k)
    for _ in range(_MOST_STEPS):
        found = at.of_constants(
            log_beta[:, None, None], protons[:, None, :], [[ion]], n, np.array([[mhl]])
        )[:, 0]
        log_beta, missed = log_beta + log_k - found, np.abs(log_k - found).max()
        if missed < 1e-9:
            break
    return log_beta


def log_beta_of(
    data: Mapping[str, Any],
    ion: str,
    n_ligands: int,
    protons: Floats | None,
    mhl: float = np.nan,
) -> float | None:
    """Return log β of a result by measured protonation constants (8,); None without any.

    `mhl` is the measured pK of MHL.
    """
    if stated_quantity(data) == "log_beta":
        return float(data["log_beta"])
    if protons is None:
        return None
    log_k, _ = log_k_of(data, ion)
    return float(log_beta_of_log_k(log_k, data, ion, n_ligands, protons[None, :], mhl)[0])
