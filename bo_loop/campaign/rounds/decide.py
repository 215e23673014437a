"""One round: fit to all that is known, and choose. A function of sealed files, ledger and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.limits import Limit
from bo_loop.base.config import build
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import SPECIES, known_pairs, pool_pairs
from bo_loop.campaign.rounds.chances import weighed
from bo_loop.campaign.rounds.generated import origin, restricted
from bo_loop.campaign.rounds.why import context
from bo_loop.chemistry.ions import parse_ion
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.features.schema import FeatureSchema
from bo_loop.propose import Candidates, propose
from bo_loop.surrogate import Surrogate


def decide(
    schema: FeatureSchema,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
) -> dict[str, Any]:
    """Choose the pairs of the next round.

    Parameters
    ----------
    schema : FeatureSchema
        Frozen at `start`.
    literature, pool : DataFrame
        Sealed at `start`, with ``pair_id`` and ``ligand_group``.
    state : CampaignState
        The ledger, folded.
    config : mapping
        ``batch_size, seed, model, objective, acquisition, pool`` in force for this round.

    Returns
    -------
    dict
        Data of a `proposed` event, but for ``seen``, ``overrides`` and ``versions``.
    """
    surrogate = Surrogate.fit(
        schema,
        build(config["model"]),
        training(literature, pool, state),
        start=state.hyperparameters,
    )
    return choose(surrogate, literature, pool, state, config)


def training(literature: pd.DataFrame, pool: pd.DataFrame, state: CampaignState) -> pd.DataFrame:
    """Return what a round fits to: the literature, behind it the standing results, as ``own``."""
    results = observed(state, pool)
    whole = pd.concat([literature[list(results.columns)], results], ignore_index=True)
    return whole.assign(own=np.arange(len(whole)) >= len(literature))


def choose(
    surrogate: Surrogate,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
) -> dict[str, Any]:
    """Choose with a model that is there already; parameters and result are those of `decide`."""
    number = len(state.rounds) + 1
    objective = build(config["objective"])
    pairs, candidates = candidates_of(
        literature, pool, state, config["pool"]["include_known"], predicted=objective.limits
    )
    candidates = restricted(candidates, pairs, state, config)
    features = surrogate.features_of(pairs)
    if objective.feasibility:
        candidates = weighed(candidates, surrogate, features, state)
    decision = propose(
        surrogate.model.bind(features),
        candidates,
        objective,
        build(config["acquisition"]),
        q=config["batch_size"],
        rng=np.random.default_rng([config["seed"], number]),
        noise=surrogate.model.noise(features),
    )
    observations = surrogate.schema.recipe.usable(training(literature, pool, state))
    picked = np.array([p.row for p in decision.proposals])
    ids = candidates.pairs.pair_ids
    told = context(surrogate, features, picked, observations)
    return {
        "round": number,
        "seed": config["seed"],
        "incumbent": {
            "pair_id": ids[decision.incumbent_row],
            "value": decision.incumbent if objective.scalar else decision.incumbent.points.tolist(),
        },
        "stop": asdict(decision.stop) if decision.stop else None,
        "refitted": True,
        "hyperparameters": surrogate.model.hyperparameters(),
        "fit": surrogate.model.fit_report,
        "proposals": [
            {"pair_id": ids[p.row]}
            | {key: value for key, value in asdict(p).items() if key not in ("row", "again")}
            | ({"replicate": state.next_replicate(ids[p.row])} if p.again else {})
            | {"reason": p.reason + origin(state, pairs["smiles"].iloc[p.row])}
            | around
            for p, around in zip(decision.proposals, told, strict=True)
        ],
    }


def observed(state: CampaignState, pool: pd.DataFrame) -> pd.DataFrame:
    """Return the standing results as observations, one row each; replicates stay apart."""
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
            for result in state.results
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
    own = ["pair_id", "metal", "charge", "ligand", "smiles", "n_ligands"]
    return rows.merge(pool[own], on="pair_id", how="left")[list(OBSERVATION_COLUMNS)].astype(
        {"log_beta": float, "log_beta_sd": float, "temperature_C": float, "ionic_strength_M": float}
    )


def candidates_of(
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    include_known: bool,
    predicted: Sequence[Limit] = (),
) -> tuple[pd.DataFrame, Candidates]:
    """Return the rows of the posterior, pool ∪ answered literature pairs, and what each is for.

    A literature value answers a pair of the pool if metal ion, n and `ligand_group` agree:
    tables often leave out the stereochemistry. Literature pairs of the campaign's target metals
    and n that the pool lacks come behind the pool, under the pool's conditions if it has only one;
    behind them, the pairs that constraints speak of, which are only predicted.

    A measured pair may be measured again unless it is waited for, or one of its results is a bound:
    the same measurement would find that bound again.
    """
    known, extra = known_pairs(literature, pool)
    key = [*SPECIES, "ligand_group"]
    answered_by_literature = pd.MultiIndex.from_frame(pool[key]).isin(
        pd.MultiIndex.from_frame(known[key])
    )
    limits = _predicted(pd.concat([pool, extra], ignore_index=True), predicted)
    pairs = pd.concat([pool, extra, limits], ignore_index=True)
    states = pool["pair_id"].map(state.state_of).to_numpy()
    unanswered = ~answered_by_literature | include_known
    no, none = np.zeros(len(extra), dtype=bool), np.zeros(len(limits), dtype=bool)
    lost = np.isin(states, ("failed", "withdrawn")) & ~answered_by_literature
    return pairs, Candidates(
        pairs=pool_pairs(pairs, own=np.r_[~lost, ~no, none]),
        open=np.r_[(states == "open") & unanswered, no, none],
        pending=np.r_[[bool(state.waiting(p)) for p in pool["pair_id"]], no, none].astype(bool),
        answered=np.r_[(states == "measured") | answered_by_literature, ~no, none],
        again=np.r_[(states == "measured") & pool["pair_id"].isin(_exactly(state)), no, none],
    )


def _exactly(state: CampaignState) -> set[str]:
    """Pairs with results, none of them a bound, and no result awaited."""
    bounded = {r.pair_id for r in state.results if r.censoring != "none"}
    return {r.pair_id for r in state.results} - bounded - set(state.awaited)


def _predicted(pairs: pd.DataFrame, limits: Sequence[Limit]) -> pd.DataFrame:
    """Return the pairs that constraints speak of, for every ligand that has none of its own."""
    ligands = pairs.drop_duplicates("ligand_group")
    frames = [pairs.iloc[:0]]
    for limit in limits:
        ion = parse_ion(limit.metal)
        species = (pairs[SPECIES] == (ion.metal, ion.charge, limit.n_ligands)).all(axis=1)
        lacking = ligands[~ligands["ligand_group"].isin(pairs.loc[species, "ligand_group"])]
        ids = [f"{ion}:L{limit.n_ligands}:{i.split(':', 2)[2]}" for i in lacking["pair_id"]]
        frames.append(
            lacking.assign(
                pair_id=ids, metal=ion.metal, charge=ion.charge, n_ligands=limit.n_ligands
            )
        )
    return pd.concat(frames, ignore_index=True).drop_duplicates("pair_id")
