"""The files of a validation: metrics, predictions, models, figures and the page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bo_loop.data.writing import csv_bytes
from bo_loop.studies.validate.finished import save_json
from bo_loop.studies.validate.page import write_page
from bo_loop.studies.validate.result import Outcome, Validation

METRICS, TABLE, PREDICTIONS, MODELS = "metrics.json", "metrics.csv", "predictions.csv", "models"

_FACTS = ("hyperparameters", "fit", "relevances", "seconds")


def write(folder: Path, found: Validation, config: Mapping[str, Any]) -> None:
    """Write everything into `folder`."""
    (folder / TABLE).write_bytes(csv_bytes(found.table))
    predictions = found.predictions.drop(columns=["ligand_group", "beta_1"])
    (folder / PREDICTIONS).write_bytes(csv_bytes(predictions))
    for outcome in found.outcomes:
        if outcome.facts("model"):
            write_model(
                folder / MODELS / f"{outcome.file_name}.yaml",
                outcome.facts("model"),
                f"{outcome.model} with the features chosen on the split {outcome.split}",
            )
    save_json(
        folder / METRICS,
        {
            "config": dict(config),
            "rows": {"data": len(found.cases.y), "scored": len(found.cases.scored)},
            "metrics": json.loads(found.table.to_json(orient="records", double_precision=12)),
            "folds": json.loads(found.folds.to_json(orient="records", double_precision=12)),
            "outcomes": [_described(outcome) for outcome in found.outcomes],
        },
    )
    write_page(folder, found, config)


def write_model(path: Path, node: Mapping[str, Any], what: str) -> None:
    """Write a recipe as an option file: in ``./conf/model/``, ``model=`` takes it by its name.

    Parameters
    ----------
    path : Path
    node : mapping
        The config node.
    what : str
        What it is, for the first line.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(dict(node), allow_unicode=True, sort_keys=False)
    path.write_text(f"# {what}.\n{text}", encoding="utf-8", newline="\n")


def _described(outcome: Outcome) -> dict[str, Any]:
    """Return how the predictions of an outcome came about."""
    described: dict[str, Any] = {
        "model": outcome.model,
        "split": outcome.split,
        "own_protonation": outcome.own_protonation,
        "folds": [
            {
                "repeat": bout.split.repeat,
                "fold": bout.split.fold,
                "rows": {"train": len(bout.train)}
                | {name: len(rows) for name, rows in bout.split.sets.items()},
                **{name: result.facts[name] for name in _FACTS if name in result.facts},
            }
            for bout, result in zip(outcome.bouts, outcome.results, strict=True)
        ],
    }
    selections = outcome.selections()
    if selections:
        described["features_chosen_on"] = outcome.bouts[0].split.choose_on
        described["selection"] = {
            name: {
                "count": each.count,
                "of": len(each.relevance),
                "mae": each.mae,
                "kept": each.names,
            }
            for name, each in selections.items()
        }
    if outcome.contributions():
        described["contributions"] = outcome.contributions()
    return described
