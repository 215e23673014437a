"""A page to look at: chemical space by value, doubt or error; a ligand with every metal ion.

Symbols
-------
n       ligands on the map
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.base.files import write_once, write_view
from bo_loop.base.html import render
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.rounds.fitted import fitted
from bo_loop.campaign.views.views import own_columns
from bo_loop.chemistry.ions import PROTON, parse_ion
from bo_loop.data.property import Property
from bo_loop.data.property_rows import PROPERTY, named
from bo_loop.features.blocks.ligand import groups
from bo_loop.report import figures
from bo_loop.report.chemical_space import FEWEST, layout
from bo_loop.report.drawings import draw
from bo_loop.report.facts import Facts, facts_of
from bo_loop.report.periodic import cells
from bo_loop.report.shades import bar, shades
from bo_loop.report.wording import ion
from bo_loop.surrogate import Surrogate

COLOURS = ("value", "doubt", "error")
_MAP = "map.html"
_MOST = 600  # ligands that are placed and drawn
_TABLES = ("pool", "literature", "measured", "proposed")


def write_map(
    campaign: Campaign,
    out: str | Path | None = None,
    *,
    colour: str = "value",
    metal: str | None = None,
    ligand: str | None = None,
    property: str | None = None,
) -> Path:
    """Write the map of a campaign as a page that needs no other file.

    Parameters
    ----------
    campaign : Campaign
        With at least one round, whose model is shown.
    out : str or Path, optional
        A new file; by default ``map.html`` in the campaign's folder, replaced each time.
    colour : {"value", "doubt", "error"}
        What ligands are coloured by: what is predicted, its latent sd, or how far its known values
        lie from what the model says without them.
    metal : str, optional
        The metal ion that predictions are for, such as ``Ni+2``; by default the pool's first.
    ligand : str, optional
        Name or structure of a pool's ligand whose values with every metal ion are shown; by default
        the one with the highest prediction.
    property : str, optional
        Of a campaign of several properties, the one that is shown; by default the first.

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    ConfigError
        If `colour` is none of the three, the model knows no such metal ion, or there is no such
        property.
    CampaignError
        If there is no round yet, no such ligand, or the page cannot be written.
    """
    asked = {"colour": colour, "metal": metal, "ligand": ligand, "property": property}
    page = map_page(campaign, **asked).encode("utf-8")
    path = campaign.path / _MAP if out is None else Path(out)
    (write_view if out is None else write_once)(path, page)
    return path


def map_page(
    campaign: Campaign,
    *,
    colour: str = "value",
    metal: str | None = None,
    ligand: str | None = None,
    property: str | None = None,
) -> str:
    """Return the page; see `write_map`."""
    if colour not in COLOURS:
        raise ConfigError(f"colour is {colour!r}: it may be {', '.join(COLOURS)}.")
    facts = facts_of(campaign)
    if not facts.state.rounds:
        raise CampaignError(
            f"{facts.state.name} has no model yet: type bo-loop suggest name={campaign.path.name}."
        )
    surrogate = _last_model(campaign, facts)
    of = _property(facts, property)
    facts = _of_one(facts, of)
    about = _about(facts, metal)
    ligands = _ligands(facts, surrogate, about, of)
    chosen = _chosen(campaign, facts, ligands, ligand)
    ions = _with_every_ion(facts, surrogate, about, chosen)
    known = ligands[colour].to_numpy()
    return render(
        files("bo_loop.report").joinpath("map.html").read_text(encoding="utf-8"),
        title=f"{facts.state.name}: map",
        name=facts.state.name,
        words=of.words,
        colour=colour,
        ion=ion(about["metal"], about["charge"]),
        n=about["n_ligands"],
        bar=bar(known),
        dots=_dots(ligands, colour) if len(ligands) >= FEWEST else [],
        total=len(ligands),
        chosen=chosen,
        table=cells(ions.assign(shade=shades(ions["mean"].to_numpy()))),
        table_bar=bar(ions["mean"].to_numpy()),
        learning=_learning(facts, of.words),
        draw=draw,
        ion_of=ion,
    )


def _last_model(campaign: Campaign, facts: Facts) -> Surrogate:
    """Condition the last round's model on all that is known now; nothing is optimised."""
    made, record = facts.state.rounds[-1], campaign.record
    recipe = build(record.behind(made)[1]["model"])
    known = record.schema(facts.state), recipe, facts.literature, facts.pool, facts.state
    return fitted(*known, record.memory, hyperparameters=made.hyperparameters).surrogate


def _property(facts: Facts, text: str | None) -> Property:
    """Return the property that is to be shown."""
    properties = facts.state.properties
    found = properties[0] if text is None else named(text, properties)
    if found is None:
        known = ", ".join(of.name for of in properties)
        raise ConfigError(f"property is {text!r}: the campaign is about {known}.")
    return found


def _of_one(facts: Facts, of: Property) -> Facts:
    """Return the facts of one property of several; all facts if there is one."""
    if len(facts.state.properties) == 1:
        return facts
    tables = {name: getattr(facts, name) for name in _TABLES}
    own = {name: table[table[PROPERTY].eq(of.words)] for name, table in tables.items()}
    return replace(facts, **own)


