"""One round: fit to all that is known, and choose. A function of sealed files, ledger and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.items import partners
from bo_loop.acquisition.objectives.limits import Limit
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.base.config import build
from bo_loop.base.names import plain
from bo_loop.base.types import Mask, Rows
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_rows import known_pairs, pool_pairs, protonated
from bo_loop.campaign.results.at_pH import mixed_of
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.campaign.rounds.chances import weighed
from bo_loop.campaign.rounds.fitted import Fitted, fitted
from bo_loop.campaign.rounds.generated import origin, restricted
from bo_loop.campaign.rounds.picked import rows_picked
from bo_loop.campaign.rounds.why import context, shown_basis
from bo_loop.campaign.views.naming import namer
from bo_loop.chemistry.ions import PROTON, parse_ion
from bo_loop.data.large_pools import rows_of
from bo_loop.data.mirror_images import isomers
from bo_loop.data.property_rows import species
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.memory import Memory
from bo_loop.propose import Candidates, propose


def decide(
    schema: FeatureSchema,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
    picks: Sequence[str] | None = None,
    memory: Memory | None = None,
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
    picks : sequence of str, optional
        Pairs that a person chose, in place of the acquisition, which then only ranks them.
    memory : Memory, optional
        What is known beside the literature.

    Returns
    -------
    dict
        Data of a `proposed` event, but for ``seen``, ``overrides`` and ``versions``.
    """
    if picks is not None:  # what may not be picked is refused before the work
        _picked(picks, literature, pool, state, config)
    recipe, start = build(config["model"]), state.hyperparameters
    model = fitted(schema, recipe, literature, pool, state, memory, start=start)
    return choose(model, literature, pool, state, config, picks)


@dataclass(frozen=True)
class Choice:
    """What a round chooses from, and by.

    Parameters
    ----------
    objective : Objective
    candidates : Candidates
    bound : BoundRound
        The fitted model over the candidates.
    """

    objective: Objective
    candidates: Candidates
    bound: BoundRound

    @classmethod
    def prepare(
        cls,
        model: Fitted,
        literature: pd.DataFrame,
        pool: pd.DataFrame,
        state: CampaignState,
        config: Mapping[str, Any],
    ) -> "Choice":
        """Bind a `model` to the candidates of the next round."""
        surrogate = model.surrogate
        objective = build(config["objective"])
        pairs, candidates = _candidates(objective, literature, pool, state, config)
        bound = BoundRound.bind(surrogate, model.observations, pairs)
        if objective.feasibility:
            candidates = weighed(candidates, bound, state)
        candidates = replace(
            candidates,
            name=namer(pairs, literature, state),
            outside=lambda rows: surrogate.outside_domain(bound.features, rows),
        )
        return cls(objective, candidates, bound)


def _candidates(
    objective: Objective,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
) -> tuple[pd.DataFrame, Candidates]:
    """Return the pairs of `candidates_of`, and what of them a round may propose."""
    pairs, candidates = candidates_of(
        literature,
        pool,
        state,
        config["pool"]["include_known"],
        predicted=objective.limits,
        protons=objective.needs_protons,
    )
    return pairs, restricted(candidates, pairs, state, config)


