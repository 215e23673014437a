"""`bo-loop validate`: choose features, fit, and judge a model on ligands it has not seen.

Everything that took long is kept in ``state.json``: the same command goes on where it stopped.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from bo_loop.config import build
from bo_loop.data.schema import PAIR_COLUMNS, with_keys
from bo_loop.models.beta_gp import BetaGP
from bo_loop.models.relevance import relevance
from bo_loop.models.selection import Selection, Task
from bo_loop.models.staged_selection import choose_features
from bo_loop.records import PairFeatures
from bo_loop.surrogate import FittedModel, ModelRecipe
from bo_loop.validate.memory import Memory, Note, save_json
from bo_loop.validate.metrics import metrics
from bo_loop.validate.page import write_page
from bo_loop.validate.result import GROUPS, Validation
from bo_loop.validate.splits import Split

METRICS, PREDICTIONS, MODEL = "metrics.json", "predictions.csv", "model.yaml"


def validate(config: Mapping[str, Any], note: Note = lambda *_: None) -> Validation:
    """Validate a model, and write what was found into ``config["out"]``.

    Parameters
    ----------
    config : mapping
        What ``conf/validate.yaml`` composes: ``data, features, model, split, selection, out``.
    note : callable
        Told the step, how much of it is done, of how much, and the last error of a selection.

    Returns
    -------
    Validation

    Raises
    ------
    DataError
        If the folder holds another validation, or the data are too few.
    ConfigError, FitError
        As the parts of the config.
    """
    folder = Path(config["out"])
    described = build(config["features"])
    observations = described.usable(_observations(config["data"])).reset_index(drop=True)
    memory = Memory.open(folder, config, observations)
    note("describing the pairs", 0, 1, None)
    features = described.fit(observations).transform(observations)
    note("mapping the domain", 0, 1, None)
    split = memory.split(lambda: build(config["split"]).split(features))
    y = observations["log_beta"].to_numpy(np.float64)
    noise = np.nan_to_num(observations["log_beta_sd"].to_numpy(np.float64)) ** 2
    recipe, selections = build(config["model"]), {}
    selection = build(config["selection"])
    if selection is not None and isinstance(recipe, BetaGP):
        task = Task(features, y, noise, split.train, split.sets[split.choose_on])
        told = memory.saving(note)
        recipe, selections = choose_features(
            recipe, selection, task, memory.part("selection"), told
        )
        memory.save()
    note("fitting", 0, 1, None)
    model, report = _final(
        recipe, features.take(split.train), y[split.train], noise[split.train], memory
    )
    found = _judged(observations, features, split, model, recipe, selections)
    _write(folder, found, config, report)
    write_page(folder, found, config)
    return found


def _observations(node: Mapping[str, Any]) -> pd.DataFrame:
    data = build(node)
    values = data[data["censoring"] == "none"]  # bounds cannot be compared with a prediction
    return with_keys(values.reset_index(drop=True), "the data")


def _final(
    recipe: ModelRecipe, features: PairFeatures, y: Any, noise: Any, memory: "Memory"
) -> tuple[FittedModel, dict[str, Any]]:
    """Fit the model, or rebuild the one that was fitted; return how it was fitted as well."""
    final = memory.part("final")
    if not final:
        model = recipe.fit(features, y, noise)
        final |= {"hyperparameters": model.hyperparameters(), "fit": model.fit_report}
        memory.save()
        return model, final["fit"]
    return recipe.build(features, y, noise, final["hyperparameters"]), final["fit"]


def _judged(
    observations: pd.DataFrame,
    features: PairFeatures,
    split: Split,
    model: FittedModel,
    recipe: ModelRecipe,
    selections: Mapping[str, Selection],
) -> Validation:
    rows = np.arange(len(features))
    bound = model.bind(features)
    variance = bound.variance(rows)
    uses = {"train": split.train, **split.sets}
    predicted = observations.assign(
        mean=bound.mean(rows),
        sd=np.sqrt(variance + model.noise(features)),
        sd_latent=np.sqrt(variance),
        set=[" ".join(name for name, of in uses.items() if row in of) for row in rows],
    )
    train = features.take(split.train)
    return Validation(
        observations=predicted,
        features=features,
        split=split,
        model=model,
        recipe=recipe,
        selections=selections,
        relevances={
            name: relevance(part, seen) for name, (part, seen, _) in model.parts(train).items()
        },
        table=_table(predicted, uses),
    )


def _table(predicted: pd.DataFrame, uses: Mapping[str, Any]) -> pd.DataFrame:
    y, mean, sd = (predicted[name].to_numpy() for name in ("log_beta", "mean", "sd"))
    ones = predicted["n_ligands"].to_numpy() == 1
    of = dict(zip(GROUPS, (np.ones(len(y), dtype=bool), ones, ~ones), strict=True))
    return pd.DataFrame(
        [
            {"set": name, "group": group} | metrics(y[at], mean[at], sd[at])
            for name, rows in uses.items()
            for group, mask in of.items()
            if len(at := rows[mask[rows]])
        ]
    )


def _write(
    folder: Path, found: Validation, config: Mapping[str, Any], report: Mapping[str, Any]
) -> None:
    kind = type(found.recipe)
    model = {"_target_": f"{kind.__module__}.{kind.__qualname__}", **asdict(found.recipe)}
    text = yaml.safe_dump(model, allow_unicode=True, sort_keys=False)
    (folder / MODEL).write_text(
        "# The validated model; put this file into conf/model/ to use it by its name.\n" + text,
        encoding="utf-8",
        newline="\n",
    )
    columns = [*PAIR_COLUMNS, "log_beta", "source", "set", "mean", "sd", "sd_latent"]
    found.observations[columns].to_csv(
        folder / PREDICTIONS, index=False, encoding="utf-8-sig", lineterminator="\n"
    )
    save_json(
        folder / METRICS,
        {
            "config": dict(config),
            "rows": {"train": len(found.split.train)}
            | {name: len(rows) for name, rows in found.split.sets.items()},
            "features_chosen_on": found.split.choose_on if found.selections else None,
            "metrics": json.loads(found.table.to_json(orient="records", double_precision=12)),
            "relevance": found.relevances,
            "selection": {
                name: {"count": s.count, "of": len(s.relevance), "mae": s.mae, "kept": s.names}
                for name, s in found.selections.items()
            },
            "model": model,
            "fit": report,
        },
    )
