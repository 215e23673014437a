"""Sentences of a report: what a campaign asks, its pool, its data, its settings."""

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.base.config import build_as
from bo_loop.base.html import joined
from bo_loop.base.types import Floats
from bo_loop.campaign.views.learned import sources_told
from bo_loop.chemistry.ions import PROTON, parse_ion
from bo_loop.data.property import LOG_BETA
from bo_loop.data.property_rows import pairs_of, values
from bo_loop.report.facts import Facts
from bo_loop.report.wording import in_words, ion

_QUESTIONS = {
    "Maximise": "Which ligand binds {metals} most strongly?",
    "Minimise": "Which ligand binds {metals} most weakly?",
    "Target": "Which ligand binds {metals} with a log β closest to {log_beta:g}?",
    "Range": "Which ligand binds {metals} with a log β from {low:g} to {high:g}?",
    "Selectivity": "Which ligand binds {metal} most strongly compared with {others}{at_pH}?",
    "Conditional": "Which ligand binds {metals} most strongly at pH {pH:g}?",
    "PMetal": "Which ligand leaves the least free {metals} at pH {pH:g}?",
    "Pareto": "Which ligands for {metals} are the best compromises of {quantities}?",
    "WeightedSum": "Which ligand for {metals} has the best weighted sum of {quantities}?",
}
_OF_ANY_PROPERTY = {
    "Maximise": "Which ligand has the highest {of} with {metals}?",
    "Minimise": "Which ligand has the lowest {of} with {metals}?",
    "Target": "Which ligand has a {of} closest to {log_beta:g} with {metals}?",
    "Range": "Which ligand has a {of} from {low:g} to {high:g} with {metals}?",
    "Selectivity": "Which ligand has the largest difference of {of} between {metal} and {others}?",
    "Pareto": _QUESTIONS["Pareto"],
    "WeightedSum": _QUESTIONS["WeightedSum"],
}
_MOST_SOURCES = 3


def summary(facts: Facts) -> dict[str, str]:
    """Return the campaign's ``question``, ``pool`` and ``data``, in sentences."""
    learned = sources_told(facts.state.rounds[-1].fit) if facts.state.rounds else ""
    return {
        "question": _question(facts),
        "pool": _pool_sentence(facts.pool),
        "data": " ".join(filter(None, [_data_sentence(facts), learned])),
    }


def calibration(errors: Floats, compared: pd.DataFrame) -> str:
    """Say how right the predictions on record were.

    Parameters
    ----------
    errors : (k,) float64
        As `bo_loop.report.facts.standardised_errors` returns them of `compared`.
    compared : DataFrame, k rows
        ``log_beta`` and ``mean``.
    """
    k, one, two = len(errors), int((abs(errors) <= 1).sum()), int((abs(errors) <= 2).sum())
    difference = (compared["log_beta"] - compared["mean"]).to_numpy(float)
    return (
        f"Of {k} results, {one} lie within one stated standard deviation of the prediction "
        f"(about {0.683 * k:.0f} should) and {two} within two (about {0.954 * k:.0f} should). "
        f"The predictions missed by {np.abs(difference).mean():.2f} on average; the results were "
        f"{abs(difference.mean()):.2f} {'higher' if difference.mean() > 0 else 'lower'} than "
        "predicted."
    )


def left_out(observed: Floats, predicted: Floats) -> str:
    """Say how far the model is off its training values, each left out in turn; (k,) each."""
    error = np.abs(observed - predicted)
    return (
        f"Each of {len(error)} training values against what the model says without it "
        f"(leave-one-out, same hyperparameters): mean error {error.mean():.2f}, median "
        f"{np.median(error):.2f}."
    )


def _question(facts: Facts) -> str:
    node = facts.settings["objective"]
    of = facts.state.properties
    name = str(node["_target_"]).rpartition(".")[2]
    questions = _QUESTIONS if of == (LOG_BETA,) else _OF_ANY_PROPERTY
    if name in questions:
        others = joined([_printed(text) for text in node.get("competitors", [])])
        own = _printed(node["metal"]) if "metal" in node else ""
        members = [build_as(Objective, each, "objective") for each in node.get("objectives", [])]
        pH = node.get("pH")
        said = {
            **node,
            "at_pH": "" if pH is None else f" at pH {pH:g}",
            "metals": joined(_ions(facts.pool)),
            "metal": own,
            "others": others,
            "quantities": joined([member.quantity for member in members]),
            "of": node.get("of", of[0].words),
        }
        return questions[name].format(**said)
    return in_words("objective", node)


def _pool_sentence(pool: pd.DataFrame) -> str:
    numbers = joined([str(n) for n in sorted(set(pool["n_ligands"]))])
    return (
        f"{len(pairs_of(pool))} pairs of {pool['ligand_group'].nunique()} ligands with "
        f"{joined(_ions(pool))}, n = {numbers}, at {_conditions(pool)}."
    )


def _data_sentence(facts: Facts) -> str:
    data, targets = facts.literature, facts.pool[["metal", "charge"]].drop_duplicates()
    of_metals = data[data["metal"] != PROTON]
    ions = of_metals[["metal", "charge"]].drop_duplicates()
    n_protons = len(data) - len(of_metals)
    protons = f" ({n_protons} of them of protonation)" if n_protons else ""
    own = len(data.merge(targets, on=["metal", "charge"]))
    sources = list(data["source"].value_counts().index)
    more = [f"{len(sources) - _MOST_SOURCES} others"] if len(sources) > _MOST_SOURCES else []
    return (
        f"{len(data)} {values(facts.state.properties)}{protons} of {len(ions)} metal ions with "
        f"{data['ligand_group'].nunique()} ligands, {own or 'none'} of them for "
        f"{joined(_ions(facts.pool))}, at {_conditions(data)}, from "
        f"{joined([*sources[:_MOST_SOURCES], *more])}."
    )


def _ions(frame: pd.DataFrame) -> list[str]:
    found = frame[["metal", "charge"]].drop_duplicates()
    return [ion(metal, charge) for metal, charge in found.itertuples(index=False)]


def _printed(text: str) -> str:
    found = parse_ion(text)
    return ion(found.metal, found.charge)


def _conditions(frame: pd.DataFrame) -> str:
    def span(column: str) -> str:
        low, high = frame[column].min(), frame[column].max()
        return f"{low:g}" if low == high else f"{low:g} to {high:g}"

    return f"{span('temperature_C')} °C and I = {span('ionic_strength_M')} mol/L"