def _by_hand(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a round that a person chooses: no rule on batches holds it back."""
    acquisition = {**config["acquisition"], "max_per_ligand": None, "max_per_metal": None}
    pool = {**config["pool"], "generated": True, "max_generated_share": 1}
    return {**config, "acquisition": acquisition, "pool": pool}


def _picked(
    picks: Sequence[str],
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
) -> Rows:
    """Return the rows of what a person chose; errors of `rows_picked`."""
    config = _by_hand(config)
    objective, acquisition = build(config["objective"]), build(config["acquisition"])
    _, candidates = _candidates(objective, literature, pool, state, config)
    return rows_picked(picks, candidates, state, acquisition.allow_replicates)


def choose(
    model: Fitted,
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
    picks: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Choose with a `model`; otherwise as `decide`."""
    picked_rows = None
    if picks is not None:
        config = {**_by_hand(config), "batch_size": len(picks)}
        picked_rows = _picked(picks, literature, pool, state, config)
    choice = Choice.prepare(model, literature, pool, state, config)
    return chosen(choice, model, state, config, picks, picked_rows)


def chosen(
    choice: Choice,
    model: Fitted,
    state: CampaignState,
    config: Mapping[str, Any],
    picks: Sequence[str] | None = None,
    picked_rows: Rows | None = None,
) -> dict[str, Any]:
    """Choose from what is prepared; `picked_rows` are those of the `picks`."""
    number, surrogate = len(state.rounds) + 1, model.surrogate
    objective, candidates, bound = choice.objective, choice.candidates, choice.bound
    pairs = bound.pairs
    acquisition = build(config["acquisition"])
    decision = propose(
        bound.posterior,
        candidates,
        objective,
        acquisition,
        q=config["batch_size"],
        rng=np.random.default_rng([config["seed"], number]),
        noise=bound.noise,
        among=picked_rows,
    )
    picked = np.array([p.row for p in decision.proposals])
    ids = candidates.pairs.pair_ids
    details = context(bound, picked)
    by_hand = "" if picks is None else "chosen by hand; "
    return ({} if picks is None else {"picked": list(picks)}) | {
        "round": number,
        "seed": config["seed"],
        "incumbent": {
            "pair_id": ids[decision.incumbent_row],
            "value": decision.incumbent if objective.scalar else decision.incumbent.points.tolist(),
            "name": decision.reference,
        },
        **_chosen_by(acquisition, decision.acquisition),
        "stop": asdict(decision.stop) if decision.stop else None,
        "refitted": "n_iter" in surrogate.model.fit_report,
        "hyperparameters": surrogate.model.hyperparameters(),
        "fit": surrogate.model.fit_report,
        **({"asked": asked} if (asked := objective.asked) else {}),
        **({"converted": list(model.converted)} if model.converted else {}),
        "proposals": [
            {"pair_id": ids[p.row]}
            | {key: value for key, value in asdict(p).items() if key not in ("row", "again")}
            | ({"replicate": state.next_replicate(ids[p.row])} if p.again else {})
            | {
                "reason": by_hand
                + p.reason
                + origin(state, pairs["smiles"].iloc[p.row])
                + shown_basis(around)
            }
            | around
            for p, around in zip(decision.proposals, details, strict=True)
        ],
    }


def _chosen_by(asked: Acquisition, used: Acquisition) -> dict[str, Any]:
    """Return what chose, where the settings leave that to the objective."""
    return {} if used is asked else {"chosen_by": plain(used)}


def candidates_of(
    literature: pd.DataFrame,
    pool: pd.DataFrame,
    state: CampaignState,
    include_known: bool,
    predicted: Sequence[Limit] = (),
    protons: bool = False,
) -> tuple[pd.DataFrame, Candidates]:
    """Return the rows of the posterior, pool ∪ answered literature pairs, and what each is for.

    A literature value answers a pair of the pool if metal ion, n and `ligand_group` agree, and the
    isomer does or is drawn in one of them only: tables often leave out the stereochemistry.
    Literature pairs of the campaign's target metals and n that the pool lacks come behind the pool,
    under the pool's conditions if it has only one; behind them, the pairs that constraints speak
    of, and with `protons` the ligands' protonation constants, which are only predicted.

    Of mirror images in the pool, only the first is open, and only as long as nothing is known of
    the other.

    With `include_known` it answers none that is open: a pair that is to be proposed must not be the
    one that proposals are compared with.

    A measured pair may be measured again unless it is waited for, or one of its results is a bound:
    the same measurement would find that bound again.
    """
    known, extra = known_pairs(literature, pool)
    answered_by_literature = _answered(pool, known)
    limits = _predicted(pd.concat([pool, extra], ignore_index=True), predicted)
    if protons:
        limits = pd.concat([limits, protonated(pd.concat([pool, extra], ignore_index=True))])
    pairs = pd.concat([pool, extra, limits], ignore_index=True)
    states, awaited = _states(pool, state)
    if include_known:
        answered_by_literature[states == "open"] = False
    no, none = np.zeros(len(extra), dtype=bool), np.zeros(len(limits), dtype=bool)
    is_open = (states == "open") & ~answered_by_literature & ~_mirrored(pool, states)
    lost = np.isin(states, ("failed", "withdrawn")) & ~answered_by_literature
    return pairs, Candidates(
        pairs=pool_pairs(pairs, own=np.r_[~lost, ~no, none], mixed=mixed_of(literature)),
        open=np.r_[is_open, no, none],
        pending=np.r_[awaited, no, none],
        # What an item's pKa are predicted to be is part of its value, known or not.
        answered=np.r_[
            (states == "measured") | answered_by_literature, ~no, limits["metal"].eq(PROTON)
        ],
        again=np.r_[(states == "measured") & pool["pair_id"].isin(_exactly(state)), no, none],
    )


def _states(pool: pd.DataFrame, state: CampaignState) -> tuple[np.ndarray, Mask]:
    """Return the state of each pair of the pool, and whether a result of it is awaited; (N,)."""
    states = np.full(len(pool), "open", dtype=object)
    awaited = np.zeros(len(pool), dtype=bool)
    for pair_id, row in rows_of(pool["pair_id"], {*state.states, *state.awaited}).items():
        states[row], awaited[row] = state.state_of(pair_id), bool(state.waiting(pair_id))
    return states, awaited


def _answered(pool: pd.DataFrame, known: pd.DataFrame) -> Mask:
    """Return which pairs of the pool are among the known ones; (N,)."""
    at = np.flatnonzero(pool["ligand_group"].isin(known["ligand_group"]))
    pool, n_pool = pool.iloc[at], len(pool)
    which = isomers(pd.concat([pool, known], ignore_index=True)).to_numpy()
    key = [*species(pool), "ligand_group"]
    found: dict[tuple[Any, ...], set[str]] = {}
    for pair, one in zip(_tuples(known[key]), which[len(pool) :], strict=True):
        found.setdefault(pair, set()).add(one)
    answered = np.zeros(n_pool, dtype=bool)
    answered[at] = [
        pair in found and (not one or not found[pair].isdisjoint({one, ""}))
        for pair, one in zip(_tuples(pool[key]), which[: len(pool)], strict=True)
    ]
    return answered


def _mirrored(pool: pd.DataFrame, states: np.ndarray) -> Mask:
    """Return which pairs have a mirror image that stands before them or is not open; (N,)."""
    own = pool[[*species(pool), "ligand_group"]].assign(isomer=isomers(pool))
    several = own.duplicated(keep=False).to_numpy()
    known = pd.Series(states != "open", index=pool.index)[several]
    own = own[several]
    taken = known.groupby([own[column] for column in own]).transform("any")
    mirrored = np.zeros(len(pool), dtype=bool)
    mirrored[several] = own.duplicated() | (taken & ~known)
    return mirrored


def _tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def _exactly(state: CampaignState) -> set[str]:
    """Pairs with results, none of them a bound, and no result awaited."""
    bounded = {r.pair_id for r in state.results if r.censoring != "none"}
    return {r.pair_id for r in state.results} - bounded - set(state.awaited)


def _predicted(pairs: pd.DataFrame, limits: Sequence[Limit]) -> pd.DataFrame:
    """Return the pairs that constraints refer to, for every ligand that lacks them."""
    rows = pool_pairs(pairs)
    distinct = ~pairs.assign(isomer=isomers(pairs)).duplicated(["ligand_group", "isomer"])
    frames = [pairs.iloc[:0]]
    for ion, n in [(parse_ion(i), limit.n_ligands) for limit in limits for i in limit.ions]:
        lacking = pairs[distinct & (partners(rows, str(ion), n) < 0)]
        ids = [f"{ion}:L{n}:{i.split(':', 2)[2]}" for i in lacking["pair_id"]]
        frames.append(lacking.assign(pair_id=ids, metal=ion.metal, charge=ion.charge, n_ligands=n))
    return pd.concat(frames, ignore_index=True).drop_duplicates("pair_id")
