"""Results that a chemist would look at twice before they are recorded. Pure; no I/O.

Symbols
-------
v        log β as logged, or by the ligand's measured pKa where log K′ or pM was
m, s     mean and predictive sd of log β when the pair was last proposed
b_n      log β_n of the same metal ion and ligand, logged or in the literature
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.finding import Pairs, UnknownPairError
from bo_loop.campaign.ledger.events import NewEvent
from bo_loop.campaign.ledger.state import (
    AT_PH,
    VALUES,
    CampaignState,
    ProposedPair,
    stated_quantity,
)
from bo_loop.campaign.results.at_pH import (
    Acids,
    Mixed,
    acids_of,
    log_beta_of,
    log_k_of,
    mixed_of,
)
from bo_loop.campaign.results.reading import ResultsTable
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY

_FAR = 4.0  # predicted sd
_NEAR = 2.0
_LN10 = math.log(10.0)
_MOST_NAMED = 20  # rows in the example of what to type
_RARE = 0.01  # of the values that a lab sends in, at most so many are ln β
_SAID = (*VALUES, *AT_PH, "censoring", "ionic_strength_M")
_EXACT = ["metal", "charge", "smiles", "n_ligands"]
_ALIKE = ["metal", "charge", "ligand_group", "n_ligands"]

Key = tuple[Any, ...]

Confirm = bool | int | str | Sequence[int | str]
"""True: all; or rows and pairs, one or several."""


def confirmed(
    events: Sequence[NewEvent],
    table: ResultsTable,
    state: CampaignState,
    pool: pd.DataFrame,
    literature: pd.DataFrame,
    *,
    confirm: Confirm,
) -> list[NewEvent]:
    """Return `events` if nothing about them is doubtful, or the doubts are confirmed.

    Parameters
    ----------
    events : sequence of (type, data)
        What is about to be recorded: rows of the table that the ledger does not hold yet.
    table : ResultsTable
        Where they come from.
    state : CampaignState
        The campaign under the lock.
    pool, literature : DataFrame
        With ``pair_id`` and ``ligand_group``.
    confirm : Confirm
        What to record all the same; each doubt is then recorded with its event.

    Returns
    -------
    list of (type, data)

    Raises
    ------
    CampaignError
        With every doubt that is not confirmed; or naming what `confirm` names in vain.
    """
    said = _confirmed_rows(confirm, table, pool)
    checked, problems, rows = [], [], []
    judged = found(events, table, state, pool, literature)
    for (kind, data), (label, doubts) in zip(events, judged, strict=True):
        rows += [label.removeprefix("row ")] if doubts else []
        if label not in said:
            problems += [f"{label}, {data['pair_id']}: {text}" for text in doubts]
        checked.append((kind, {**data, "confirmed": doubts} if doubts else data))
    named = ",".join([*rows[:_MOST_NAMED], *(["…"] if len(rows) > _MOST_NAMED else [])])
    _refuse(
        problems,
        "Mend what is wrong. If all of it is right, repeat with confirm=true; if some rows are, "
        f"name only some of confirm=[{named}], or write yes beside them in the column confirm.",
    )
    return checked


def found(
    events: Sequence[NewEvent],
    table: ResultsTable,
    state: CampaignState,
    pool: pd.DataFrame,
    literature: pd.DataFrame,
) -> list[tuple[str, list[str]]]:
    """Return of each event the label of its row, and what is doubtful about it.

    The parameters are as for `confirmed`.
    """
    judge = _Judge.of(events, state, pool, literature)
    labels = {_said(d): label for (_, d), label in zip(table.events, table.labels, strict=True)}
    judged = []
    for kind, data in events:
        label = labels[_said(data)]
        own = list(table.differing.get(label, ()))
        if kind == "measured":
            own += judge.doubts(data, state.proposals.get(data["pair_id"]))
        judged.append((label, own))
    return judged


def confirmed_correction(
    events: Sequence[NewEvent],
    state: CampaignState,
    pool: pd.DataFrame,
    literature: pd.DataFrame,
    *,
    confirm: bool,
) -> list[NewEvent]:
    """Return `corrected` events if nothing about what they change is doubtful, or it is confirmed.

    The parameters are as for `confirmed`.

    Raises
    ------
    CampaignError
        With every doubt, unless `confirm`.
    """
    checked = []
    for kind, data in events:
        old = state.result(data["corrects"])
        said = {name: getattr(old, name) for name in _SAID}
        new = {"pair_id": old.pair_id, **said, **data}
        if all(new[name] == value for name, value in said.items()):
            checked.append((kind, data))
            continue
        made = [p for r in state.rounds if r.number == old.round for p in r.proposals]
        predicted = next((p for p in made if p.pair_id == old.pair_id), None)
        found = _Judge.of([("measured", new)], state, pool, literature).doubts(new, predicted)
        problems = [f"event {old.seq}, {old.pair_id}: {text}" for text in found]
        if not confirm:
            _refuse(problems, "Mend what is wrong; if it is right, repeat with confirm=true.")
        checked.append((kind, {**data, "confirmed": found} if found else data))
    return checked


def _refuse(problems: Sequence[str], way_out: str) -> None:
    if problems:
        listed = "\n".join(f"  - {text}" for text in problems)
        n = len(problems)
        things = "one thing looks" if n == 1 else f"{n} things look"
        raise CampaignError(f"Nothing was recorded, for {things} doubtful:\n{listed}\n{way_out}")


def _confirmed_rows(confirm: Confirm, table: ResultsTable, pool: pd.DataFrame) -> set[str]:
    """Return the labels of all rows that are confirmed, in the column or by `confirm`."""
    if isinstance(confirm, bool):
        return set(table.labels) if confirm else table.confirmed
    one = isinstance(confirm, str) or not isinstance(confirm, Iterable)
    named = [confirm] if one else confirm
    rows = {label.removeprefix("row "): {label} for label in table.labels}
    for (_, data), label in zip(table.events, table.labels, strict=True):
        rows.setdefault(data["pair_id"], set()).add(label)
    wanted = [str(name).strip().removeprefix("row ") for name in named]
    pairs = Pairs(pool)
    wanted = [name if name in rows else _pair_named(name, pairs) for name in wanted]
    unknown = [name for name in wanted if name not in rows]
    if unknown:
        raise CampaignError(
            f"confirm names {', '.join(unknown)}, where the file has no result. Give true, or rows "
            "or pairs of it, as in confirm=[5,9]. Nothing was recorded."
        )
    return table.confirmed.union(*(rows[name] for name in wanted))


def _pair_named(name: str, pairs: Pairs) -> str:
    """Return the pair_id that a name stands for, or the name itself if it is not a pair's."""
    try:
        return name if name.isdigit() else pairs.find(name)
    except UnknownPairError:
        return name


