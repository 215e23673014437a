"""The model of the last round, rebuilt from the record: what it has learned."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.types import Floats, PairFeatures
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.rounds.decide import Choice
from bo_loop.campaign.rounds.fitted import Fitted, fitted
from bo_loop.campaign.rounds.ranking import ranking
from bo_loop.models.explain.relevance import relevance
from bo_loop.models.gp.leave_one_out import LeftOut
from bo_loop.report.facts import Facts
from bo_loop.surrogate import Surrogate

_MOST_RANKED = 30
_MOST_PAIRS = 2000  # more change an average by nothing that a chart would show


@dataclass(frozen=True)
class Parity:
    """Training values, and what the model says of them without them.

    Parameters
    ----------
    words : str
        What they are values of.
    observed, predicted : (k,) float64
    own : (k,) bool
        Which are of the campaign's metal ions.
    """

    words: str
    observed: Floats
    predicted: Floats
    own: np.ndarray


@dataclass(frozen=True)
class Learned:
    """What the model of a round has learned.

    Parameters
    ----------
    surrogate : Surrogate
    relevances : mapping of str to mapping
        Of each of its Gaussian processes, ``beta_1`` and ``beta_n``: the share of every feature.
    groups : mapping of str to str
        By feature block: what it describes.
    parities : list of Parity
        One for each property.
    ranked : DataFrame or None
        The first open pairs, as `bo_loop.campaign.rounds.ranking.ranking`; None if none is open.
    """

    surrogate: Surrogate
    relevances: Mapping[str, Mapping[str, float]]
    groups: Mapping[str, str]
    parities: list[Parity]
    ranked: pd.DataFrame | None


def learned(campaign: Campaign, facts: Facts) -> Learned:
    """Condition the last round's model on all that is known now; nothing is optimised.

    Raises
    ------
    CampaignError, ConfigError, DataError, FitError
        If the sealed files or the recorded hyperparameters do not give a model any more.
    """
    made, state = facts.state.rounds[-1], facts.state
    record = campaign.record
    _, settings = record.behind(made)
    recipe = build(settings["model"])
    schema, pool = record.schema(state), record.pool_of(state)
    known = schema, recipe, facts.literature, pool, state, record.memory
    model = fitted(*known, hyperparameters=made.hyperparameters)
    surrogate, observations = model.surrogate, model.observations
    features = surrogate.features
    parts = surrogate.model.parts(features)
    left_out = list(zip(parts.values(), surrogate.left_out(), strict=True))
    of_metals = _own_metal_rows(facts, features, observations)

    def parity(words: str, each: list[LeftOut]) -> Parity:
        observed, predicted, metals = (
            np.concatenate([getattr(one, name) for one in each])
            for name in ("observed", "mean", "metal_row")
        )
        return Parity(words, observed, predicted, np.isin(metals, of_metals))

    outcome = features.outcome
    by = {
        of.words: [o for (_, _, at), o in left_out if outcome is None or outcome[at[0]] == of.words]
        for of in state.properties
    }
    return Learned(
        surrogate=surrogate,
        relevances={name: relevance(m, _spread(f)) for name, (m, f, _) in parts.items()},
        groups=dict.fromkeys(features.metal, "metal ion")
        | dict.fromkeys(features.ligand, "ligand"),
        parities=[parity(name, each) for name, each in by.items() if each],
        ranked=_ranked(model, facts, pool),
    )


def _ranked(model: Fitted, facts: Facts, pool: pd.DataFrame) -> pd.DataFrame | None:
    choice = Choice.prepare(model, facts.literature, pool, facts.state, facts.settings)
    return ranking(choice, _MOST_RANKED) if choice.candidates.open.any() else None


def _spread(features: PairFeatures) -> PairFeatures:
    """Evenly spaced pairs, if there are very many."""
    n = len(features)
    return features.take(np.linspace(0, n - 1, min(n, _MOST_PAIRS)).round().astype(np.int64))


def _own_metal_rows(facts: Facts, features: PairFeatures, observations: pd.DataFrame) -> np.ndarray:
    targets = facts.pool[["metal", "charge"]].drop_duplicates().apply(tuple, axis=1)
    of_each = observations[["metal", "charge"]].apply(tuple, axis=1)
    return np.unique(features.metal_row[of_each.isin(set(targets)).to_numpy()])
