"""Tables for the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from bo_loop.campaign.views.views import shown_logged, shown_movers

if TYPE_CHECKING:
    import pandas as pd

    from bo_loop.data.curation.steps import Step

_BARS = "▁▂▃▄▅▆▇█"
_MOST_SHOWN = 15
_LONGEST_NAME = 24
OUTSIDE = "†"
OUTSIDE_NOTE = f"{OUTSIDE} outside the applicability domain: no known pair is much like it"


def proposals_table(
    proposals: "pd.DataFrame", title: str, extra: Mapping[str, Sequence[str]] | None = None
) -> Table:
    """Return the proposals of a round as a table, the reason below each pair.

    Pairs that were chosen together, such as a ligand's competitors, say why once; each names the
    features that move its prediction most. Pairs outside the applicability domain are marked, with
    a note in the caption.

    Parameters
    ----------
    proposals : DataFrame
        What `Campaign.suggest` returns.
    title : str
        Above the table.
    extra : mapping of str to sequence of str, optional
        More columns, put last.
    """
    extra = extra or {}
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    table.add_column("", justify="right")
    table.add_column("pair, and why", ratio=1)
    table.add_column("predicted", justify="right", no_wrap=True)
    for name in extra:
        table.add_column(name, justify="right", style="bold", no_wrap=True)
    above = ""
    for i, row in enumerate(proposals.itertuples()):
        why, above = "as above" if row.reason == above else row.reason, row.reason
        if row.movers:
            why = f"{why}; moved by {shown_movers(row.movers)}"
        predicted = f"{row.mean:.2f} ± {row.sd:.2f}"
        measured = (values[i] for values in extra.values())
        cell = Text.assemble((_proposed_name(row), "bold"), "\n", why)
        table.add_row(str(row.rank), cell, predicted, *measured)
    if any(outside is True for outside in proposals["outside_domain"].tolist()):
        table.caption = OUTSIDE_NOTE
    return table


def _proposed_name(row: Any) -> str:
    role = f" ({row.role})" if row.role else ""
    return f"{pair_name(row)}{role}{f' {OUTSIDE}' if row.outside_domain else ''}"


def pair_name(row: Any) -> str:
    """Return a pair as a chemist says it, ``Ni+2 + 2 glycine``; and which of several properties."""
    number = f"{int(row.n_ligands)} " if row.n_ligands > 1 else ""
    of = f": {row.property}" if getattr(row, "property", "") else ""
    return f"{row.metal}{int(row.charge):+d} + {number}{row.ligand or row.smiles}{of}"


def logged_table(recorded: "pd.DataFrame") -> Table:
    """Return what a `log` recorded, each result beside what had been predicted."""
    table = Table(title="Recorded", title_justify="left", title_style="bold")
    table.add_column("pair", overflow="fold")
    for name in ("measured", "predicted"):
        table.add_column(name, justify="right")
    for row in recorded.itertuples():
        table.add_row(
            pair_name(row),
            shown_logged(row._asdict()) if row.event == "measured" else row.event,
            "" if _missing(row.mean) else f"{row.mean:.2f} ± {row.sd:.2f}",
        )
    return table


def history_table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Return events as `Record.history_rows` describes them; one pair of all is in the title."""
    pairs = {row["pair_id"] for row in rows}
    one = len(pairs) == 1 and "" not in pairs
    if one:
        title = f"{title}, {pair_name(SimpleNamespace(**rows[0]))}"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("event", no_wrap=True)
    table.add_column("what", ratio=1)
    table.add_column("predicted", justify="right", no_wrap=True)
    for row in rows:
        pair = pair_name(SimpleNamespace(**row)) if row["pair_id"] else ""
        when = row["time"].replace("T", " ").removesuffix(":00Z").removesuffix("Z")
        told = [f"{row['seq']} {row['event']}", when, row["who"][:_LONGEST_NAME]]
        table.add_row(
            "\n".join(filter(None, told)),
            "\n".join(filter(None, ["" if one else pair, row["what"]])),
            "" if _missing(row["mean"]) else f"{row['mean']:.2f} ± {row['sd']:.2f}",
        )
    return table


def _missing(value: float | None) -> bool:
    return value is None or value != value


def verification_table(checks: Iterable[tuple[str, str, str]]) -> Table:
    """Return what `Campaign.verify` looked at: what, with which outcome, and what it found."""
    table = Table(title="Verified", title_justify="left", title_style="bold")
    table.add_column("what", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("found", overflow="fold", ratio=1)
    for check in checks:
        table.add_row(*check)
    return table


def steps_table(steps: Sequence["Step"]) -> Table:
    """Return the steps of an import: what each left out, merged or flagged."""
    table = Table(title="Steps", title_justify="left", title_style="bold")
    table.add_column("step", no_wrap=True)
    for name in ("before", "after", "concerned"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("what was done", overflow="fold", ratio=1)
    for step in steps:
        counts = (str(count) for count in (step.before, step.after, step.concerned))
        table.add_row(step.name, *counts, step.detail)
    return table


def quarantine_table(quarantine: "pd.DataFrame", called: str) -> Table:
    """Return the first suspicious values of an import, each with its reason."""
    table = Table(title="Suspicious values", title_justify="left", title_style="bold")
    table.caption_justify = "left"
    table.add_column("pair", overflow="fold", ratio=1)
    table.add_column(called, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for row in quarantine.head(_MOST_SHOWN).itertuples():
        table.add_row(pair_name(row), f"{row.log_beta:g}", row.reason)
    if len(quarantine) > _MOST_SHOWN:
        table.caption = f"and {len(quarantine) - _MOST_SHOWN} more: see the report"
    return table


def import_summary(report: Mapping[str, Any]) -> Table:
    """Return what an import kept, in a few lines."""
    most = [f"{ion} {sum(per_n.values())}" for ion, per_n in report["per_ion"].items()]
    more = f" and {len(most) - _MOST_SHOWN} more" if len(most) > _MOST_SHOWN else ""
    return fields(
        {
            "kept": f"{report['rows_kept']} of {report['rows_read']} constants: "
            f"{report['ions']} metal ions, {report['ligands']} ligands",
            "per n": ", ".join(f"{n}: {count}" for n, count in report["per_n"].items()),
            "per ion": f"{', '.join(most[:_MOST_SHOWN])}{more}",
            "conditions": "{:g} to {:g} °C, ".format(*report["temperature_C"])
            + "{:g} to {:g} mol/L".format(*report["ionic_strength_M"]),
            "suspicious": str(len(report["quarantine"])),
        }
    )


def fields(rows: Mapping[str, Any]) -> Table:
    """Return names and values as a two-column grid."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for name, value in rows.items():
        grid.add_row(name, str(value))
    return grid


def course(values: Sequence[float]) -> str:
    """Return how a value went, from the first to the last: ``5.20 ▁▃█ 20.10``."""
    return f"{values[0]:.2f} {sparkline(values)} {values[-1]:.2f}"


def sparkline(values: Sequence[float], most: int = 40) -> str:
    """Return values as a row of bars; of more than `most`, as many, evenly spaced."""
    n = min(len(values), most)
    shown = [values[round(i * (len(values) - 1) / max(n - 1, 1))] for i in range(n)]
    low, high = min(shown), max(shown)
    if low == high:
        return _BARS[len(_BARS) // 2] * n
    return "".join(_BARS[round((v - low) / (high - low) * (len(_BARS) - 1))] for v in shown)
