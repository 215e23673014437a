"""Refine constants from titrations: what was understood, the constants, the ledger."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.files import write_once
from bo_loop.campaign.campaign import Campaign, Logged
from bo_loop.cli.console import open_campaign, print_next
from bo_loop.cli.terminal import logged_table
from bo_loop.lab.titration.page import constants_rows, page, tried_rows
from bo_loop.lab.titration.refine import AUTO, Refinement, load, refine


def run(config: Mapping[str, Any], console: Console) -> None:
    """Run ``bo-loop refine``.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    DataError, CampaignError
        If a file cannot be used, or a result looks doubtful and is not confirmed. Nothing is
        recorded then.
    """
    out = None if config["out"] is None else Path(config["out"])
    if out is not None:
        if out.suffix.lower() != ".html":
            raise DataError(f"{out}: the page is written as .html. Change its ending.")
        if out.exists() or not out.absolute().parent.is_dir():
            raise DataError(f"{out} exists already, or its folder does not: give another out=.")
    campaign = None if config["name"] is None else open_campaign(config)
    species = config["species"]
    done = refine(
        load(_texts("curves", config["curves"])),
        load(_texts("cell", config["cell"] or [])),
        species=AUTO if species == AUTO else species and _texts("species", species),
    )
    if not config["json"]:
        _say(done, console)
    if out is not None:
        write_once(out, page(done))
    logged = None
    if campaign is not None and not (species == AUTO and not config["confirm"]):
        logged = campaign.log_refined(
            done,
            **{key: config[key] for key in ("replicate", "confirm", "operator")},
            **{key: config[key] or "" for key in ("date", "note")},
        )
    if config["json"]:
        print(json.dumps(_as_json(done, logged), ensure_ascii=False))
        return
    if out is not None:
        console.print(f"The page: {out}", soft_wrap=True)
    if species == AUTO and not config["confirm"]:
        console.print(
            "Proposed, not confirmed: repeat with "
            f"species=[{','.join(done.chosen.species)}], or with confirm=true.",
            soft_wrap=True,
        )
    if logged is not None and campaign is not None:
        _say_logged(logged, campaign, console)


def _texts(key: str, value: Any) -> list[str]:
    items: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(item, Mapping | list | tuple | bool) or item is None for item in items):
        raise ConfigError(f"{key} is {value!r}: give a text, or a list of texts.")
    return [str(item) for item in items]


def _say(done: Refinement, console: Console) -> None:
    for note in done.notes:
        console.print(note)
    if len(done.tried) > 1:
        heads = ("species", "ΔBIC", "sigma", "p of runs", "")
        console.print(_table("Sets of species that were tried", heads, tried_rows(done)))
    heads = ("species", "log β", "sd", "95 % limits")
    console.print(_table("Refined", heads, constants_rows(done)))
    fit = done.fit
    console.print(f"sigma of the fit {fit.sigma:.3g}, {fit.dof} degrees of freedom")
    for k, row in enumerate(fit.correlation):
        for j in range(k):
            if abs(row[j]) > 0.9:
                console.print(f"{fit.names[j]} and {fit.names[k]} are correlated ({row[j]:.2f})")
    for fault in done.faults:
        console.print(f"Doubtful: {fault}")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for k, head in enumerate(heads):
        table.add_column(head, justify="right" if k and head else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _say_logged(logged: Logged, campaign: Campaign, console: Console) -> None:
    if logged.notice:
        console.print(logged.notice)
    for line in logged.understood:
        console.print(line)
    if len(logged.recorded):
        console.print(logged_table(logged.recorded))
    if logged.n_known:
        console.print(f"{logged.n_known} results were in the ledger already and added nothing.")
    print_next(campaign, "suggest")


def _plain(value: float) -> float | None:
    """Return a number as JSON holds it: None where nothing determines it."""
    return float(value) if abs(value) < 1e300 else None


def _as_json(done: Refinement, logged: Logged | None) -> dict[str, Any]:
    """Return everything, unrounded."""
    fit = done.fit
    found = done.record() | {
        "log_beta": {name: [_plain(x) for x in pair] for name, pair in done.log_beta.items()},
        "limits_95": {
            name: [_plain(x) for x in pair]
            for name, pair in zip(done.chosen.species, done.limits, strict=True)
        },
        "names": fit.names,
        "theta": fit.theta.tolist(),
        "correlation": fit.correlation.tolist(),
        "degrees_of_freedom": fit.dof,
        "bic": fit.bic,
        "tried": [
            {
                "species": list(one.species),
                "bic": None if one.fit is None else one.fit.bic,
                "sigma": None if one.fit is None else one.fit.sigma,
                "runs_p": one.runs_p,
                "problem": one.problem,
            }
            for one in done.tried
        ],
        "faults": done.faults,
        "notes": done.notes,
    }
    if logged is not None:
        rows = json.loads(logged.recorded.to_json(orient="records", double_precision=15))
        found |= {"recorded": rows, "already_recorded": logged.n_known}
    return found