def _said(data: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    """Return what a row said; the replicate number is the ledger's."""
    return frozenset(item for item in data.items() if item[0] not in ("replicate", "refined"))


@dataclass(frozen=True)
class _Judge:
    """What results are held against.

    Parameters
    ----------
    keys : mapping of str to (tuple, tuple)
        By pair id, of the pairs that are judged: metal, charge, SMILES and n; and the same with
        the ligand group in place of the SMILES.
    known : mapping of tuple to float
        log β by either key: new results before old ones, before the literature's.
    acids : Acids
        The literature's protonation constants.
    mixed : Mixed
        Its constants of MHL.
    property_of : callable
        From a pair_id to what its results are of.
    """

    keys: Mapping[str, tuple[Key, Key]]
    known: Mapping[Key, float]
    acids: Acids
    mixed: Mixed
    property_of: Callable[[str], Property]

    @classmethod
    def of(
        cls,
        events: Sequence[NewEvent],
        state: CampaignState,
        pool: pd.DataFrame,
        literature: pd.DataFrame,
    ) -> "_Judge":
        named = {data["pair_id"] for _, data in events}
        groups = set(pool.loc[pool["pair_id"].isin(named), "ligand_group"])
        if PROPERTY in pool:  # what follows is the chemistry of log β
            pool, literature = (f[f[PROPERTY].eq(LOG_BETA.words)] for f in (pool, literature))
        alike = literature[literature["ligand_group"].isin(groups)]
        known: dict[Key, float] = {}
        for columns in (_ALIKE, _EXACT):
            median = alike.groupby(columns)["log_beta"].median()
            known |= {_key(columns, key): value for key, value in median.items()}
        concerned = pool[pool["ligand_group"].isin(groups)]
        keys = {
            row["pair_id"]: tuple(
                _key(columns, [row[name] for name in columns]) for columns in (_EXACT, _ALIKE)
            )
            for row in concerned.to_dict("records")
        }
        exact = [
            (r.pair_id, r.log_beta)
            for r in state.results
            if r.censoring == "none" and r.log_beta is not None
        ]
        exact += [
            (data["pair_id"], data["log_beta"])
            for kind, data in events
            if kind == "measured"
            and data["censoring"] == "none"
            and stated_quantity(data) == "log_beta"
        ]
        known |= {key: value for pair, value in exact for key in keys.get(pair, ())}
        return cls(keys, known, acids_of(alike), mixed_of(alike), state.property_of)

    def of_other_n(self, pair_id: str, more: int) -> float | None:
        """Return a pair's log β of n + `more`, or an isomer's; None if neither is known."""
        found = (self.known.get((*key[:-1], key[-1] + more)) for key in self.keys[pair_id])
        return next((value for value in found if value is not None), None)

    def doubts(self, data: Mapping[str, Any], predicted: ProposedPair | None) -> list[str]:
        """Say what is doubtful about log β: beside the prediction, and beside β of other n.

        The truth of ``> v`` lies above v: a bound is too low for nothing, and ``< v`` too high.
        """
        v, censoring, shown = self._as_log_beta(data)
        of = self.property_of(data["pair_id"])
        found = [] if predicted is None else _surprise(v, censoring, predicted, shown, of)
        if not of.is_log_beta:
            return found
        n = self.keys[data["pair_id"]][0][-1]
        lower, higher = (self.of_other_n(data["pair_id"], more) for more in (-1, 1))
        stepwise = censoring == "none" and _looks_stepwise(v, lower, predicted)
        if lower is not None and censoring != "lower" and (v < lower or stepwise):
            where = "below" if v < lower else "beside"
            found.append(
                f"log β{n} {v:g} {where} log β{n - 1} {lower:g}: is it the stepwise log K{n}? "
                f"log β is the overall constant; log K{n} {v:g} would be log β{n} {lower + v:g}"
            )
        if higher is not None and censoring != "upper" and v > higher:
            found.append(
                f"log β{n} {v:g} is above log β{n + 1} {higher:g}: is one of them a stepwise "
                "constant?"
            )
        return found

    def _as_log_beta(self, data: Mapping[str, Any]) -> tuple[float, str, str]:
        """Return log β of a result, on which side of it the truth lies, and how to call it.

        Without measured pKa, log K′ says that log β lies above it.
        """
        quantity, censoring = stated_quantity(data), data["censoring"]
        if quantity == "log_beta":
            return data["log_beta"], censoring, f"{data['log_beta']:g}"
        metal, charge, _, n = self.keys[data["pair_id"]][0][1:]
        group, ion = self.keys[data["pair_id"]][1][3], f"{metal}+{charge}"
        logged = f"{quantity} {data[quantity]:g} at pH {data['pH']:g}"
        v = log_beta_of(data, ion, n, self.acids(group), self.mixed(ion, group))
        if v is not None:
            return round(v, 2), censoring, f"{logged} (log β {v:.2f} by the measured pKa)"
        least = round(log_k_of(data, ion)[0], 2)
        if censoring == "upper":
            return -math.inf, "lower", logged
        return least, "lower", f"{logged} (log β is above log K′ {least:g})"


def _key(columns: Sequence[str], values: Iterable[Any]) -> Key:
    """Return values as a key; a SMILES may read as a ligand group does, so it is named."""
    return columns[2], *values


def _surprise(
    v: float, censoring: str, predicted: ProposedPair, said: str, of: Property
) -> list[str]:
    m, s = predicted.mean, predicted.sd
    away, away_if_ln = (v - m) / s, (v / _LN10 - m) / s
    # the truth of `> v` lies above v: only a bound that excludes the prediction surprises
    if (censoring == "lower" and away < 0) or (censoring == "upper" and away > 0):
        return []
    shown = (
        f"{said} where {'' if said == f'{v:g}' else f'{of.words} '}{m:.2f} ± {s:.2f} was predicted"
    )
    # a bound is what a method can reach, in the units that it reports
    plain = censoring == "none" and said == f"{v:g}"
    odds = _RARE * math.exp(min((away**2 - away_if_ln**2) / 2, 700.0))
    if of.is_log_beta and plain and odds > 1 and abs(away_if_ln) < 1:
        return [f"{shown}: is it ln β? log10 β would be {v / _LN10:.2f}"]
    if abs(away) > _FAR:
        return [f"{shown}, {abs(away):.1f} sd away"]
    return []


def _looks_stepwise(v: float, lower: float | None, predicted: ProposedPair | None) -> bool:
    if predicted is None or lower is None:
        return False
    m, s = predicted.mean, predicted.sd
    return abs(v - m) > _NEAR * s and abs(v + lower - m) < s
