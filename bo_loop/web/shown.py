"""What pages show of a campaign, as plain values: sentences, rows, numbers. No page, no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.ledger.state import AT_PH, CampaignState, Result
from bo_loop.campaign.pool_rows import Table
from bo_loop.campaign.views.labels import sentences
from bo_loop.campaign.views.reference import to_beat
from bo_loop.campaign.views.views import shown_movers, shown_nearest, shown_result
from bo_loop.data.property import Property
from bo_loop.data.property_rows import PROPERTY, VALUE, renamed
from bo_loop.data.quantities import read_quantity
from bo_loop.report.facts import proposed
from bo_loop.report.wording import pair_name
from bo_loop.web import texts


@dataclass(frozen=True)
class Card:
    """A proposal.

    Parameters
    ----------
    pair_id, name, smiles, role : str
    rank : int
    mean, sd : float
    quantity : str
        What they are of: ``log β``.
    why, nearest, movers, outcome : str
        In words.
    outside : bool
    state : str
        Of the pair, now.
    """

    pair_id: str
    name: str
    smiles: str
    role: str
    rank: int
    mean: float
    sd: float
    quantity: str
    why: str
    nearest: str
    movers: str
    outcome: str
    outside: bool
    state: str


@dataclass(frozen=True)
class RoundShown:
    """A round.

    Parameters
    ----------
    number : int
        0 before the first.
    rounds : int
        How many there are.
    cards : list of Card
    advice, to_beat : str
        Whether it is worth going on, and what is to be beaten; "" if that is not known.
    own : mapping of str to str
        What the settings in force are called: ``objective, acquisition, batch_size``.
    closed : bool
    """

    number: int
    rounds: int
    cards: list[Card]
    advice: str
    to_beat: str
    own: Mapping[str, str]
    closed: bool


def round_of(campaign: Campaign, number: int | None) -> RoundShown:
    """Return a round, by default the last."""
    state = campaign.state()
    settings = campaign.settings(state)
    choices = {**campaign.choices, **state.choices}
    own = {name: choices.get(name, "") for name in ("objective", "acquisition")}
    own["batch_size"] = str(settings["batch_size"])
    total = len(state.rounds)
    number = total if number is None or not 1 <= number <= total else number
    if not total:
        return RoundShown(0, 0, [], "", "", own, bool(state.closed_seq))
    made = state.rounds[number - 1]
    frame = proposed(state, campaign.record.pool_about())
    rows = frame[frame["round"] == number]
    return RoundShown(
        number=number,
        rounds=total,
        cards=cards(rows, state),
        advice=made.stop["advice"] if made.stop else "",
        to_beat=to_beat({**settings, **made.overrides}, made),
        own=own,
        closed=bool(state.closed_seq),
    )


def cards(rows: pd.DataFrame, state: CampaignState) -> list[Card]:
    """Return proposals as cards; ``outcome`` may be missing."""
    return [
        Card(
            pair_id=row.pair_id,
            name=pair_name(row),
            smiles=row.smiles,
            role=row.role,
            rank=int(row.rank),
            mean=float(row.mean),
            sd=float(row.sd),
            quantity=state.property_of(row.pair_id).words,
            why=sentences(row.reason),
            nearest=shown_nearest(row.nearest, state.property_of(row.pair_id).words),
            movers=shown_movers(row.movers),
            outcome=getattr(row, "outcome", ""),
            outside=row.outside_domain is True,
            state=state.state_of(row.pair_id),
        )
        for row in rows.itertuples()
    ]


def scale_of(shown: Sequence[Card]) -> tuple[float, float]:
    """Return the ends of one scale for the predictions of some cards."""
    low = min(card.mean - 2 * card.sd for card in shown)
    high = max(card.mean + 2 * card.sd for card in shown)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


@dataclass(frozen=True)
class Waiting:
    """What waits for results, and what there is.

    Parameters
    ----------
    rows : list of dict
        Of each pair that waits: ``pair_id, name, predicted, temperature_C, ionic_strength_M``, and
        what the round's objective is about: ``pH`` and so on.
    columns : list of str
        What the lab may fill in.
    results : list of dict
        ``seq, name, result, quantity, predicted, who, note`` of each standing result.
    rounds : list of int
        Those whose forms wait.
    known : bool
        Whether the pool is of known constants, which can play the laboratory.
    names : mapping of str to str
        What columns are called where the campaign, and not the page, says it.
    fields : mapping of str to str
        What columns are called in a table of results.
    """

    rows: list[dict[str, Any]]
    columns: list[str]
    results: list[dict[str, Any]]
    rounds: list[int]
    known: bool
    names: Mapping[str, str]
    fields: Mapping[str, str]


_ALWAYS = ("log_beta", "log_beta_sd", "status", "temperature_C", "ionic_strength_M", "note")


def waiting(campaign: Campaign) -> Waiting:
    """Return what waits for results."""
    state, pool = campaign.state(), campaign.pool
    at = pool.set_index("pair_id")
    asked: dict[str, Any] = {}
    rows, rounds = [], []
    for pair_id, last in state.proposals.items():
        if not state.waiting(pair_id):
            continue
        pair, made = at.loc[pair_id], state.rounds[last.round - 1]
        asked |= made.asked
        rounds.append(last.round)
        rows.append(
            {
                "pair_id": pair_id,
                "name": pair_name(pair),
                "predicted": f"{last.mean:.2f} ± {last.sd:.2f}",
                "temperature_C": f"{pair['temperature_C']:g}",
                "ionic_strength_M": f"{pair['ionic_strength_M']:g}",
                **({PROPERTY: pair[PROPERTY]} if PROPERTY in pair else {}),
                **{name: f"{value:g}" for name, value in made.asked.items()},
            }
        )
    stated = ["pM"] if "total_metal_M" in asked else ["log_K_cond"]
    stated = stated if asked and campaign.record.knows_acids else []
    more = [name for name in AT_PH if name in asked]
    columns = ["log_beta", *stated, "log_beta_sd", *more, *_ALWAYS[2:]]
    target = str(campaign.config["pool"].get("_target_"))
    results = [_result(each, at, state) for each in reversed(state.results)]
    known = target.endswith(".KnownPairs")
    of = state.properties
    fields = {name: renamed(name, of) for name in ("log_beta", "log_beta_sd")}
    names = {"log_beta": of[0].name if len(of) == 1 else VALUE}
    return Waiting(rows, columns, results, sorted(set(rounds)), known, names, fields)


def _result(result: Result, at: pd.DataFrame, state: CampaignState) -> dict[str, Any]:
    made = [p for r in state.rounds if r.number == result.round for p in r.proposals]
    predicted = [f"{p.mean:.2f} ± {p.sd:.2f}" for p in made if p.pair_id == result.pair_id]
    return {
        "seq": result.seq,
        "name": pair_name(at.loc[result.pair_id]),
        "result": shown_result(result, state.property_of(result.pair_id)),
        "quantity": result.quantity,
        "predicted": predicted[0] if predicted else texts.NEVER_PROPOSED,
        "who": ", ".join(filter(None, [result.operator, result.date])),
        "note": result.note,
    }


def read_as(column: str, text: str) -> str:
    """Say how a cell is read; empty where there is nothing to say."""
    if not text.strip() or column in ("status", "note"):
        return ""
    try:
        reading, doubt = read_quantity(column, text)
    except ValueError as error:
        return texts.UNREADABLE.format(column=column, why=error)
    return texts.READ_AS.format(value=reading) + (f" ({doubt})" if doubt else "")


def ranked_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a ranking as a table shows them."""
    rows = []
    for row in found["rows"]:
        words = row.get(PROPERTY) or found["measured"]
        number = f"{row['n_ligands']} " if row["n_ligands"] > 1 else ""
        name = f"{row['metal']}{row['charge']:+d} + {number}{row['ligand'] or row['smiles']}"
        rows.append(
            {
                "rank": row["rank"],
                "name": name
                + (f": {row[PROPERTY]}" if row.get(PROPERTY) else "")
                + (f" ({row['role']})" if row["role"] else ""),
                "mean": round(row["mean"], 2),
                "sd": round(row["sd"], 2),
                "value": None if row["value"] is None else round(row["value"], 2),
                "chance": round(100 * row["chance"], 1),
                "outside": "†" if row["outside_domain"] else "",
                "allowed": texts.YES if row["allowed"] else texts.NO,
                "cost": row["cost"],
                "nearest": shown_nearest(row["nearest"][:1], words),
                "smiles": row["smiles"],
                "pair_id": row["pair_id"],
            }
        )
    return rows


