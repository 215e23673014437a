"""What an objective makes of results: of a bound, what it guarantees.

Symbols
-------
k    results, in the order of logging
m    pairs that the value of a result depends on; the first is its own
p    values of a result, 1 but for a pareto objective
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import non_dominated
from bo_loop.acquisition.objectives.items import partners
from bo_loop.acquisition.objectives.limits import Limit
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.base.types import Floats, Mask, PoolPairs, Rows
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.views.naming import known_values
from bo_loop.chemistry.ions import MAX_PROTONS, PROTON, parse_ion

if TYPE_CHECKING:
    import pandas as pd

Frames = Callable[[], tuple["pd.DataFrame", "pd.DataFrame"]]


@dataclass(frozen=True)
class Worth:
    """What an objective makes of k results.

    Parameters
    ----------
    objective : Objective
    least : (k, p) float64
        What each is worth at least, as what is maximised. NaN where nothing is guaranteed: pairs
        that the value depends on are not measured, or a bound says nothing about it.
    more : (k, p) bool
        Whether it may be worth more: a bound.
    since : (k,) int64
        The result with which it became known.
    allowed : (k,) bool
        Whether the ligand keeps the constraints.
    """

    objective: Objective
    least: Floats
    more: Mask
    since: Rows
    allowed: Mask

    def values(self, result: int) -> dict[str, float]:
        """Return the values of a result, by what they are called, with the chemist's sign."""
        least = self.least[result]
        return self.objective.shown_each(least[0] if self.objective.scalar else least)

    def censoring(self, result: int) -> dict[str, str]:
        """Return of each value whether it is a bound: none, lower or upper."""
        kinds = []
        for member, more in zip(members(self.objective), self.more[result], strict=True):
            rises = member.shown(1.0) > member.shown(0.0)
            kinds.append(("lower" if rises else "upper") if more else "none")
        return dict(zip(self.values(result), kinds, strict=True))

    def best(self) -> Rows:
        """Return the allowed results that can be judged, best first; of several values, the front.

        Equal ones stay in their order, but for bounds: these may be worth more, and come first.
        """
        rows = np.flatnonzero(self._judged())
        if len(rows) and not self.objective.scalar:
            rows = rows[non_dominated(self.least[rows])]
        return rows[np.lexsort((~self.more[rows, 0], -self.least[rows, 0]))]

    def leaders(self) -> list[int]:
        """Return the best result after each one, from the first that can be judged; of one value.

        The last is the first of `best`.
        """
        known_then: list[list[int]] = [[] for _ in self.since]
        for row in np.flatnonzero(self._judged()).tolist():
            known_then[self.since[row]].append(row)
        leaders: list[int] = []
        for new in known_then:
            candidates = [*leaders[-1:], *new]
            leaders += [min(candidates, key=self._order)] if candidates else []
        return leaders

    def _judged(self) -> Mask:
        return self.allowed & ~np.isnan(self.least).any(axis=1)

    def _order(self, row: int) -> tuple[float, bool, int]:
        """Return what a result is sorted by, the best first."""
        return -self.least[row, 0], not self.more[row, 0], row


def members(objective: Objective) -> Sequence[Objective]:
    """Return the objectives of one value that an objective consists of."""
    return [objective] if objective.scalar else objective.objectives


def worth_of(objective: Objective, pairs: PoolPairs, state: CampaignState, frames: Frames) -> Worth:
    """Judge the standing results, k of them.

    Parameters
    ----------
    objective : Objective
    pairs : PoolPairs
        Of the campaign's pool.
    state : CampaignState
    frames : callable
        Returns the pool and the literature, as `Campaign` gives them; called only for constraints
        and for values at a pH, since `bo-loop status` starts without pandas.
    """
    results, several = state.results, members(objective)
    k = len(results)
    least = np.full((k, len(several)), np.nan)
    more, since = np.zeros((k, len(several)), dtype=bool), np.arange(k)
    if k == 0:
        return Worth(objective, least, more, since, np.ones(0, dtype=bool))
    own = _rows(pairs, results)
    allowed = _allowed(objective, pairs, own, state, frames)
    if objective.asks_protons:
        _, literature = frames()
        least[:, 0], more[:, 0] = _at_pH(objective, results, own, pairs, literature)
        return Worth(objective, least, more, since, allowed)
    parts = _results_of(objective.parts(pairs)[own], own, results, len(pairs))
    low, high = _intervals([r.log_beta for r in results], [r.censoring for r in results])
    ends = np.cumsum([member.width for member in several])
    offsets = [member.offset(pairs) for member in several]
    rows = np.flatnonzero((parts >= 0).all(axis=1))
    since[rows] = parts[rows].max(axis=1)
    columns = np.split(parts[rows], ends[:-1], axis=1)
    for j, (member, needed) in enumerate(zip(several, columns, strict=True)):
        at_least, more[rows, j] = _guaranteed(member.pieces, needed, low, high)
        finite = np.isfinite(at_least)
        least[rows[finite], j] = at_least[finite] + offsets[j][own[rows[finite]]]
    return Worth(objective, least, more, since, allowed)


