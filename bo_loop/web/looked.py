"""What the interactive figures show: the numbers of the report's, as JSON holds them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.views.labels import feature
from bo_loop.report import facts as gathered
from bo_loop.report.chemical_space import FEWEST, layout
from bo_loop.report.facts import Facts, facts_of
from bo_loop.report.in_water import best_in_water
from bo_loop.report.ligand_map import ligands_of, thinned
from bo_loop.report.model import Learned, learned
from bo_loop.report.sentences import calibration, left_out
from bo_loop.report.wording import pair_name
from bo_loop.solution.distribution import Distribution

_MOST_FEATURES = 15
_SHOWN = 0.02  # a species that never holds this share is not drawn


def look(campaign: Campaign) -> dict[str, Any]:
    """Return what the figures show; a part is None where there is nothing to show yet.

    Returns
    -------
    dict
        ``progress, calibration, model, space, water``; see the functions that make them.
    """
    facts = facts_of(campaign)
    best = gathered.best_first(facts, 1)
    found = learned(campaign, facts) if facts.state.rounds else None
    return {
        "progress": _of_each(facts, _progress),
        "calibration": _of_each(facts, _calibration),
        "model": _model(found),
        "space": _space(facts),
        "water": _water(best_in_water(facts, best, found)),
    }


def _of_each(
    facts: Facts, show: Callable[[Facts, str], dict[str, Any] | None]
) -> list[dict[str, Any]] | None:
    """Return what is to be shown of each property; None if there is nothing."""
    each = (show(own, words) for words, own in gathered.each_property(facts))
    return [one for one in each if one] or None


def _progress(facts: Facts, words: str) -> dict[str, Any] | None:
    """Return results in the order of logging, their predictions, and the best so far."""
    course = gathered.course(facts)
    if course.empty:
        return None
    objective, best = facts.worth.objective, facts.status.best_so_far
    label = objective.quantity if objective.scalar else words
    if len(facts.state.properties) > 1:
        label, best = words, best if objective.quantity == words else ()
    first = len(facts.measured) - len(best) + 1
    names = [pair_name(row) for row in facts.measured.itertuples()]
    return {
        "label": label,
        "place": course["place"].tolist(),
        "names": [names[place - 1] for place in course["place"]],
        "censoring": course["censoring"].tolist(),
        **{name: _numbers(course[name]) for name in ("value", "mean", "sd")},
        "best_at": list(range(first, first + len(best))),
        "best": list(best),
    }


def _calibration(facts: Facts, words: str) -> dict[str, Any] | None:
    """Return results beside what was predicted when they were asked for."""
    compared = facts.proposed[facts.proposed["log_beta"].notna()]
    if compared.empty:
        return None
    errors = gathered.standardised_errors(compared)
    return {
        "words": f"{words}: " * (len(facts.state.properties) > 1) + calibration(errors, compared),
        "quantity": words,
        "errors": errors.tolist(),
        "names": [pair_name(row) for row in compared.itertuples()],
        **{name: _numbers(compared[name]) for name in ("mean", "sd", "log_beta", "log_beta_sd")},
    }


def _model(found: Learned | None) -> dict[str, Any] | None:
    """Return what the last round's model has learned."""
    if found is None:
        return None
    stages = [
        {
            "stage": stage,
            "features": [feature(name) for name in list(shares)[:_MOST_FEATURES]],
            "shares": list(shares.values())[:_MOST_FEATURES],
            "groups": [
                found.groups.get(name.partition(".")[0], "pair")
                for name in list(shares)[:_MOST_FEATURES]
            ],
        }
        for stage, shares in found.relevances.items()
    ]
    return {
        "words": " ".join(left_out(one.observed, one.predicted) for one in found.parities),
        "parities": [
            {
                "quantity": one.words,
                "observed": one.observed.tolist(),
                "predicted": one.predicted.tolist(),
                "own": one.own.tolist(),
            }
            for one in found.parities
        ],
        "stages": stages,
    }


def _space(facts: Facts) -> dict[str, Any] | None:
    """Return the map of ligands."""
    ligands = thinned(ligands_of(facts))
    if len(ligands) < FEWEST:
        return None
    places = layout(list(ligands["smiles"]))
    return {
        "x": places[:, 0].round(2).tolist(),
        "y": places[:, 1].round(2).tolist(),
        **{name: ligands[name].tolist() for name in ("ligand", "smiles", "state")},
    }


def _water(told: tuple[str, Distribution | None] | None) -> dict[str, Any] | None:
    """Return the species of the best pair against pH, with the band of each."""
    if told is None:
        return None
    words, found = told
    if found is None:
        return {"words": words, "pH": [], "species": []}
    species = []
    for ion in found.ions:
        bands = found.bands.get(ion, {})
        for name, share in found.speciation.shares(ion).items():
            if share.max() >= _SHOWN:
                low, high = bands.get(name, (share, share))
                own = {"share": share, "low": low, "high": high}
                species.append({"name": name} | {k: _percent(v) for k, v in own.items()})
    return {"words": words, "pH": found.speciation.pH.tolist(), "species": species}


def _percent(share: Any) -> list[float]:
    return (100 * np.asarray(share, dtype=np.float64)).round(2).tolist()


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]