def _about(facts: Facts, metal: str | None) -> dict[str, Any]:
    """Return the metal ion, n and conditions that predictions are for."""
    first = facts.pool.iloc[0]
    own = [name for name in own_columns(facts.pool) if name not in ("ligand", "smiles")]
    found = {name: first[name] for name in own}
    if metal is not None:
        asked = parse_ion(metal)
        found |= {"metal": asked.metal, "charge": asked.charge}
    return found


def _ligands(
    facts: Facts, surrogate: Surrogate, about: Mapping[str, Any], of: Property
) -> pd.DataFrame:
    """Return each ligand of pool and literature with what the model makes of it, `_MOST` at most.

    Returns
    -------
    DataFrame
        ``ligand_group, smiles, ligand, origin``; ``value, doubt`` as predicted; ``error``, NaN
        where nothing is known.
    """
    measured = set(facts.measured["pair_id"])
    pool = facts.pool.assign(origin=facts.pool["pair_id"].isin(measured))
    pool["origin"] = pool["origin"].map({True: "measured", False: "pool"})
    metals = facts.literature[facts.literature["metal"] != PROTON].assign(origin="literature")
    both = pd.concat([pool[pool["origin"].eq("measured")], pool, metals], ignore_index=True)
    each = both.drop_duplicates("ligand_group")[["ligand_group", "smiles", "ligand", "origin"]]
    if len(each) > _MOST:
        rows = np.linspace(0, len(each) - 1, _MOST).round().astype(int)
        each = each.iloc[rows]
    each = each.reset_index(drop=True)
    asked = surrogate.schema.recipe.usable(each.assign(**about))
    each = each.loc[asked.index].reset_index(drop=True)
    predicted = surrogate.predict(asked)
    each["value"], each["doubt"] = predicted["mean"].to_numpy(), predicted["sd_latent"].to_numpy()
    numbers = pd.Series(groups(list(each["smiles"])))
    return each.assign(error=numbers.map(_errors(surrogate, of)))


def _errors(surrogate: Surrogate, of: Property) -> pd.Series:
    """Mean |value − prediction without it| of each ligand's training values, by its number."""
    outcome = surrogate.features.outcome
    each = surrogate.model.parts(surrogate.features).values()
    parts = [
        left_out
        for (_, _, at), left_out in zip(each, surrogate.left_out(), strict=True)
        if outcome is None or outcome[at[0]] == of.words
    ]
    rows = np.concatenate([part.ligand_row for part in parts])
    off = np.concatenate([np.abs(part.observed - part.mean) for part in parts])
    return pd.Series(off).groupby(surrogate.features.ligand_group[rows]).mean()


def _chosen(campaign: Campaign, facts: Facts, ligands: pd.DataFrame, ligand: str | None) -> Any:
    """Return the row of the ligand whose values with every ion are shown."""
    if ligand is None:
        return ligands.loc[ligands["value"].idxmax()]
    pairs = campaign.record.find_values(ligand)
    return facts.pool[facts.pool["pair_id"].isin(pairs)].iloc[0]


def _with_every_ion(
    facts: Facts, surrogate: Surrogate, about: Mapping[str, Any], chosen: Any
) -> pd.DataFrame:
    """Return what is predicted and known of a ligand with every metal ion that is known of.

    Returns
    -------
    DataFrame
        ``metal, charge, mean, sd``, and ``known``: the median of its values, NaN where none is.
    """
    data = pd.concat([facts.literature, facts.pool], ignore_index=True)
    data = data[data["metal"] != PROTON]
    ions = data[["metal", "charge"]].drop_duplicates(ignore_index=True)
    asked = ions.assign(
        ligand=chosen["ligand"],
        smiles=chosen["smiles"],
        **{k: v for k, v in about.items() if k not in ("metal", "charge")},
    )
    predicted = surrogate.predict(asked)
    own = facts.literature["ligand_group"].eq(chosen["ligand_group"])
    own &= facts.literature["n_ligands"].eq(about["n_ligands"])
    known = facts.literature[own].groupby(["metal", "charge"])["log_beta"].median().rename("known")
    found = ions.assign(mean=predicted["mean"], sd=predicted["sd"])
    return found.join(known, on=["metal", "charge"])


def _dots(ligands: pd.DataFrame, colour: str) -> list[dict[str, Any]]:
    """Return where each ligand lies, in percent of the map, its colour and what is said of it."""
    places = layout(list(ligands["smiles"]))
    low, high = places.min(axis=0), places.max(axis=0)
    at = 2.0 + 96.0 * (places - low) / np.where(high > low, high - low, 1.0)
    colours = shades(ligands[colour].to_numpy())
    rows = zip(ligands.to_dict("records"), at.round(2), colours, strict=True)
    return [
        row
        | {
            "x": x,
            "y": y,
            "shade": shade,
            "side": "left" if x > 60 else "right",
            "above": y > 55,
            "known": np.isfinite(row["error"]),
        }
        for row, (x, y), shade in rows
    ]


def _learning(facts: Facts, words: str) -> Any:
    """Draw how far each round's predictions were off; None before there are two rounds of them."""
    compared = facts.proposed[facts.proposed["log_beta"].notna()]
    off = (compared["log_beta"] - compared["mean"]).abs().astype(float)
    by_round = off.groupby(compared["round"]).mean()
    if len(by_round) < 2:
        return None
    return figures.learning(by_round.index.to_list(), by_round.to_numpy(), words)