def _at_pH(
    objective: Objective,
    results: Sequence[Result],
    own: Rows,
    pairs: PoolPairs,
    literature: "pd.DataFrame",
) -> tuple[Floats, Mask]:
    """Judge results at a pH, by the ligand's measured protonation constants; (k,) each.

    Without any, a value is not known. Of several of one kind, the median counts.
    """
    acids = literature[literature["metal"].eq(PROTON) & literature["censoring"].eq("none")]
    known = acids.groupby(["ligand_group", "charge"])["log_beta"].median()
    protons = np.full((len(own), MAX_PROTONS), -np.inf)
    for i, row in enumerate(own):
        for j in range(MAX_PROTONS):
            protons[i, j] = known.get((pairs.ligands[row], j + 1), -np.inf)
    log_beta = np.array([result.log_beta for result in results], dtype=np.float64)
    censoring = np.array([result.censoring for result in results], dtype=object)
    values = objective.of_constants(
        log_beta, protons, [pairs.metals[row] for row in own], np.asarray(pairs.n_ligands)[own]
    )
    # Values rise with log β: of a lower bound, that is what is guaranteed; of an upper, nothing.
    guaranteed = np.isfinite(protons).any(axis=1) & (censoring != "upper")
    return np.where(guaranteed, values, np.nan), censoring == "lower"


def _rows(pairs: PoolPairs, results: Sequence[Result]) -> Rows:
    """Return the row of each result's pair; (k,)."""
    at = {pair_id: row for row, pair_id in enumerate(pairs.pair_ids)}
    return np.array([at[result.pair_id] for result in results], dtype=np.int64)


def _results_of(parts: Rows, own: Rows, results: Sequence[Result], size: int) -> Rows:
    """Return the result that stands for each part (k, m), −1 for none.

    Each result stands for its own pair; of other pairs the first exact result counts, or else the
    first bound.
    """
    exact = np.array([result.censoring == "none" for result in results])
    first = np.full(size + 1, -1)  # what is not there is row −1, and has none
    for some in (~exact, exact):
        first[own[some][::-1]] = np.flatnonzero(some)[::-1]
    return np.where(parts == own[:, None], np.arange(len(results))[:, None], first[parts])


def _intervals(values: Sequence[float], censoring: Sequence[str]) -> tuple[Floats, Floats]:
    """Return between which ends each value lies; bounds are open on one side."""
    value, kind = np.asarray(values, dtype=float), np.asarray(censoring, dtype=object)
    return (
        np.where(kind == "upper", -np.inf, value),
        np.where(kind == "lower", np.inf, value),
    )


def _guaranteed(pieces: Pieces, parts: Rows, low: Floats, high: Floats) -> tuple[Floats, Mask]:
    """Return the least that values can be within the intervals of their parts (k, m); whether more.

    A pair may be several parts of one value: then their slopes add up.
    """
    first = (parts[:, :, None] == parts[:, None, :]).argmax(axis=2)
    slopes = pieces.slopes @ (first[:, :, None] == np.arange(parts.shape[1]))  # (k, J, m)
    ends = np.where(slopes > 0, low[parts][:, None, :], high[parts][:, None, :])
    terms = np.multiply(slopes, ends, out=np.zeros_like(slopes), where=slopes != 0)
    counted = (slopes != 0).any(axis=1)
    return (
        (terms.sum(axis=2) + pieces.constants).min(axis=1),
        ((low[parts] != high[parts]) & counted).any(axis=1),
    )


def _allowed(
    objective: Objective, pairs: PoolPairs, own: Rows, state: CampaignState, frames: Frames
) -> Mask:
    """Return which results are of ligands that meet the constraints; (k,)."""
    allowed = np.ones(len(own), dtype=bool)
    if not objective.limits:
        return allowed
    pool, literature = frames()
    for limit in objective.limits:
        other = partners(pairs, limit.metal, limit.n_ligands)
        for i, row in enumerate(own):
            verdict = _keeps(limit, _partner(limit, pool, row, other[row]), literature, state)
            if verdict is None:
                last = state.proposals.get(pairs.pair_ids[row])
                verdict = last is None or last.allowed
            allowed[i] &= verdict
    return allowed


def _partner(limit: Limit, pool: "pd.DataFrame", row: int, other: int) -> "pd.Series":
    """Return the pair that a constraint speaks of, in the pool or not."""
    if other >= 0:
        return pool.iloc[other]
    ion, pair = parse_ion(limit.metal), pool.iloc[row].copy()
    pair[["metal", "charge", "n_ligands"]] = ion.metal, ion.charge, limit.n_ligands
    pair["pair_id"] = f"{ion}:L{limit.n_ligands}:{pair['pair_id'].split(':', 2)[2]}"
    return pair


def _keeps(
    limit: Limit, pair: "pd.Series", literature: "pd.DataFrame", state: CampaignState
) -> bool | None:
    """Return whether a ligand meets a constraint by what is known; None if that is not enough."""
    known, _ = known_values(pair, literature, state)
    if known.empty:
        return None
    exact = known.loc[known["censoring"] == "none", "log_beta"]
    if len(exact):
        return bool(limit.sign * (limit.bound - exact.mean()) >= 0.0)
    low, high = _intervals(known["log_beta"], known["censoring"])
    nearest, furthest = limit.bound - high.min(), limit.bound - low.max()
    if limit.sign * nearest >= 0.0 and limit.sign * furthest >= 0.0:
        return True
    if limit.sign * nearest <= 0.0 and limit.sign * furthest <= 0.0:
        return False
    return None
