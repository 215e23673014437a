"""Print the ranked pool, and write it down."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.acquisition.scores.functions import percent
from bo_loop.base.checks import require_count
from bo_loop.base.errors import CampaignError
from bo_loop.base.files import write_once
from bo_loop.campaign.record import Record
from bo_loop.campaign.views.sheets import ranking, ranking_table
from bo_loop.campaign.views.views import shown_number
from bo_loop.cli.console import address, open_campaign, typed
from bo_loop.cli.terminal import OUTSIDE, OUTSIDE_NOTE, pair_name
from bo_loop.data.writing import SUFFIXES, refuse_output, table_bytes

_WORKBOOK = ".xlsx"


def run(config: Mapping[str, Any], console: Console) -> None:
    """Run ``bo-loop rank``.

    Raises
    ------
    DataError
        If ``out`` cannot be written; before the work is done.
    """
    require_count("show", config["show"])
    out = None if config["out"] is None else Path(config["out"])
    if out is not None:
        refuse_output(out, suffixes=(_WORKBOOK, *SUFFIXES))
    campaign = open_campaign(config)
    ranked = campaign.rank()
    if out is not None:
        is_workbook = out.suffix.lower() == _WORKBOOK
        write = ranking if is_workbook else lambda *a: table_bytes(ranking_table(*a), out)
        content = write(ranked, campaign.state().properties)
        write_once(out, content)
    if config["json"]:
        rows = json.loads(ranked.to_json(orient="records", double_precision=15))
        print(json.dumps(rows, ensure_ascii=False))
        return
    properties = campaign.state().properties
    words = properties[0].words if len(properties) == 1 else "predicted"
    console.print(_table(ranked.head(config["show"]), campaign.path.name, len(ranked), words))
    quantity, value = ranked.attrs["quantity"], ranked.attrs["incumbent"]
    best = f"{quantity} {value:z.2f}, what the model makes of " if value is not None else ""
    console.print(f"To beat: {best}{ranked.attrs['reference']}.")
    if out is not None:
        console.print(f"All of them: {out}", soft_wrap=True)
    first = ranked.drop_duplicates(["metal", "charge", "n_ligands", "smiles"]).head(2)
    named = ",".join(_short(row, campaign.record) for row in first.itertuples())
    console.print("To choose for yourself, type for example")
    picks = typed("pick", f"[{named}]")
    console.print(f"  bo-loop suggest{address(campaign)} {picks}", soft_wrap=True)


def _short(row: Any, record: Record) -> str:
    """Return a pair as briefly as it can be typed."""
    short = row.ligand.rpartition(" (")[2].removesuffix(")")
    for name in (short, row.ligand, pair_name(row)):
        with suppress(CampaignError):
            if row.pair_id in record.find_values(name):
                return name
    return row.pair_id


def _table(shown: pd.DataFrame, name: str, total: int, words: str) -> Table:
    ions = {f"{row.metal}{row.charge:+d}" for row in shown.itertuples()}
    one, of = len(ions) == 1, f" of {min(ions)}" if len(ions) == 1 else ""
    table = Table(
        title=f"{name}: the first {len(shown)} of {total} open pairs{of}",
        title_justify="left", title_style="bold", caption_justify="left",
    )  # fmt: skip
    table.add_column("", justify="right")
    table.add_column("ligand" if one else "pair", overflow="fold", ratio=3)
    table.add_column(words, justify="right", no_wrap=True)
    quantity = shown.attrs["quantity"]
    by_value = quantity != words and shown["value"].notna().any()
    if by_value:
        table.add_column(quantity, justify="right")
    table.add_column("chance", justify="right", no_wrap=True)
    with_cost = shown["cost"].notna().any()
    if with_cost:
        table.add_column("cost", justify="right", no_wrap=True)
    table.add_column("nearest known", overflow="fold", ratio=3)
    for row in shown.itertuples():
        marks = (
            f"{f' ({row.role})' if row.role else ''}{f' {OUTSIDE}' if row.outside_domain else ''}"
        )
        forbidden = "" if row.allowed else " (constraint)"
        near = row.nearest[0] if row.nearest else None
        table.add_row(
            str(row.rank),
            f"{pair_name(row).removeprefix(f'{min(ions)} + ' if one else '')}{marks}{forbidden}",
            f"{row.mean:.2f} ± {row.sd:.2f}",
            *([f"{row.value:z.2f}"] if by_value else []),
            percent(row.chance),
            *([f"{row.cost:g}"] if with_cost else []),
            _nearest(near, min(ions) if one else "") if near else "",
        )
    note = f"{OUTSIDE_NOTE}. " if any(shown["outside_domain"]) else ""
    table.caption = f"{note}chance: to beat the best so far"
    return table


def _nearest(near: Mapping[str, Any], ion: str) -> str:
    metal = "" if near["metal"] == ion else f"{near['metal']} + "
    number = "" if near["n_ligands"] == 1 else f"{near['n_ligands']} "
    return f"{metal}{number}{near['ligand']}: {shown_number(near['log_beta'], near['censoring'])}"
