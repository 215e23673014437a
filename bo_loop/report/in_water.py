"""What becomes of a campaign's best pair against pH, with what its constants leave open."""

from typing import Any

import pandas as pd

from bo_loop.base.errors import BoLoopError
from bo_loop.base.html import svg
from bo_loop.campaign.results.at_pH import mixed_of
from bo_loop.campaign.rounds.solution import predicted
from bo_loop.data.sources.minteq import MAX_DAVIES_M
from bo_loop.report.facts import Facts
from bo_loop.report.model import Learned
from bo_loop.report.speciation import draw
from bo_loop.report.wording import pair_name
from bo_loop.solution.distribution import Distribution, distribute, pH_values, with_bands
from bo_loop.solution.embedded import LIGAND


def in_water(facts: Facts, best: pd.DataFrame, found: Learned | None) -> dict[str, Any] | None:
    """Draw what becomes of the best pair against pH, where the objective is about a pH."""
    told = best_in_water(facts, best, found)
    if told is None:
        return None
    words, shares = told
    drawing = "" if shares is None else svg(draw(shares), "Share of the metal in each species")
    return {"words": words, "drawing": drawing}


def best_in_water(
    facts: Facts, best: pd.DataFrame, found: Learned | None
) -> tuple[str, Distribution | None] | None:
    """Compute what becomes of the best pair against pH, where the objective is about a pH.

    Returns
    -------
    words : str
    Distribution or None
        None where it cannot be said.
    """
    objective = facts.worth.objective
    if best.empty or found is None or not objective.asks_protons:
        return None
    pair = facts.pool.set_index("pair_id").loc[best["pair_id"].iloc[0]]
    asked = {"total_metal_M": 1e-6, "total_ligand_M": 1e-5} | dict(objective.asked)
    totals = [asked[name] for name in ("total_metal_M", "total_ligand_M")]
    try:
        strength = min(float(pair["ionic_strength_M"]), MAX_DAVIES_M)
        conditions = {"temperature_C": float(pair["temperature_C"]), "ionic_strength_M": strength}
        mhl, mixed = objective.counts_mhl, mixed_of(facts.literature)
        made = predicted(found.surrogate, pair, mhl=mhl, mixed=mixed, **conditions)
        total = dict.fromkeys(made.system.charges, totals[0]) | {LIGAND: totals[1]}
        shares = distribute(made.system, total, pH_values(2.0, 12.0, 0.25), **conditions)
    except BoLoopError as error:
        return f"What becomes of it in water cannot be said: {error}", None
    words = (
        f"{pair_name(pair)} in water ({totals[0]:g} mol/L of metal, {totals[1]:g} of ligand), by "
        "the model of the last round and all results: the share of each species, and between which "
        "nine draws of ten of log β and the pKa, drawn together, have it."
    )
    return words, with_bands(shares, made.log_beta)
