"""The verb ``spectra``: records into the lab's database, and tables out of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.base.config import require_types
from bo_loop.base.errors import ConfigError
from bo_loop.base.figure_files import FIGURES, figure_bytes
from bo_loop.base.files import write_once
from bo_loop.cli.terminal import fields
from bo_loop.data.writing import refuse_output, table_bytes
from bo_loop.lab.spectra.cleaning import Cleaning
from bo_loop.lab.spectra.curve_tables import curve_table
from bo_loop.lab.spectra.database import Lab
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.reading import read_records, read_tags
from bo_loop.lab.spectra.records import UNITS

TABLES = ("peaks", "features", "records", "curves", "latent")
_MOST_SHOWN, _FEWEST_SHOWN = 20, 3  # rows; columns
_LONGEST = 24
_CLEANING = ("background", "stiffness", "smooth_points")
_SEARCH = ("shape", "min_height", "max_peaks", "min_points", "max_width")


def spectra(config: Mapping[str, Any], console: Console) -> None:
    """Run ``bo-loop spectra``.

    Raises
    ------
    ConfigError
        If an option has a value that it cannot take.
    DataError
        If nothing can be read, or a table cannot be written. What was kept before stays.
    """
    cleaning, search = _made(Cleaning, config, _CLEANING), _made(PeakSearch, config, _SEARCH)
    if config["table"] not in TABLES:
        raise ConfigError(f"table is {config['table']!r}; give one of {', '.join(TABLES)}.")
    out = None if config["out"] is None else Path(str(config["out"]))
    if out is not None:
        refuse_output(out)
    if config["figure"] is not None:
        if config["table"] != "latent":
            raise ConfigError("figure= draws what latent features hold: it needs table=latent.")
        refuse_output(Path(str(config["figure"])), suffixes=FIGURES)
    lab, problems = Lab(Path(str(config["lab"]))), []
    if config["read"] is not None:
        problems = _read(config, lab, cleaning, search)
    elif config["rebuild"]:
        problems = lab.rebuild()
    elif lab.corrections.exists():
        lab.correct()
    if config["name"] is not None:
        lab.add_constants(str(config["name"]), _constants(config))
    table = _asked(config, lab)
    if out is not None:
        write_once(out, table_bytes(table, out))
    if config["json"]:
        said = {"problems": [{"file": name, "reason": why} for name, why in problems]}
        rows = json.loads(table.to_json(orient="records"))
        print(json.dumps(said | {"rows": rows}, ensure_ascii=False))
        return
    _print(console, config, lab, table, problems)


def _made(kind: Any, config: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    options = {name: config[name] for name in names}
    require_types("bo-loop spectra", kind, options)
    return kind(**options)


def _read(config: Mapping[str, Any], lab: Lab, cleaning: Any, search: Any) -> list[tuple[str, str]]:
    path, method = Path(str(config["read"])), config["method"]
    tags = None if config["tags"] is None else read_tags(Path(str(config["tags"])), path)
    reading = read_records(path, tags, method=method)
    failed = lab.add(reading, cleaning, search, tags=tags, method=method)
    return [*reading.problems, *failed]


def _constants(config: Mapping[str, Any]) -> pd.DataFrame:
    """Return the results of a campaign, with the pairs that they are of."""
    from bo_loop.cli.console import open_campaign

    campaign = open_campaign({"name": config["name"], "directory": config["directory"]})
    found = campaign.measurements()
    return found[found["log_beta"].notna()].reset_index(drop=True)


def _asked(config: Mapping[str, Any], lab: Lab) -> pd.DataFrame:
    if config["sql"] is not None:
        return lab.table(str(config["sql"]))
    if config["table"] in ("curves", "latent"):
        curves = curve_table(lab, config["method"])
        return curves if config["table"] == "curves" else _latent(config, curves)
    return getattr(lab, config["table"])()


def _latent(config: Mapping[str, Any], curves: pd.DataFrame) -> pd.DataFrame:
    from bo_loop.lab.spectra.drawing import draw_study
    from bo_loop.lab.spectra.latent_table import latent_table, read_property

    name, known = "", None
    if config["property"] is not None:
        name, known = read_property(Path(str(config["property"])))
    options = {key: config[key] for key in ("models", "components", "repeats")}
    table, study, used = latent_table(curves, known, **options)
    if config["figure"] is not None:
        path = Path(str(config["figure"]))
        method, _, _ = curves.columns[2].partition("@")
        x = np.array([float(each.partition("@")[2]) for each in curves.columns[2:]])
        figure = draw_study(study, x, used, f"{method}, {UNITS[method.split()[0]]}", name)
        write_once(path, figure_bytes(figure, path))
    return table


def _print(
    console: Console,
    config: Mapping[str, Any],
    lab: Lab,
    table: pd.DataFrame,
    problems: list[tuple[str, str]],
) -> None:
    counts = lab.table(
        "SELECT (SELECT count(*) FROM records) AS records, (SELECT count(DISTINCT smiles) FROM "
        "records) AS ligands, (SELECT count(*) FROM peaks) AS peaks"
    )
    said = ", ".join(f"{int(value)} {name}" for name, value in counts.iloc[0].items())
    console.print(fields({"database": str(lab.path), "holds": said}))
    shown = _shown(table, "query" if config["sql"] else str(config["table"]), console.width)
    console.print(shown)
    rows, columns = len(table) - _MOST_SHOWN, len(table.columns) - len(shown.columns)
    more = [f"{n} more {what}" for n, what in ((rows, "rows"), (columns, "columns")) if n > 0]
    if more:
        console.print(f"… and {' and '.join(more)}: out=FILE.csv writes all.")
    _say_peakless(console, lab)
    if problems:
        console.print(f"Left out, {len(problems)}:")
        for name, why in problems:
            console.print(f"  {name}: {why}", soft_wrap=True)
    if config["out"] is not None:
        console.print(f"The table: {config['out']}", soft_wrap=True)


def _say_peakless(console: Console, lab: Lab) -> None:
    found = lab.table(
        "SELECT method, count(*) AS n FROM records WHERE record NOT IN (SELECT record FROM peaks) "
        "GROUP BY method ORDER BY method"
    )
    for method, n in found.itertuples(index=False):
        console.print(
            f"No peak in {n} records of {method}. Broad bands count as background: read= them "
            "again with background=none max_width=0.5.",
            soft_wrap=True,
        )


def _shown(table: pd.DataFrame, title: str, width: int) -> Table:
    """Return the first rows, in as many of the columns as the terminal has room for."""
    made = Table(title=title, title_justify="left", title_style="bold")
    columns = []
    for name in table.columns:
        if name == "smiles" and "ligand" in table:
            continue
        cells = [_cell(value, whole=name == "record") for value in table[name].head(_MOST_SHOWN)]
        width -= max(map(len, [str(name), *cells])) + 3
        if width < 1 and len(columns) >= _FEWEST_SHOWN:
            break
        made.add_column(str(name), overflow="fold")
        columns.append(cells)
    for row in zip(*columns, strict=True):
        made.add_row(*row)
    return made


def _cell(value: Any, *, whole: bool) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    text = "" if value is None else str(value)
    return text if whole or len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
