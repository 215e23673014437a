"""Tables of what the ledger holds, for people; rebuilt from it at any time."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from bo_loop.base.types import PAIR_COLUMNS
from bo_loop.campaign.ledger.events import Event, NewEvent
from bo_loop.campaign.ledger.state import (
    AT_PH,
    VALUES,
    CampaignState,
    ProposedPair,
    Result,
    Round,
    stated_quantity,
)
from bo_loop.campaign.views.labels import feature
from bo_loop.data.large_pools import rows_of
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.data.property_rows import PROPERTY, result_column

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.campaign.pool_rows import Table

_RESULT = (
    "seq",
    "time",
    "pair_id",
    "log_beta",
    "log_beta_sd",
    "censoring",
    "temperature_C",
    "ionic_strength_M",
    "replicate",
    "date",
    "operator",
    "method",
    "note",
    "round",
)
_OF_PH = (*VALUES[1:], *AT_PH)
_NAMES = {"log_K_cond": "log K′", "pM": "pM"}
_HUNDREDTH = 0.005  # the least that two decimals show
_PROPOSAL = tuple(ProposedPair.__dataclass_fields__)
_SIGNS = {"none": "", "lower": "> ", "upper": "< "}
_ARROWS = {1: "↑", -1: "↓", 0: "~"}


def proposals(made: Round, pool: "pd.DataFrame") -> "pd.DataFrame":
    """Return the proposals of a round, best first: one row each, with the pair's own columns."""
    return of_pairs(made.proposals, pool)


def of_pairs(proposals: Sequence[ProposedPair], pool: "pd.DataFrame") -> "pd.DataFrame":
    """Return proposals as a table; see `proposals`."""
    import pandas as pd

    frame = pd.DataFrame([asdict(p) for p in proposals], columns=list(_PROPOSAL))
    return named(frame, pool)


def measurements(state: CampaignState, pool: "pd.DataFrame") -> "pd.DataFrame":
    """Return the standing results in the order of logging.

    Returns
    -------
    DataFrame
        The pair's own columns, the result as it stands, and ``mean, sd``: what was predicted when
        the result was asked for, missing where it never was. ``log_K_cond, pM, pH, total_metal_M,
        total_ligand_M`` too, if any result was logged at a pH.
    """
    import pandas as pd

    return pd.DataFrame(measured_columns(state.results, state, pool))


def measured_columns(
    results: Sequence[Result], state: CampaignState, pool: "pd.DataFrame"
) -> dict[str, list[Any]]:
    """Return some standing results by column, as `measurements` does; None is missing."""
    made = {(p.pair_id, p.round): p for one in state.rounds for p in one.proposals}
    fields = _RESULT
    if any(result.quantity != "log_beta" for result in results):
        at = _RESULT.index("log_beta") + 1
        fields = (*_RESULT[:at], *_OF_PH, *_RESULT[at:])
    values = list(zip(*map(attrgetter(*fields), results), strict=True)) or [()] * len(fields)
    columns = {name: list(each) for name, each in zip(fields, values, strict=True)}
    predicted = [made.get((result.pair_id, result.round)) for result in results]
    for name in ("mean", "sd"):
        columns[name] = [None if p is None else getattr(p, name) for p in predicted]
    at = rows_of(pool["pair_id"], columns["pair_id"])
    few = pool.iloc[list(at.values())]
    at = {pair: row for row, pair in enumerate(at)}
    rows = [at.get(pair) for pair in columns["pair_id"]]
    own = {name: few[name].to_numpy(object) for name in own_columns(pool) if name not in fields}
    pairs = {
        name: [None if row is None else each[row] for row in rows] for name, each in own.items()
    }
    first = fields.index("pair_id") + 1
    names = [*fields[:first], *pairs, *fields[first:], "mean", "sd"]
    return {name: (pairs | columns)[name] for name in names}


def unexplained(content: bytes, state: CampaignState) -> list[str]:
    """Return the numbers of the results in a measurements.csv that the ledger does not have."""
    text = io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")
    column = result_column(state.properties)
    known = {
        (str(version.seq), version.pair_id, _shown_log_beta(version))
        for result in (*state.results, *state.voided)
        for version in (result, *result.superseded)
    }
    try:
        read = csv.DictReader(text)
        rows = [(r.get("seq"), r.get("pair_id"), r.get(column)) for r in read]
    except csv.Error:
        return ["?"]
    return [str(row[0]) for row in rows if row not in known]


def logged(events: Sequence[Event], state: CampaignState, pool: "pd.DataFrame") -> "pd.DataFrame":
    """Return what a `log` recorded: a row for each event, results beside their prediction."""
    import pandas as pd

    frame = pd.DataFrame(
        [(event.seq, event.event, event.data["pair_id"]) for event in events],
        columns=["seq", "event", "pair_id"],
    )
    results = [
        result
        for event in events
        for result in state.results_of(event.data["pair_id"])
        if result.seq == event.seq
    ]
    every = pd.DataFrame(measured_columns(results, state, pool))
    wanted = ["seq", "log_beta", *_OF_PH, "log_beta_sd", "censoring", "mean", "sd"]
    values = every[[name for name in wanted if name in every]]
    # Without a row, pandas does not know that numbers of events are integers.
    frame, values = (each.astype({"seq": "int64"}) for each in (frame, values))
    return named(frame, pool).merge(values, on="seq", how="left")


