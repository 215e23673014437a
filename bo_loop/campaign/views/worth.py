"""What an objective makes of results: of a bound, what it guarantees.

Symbols
-------
k    results, in the order of logging
m    pairs that the value of a result depends on; the first is its own
p    values of a result, 1 but for a pareto objective
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bo_loop.acquisition.objectives.aqueous import AtPH, Conditional, PMetal
from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.objectives.front import non_dominated
from bo_loop.acquisition.objectives.items import side_by_side
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.acquisition.objectives.several import Several
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.base.types import Floats, Mask, Rows
from bo_loop.campaign.ledger.state import CampaignState, Result
from bo_loop.campaign.results.at_pH import Acids, Mixed, acids_of, log_beta_of, mixed_of
from bo_loop.campaign.views.allowed import Frames, allowed_by, intervals
from bo_loop.chemistry.ions import MAX_PROTONS
from bo_loop.data.large_pools import rows_of


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
    allowed = allowed_by(objective, pairs, own, state, frames)
    acids, mixed = None, None
    if _asks_acids(objective, results):
        literature = frames()[1]
        acids, mixed = acids_of(literature), mixed_of(literature)
    known = _Known.of(results, own, pairs, acids, mixed, _converted(state))
    parts = _results_of(measured_parts(objective, pairs)[own], own, results, len(pairs))
    ends = np.cumsum([_measured_width(member) for member in several])
    rows = np.flatnonzero((parts >= 0).all(axis=1))
    since[rows] = parts[rows].max(axis=1)
    columns = np.split(parts[rows], ends[:-1], axis=1)
    for j, (member, needed) in enumerate(zip(several, columns, strict=True)):
        least[rows, j], more[rows, j] = known.least(member, rows, needed)
    return Worth(objective, least, more, since, allowed)


def _asks_acids(objective: Objective, results: Sequence[Result]) -> bool:
    """Whether pKa play a part in what results are worth."""
    return objective.asks_protons or any(r.quantity != "log_beta" for r in results)


def _measured_width(objective: Objective) -> int:
    """Return the number of pairs of an objective's value that can be measured."""
    if isinstance(objective, Several):
        return sum(map(_measured_width, objective.objectives))
    return objective.width - MAX_PROTONS * objective.asks_protons


def measured_parts(objective: Objective, pairs: PoolPairs) -> Rows:
    """Return what `Objective.parts` returns, less the protonation constants; (N, m)."""
    if isinstance(objective, Several):
        return side_by_side([measured_parts(o, pairs) for o in objective.objectives], pairs)
    return objective.bound(pairs) if isinstance(objective, AtPH) else objective.parts(pairs)


def _converted(state: CampaignState) -> dict[int, float]:
    """Return log β of results that were logged at a pH, as the last round read them."""
    return {each["seq"]: each["log_beta"] for made in state.rounds for each in made.converted}


@dataclass(frozen=True)
class _Known:
    """What k results say of log β, and what is known of the ligands' pKa.

    Parameters
    ----------
    results : sequence of Result
    own : (k,) int64
        Rows of their pairs.
    pairs : PoolPairs
    acids : Acids or None
        The literature's protonation constants.
    mixed : Mixed or None
        Its constants of MHL.
    low, high : (k,) float64
        Between which ends each log β lies; NaN where it was logged at a pH, and neither measured
        pKa nor a round's model says more.
    """

    results: Sequence[Result]
    own: Rows
    pairs: PoolPairs
    acids: Acids | None
    mixed: Mixed | None
    low: Floats
    high: Floats

    @classmethod
    def of(
        cls,
        results: Sequence[Result],
        own: Rows,
        pairs: PoolPairs,
        acids: Acids | None,
        mixed: Mixed | None,
        converted: Mapping[int, float],
    ) -> "_Known":
        values = []
        for result, row in zip(results, own, strict=True):
            ion, group = pairs.metals[row], pairs.ligands[row]
            of_ligand = (acids(group), mixed(ion, group)) if acids and mixed else (None,)
            value = log_beta_of(result.said, ion, int(pairs.n_ligands[row]), *of_ligand)
            values.append(converted.get(result.seq, np.nan) if value is None else value)
        low, high = intervals(values, [r.censoring for r in results])
        unknown = np.isnan(np.array(values, dtype=np.float64))
        low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
        return cls(results, own, pairs, acids, mixed, low, high)

    def least(self, objective: Objective, rows: Rows, parts: Rows) -> tuple[Floats, Mask]:
        """Return what results are worth at least, NaN if unknown; and whether they may be more.

        `parts` (k, m) are the results of the pairs that the value of each of `rows` (k,) depends
        on.
        """
        if objective.pieces is not None:
            values, more = _guaranteed(objective.pieces, parts, self.low, self.high)
            values = values + objective.offset(self.pairs)[self.own[rows]]
            return np.where(np.isfinite(values), values, np.nan), more
        if isinstance(objective, AtPH):
            return self._at_pH(objective, rows, parts)
        ends = np.cumsum([_measured_width(member) for member in objective.objectives])
        columns = zip(objective.objectives, np.split(parts, ends[:-1], axis=1), strict=True)
        each = [self.least(member, rows, some) for member, some in columns]
        total = sum(w * values for w, (values, _) in zip(objective.weights, each, strict=True))
        return total, np.any([more for _, more in each], axis=0)

    def _at_pH(self, objective: AtPH, rows: Rows, parts: Rows) -> tuple[Floats, Mask]:
        """Judge results at a pH: as logged where logged so, else by measured pKa.

        The value rises with log β of the first pair, and falls with that of competitors.
        """
        groups = [self.pairs.ligands[row] for row in self.own[rows]]
        found = [self.acids(group) if self.acids else None for group in groups]
        log_beta = np.column_stack([self.low[parts[:, :1]], self.high[parts[:, 1:]]])
        known = np.isfinite(log_beta).all(axis=1) & [one is not None for one in found]
        values = np.full(len(rows), np.nan)
        if known.any():
            pairs = self.own[parts[known]]
            ions = [[self.pairs.metals[row] for row in own] for own in pairs.tolist()]
            mhl = [
                [self.mixed(ion, self.pairs.ligands[own[0]]) for ion in of_pair]
                for own, of_pair in zip(pairs, ions, strict=True)
            ]
            values[known] = objective.of_constants(
                log_beta[known],
                np.array([one for one, is_known in zip(found, known, strict=True) if is_known]),
                ions,
                np.asarray(self.pairs.n_ligands)[pairs[:, 0]],
                np.array(mhl),
            )
        more = (self.low[parts] != self.high[parts]).any(axis=1)
        for i, row in enumerate(rows):
            if _is_stated(objective, said := self.results[row]):
                values[i] = np.nan if said.censoring == "upper" else said.value
                more[i] = said.censoring == "lower"
        return values, more


def _is_stated(objective: AtPH, result: Result) -> bool:
    """Whether a result is the very number that an objective looks for."""
    quantity = {Conditional: "log_K_cond", PMetal: "pM"}.get(type(objective))
    same = all(getattr(result, name) == value for name, value in objective.asked.items())
    return (
        result.quantity == quantity
        and same
        and (result.ionic_strength_M == objective.ionic_strength_M)
    )


def _rows(pairs: PoolPairs, results: Sequence[Result]) -> Rows:
    """Return the row of each result's pair; (k,)."""
    at = rows_of(pairs.pair_ids, {result.pair_id for result in results})
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
