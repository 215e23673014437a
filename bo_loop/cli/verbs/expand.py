"""The verb `expand`: choose between a campaign and a table, show what came out."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.base.config import build, read
from bo_loop.base.errors import ConfigError
from bo_loop.base.files import write_once
from bo_loop.campaign.campaign import Campaign
from bo_loop.chemistry.ions import parse_ion
from bo_loop.cli.terminal import OUTSIDE, OUTSIDE_NOTE, pair_name
from bo_loop.data.writing import refuse_output, table_bytes
from bo_loop.ligands.expansion import Expansion, Making, expand, expand_table
from bo_loop.ligands.filters import UNWANTED

_MAKING = ("generator", "filters", "n", "keep", "seed", "oversample", "attempts")
_SCORING = ("model", "objective", "acquisition")
_ALONE = ("data", "features", "out", "metals", "n_ligands", "temperature_C", "ionic_strength_M")
_SHOWN = 15


def run(config: Mapping[str, Any], touched: frozenset[str], console: Console) -> None:
    """Grow a campaign's pool, or write a table of new ligands.

    Parameters
    ----------
    config : mapping
        What ``conf/expand.yaml`` composes.
    touched : frozenset of str
        The keys that the user set.
    console : Console
        Where to show the result.

    Raises
    ------
    ConfigError
        If neither a campaign nor a table was named, or options of both were given.
    """
    making = Making(**{key: config[key] for key in _MAKING})
    in_campaign = config["name"] is not None
    if not in_campaign:
        _check_table(config)
    elif sealed := sorted(touched & set(_ALONE)):
        raise ConfigError(
            f"{', '.join(sealed)} cannot be set for a campaign: data, features and pairs were "
            "sealed at its start. Leave them out, or leave out name= to write a table."
        )
    if in_campaign:
        done = expand(
            Campaign.open(str(config["name"]), config["directory"]),
            making,
            operator=config["operator"],
            **{key: config[key] for key in _SCORING if key in touched},
        )
    else:
        done = _to_table(config, making)
    if config["json"]:
        print(json.dumps(_plain(done), ensure_ascii=False))
        return
    if done.recorded is not None and done.recorded.notice:
        console.print(done.recorded.notice)
    console.print(counts_table(done.counts))
    console.print(ligands_table(done.ligands))
    console.print(_summary(done, config), soft_wrap=True)


def _check_table(config: Mapping[str, Any]) -> None:
    if config["out"] is None or not config["metals"]:
        raise ConfigError(
            "bo-loop expand needs name= of a campaign whose pool is to grow, or out= and metals= "
            "for a table of new ligands, as in out=pool.parquet metals=[Cu+2]."
        )
    for key, example in (("metals", "[Cu+2]"), ("n_ligands", "[1, 2]")):
        if not isinstance(config[key], list) or not config[key]:
            raise ConfigError(f"{key} is {config[key]!r}: give a list, such as {example}.")
    refuse_output(Path(config["out"]))


def _to_table(config: Mapping[str, Any], making: Making) -> Expansion:
    ions = [parse_ion(metal) for metal in config["metals"]]
    wanted = pd.DataFrame(
        [(ion.metal, ion.charge, n) for ion in ions for n in config["n_ligands"]],
        columns=["metal", "charge", "n_ligands"],
    ).assign(
        temperature_C=float(config["temperature_C"]),
        ionic_strength_M=float(config["ionic_strength_M"]),
    )
    done = expand_table(
        read(config["data"], "data"),
        build(config["features"]),
        wanted,
        making,
        **{key: config[key] for key in _SCORING},
    )
    out = Path(config["out"])
    table = done.ligands.assign(ligand="", parents=done.ligands["parents"].map(";".join))
    first = ["ligand", "smiles"]
    write_once(out, table_bytes(table[[*first, *table.columns.drop(first)]], out))
    return done


def counts_table(counts: Mapping[str, int]) -> Table:
    """Return how many candidates each filter refused, unwanted groups together."""
    table = Table(title="Candidates", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("", justify="right")
    refused: Counter[str] = Counter()
    for name, count in counts.items():
        if name != "proposed":
            refused["unwanted group" if name.startswith(UNWANTED) else name] += count
    table.add_row("proposed", f"{counts['proposed']:,}")
    for name, count in refused.most_common():
        table.add_row(name, f"−{count:,}")
    table.add_row("left", f"{counts['proposed'] - refused.total():,}", style="bold")
    return table


def ligands_table(ligands: pd.DataFrame) -> Table:
    """Return the first new ligands, best first, with where they came from."""
    table = Table(title="New ligands", title_justify="left", title_style="bold")
    table.caption_justify = "left"
    table.add_column("pair", overflow="fold", ratio=3)
    table.add_column("predicted", justify="right", no_wrap=True)
    table.add_column("SA", justify="right", no_wrap=True)
    table.add_column("made from", overflow="fold", ratio=2)
    shown = ligands.head(_SHOWN)
    for row in shown.assign(ligand="").itertuples():
        mark = f" {OUTSIDE}" if row.outside_domain else ""
        table.add_row(
            f"{pair_name(row)}{mark}",
            f"{row.mean:.2f} ± {row.sd:.2f}",
            f"{row.sa_score:.1f}",
            " and ".join(row.parents),
        )
    notes = [OUTSIDE_NOTE] if shown["outside_domain"].any() else []
    more = len(ligands) - len(shown)
    table.caption = "\n".join([*notes, *([f"and {more:,} more"] if more else [])]) or None
    return table


def _summary(done: Expansion, config: Mapping[str, Any]) -> str:
    outside = int(done.ligands["outside_domain"].sum())
    n = len(done.ligands)
    text = f"{n:,} new ligands, {outside:,} of them outside the applicability domain. "
    if done.recorded is None:
        return text + f"They are in {config['out']}."
    elsewhere = "" if config["directory"] == "campaigns" else f" directory={config['directory']}"
    return (
        f"{text}They may be proposed now; pool.generated=false leaves them out.\n"
        f"  bo-loop suggest name={config['name']}{elsewhere}"
    )


def _plain(done: Expansion) -> dict[str, Any]:
    rows = json.loads(done.ligands.to_json(orient="records", double_precision=15))
    return {"ligands": rows, "counts": done.counts}