def checked(
    events: Sequence[NewEvent], judged: Sequence[tuple[str, list[str]]], pool: "pd.DataFrame"
) -> "pd.DataFrame":
    """Return what a `log` would record: a row for each event; see `campaign.Checked`.

    `judged` is what `bo_loop.campaign.results.doubts.found` says of the events.
    """
    import pandas as pd

    rows = [
        (
            int(label.removeprefix("row ")),
            kind,
            data["pair_id"],
            shown_logged(data) if kind == "measured" else kind.replace("_", " "),
            doubts,
        )
        for (kind, data), (label, doubts) in zip(events, judged, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["row", "event", "pair_id", "result", "doubts"])
    return named(frame, pool)


def _shown_log_beta(result: Result) -> str:
    return "" if result.log_beta is None else f"{result.log_beta:.6g}"


def shown_result(result: Result, of: Property = LOG_BETA) -> str:
    """Return a result as a chemist writes it: ``log β 12.3 ± 0.2``, ``log K′ > 8 at pH 5``.

    `of` is the property that the campaign is about.
    """
    spread = "" if result.log_beta_sd is None else f" ± {result.log_beta_sd:.3g}"
    number = f"{_SIGNS[result.censoring]}{round(result.value, 3):g}{spread}"
    where = "" if result.log_beta is not None else _conditions(result.said)
    name = of.words if result.quantity == "log_beta" else _NAMES[result.quantity]
    return f"{name} {number}{where}"


def shown_logged(row: Mapping[str, Any]) -> str:
    """Return a row of `measurements` as it was logged: ``> 12.30 ± 0.05``, ``pM 9.10 at pH 7.4``.

    What is not log β is named.
    """
    said = {name: value for name, value in row.items() if value == value}  # NaN: not stated
    quantity, sd = stated_quantity(said), said.get("log_beta_sd")
    name = "" if quantity == "log_beta" else f"{_NAMES[quantity]} "
    spread = "" if sd is None else f" ± {sd:.2f}" if sd >= _HUNDREDTH else f" ± {sd:.1g}"
    number = shown_number(said[quantity], said["censoring"])
    return f"{name}{number}{spread}{_conditions(said)}"


def _conditions(said: Mapping[str, Any]) -> str:
    quantity = stated_quantity(said)
    if quantity == "log_beta":
        return ""
    where = f" at pH {said['pH']:g}"
    if quantity == "pM":
        totals = [f"{said[name]:g} mol/L of {name.split('_')[1]}" for name in AT_PH[1:]]
        where += f", {' and '.join(totals)}"
    return where


def shown_number(value: float, censoring: str) -> str:
    """Return a value or a bound with two decimals: ``12.30``, ``> 19.00``."""
    return f"{_SIGNS[censoring]}{value:z.2f}"


def shown_values(best: Mapping[str, Any]) -> str:
    """Return what an objective makes of a result in words: ``log β > 10.70, cost 3.00``.

    `best` is what `Status` holds of it.
    """
    return ", ".join(
        f"{name} {shown_number(value, best['value_censoring'][name])}"
        for name, value in best["values"].items()
    )


def shown_nearest(nearest: Sequence[Mapping[str, Any]], words: str = LOG_BETA.words) -> str:
    """Return the known pairs most like a proposal: ``Cu+2 + 2 glycine: log β 15.1 (0.93); …``.

    `words` are what their values are called.
    """
    return "; ".join(
        f"{near['metal']} + {'' if near['n_ligands'] == 1 else str(near['n_ligands']) + ' '}"
        f"{near['ligand']}: {words} {_SIGNS[near['censoring']]}{near['log_beta']:.4g} "
        f"({near['similarity']:.2f})"
        for near in nearest
    )


def shown_movers(movers: Sequence[Mapping[str, Any]]) -> str:
    """Return the features that move a prediction (`Mover`s as mappings), as ``charge ↑, SLogP ↓``.

    An arrow says where log β goes as the feature rises; ``~``: it moves the doubt instead.
    """
    return ", ".join(
        f"{feature(mover['feature'])} {_ARROWS[mover['direction']]}" for mover in movers
    )


def own_columns(pool: "Table") -> tuple[str, ...]:
    """Return the columns that say what a row of a pool is: of which pair, and of what property."""
    return (*PAIR_COLUMNS, *([PROPERTY] if PROPERTY in pool else []))


def named(frame: "pd.DataFrame", pool: "pd.DataFrame") -> "pd.DataFrame":
    """Put the pair's own columns behind ``pair_id``, where `frame` does not hold them itself."""
    own = [column for column in own_columns(pool) if column not in frame.columns]
    at = list(frame.columns).index("pair_id") + 1
    columns = [*frame.columns[:at], *own, *frame.columns[at:]]
    few = pool.iloc[list(rows_of(pool["pair_id"], frame["pair_id"].tolist()).values())]
    return frame.merge(few[["pair_id", *own]], on="pair_id", how="left")[columns]
