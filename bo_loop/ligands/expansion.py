"""Grow a pool by generated ligands: make, filter, score, record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.acquisition.batch.ranking import ranking
from bo_loop.base.checks import require_count
from bo_loop.base.config import build, build_as
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.base.types import FeatureRecipe
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.extension import pairs_of_ligands
from bo_loop.campaign.ledger import rules
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.provenance import Recorded, versions
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.campaign.rounds.chances import weighed
from bo_loop.campaign.rounds.decide import candidates_of
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.campaign.rounds.why import neighbours
from bo_loop.campaign.settings import check_values
from bo_loop.data.observations import with_keys
from bo_loop.ligands.filters import Accepted, Filters, Funnel
from bo_loop.ligands.generators.base import Generator, Known
from bo_loop.ligands.generators.strings import flat
from bo_loop.ligands.survivors import collect
from bo_loop.ligands.worth import Judge
from bo_loop.propose import incumbent_of
from bo_loop.surrogate import Surrogate

_SPECIES = ["metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"]
_UNDEFINED = "a feature is undefined"


@dataclass(frozen=True, kw_only=True)
class Making:
    """How new ligands are made.

    Parameters
    ----------
    generator, filters : mapping
        Config nodes.
    n : int
        New ligands wanted.
    keep : int, optional
        Of these, only the best so many by the acquisition; all if left out.
    seed : int
        Of all random draws.
    oversample, attempts
        As `bo_loop.ligands.survivors.collect`.

    Raises
    ------
    ConfigError
        If a number is out of range, or a node is not a generator or filter.
    """

    generator: Mapping[str, Any]
    filters: Mapping[str, Any]
    n: int = 2000
    keep: int | None = None
    seed: int = 0
    oversample: float = 1.5
    attempts: int = 100

    def __post_init__(self):
        require_count("n", self.n)
        require_count("attempts", self.attempts)
        require_count("seed", self.seed, least=0)
        if self.keep is not None:
            require_count("keep", self.keep)
        if not isinstance(self.oversample, int | float) or not 1 <= self.oversample < 1000:
            raise ConfigError(f"oversample is {self.oversample!r}: it must be a number from 1.")
        build_as(Generator, self.generator, "generator")
        build_as(Filters, self.filters, "filters")


@dataclass(frozen=True)
class Expansion:
    """New ligands, and what became of the candidates.

    Parameters
    ----------
    ligands : DataFrame
        A row for each new ligand, best first: ``smiles, generator, parents, sa_score, similarity``
        and, of its best pair, ``metal, charge, n_ligands, mean, sd, acquisition, outside_domain``.
    counts : dict of str to int
        How many candidates were proposed, and how many each filter refused.
    recorded : Recorded or None
        What a campaign's ledger says of them.
    """

    ligands: pd.DataFrame
    counts: dict[str, int]
    recorded: Recorded | None = None


def expand(
    campaign: Campaign,
    making: Making,
    *,
    operator: str | None = None,
    **overrides: Any,
) -> Expansion:
    """Make new ligands for a campaign, and add them to its pool.

    Parameters
    ----------
    campaign : Campaign
        Its data, features and, unless overridden, model, objective and acquisition hold.
    making : Making
        How they are made.
    operator : str, optional
        Who asks; by default the login name.
    **overrides
        ``model``, ``objective`` or ``acquisition`` for this scoring only.

    Returns
    -------
    Expansion

    Raises
    ------
    CampaignError
        If the campaign is closed, or its pool cannot be extended.
    ConfigError, DataError, FitError
        If an option, the data or the fit will not do; or if no candidate passed. Nothing is
        recorded then.
    """
    check_values(overrides)
    state = campaign.state()
    rules.check_open(state)
    if len(state.properties) > 1:
        raise CampaignError(
            f"Ligands are made for one property, and this campaign is about {state.words}. Add "
            "ligands of your own with bo-loop extend ligands=…"
        )
    config = {**campaign.settings(state), **overrides}
    literature, pool = campaign.literature, campaign.record.pool_of(state)
    most = campaign.config["pool"].get("max_denticity_sum")
    pairs_of_ligands(pool, [], most)  # a pool that cannot be extended says so before the work
    schema = campaign.record.schema(state)
    recipe, start = build(config["model"]), state.hyperparameters
    memory = campaign.record.memory
    model = fitted(schema, recipe, literature, pool, state, memory, start=start)
    surrogate = model.surrogate
    judge = Judge(surrogate, build(config["objective"]), pool[_SPECIES].drop_duplicates(), most)
    accepted, counts = _made(judge, [*literature["smiles"], *pool["smiles"]], making)
    new = pairs_of_ligands(pool, [a.smiles for a in accepted], most)
    known = model.observations, literature, pool
    ligands = _judged(surrogate, known, new, state, config, making.seed)
    ligands = _described(ligands, accepted).head(making.keep)
    generated = {
        row["smiles"]: {key: value for key, value in row.items() if key != "smiles"}
        for row in ligands.to_dict("records")
    }
    how = {"generator": making.generator, "filters": making.filters, "n": making.n}
    how |= {"keep": making.keep, "seed": making.seed, "oversample": making.oversample}
    how |= {"attempts": making.attempts, "overrides": overrides, "seen": state.seq}
    recorded = campaign.grow(
        new[new["smiles"].isin(list(generated))],
        generated=generated,
        expansion=how | {"counts": counts, "versions": versions()},
        operator=operator,
    )
    return Expansion(ligands, counts, recorded)


def expand_table(
    literature: pd.DataFrame,
    features: FeatureRecipe,
    pairs: pd.DataFrame,
    making: Making,
    *,
    model: Mapping[str, Any],
    objective: Mapping[str, Any],
    acquisition: Mapping[str, Any],
) -> Expansion:
    """Make new ligands without a campaign, from a table of constants.

    Parameters
    ----------
    literature : DataFrame
        Observations.
    features : FeatureRecipe
        How features are chosen, from the observations alone.
    pairs : DataFrame
        ``metal, charge, n_ligands, temperature_C, ionic_strength_M`` of the pairs wanted.
    making : Making
        How the ligands are made.
    model, objective, acquisition : mapping
        Config nodes.

    Returns
    -------
    Expansion

    Raises
    ------
    ConfigError, DataError, FitError
        As `expand`.
    """
    literature = with_keys(features.usable(literature), "the literature")
    surrogate = Surrogate.fit(features.fit(literature), build(model), literature)
    judge = Judge(surrogate, build(objective), pairs)
    accepted, counts = _made(judge, literature["smiles"].tolist(), making)
    empty = pairs.assign(ligand="", smiles="", pair_id="", ligand_group="")
    new = pairs_of_ligands(empty, [a.smiles for a in accepted])
    config = {"objective": objective, "acquisition": acquisition, "pool": {"include_known": False}}
    state = CampaignState()
    known = literature, literature, new.iloc[:0]
    ligands = _judged(surrogate, known, new, state, config, making.seed)
    return Expansion(_described(ligands, accepted).head(making.keep), counts)


def _made(
    judge: Judge, known: Sequence[str], making: Making
) -> tuple[list[Accepted], dict[str, int]]:
    """Generate, filter, and leave out what the features cannot describe."""
    distinct = list(dict.fromkeys(known))
    by_flat = dict(zip([flat(smiles) for smiles in distinct], distinct, strict=True))
    mean, _ = judge.values(list(by_flat.values()))
    judged = np.isfinite(mean)  # the rule on denticity may leave a ligand no pair
    parents = Known.ranked([s for s, ok in zip(by_flat, judged, strict=True) if ok], mean[judged])
    funnel = Funnel(build(making.filters), distinct)
    accepted = collect(
        build(making.generator),
        parents,
        judge.score(funnel),
        funnel,
        n=making.n,
        oversample=making.oversample,
        attempts=making.attempts,
        seed=making.seed,
    )
    described = set(judge.describable([a.smiles for a in accepted]))
    counts = dict(funnel.counts) | {_UNDEFINED: len(accepted) - len(described)}
    kept = [a for a in accepted if a.smiles in described]
    if not kept:
        refused = ", ".join(f"{name}: {count}" for name, count in counts.items() if count)
        raise ConfigError(
            f"No new ligand passed the filters ({refused}). Relax filters=, raise attempts=, or "
            "choose another generator=."
        )
    return kept, {name: count for name, count in counts.items() if count}


def _judged(
    surrogate: Surrogate,
    known: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    new: pd.DataFrame,
    state: CampaignState,
    config: Mapping[str, Any],
    seed: int,
) -> pd.DataFrame:
    """Score new pairs by the acquisition; the best of each ligand, best first.

    `known` are the observations that the surrogate was fitted to, the literature and the pool.
    """
    observations, literature, pool = known
    objective = build(config["objective"])
    every = pd.concat([pool, new], ignore_index=True) if len(pool) else new
    pairs, candidates = candidates_of(
        literature,
        every,
        state,
        config["pool"]["include_known"],
        predicted=objective.limits,
        protons=objective.needs_protons,
    )
    bound = BoundRound.bind(surrogate, observations, pairs)
    if objective.feasibility:
        candidates = weighed(candidates, bound, state)
    _, incumbent = incumbent_of(bound.posterior, objective, candidates)
    is_new = pairs["pair_id"].isin(new["pair_id"]).to_numpy() & candidates.open
    rows, scores = ranking(
        bound.posterior,
        objective,
        build(config["acquisition"]),
        rows=np.flatnonzero(is_new),
        pairs=candidates.pairs,
        incumbent=incumbent,
        noise=bound.noise,
        pending_rows=np.flatnonzero(candidates.pending),
        rng=np.random.default_rng(seed),
    )
    first = ~pairs["smiles"].iloc[rows].duplicated().to_numpy()
    rows, scores = rows[first], scores[first]
    own = ["smiles", "metal", "charge", "n_ligands"]
    near = neighbours(bound, rows)
    return pairs.loc[rows, own].assign(
        mean=bound.posterior.mean(rows),
        sd=np.sqrt(bound.posterior.variance(rows) + bound.noise[rows]),
        acquisition=scores,
        outside_domain=[one["outside_domain"] for one in near],
    )


def _described(ligands: pd.DataFrame, accepted: Sequence[Accepted]) -> pd.DataFrame:
    """Join the origin of each ligand with what is predicted of it."""
    origins = {a.smiles: a.origin() for a in accepted}
    made = pd.DataFrame([{"smiles": s, **origins[s]} for s in ligands["smiles"]])
    return made.merge(ligands, on="smiles").reset_index(drop=True)
