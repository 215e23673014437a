"""The verb ``validate``: progress while it runs, the metrics table at its end."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bo_loop.base.progress import report
from bo_loop.studies.validate.finished import Note
from bo_loop.studies.validate.output import METRICS
from bo_loop.studies.validate.page import COLUMNS, PAGE, sections
from bo_loop.studies.validate.result import Validation
from bo_loop.studies.validate.run import validate


def run(config: Mapping[str, Any], console: Console) -> None:
    """Validate, and print the metrics."""
    found = validate(config, noted("validation"))
    folder = Path(config["out"])
    if config["json"]:
        print((folder / METRICS).read_text(encoding="utf-8"), end="")
        return
    console.print(_table(found))
    console.print(f"The page: {folder / PAGE}", soft_wrap=True, markup=False)


def noted(work: str) -> Note:
    """Return what reports the progress of `work`: the step it is at, and the last error."""

    def note(step: str, done: int, total: int, mae: float | None) -> None:
        error = "" if mae is None else f", MAE {mae:.2f}"
        report(work, done, total, f"{step}{error}")

    return note


def _table(found: Validation) -> Table:
    table = Table(
        title="Errors and uncertainties",
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,  # ten columns within 80 characters
        padding=(0, 1, 0, 0),
        caption="last three: percentage of the pairs within the 50, 80 and 95 % intervals",
        caption_justify="left",
    )
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True)
    for name in COLUMNS.values():
        table.add_column(name, justify="right")
    for part in sections(found):
        table.add_row(part["title"], style="bold")
        above = ""
        for row in part["rows"]:
            name, above = "" if row["model"] == above else row["model"], row["model"]
            table.add_row(name, row["group"], *row["numbers"])
        table.add_section()
    return table
