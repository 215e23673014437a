"""The verb ``tune``: progress while it runs, the best trials at its end, and option files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bo_loop.base import received
from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.cli.verbs.validate import noted
from bo_loop.data.writing import csv_bytes
from bo_loop.studies.tune.study import Found, tune
from bo_loop.studies.validate.finished import save_json
from bo_loop.studies.validate.output import write_model

TRIALS, BEST = "trials.csv", "best.json"
_SHOWN = 10
_FIRST = ("trial", "state", "score", "folds", "seconds", "problem")


def run(config: Mapping[str, Any], choices: Mapping[str, str], console: Console) -> None:
    """Search, write the best config into ``./conf``, and print the best trials."""
    files = option_files(config["name"])
    out = Path(config["out"])
    _refuse_to_overwrite(files, out, config["name"])
    space = config["space"] or config["spaces"].get(choices["model"])
    if not space:
        raise ConfigError(
            f"There is no search space for model={choices['model']}: give one, such as "
            "'space={model.fit_rows: [1000, 2000]}'."
        )
    found = tune({**config, "space": space}, noted("search"))
    (out / TRIALS).write_bytes(csv_bytes(found.trials))
    save_json(out / BEST, {"name": config["name"], **found.best})
    score = found.trials.loc[found.trials["state"] == "complete", "score"].min()
    for group, path in files.items():
        what = f"Found by bo-loop tune: {config['score']} {score:.3f} over {config['group']}"
        write_model(path, found.best[group], what)
    if config["json"]:
        print((out / BEST).read_text(encoding="utf-8"), end="")
        return
    console.print(trials_table(found, config))
    console.print(f"The best: {files['model']}, {files['features']}", soft_wrap=True, markup=False)
    name = config["name"]
    console.print(f"  bo-loop fit model={name} features={name} model_dir=m", markup=False)


def option_files(name: str) -> dict[str, Path]:
    """Return where the best model and its features go: ``./conf`` is searched first.

    Raises
    ------
    ConfigError
        If `name` cannot be the name of an option.
    """
    if not name.isidentifier():
        raise ConfigError(f"name is {name!r}; give a word of letters, digits and _, such as tuned.")
    return {group: Path("conf") / group / f"{name}.yaml" for group in ("model", "features")}


def _refuse_to_overwrite(files: Mapping[str, Path], out: Path, name: str) -> None:
    """Raise if an option file is there that this search has not written, or a packaged one."""
    best = out / BEST
    mine = best.exists() and received.load_json(best).get("name") == name
    packaged = packaged_conf().parent
    there = [path for path in files.values() if path.exists() or (packaged / path).exists()]
    taken = [] if mine else [str(path) for path in there]
    if taken:
        raise ConfigError(
            f"{', '.join(taken)} is there already: nothing is overwritten. Give another name than "
            f"{name!r}."
        )


def trials_table(found: Found, config: Mapping[str, Any]) -> Table:
    """Return the best trials, and what they changed."""
    counts = found.trials["state"].value_counts()
    table = Table(
        title=f"{counts.get('complete', 0)} trials, {counts.get('pruned', 0)} more pruned",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("trial", justify="right")
    table.add_column(f"{config['score']}, {config['group']}", justify="right", no_wrap=True)
    table.add_column("options", overflow="fold", ratio=1)
    complete = found.trials[found.trials["state"] == "complete"]
    options = [name for name in found.trials if name not in _FIRST]
    for row in complete.sort_values("score", kind="stable").head(_SHOWN).to_dict("records"):
        values = ", ".join(f"{name}={row[name]}" for name in options)
        table.add_row(str(row["trial"]), f"{row['score']:.3f}", values)
    return table
