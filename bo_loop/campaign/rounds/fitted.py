"""Results that were logged at a pH as observations of log β, by the model's protonation constants.

The model finds its hyperparameters without them, as without bounds (`bo_loop.models.censored`); its
posterior of each ligand's protonation constants turns log K′ and pM into log β, whose sd then holds
what was reported and what the pKa leave open; and they enter with it. What the doubt of a pKa and
that of log β have in common is not counted.

Symbols
-------
D      log K′ − log β, at the pH and ionic strength of the result
s      sd that was reported of log K′ or pM; slope: of log K′ against what was logged
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.items import Items
from bo_loop.base.names import node_of
from bo_loop.base.types import Floats, ModelRecipe
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_in_parts import PoolInParts
from bo_loop.campaign.pool_rows import known_pairs
from bo_loop.campaign.results.at_pH import Mixed, log_beta_of_log_k, log_k_of, mixed_of
from bo_loop.campaign.rounds.bound import logged_at_pH, training
from bo_loop.chemistry.ions import MAX_PROTONS, PROTON
from bo_loop.chemistry.ligands import ligand_group
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.memory import Memory
from bo_loop.models.kernels.nearest import evenly_spread
from bo_loop.protonation import proton_pairs, require_protonation
from bo_loop.surrogate import Surrogate

MEMORY_ROWS = 2000
"""Pseudo-observations of a memory that a round is conditioned on, beside all constants."""


@dataclass(frozen=True)
class Fitted:
    """A round's model.

    Parameters
    ----------
    surrogate : Surrogate
    observations : DataFrame
        What it is conditioned on: those of `training`, then the converted results.
    converted : tuple of dict
        ``seq, log_beta, log_beta_sd`` of each result that was logged at a pH.
    """

    surrogate: Surrogate
    observations: pd.DataFrame
    converted: tuple[dict[str, Any], ...]


def fitted(
    schema: FeatureSchema,
    recipe: ModelRecipe,
    literature: pd.DataFrame,
    pool: pd.DataFrame | PoolInParts,
    state: CampaignState,
    memory: Memory | None = None,
    *,
    start: Mapping[str, Any] | None = None,
    hyperparameters: Mapping[str, Any] | None = None,
    memory_rows: int | None = MEMORY_ROWS,
) -> Fitted:
    """Fit a round's model, or build it from `hyperparameters`.

    With a memory, of which the model is one, its hyperparameters are kept: they were found on far
    more than a campaign measures, and pseudo-observations are too smooth to find others.

    Parameters
    ----------
    schema, literature, pool, state
        As for `bo_loop.campaign.rounds.decide.decide`.
    recipe : ModelRecipe
    memory : Memory, optional
        What is known beside the literature.
    start : mapping, optional
        Hyperparameters to begin a fit from.
    hyperparameters : mapping, optional
        With them nothing is optimised.
    memory_rows : int, optional
        Of the memory, so many pseudo-observations that matter for the pool; None: all.

    Raises
    ------
    DataError, FitError
        As `Surrogate.fit`; or if results at a pH cannot be read without protonation constants.
    """
    own = pool.needed(literature, state) if isinstance(pool, PoolInParts) else pool
    observations = training(schema, literature, own, state)
    if memory is not None and not memory.suits(recipe, node_of(schema.recipe)):
        warnings.warn(
            "The campaign's memory is left aside: it speaks for another model than this round's.",
            stacklevel=3,
        )
        memory = None
    tables = [observations] if memory is None else [memory.pairs, observations]
    protons = any(table["metal"].eq(PROTON).any() for table in tables)
    near = _asked(literature, pool, own, protons)
    if memory is not None:
        if memory_rows is not None:
            memory = memory.near(near, memory_rows)
        rows = memory.observations().assign(own=False)
        observations = pd.concat([rows, observations], ignore_index=True)
        hyperparameters = hyperparameters or memory.hyperparameters
    make: Callable[..., Surrogate] = partial(Surrogate.fit, schema, recipe, near=near, start=start)
    if hyperparameters is not None:
        make = partial(Surrogate.build, schema, recipe, near=near, hyperparameters=hyperparameters)
    surrogate = make(observations=observations)
    if memory is not None:
        surrogate.model.fit_report["n_memory"] = len(memory.pairs)
    results, rows = logged_at_pH(state, own)
    if not results:
        return Fitted(surrogate, observations, ())
    require_protonation(surrogate)
    rows = _as_log_beta(surrogate, results, rows, mixed_of(literature))
    whole = pd.concat([observations, rows.assign(own=True)], ignore_index=True)
    found = surrogate.model.hyperparameters()
    report = surrogate.model.fit_report
    surrogate = Surrogate.build(schema, recipe, whole, found, near=near)
    surrogate.model.fit_report = report | surrogate.model.fit_report
    columns = zip(results, rows["log_beta"], rows["log_beta_sd"], strict=True)
    converted = [
        {"seq": result.seq, "log_beta": float(value), "log_beta_sd": float(sd)}
        for result, value, sd in columns
    ]
    return Fitted(surrogate, whole, tuple(converted))


def _asked(
    literature: pd.DataFrame, pool: pd.DataFrame | PoolInParts, own: pd.DataFrame, protons: bool
) -> pd.DataFrame:
    """Return what stands for all that the model will be asked for.

    Some thousands of the pool and of the pairs of the literature like it, evenly spread, and, if
    `protons`, the protonation constants of their ligands. It may not be conditioned on all it
    could, but on what matters for these.
    """
    extra = known_pairs(literature, own)[1]
    n = sum(pool.sizes) if isinstance(pool, PoolInParts) else len(pool)
    rows = evenly_spread(n + len(extra))
    in_pool = rows[rows < n]
    some = pool.at(in_pool) if isinstance(pool, PoolInParts) else pool.iloc[in_pool]
    asked = pd.concat([some, extra.iloc[rows[rows >= n] - n]], ignore_index=True)
    if not protons:
        return asked
    ligands = asked.drop_duplicates("ligand_group")
    return pd.concat([asked, ligands.assign(metal=PROTON, charge=1, n_ligands=1)])


def _as_log_beta(
    surrogate: Surrogate, results: Any, rows: pd.DataFrame, mixed: Mixed
) -> pd.DataFrame:
    """Return the rows with log β and its sd: hypot(slope·s, sd of D)."""
    protons = _proton_draws(surrogate, rows)
    values, sds = [], []
    for i, (result, row) in enumerate(zip(results, rows.itertuples(), strict=True)):
        data, ion = result.said, f"{row.metal}+{row.charge}"
        log_k, slope = log_k_of(data, ion)
        mhl = mixed(ion, ligand_group(row.smiles))
        drawn = log_beta_of_log_k(log_k, data, ion, row.n_ligands, protons[i], mhl)
        values.append(drawn.mean())
        sds.append(np.hypot(slope * (result.log_beta_sd or 0.0), drawn.std()))
    return rows.assign(log_beta=values, log_beta_sd=sds)


def _proton_draws(surrogate: Surrogate, rows: pd.DataFrame) -> list[Floats]:
    """Draw log β^H_1 … log β^H_8 of each row's ligand at its conditions; (S, 8) each, −inf: none.

    Each ligand's are joint.
    """
    draws = [np.full((1, MAX_PROTONS), -np.inf) for _ in range(len(rows))]
    pairs = proton_pairs(rows.reset_index(drop=True))
    if pairs.empty:
        return draws
    posterior = surrogate.model.bind(surrogate.features_of(pairs))
    for row, at in pairs.groupby("row").indices.items():
        own = Items.of(posterior, at[None, :]).draws()[:, 0]
        draws[row] = np.full((len(own), MAX_PROTONS), -np.inf)
        draws[row][:, : own.shape[1]] = own
    return draws
