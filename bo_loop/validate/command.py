"""The verb ``validate``: progress while it runs, the metrics table at its end."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bo_loop.validate.page import COLUMNS, PAGE, table_text
from bo_loop.validate.result import Validation
from bo_loop.validate.run import METRICS, validate


def run(config: Mapping[str, Any], console: Console) -> None:
    """Validate, and print the metrics."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[error]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def note(step: str, done: int, total: int, mae: float | None) -> None:
            if step not in tasks:
                for earlier in tasks.values():
                    bar.update(earlier, visible=False)
                tasks[step] = bar.add_task(step, error="")
            error = "" if mae is None else f"MAE {mae:.2f}"
            bar.update(tasks[step], completed=done, total=total, error=error)

        found = validate(config, note)
    folder = Path(config["out"])
    if config["json"]:
        print((folder / METRICS).read_text(encoding="utf-8"), end="")
        return
    console.print(_table(found))
    console.print(f"The page: {folder / PAGE}", soft_wrap=True, markup=False)


def _table(found: Validation) -> Table:
    table = Table(
        title="Errors and uncertainties",
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,  # ten columns within 80 characters
        padding=(0, 1, 0, 0),
    )
    table.add_column("set", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in COLUMNS.values():
        table.add_column(name, justify="right")
    for row in table_text(found):
        table.add_row(row["set"], row["group"], *row["numbers"])
    return table