def history_rows(campaign: Campaign) -> list[dict[str, Any]]:
    """Return the events of a campaign, the last first."""
    rows = []
    for row in reversed(campaign.record.history_rows()):
        pair = pair_name(_Pair(row)) if row["pair_id"] else ""
        mean = row["mean"]
        predicted = "" if mean is None or mean != mean else f"{mean:.2f} ± {row['sd']:.2f}"
        when = row["time"].replace("T", " ").removesuffix("Z")
        own = {"seq": row["seq"], "time": when, "who": row["who"], "event": row["event"]}
        rows.append(own | {"pair": pair, "what": row["what"], "predicted": predicted})
    return rows


class _Pair:
    """A row, with its columns as attributes."""

    def __init__(self, row: Mapping[str, Any]):
        self.__dict__.update(row)


def cards_of_rows(rows: Sequence[Mapping[str, Any]], about: tuple[Property, ...]) -> list[Card]:
    """Return rows of proposals, as JSON has them, as cards."""
    return cards(pd.DataFrame(rows), CampaignState(properties=about)) if rows else []


def settings_of(campaign: Campaign) -> dict[str, Any]:
    """Return what a campaign's settings are called, what it is about, and its metal ions."""
    state = campaign.state()
    choices = {**campaign.choices, **state.choices}
    own = {name: choices.get(name, "") for name in ("objective", "acquisition")}
    settings = campaign.settings(state)
    about = {"about": state.properties, "metals": metals_of(campaign.pool)}
    return own | {"batch_size": settings["batch_size"]} | about


def metals_of(pool: Table) -> list[str]:
    """Return the metal ions of a pool."""
    columns = zip(pool["metal"], pool["charge"], strict=True)
    return list(dict.fromkeys(f"{metal}{int(charge):+d}" for metal, charge in columns))
