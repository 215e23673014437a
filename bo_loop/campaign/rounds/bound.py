"""The model of one round, bound once to the pairs that the round looks at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bo_loop.base.types import Floats, PairFeatures, PoolPosterior
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.property_rows import PROPERTY
from bo_loop.features.schema import FeatureSchema
from bo_loop.surrogate import Surrogate


@dataclass(frozen=True)
class BoundRound:
    """What a round chooses by, scores and explains with.

    Parameters
    ----------
    surrogate : Surrogate
        Fitted to `observations`.
    observations : DataFrame
        As `training` returns them.
    pairs : DataFrame, N rows
        The candidates.
    features : PairFeatures
        Of the candidates, in tables that extend the model's.
    posterior : PoolPosterior
        Over the candidates.
    noise : (N,) float64
        Learned noise variance of one measurement of each.
    """

    surrogate: Surrogate
    observations: pd.DataFrame
    pairs: pd.DataFrame
    features: PairFeatures
    posterior: PoolPosterior
    noise: Floats

    @classmethod
    def bind(
        cls, surrogate: Surrogate, observations: pd.DataFrame, pairs: pd.DataFrame
    ) -> "BoundRound":
        """Describe `pairs` and bind the model to them."""
        features = surrogate.features_of(pairs)
        model = surrogate.model
        posterior, noise = model.bind(features), model.noise(features)
        return cls(surrogate, observations, pairs, features, posterior, noise)


def training(
    schema: FeatureSchema, literature: pd.DataFrame, pool: pd.DataFrame, state: CampaignState
) -> pd.DataFrame:
    """Return what a round is fitted to before results at a pH are read (`fitted.fitted`).

    Returns
    -------
    DataFrame
        The literature, followed by the standing results of log β, marked in the column ``own``;
        only what the features of `schema` can describe.
    """
    results = observed(state, pool)
    whole = pd.concat([literature[list(results.columns)], results], ignore_index=True)
    return schema.recipe.usable(whole.assign(own=np.arange(len(whole)) >= len(literature)))


def observed(state: CampaignState, pool: pd.DataFrame) -> pd.DataFrame:
    """Return the standing results of log β as observations, one row each; replicates stay apart."""
    return _as_observations([r for r in state.results if r.quantity == "log_beta"], state, pool)


def logged_at_pH(
    state: CampaignState, pool: pd.DataFrame
) -> tuple[tuple[Result, ...], pd.DataFrame]:
    """Return the standing results that were logged at a pH, and their rows without log β."""
    results = tuple(r for r in state.results if r.quantity != "log_beta")
    return results, _as_observations(results, state, pool)


def last_converted(state: CampaignState, pool: pd.DataFrame) -> pd.DataFrame:
    """Return results that were logged at a pH as the last round that knew them read them."""
    read = {each["seq"]: each for made in state.rounds for each in made.converted}
    known = [
        replace(r, log_beta=read[r.seq]["log_beta"], log_beta_sd=read[r.seq]["log_beta_sd"])
        for r in logged_at_pH(state, pool)[0]
        if r.seq in read
    ]
    return _as_observations(known, state, pool)


def _as_observations(
    results: Sequence[Result], state: CampaignState, pool: pd.DataFrame
) -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            {
                "pair_id": result.pair_id,
                "log_beta": result.log_beta,
                "log_beta_sd": np.nan if result.log_beta_sd is None else result.log_beta_sd,
                "censoring": result.censoring,
                "temperature_C": result.temperature_C,
                "ionic_strength_M": result.ionic_strength_M,
                "source": f"campaign {state.name}",
            }
            for result in results
        ],
        columns=[
            "pair_id",
            "log_beta",
            "log_beta_sd",
            "censoring",
            "temperature_C",
            "ionic_strength_M",
            "source",
        ],
    )
    several = [PROPERTY] if PROPERTY in pool else []
    own = ["pair_id", "metal", "charge", "ligand", "smiles", "n_ligands", *several]
    return rows.merge(pool[own], on="pair_id", how="left")[[*OBSERVATION_COLUMNS, *several]].astype(
        {"log_beta": float, "log_beta_sd": float, "temperature_C": float, "ionic_strength_M": float}
    )
