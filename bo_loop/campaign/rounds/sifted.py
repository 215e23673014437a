"""A round over a pool in parts, of which no more than a part is in memory.

1. Of some pairs something is known: they, and all others of their ligands, are at hand
   (`PoolInParts.needed`). All other pairs are open, and nothing tells them apart but the model.
2. Each part is described where it is looked at, on a worker if there is a cluster. It lists the
   pairs of the highest ceilings, by the acquisition and by the hope that the stop advice looks at,
   and the ceiling of the rest.
3. A round over the pairs at hand and those listed is one over all, unless what it chose scores less
   than the ceiling of the rest: then more are listed. Conditioning on what was picked raises no
   score, so a ceiling of the beginning holds to the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from bo_loop.acquisition.batch.pickers import scorer_of
from bo_loop.acquisition.batch.scored import Lazy
from bo_loop.acquisition.batch.select import open_items
from bo_loop.acquisition.objectives.base import LogBeta
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.functions import Greedy
from bo_loop.acquisition.scores.screen import TIE, Marginal
from bo_loop.acquisition.scores.values import LOOKED_AT, by_log_beta, hoped_log_beta
from bo_loop.acquisition.stop import SHORTLIST, hopes, most_hopeful
from bo_loop.base import parallel
from bo_loop.base.config import build
from bo_loop.base.progress import report
from bo_loop.base.types import Floats, Mask, PoolPosterior, Rows
from bo_loop.campaign import sealed_pool
from bo_loop.campaign.ledger.state import CampaignState
from bo_loop.campaign.pool_in_parts import PoolInParts
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.record import Record
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.rounds.decide import Choice
from bo_loop.campaign.rounds.fitted import Fitted, fitted
from bo_loop.features.schema import FeatureSchema
from bo_loop.library.memory import Memory
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.propose import incumbent_of
from bo_loop.surrogate import Surrogate

LISTED = 800
"""Pairs that each part lists by each order at first."""

_KEPT = 4  # of so many pairs that parts list, one is kept
_MORE = 8
_HELD = 16  # times so many are held before the highest of them are kept


def can_sift(config: Mapping[str, Any], state: CampaignState) -> bool:
    """Whether a round can be had without the whole pool in memory.

    It can, of one property and without constraints, where a pair's own mean and variance bound its
    score, and nothing but costs weighs it (``maximise``, ``minimise``); and where only the pairs of
    the highest log β are looked at (`bo_loop.acquisition.scores.values.hopeful`).
    """
    objective = build(config["objective"])
    acquisition = build(config["acquisition"]).under(objective)
    if len(state.properties) > 1 or objective.limits:
        return False
    if by_log_beta(objective):
        return True
    bounded = isinstance(acquisition, Marginal) and acquisition.bounded
    return scorer_of(objective) is Lazy and bounded and not objective.feasibility


def pool_for(
    record: Record,
    state: CampaignState,
    config: Mapping[str, Any],
    picks: str | Sequence[str] | None,
) -> pd.DataFrame | PoolInParts:
    """Return the pool of a round: part by part if it is sealed so and can be sifted, else whole."""
    parts = record.pool_in_parts(state)
    if parts is None or picks is not None or not can_sift(config, state):
        return record.pool_of(state)
    return parts


def decide(
    schema: FeatureSchema,
    literature: pd.DataFrame,
    pool: PoolInParts,
    state: CampaignState,
    config: Mapping[str, Any],
    memory: Memory | None = None,
) -> dict[str, Any]:
    """Choose the pairs of the next round, as `bo_loop.campaign.rounds.decide.decide` does."""
    recipe, start = build(config["model"]), state.hyperparameters
    model = fitted(schema, recipe, literature, pool, state, memory, start=start)
    return choose(model, literature, pool, state, config)


def choose(
    model: Fitted,
    literature: pd.DataFrame,
    pool: PoolInParts,
    state: CampaignState,
    config: Mapping[str, Any],
) -> dict[str, Any]:
    """Choose with a `model`; otherwise as `decide`."""
    known = pool.needed(literature, state)
    prepare = partial(Choice.prepare, model, literature, state=state, config=config)
    choice = prepare(pool=known)
    objective = choice.objective
    acquisition = build(config["acquisition"]).under(objective)
    sieve = Sieve(
        surrogate=model.surrogate.screening(),
        known=frozenset(known["pair_id"]),
        replicates=acquisition.allow_replicates,
        orders=(ByLogBeta(),),
    )
    if by_log_beta(objective):
        choice = prepare(pool=_listed(known, sieve, pool, LOOKED_AT, LOOKED_AT)[0])
        return rounds.chosen(choice, model, state, config)
    if not choice.candidates.answered.any():  # nothing to compare with but the best open pair
        by_mean = replace(sieve, orders=(ByScore(Greedy(), objective, -np.inf),))
        choice = prepare(pool=_listed(known, by_mean, pool, 1, 1)[0])
    incumbent = incumbent_of(choice.bound.posterior, objective, choice.candidates)[1]
    wanted = (acquisition, objective), hopes(objective)
    orders = tuple(ByScore(*each, incumbent) for each in wanted)
    sieve, most = replace(sieve, orders=orders), LISTED
    while True:
        kept = max(most, most * len(pool.parts) // _KEPT)
        pairs, rests = _listed(known, sieve, pool, most, kept)
        with parallel.using(None):  # what is left is few
            choice = prepare(pool=pairs)
            found = rounds.chosen(choice, model, state, config)
            if _settled(found, choice, config, rests):
                return found
        most *= _MORE


def _settled(
    found: Mapping[str, Any], choice: Choice, config: Mapping[str, Any], rests: Floats
) -> bool:
    """Whether no pair that is not listed can be among those chosen, or the most hopeful."""
    by_score, by_hope = rests
    scores = [made["acquisition"] for made in found["proposals"]]
    scores += [-np.inf] * (config["batch_size"] - len(scores))
    if not all(_beats(score, by_score) for score in scores):
        return False
    if found["stop"] is None or by_hope == -np.inf:
        return True
    objective, candidates = choice.objective, choice.candidates
    about = choice.bound.posterior, objective, candidates.pairs
    again = candidates.again & build(config["acquisition"]).allow_replicates
    items = open_items(objective, candidates.pairs, candidates.open, again)
    incumbent = incumbent_of(choice.bound.posterior, objective, candidates)[1]
    _, best = most_hopeful(*about, items, incumbent)
    return len(best) == SHORTLIST and _beats(best[-1], by_hope)


def _beats(score: float, ceiling: float) -> bool:
    """Whether a score is above a ceiling, once for ties and once for rounding."""
    return ceiling == -np.inf or bool(ceiling < score - 2.0 * TIE * abs(score))


def _listed(
    known: pd.DataFrame, sieve: "Sieve", pool: PoolInParts, most: int, kept: int
) -> tuple[pd.DataFrame, Floats]:
    """Return the pairs known and those of the highest ceilings; the ceilings of the rest, (o,).

    Each part lists `most` by each order; of all of these, `kept` stay.
    """
    sieve, n = replace(sieve, most=most), len(pool.parts)
    executor = (parallel.cluster() if sieve.travels else None) or parallel.Serial()
    what, lists, dropped = f"screening {sum(pool.sizes):,} pairs", {}, []
    report(what, 0, n)
    for done, (at, listed) in enumerate(executor.run(sieve, pool.parts), start=1):
        lists[at] = listed
        dropped.append(listed.rests)
        held = sum(len(each.pairs) for each in lists.values())
        if done == n or held > _HELD * kept:
            lists, rests = _highest(lists, kept)
            dropped.append(rests)
        report(what, done, n)
    found = [lists[at].pairs for at in sorted(lists)]
    return pd.concat([known, *found], ignore_index=True), np.max(dropped, axis=0)


class Order(Protocol):
    """By what the pairs of a part are listed."""

    def ceilings(self, part: "Part") -> Floats:
        """Bound what it looks at from above; (k,)."""


@dataclass(frozen=True)
class Part:
    """k open pairs, and what is predicted of them.

    Parameters
    ----------
    posterior : PoolPosterior
    pairs : PoolPairs
    noise : (k,) float64
        Learned noise variance of one measurement of each.
    replicates : bool
        As of `Sieve`.
    """

    posterior: PoolPosterior
    pairs: PoolPairs
    noise: Floats
    replicates: bool

    @property
    def items(self) -> Rows:
        """All rows; (k,)."""
        return np.arange(len(self.pairs))


@dataclass(frozen=True)
class ByScore:
    """By what an acquisition may score at most.

    Parameters
    ----------
    acquisition : Marginal
    objective : LogBeta
    incumbent : float
    """

    acquisition: Marginal
    objective: LogBeta
    incumbent: float

    def ceilings(self, part: Part) -> Floats:
        """Bound the scores from above; (k,)."""
        measured = np.ones((len(part.pairs), 1), dtype=bool) if part.replicates else None
        about = self.acquisition, part.pairs, part.items, part.noise, measured
        return Lazy(part.posterior, self.objective, *about).ceilings(self.incumbent)


@dataclass(frozen=True)
class ByLogBeta:
    """By log β + 3 sd, as `bo_loop.acquisition.scores.values.hopeful` looks at pairs."""

    def ceilings(self, part: Part) -> Floats:
        """Bound log β + 3 sd from above; (k,)."""
        return hoped_log_beta(part.posterior, part.items)


@dataclass(frozen=True)
class Sifted:
    """The pairs of the highest ceilings.

    Parameters
    ----------
    pairs : DataFrame, k rows
    ceilings : (k, o) float64
        By each order.
    rests : (o,) float64
        The highest ceiling of the pairs that no order lists; −inf without any.
    """

    pairs: pd.DataFrame
    ceilings: Floats
    rests: Floats


@dataclass(frozen=True)
class Sieve:
    """What is done with a part of the pool, where it is looked at.

    Parameters
    ----------
    surrogate : Surrogate
        As `Surrogate.screening` returns it.
    known : frozenset of str
        Pairs that are left out.
    replicates : bool
        Whether what a measurement would teach counts, and not the latent value.
    orders : tuple of Order
    most : int
        So many pairs of a part are listed by each order, and those that equal the last.
    """

    surrogate: Surrogate
    known: frozenset[str]
    replicates: bool
    orders: tuple[Order, ...]
    most: int = LISTED

    @property
    def travels(self) -> bool:
        """Whether a worker can hold it."""
        return isinstance(self.surrogate.model, PairModel) and self.surrogate.schema.sources is None

    def __call__(self, content: bytes) -> Sifted:
        """Sift the pairs of a part, which are all open."""
        pairs = sealed_pool.pairs_of(content)
        pairs = pairs[~pairs["pair_id"].isin(self.known)].reset_index(drop=True)
        if pairs.empty:
            return Sifted(
                pairs, np.empty((0, len(self.orders))), np.full(len(self.orders), -np.inf)
            )
        with parallel.using(None):
            ceilings = self._ceilings(pairs)
        kept, rests = _kept(ceilings, self.most)
        return Sifted(pairs[kept].reset_index(drop=True), ceilings[kept], rests)

    def _ceilings(self, pairs: pd.DataFrame) -> Floats:
        """Bound the scores of k pairs by each order; (k, o). What is no number is infinite."""
        model, features = self.surrogate.model, self.surrogate.features_of(pairs)
        told = model.bind(features), pool_pairs(pairs), model.noise(features), self.replicates
        columns = [order.ceilings(Part(*told)) for order in self.orders]
        return np.nan_to_num(np.column_stack(columns), nan=np.inf, posinf=np.inf, neginf=-np.inf)


def _highest(lists: Mapping[int, Sifted], most: int) -> tuple[dict[int, Sifted], Floats]:
    """Keep of the lists of several parts the highest of all; return the ceilings of the others."""
    kept, rests = _kept(np.concatenate([each.ceilings for each in lists.values()]), most)
    found = {}
    for at, each in lists.items():
        own, kept = kept[: len(each.pairs)], kept[len(each.pairs) :]
        found[at] = Sifted(each.pairs[own].reset_index(drop=True), each.ceilings[own], each.rests)
    return found, rests


def _kept(ceilings: Floats, most: int) -> tuple[Mask, Floats]:
    """Return which of k rows (k, o) are among the `most` highest by an order; the highest others.

    Returns
    -------
    kept : (k,) bool
    rests : (o,) float64
    """
    k = len(ceilings)
    if k <= most:
        return np.ones(k, dtype=bool), np.full(ceilings.shape[1], -np.inf)
    cuts = np.partition(ceilings, k - most, axis=0)[k - most]
    kept = (ceilings >= cuts).any(axis=1)
    return kept, ceilings[~kept].max(axis=0, initial=-np.inf)
