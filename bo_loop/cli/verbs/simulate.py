"""`bo-loop simulate`: replays, then traces, summary and figures in the output folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from bo_loop.base.config import read, require_types
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats
from bo_loop.campaign.starting import NO_MEMORY
from bo_loop.data.observations import with_keys
from bo_loop.data.writing import csv_bytes
from bo_loop.library import shelf
from bo_loop.library.memory import Memory
from bo_loop.studies.simulate import figures, summary
from bo_loop.studies.simulate.problem import Setting, judged, problem
from bo_loop.studies.simulate.replay import Strategy
from bo_loop.studies.simulate.runs import Simulation, run

_SETTING = ("target", "n_ligands", "start", "share", "initial", "experiments")


def simulate(config: Mapping[str, Any], console: Console) -> pd.DataFrame:
    """Replay, and write ``traces.parquet``, ``summary.csv``, ``scores.csv`` and ``figures/``.

    Parameters
    ----------
    config : mapping
        What ``conf/simulate.yaml`` composes; ``strategies`` are the fields of each `Strategy` by
        its name.
    console : Console
        Where to show progress and the summary.

    Returns
    -------
    DataFrame
        The summary (`bo_loop.studies.simulate.summary.summary`).
    """
    setting = {key: config[key] for key in _SETTING}
    require_types("bo-loop simulate", Setting, setting)
    require_types("bo-loop simulate", Simulation, {"seeds": config["seeds"]})
    require_types("bo-loop simulate", run, {"processes": config["processes"]})
    simulation = Simulation(
        observations=with_keys(read(config["data"], "data"), "the table"),
        setting=Setting(**setting),
        objective=config["objective"],
        strategies=[Strategy(name, **fields) for name, fields in config["strategies"].items()],
        seeds=config["seeds"],
        memory=_memory(config),
    )
    pools = pools_of(simulation)
    out = Path(config["out"])
    traces = run(simulation, out, processes=config["processes"])
    scored = summary.scores(traces, pools)
    found = summary.summary(scored, pools)
    traces.to_parquet(out / "traces.parquet", index=False)
    for name, table in (("scores", scored), ("summary", found)):
        (out / f"{name}.csv").write_bytes(csv_bytes(table))
    figures.draw(summary.curves(traces, pools), scored, out / "figures")
    console.print(summary_table(found, _title(simulation, pools)))
    console.print(f"traces, tables and figures: {out}", soft_wrap=True)
    return found


def _memory(config: Mapping[str, Any]) -> Memory | None:
    """Return what ``data.memory`` names, if the replays begin with it."""
    if config["start"] != "memory":
        return None
    name = config["data"].get("memory")
    if name in NO_MEMORY:
        raise ConfigError("start=memory needs one: give data.memory=log_beta, or a folder.")
    memory = shelf.load(str(name))
    if not memory.about().is_log_beta:
        raise ConfigError(
            f"data.memory={name} knows {memory.about().words}, and replays are about log β."
        )
    return memory


def pools_of(simulation: Simulation) -> dict[int, Floats]:
    """Values of every pair that each seed can find, under the objective judged by."""
    pools = {}
    for seed in range(simulation.seeds):
        given = problem(simulation.observations, simulation.setting, seed, simulation.objective)
        pools[seed] = judged(given, simulation.objective).to_numpy()
    return pools


def summary_table(found: pd.DataFrame, title: str) -> Table:
    """Show a summary on a terminal."""
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    table.caption = (
        "Medians over seeds (quartiles). Enriched: times what random choice finds. AUC: under the "
        "share found, 1 if the top came first. To: experiments until the best pair, until 95 % of "
        "the way from the worst to the best."
    )
    table.add_column("strategy")
    for name in ("top 5 % found", "enriched", "AUC", "regret", "to best", "to 95 %"):
        table.add_column(name, justify="right")
    for row in found.to_dict("records"):
        spread = f" ({row['top_share_q1']:.0%}–{row['top_share_q3']:.0%})"
        table.add_row(
            row["strategy"],
            f"{row['top_share']:.0%}" + ("" if pd.isna(row["top_share_q1"]) else spread),
            f"{row['enrichment']:.1f}",
            f"{row['auc']:.2f}",
            "" if pd.isna(row["regret"]) else f"{row['regret']:.2f}",
            _wait(row["to_best"], row["experiments"]),
            _wait(row["to_95"], row["experiments"]),
        )
    return table


def _wait(taken: float, experiments: int) -> str:
    return f"{taken:.0f}" if taken != float("inf") else f"> {experiments}"


def _title(simulation: Simulation, pools: Mapping[int, Floats]) -> str:
    setting = simulation.setting
    target = setting.target if isinstance(setting.target, str) else ", ".join(setting.target)
    sizes = sorted({len(values) for values in pools.values()})
    return (
        f"{target}, {setting.start} start: {'–'.join(map(str, sizes))} pairs, "
        f"{setting.experiments} experiments, {simulation.seeds} seeds"
    )
