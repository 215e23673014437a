"""Every pair that a round could propose, with what the model makes of it, best first."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.batch.explanation import prospects
from bo_loop.acquisition.batch.replicates import proposed_pairs
from bo_loop.acquisition.batch.select import open_items
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.scores.values import likely_allowed
from bo_loop.base.config import build
from bo_loop.base.errors import CampaignError
from bo_loop.base.progress import report
from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.campaign.rounds.decide import Choice
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.campaign.rounds.why import neighbours
from bo_loop.data.observations import standardised, validate_pairs
from bo_loop.data.property_rows import PROPERTY
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.memory import Memory
from bo_loop.propose import incumbent_of, roles

COLUMNS = (
    *("rank", "pair_id", *PAIR_COLUMNS, "role", "mean", "sd", "value", "chance", "outside_domain"),
    *("allowed", "cost", "nearest"),
)
_FIRST = COLUMNS.index("role")
_AT_ONCE = 500


def rank(
    schema: FeatureSchema,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
    hyperparameters: Mapping[str, Any] | None,
    memory: Memory | None = None,
) -> pd.DataFrame:
    """Rank all open pairs.

    Parameters
    ----------
    schema, literature, pool, state, config
        As of `bo_loop.campaign.rounds.decide.decide`.
    hyperparameters : mapping or None
        Those of the last round: the model is conditioned on all that is known now, and not fitted
        again. None: it is fitted.
    memory : Memory, optional
        What is known beside the literature.

    Returns
    -------
    DataFrame
        As `ranking` returns it.
    """
    known = schema, build(config["model"]), literature, pool, state, memory
    model = fitted(*known, hyperparameters=hyperparameters)
    return ranking(Choice.prepare(model, literature, pool, state, config))


def predict(
    schema: FeatureSchema,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
    hyperparameters: Mapping[str, Any] | None,
    pairs: pd.DataFrame,
    memory: Memory | None = None,
) -> pd.DataFrame:
    """Predict any pairs; parameters as of `rank`, and the pairs.

    Returns
    -------
    DataFrame
        The pair columns (of several properties, a row for each, named in the column
        ``property``), ``mean, sd, outside_domain`` as `Surrogate.predict` and ``nearest`` as
        `neighbours` returns them.
    """
    known = schema, build(config["model"]), literature, pool, state, memory
    model = fitted(*known, hyperparameters=hyperparameters)
    pairs = standardised(validate_pairs(pairs, "the pairs"), "the pairs")
    own = list(PAIR_COLUMNS)
    if len(state.properties) > 1:
        each = [pairs.assign(**{PROPERTY: of.words}) for of in state.properties]
        pairs = pd.concat(each).sort_index(kind="stable").reset_index(drop=True)
        own.append(PROPERTY)
    bound = BoundRound.bind(model.surrogate, model.observations, pairs)
    near = neighbours(bound, np.arange(len(pairs)))
    found = model.surrogate.predict(pairs)[["mean", "sd", "outside_domain"]]
    found = pd.concat([pairs[own], found], axis=1)
    return found.assign(nearest=[each["nearest"] for each in near])


def ranking(choice: Choice, most: int | None = None) -> pd.DataFrame:
    """Rank all open pairs of a prepared choice by the expected value of the objective.

    Parameters
    ----------
    choice : Choice
    most : int, optional
        Return only so many, the first.

    Returns
    -------
    DataFrame
        A row for each, best first; `COLUMNS`: the pair's own columns; ``role``; ``mean, sd``
        (predictive) of log β; ``value``, what the objective is expected to be, and ``chance``,
        that it beats the best so far (of a pareto objective, extends the front; ``value`` is then
        missing, and the chance ranks); ``outside_domain``; ``allowed``: whether the constraints
        are likely kept; ``cost``, missing where the pool has none; ``nearest``, as `neighbours`.
        Pairs of one ligand that are measured together follow one another. In ``attrs``:
        ``total``, how many pairs are open; ``quantity``, what ``value`` is; ``reference``, what is
        to be beaten, and ``incumbent``, its value (None of a front).
    """
    objective, candidates, bound = choice.objective, choice.candidates, choice.bound
    pairs, posterior = candidates.pairs, bound.posterior
    if not candidates.open.any():
        raise CampaignError(
            "No pair is open, so there is nothing to rank: everything in the pool is answered, "
            "pending or withdrawn. Add ligands or metal ions with bo-loop extend."
        )
    row, incumbent = incumbent_of(posterior, objective, candidates)
    items = open_items(objective, pairs, candidates.open)
    parts = objective.parts(pairs)[items]
    found = prospects(objective, Items.of(posterior, parts), items, pairs, incumbent)
    allowed = likely_allowed(posterior, objective, pairs, items)
    by = found.mean if objective.scalar else found.chance
    asked = proposed_pairs(parts, candidates.open, np.zeros(len(pairs), dtype=bool))
    rows, of_item = [], []
    for at in np.lexsort((-by, ~allowed)).tolist():
        new = [r for r in parts[at][asked[at]].tolist() if r not in rows[-8:]]
        rows += new
        of_item += [at] * len(new)
    rows, first = np.unique(rows, return_index=True)
    order = np.argsort(first)
    total = len(order)
    order = order[:most]
    rows, of_item = rows[order], np.array(of_item, dtype=np.int64)[first[order]]
    variance = posterior.variance(rows)
    several = [PROPERTY] if PROPERTY in bound.pairs else []
    frame = bound.pairs.iloc[rows][["pair_id", *PAIR_COLUMNS, *several]].reset_index(drop=True)
    value = [objective.shown(v) for v in found.mean[of_item]] if objective.scalar else np.nan
    frame = frame.assign(
        rank=np.arange(1, len(rows) + 1),
        role=roles(objective, pairs, rows, items[of_item]),
        mean=posterior.mean(rows),
        sd=np.sqrt(variance + bound.noise[rows]),
        value=value,
        chance=found.chance[of_item],
        allowed=allowed[of_item],
        cost=np.nan if pairs.cost is None else pairs.cost[rows],
    )
    frame = pd.concat([frame, pd.DataFrame(_nearest(choice, rows))], axis=1)
    frame = frame[[*COLUMNS[:_FIRST], *several, *COLUMNS[_FIRST:]]]
    frame.attrs = {
        "quantity": objective.quantity,
        "total": total,
        "reference": candidates.named(objective, row),
        "incumbent": objective.shown(incumbent) if objective.scalar else None,
    }
    return frame


def _nearest(choice: Choice, rows: np.ndarray) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(rows), _AT_ONCE):
        report("finding the nearest known pairs", start, len(rows))
        found += neighbours(choice.bound, rows[start : start + _AT_ONCE])
    report("finding the nearest known pairs", len(rows), len(rows))
    return found
