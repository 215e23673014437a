"""Fit a model to the training rows of a split, and predict what was held back."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.names import node_of
from bo_loop.base.types import Rows
from bo_loop.models.explain.feature_selection import Selection, Task
from bo_loop.models.explain.relevance import relevance
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.staged.feature_selection import choose_features
from bo_loop.studies.validate.cases import Cases, Described
from bo_loop.studies.validate.finished import Memory, Note, Result
from bo_loop.studies.validate.splits import Split
from bo_loop.surrogate import FittedModel

TRAIN = "train"


@dataclass(frozen=True)
class Contestant:
    """A model that is judged.

    Parameters
    ----------
    name : str
    model, features : mapping
        Config nodes.
    selection : mapping or None
        Config node: how many features each stage of a `BetaGP` keeps, where the split has a set
        to choose on.
    """

    name: str
    model: Mapping[str, Any]
    features: Mapping[str, Any]
    selection: Mapping[str, Any] | None = None

    @cached_property
    def recipe(self) -> Any:
        """The model without data."""
        return build(self.model)

    def node(self) -> list[Any]:
        """Return all that its predictions follow from besides data and split; JSON-able."""
        own = hasattr(self.recipe, "describe")
        return [node_of(self.recipe), None if own else self.features, self.selection]


@dataclass(frozen=True)
class Bout:
    """A model and a split.

    Parameters
    ----------
    contestant : Contestant
    described : Described
        The rows as the model sees them.
    split : Split
    train : int64 array
        Rows of the data that train; no others do.
    """

    contestant: Contestant
    described: Described
    split: Split
    train: Rows

    @property
    def sets(self) -> dict[str, Rows]:
        """Rows that are predicted, by set; those that train too where the domain was mapped."""
        return {**({TRAIN: self.train} if self.split.maps else {}), **self.split.sets}

    def fingerprint(self, memory: Memory) -> str:
        """Name everything that the predictions follow from."""
        sets = {name: rows.tolist() for name, rows in self.split.sets.items()}
        made_of = (self.contestant.node(), self.train.tolist(), sets, self.split.choose_on)
        return memory.fingerprint(*made_of)


def judged(cases: Cases, bout: Bout, memory: Memory, note: Note) -> Result:
    """Fit and predict.

    Every fit begins afresh: hyperparameters of another fold have seen the rows judged here.

    Parameters
    ----------
    cases : Cases
    bout : Bout
    memory : Memory
        Keeps how far a selection of features got.
    note : callable
        Told the step, how much of it is done, of how much, and the last error.

    Returns
    -------
    Result
    """
    began = time.monotonic()
    rows = np.unique(np.concatenate(list(bout.sets.values())))
    run = _trees if hasattr(bout.contestant.recipe, "describe") else _surrogate
    predictions, facts = run(cases, bout, rows, memory, note)
    names = bout.sets
    told = pd.DataFrame({"row": rows, **predictions})
    told.insert(1, "set", [" ".join(n for n, at in names.items() if row in at) for row in rows])
    return Result(told, {**facts, "seconds": round(time.monotonic() - began, 3)})


def _trees(
    cases: Cases, bout: Bout, rows: Rows, memory: Memory, note: Note
) -> tuple[dict[str, Any], dict[str, Any]]:
    seen = bout.described
    found = bout.contestant.recipe.predict(
        seen.take(bout.train), cases.y[bout.train], seen.take(rows), note
    )
    absent = np.full(len(rows), np.nan)
    predictions = {"mean": found.mean, "sd": np.full(len(rows), found.sd)}
    return (
        predictions | {"sd_latent": absent, "beta_1": absent},
        {"fit": dict(found.report), "contributions": dict(found.contributions)},
    )


def _surrogate(
    cases: Cases, bout: Bout, rows: Rows, memory: Memory, note: Note
) -> tuple[dict[str, Any], dict[str, Any]]:
    recipe, facts = bout.contestant.recipe, {}
    selection = bout.contestant.selection
    if selection is not None and bout.split.choose_on and isinstance(recipe, BetaGP):
        recipe, found = _chosen(cases, bout, build(selection), memory, note)
        facts["selections"] = {name: asdict(each) for name, each in found.items()}
        facts["model"] = node_of(recipe)
    train = bout.described.take(bout.train)
    model = recipe.fit(train, cases.y[bout.train], cases.noise[bout.train])
    # As in `predict`: whoever measured these pairs, they are still to be measured.
    asked = replace(bout.described.take(rows), source=None, own=None)
    posterior, at = model.bind(asked), np.arange(len(rows))
    variance = posterior.variance(at)
    facts |= {"hyperparameters": model.hyperparameters(), "fit": model.fit_report}
    if bout.split.maps:
        facts["relevances"] = {
            name: relevance(part, seen) for name, (part, seen, _) in model.parts(train).items()
        }
    predictions = {
        "mean": posterior.mean(at),
        "sd": np.sqrt(variance + model.noise(asked)),
        "sd_latent": np.sqrt(variance),
        "beta_1": _beta_1_input(model, asked, cases.observations["n_ligands"].to_numpy()[rows]),
    }
    return predictions, facts


def _chosen(
    cases: Cases, bout: Bout, selection: Any, memory: Memory, note: Note
) -> tuple[BetaGP, dict[str, Selection]]:
    """Choose the features of both stages of a `BetaGP` on a set of the split."""
    seen, part = bout.described, f"selection {bout.fingerprint(memory)}"
    usable = seen.usable(np.arange(len(seen.at)))
    task = Task(
        features=seen.features,
        y=cases.y[usable],
        noise_var=cases.noise[usable],
        train=seen.at[bout.train],
        valid=seen.at[bout.split.sets[bout.split.choose_on]],
    )

    def told(step: str, done: int, total: int, mae: float | None) -> None:
        memory.save()
        note(f"choosing features of {step}", done, total, mae)

    chosen = choose_features(bout.contestant.recipe, selection, task, memory.part(part), told)
    memory.save()
    return chosen


def _beta_1_input(model: FittedModel, asked: Any, n_ligands: Rows) -> Any:
    """(k,) the β1 that a βn model was told of each pair; nan where there is none."""
    told = np.full(len(n_ligands), np.nan)
    source, more = getattr(model, "source", None), np.flatnonzero(n_ligands > 1)
    if source is not None and len(more):
        told[more] = source.inputs(asked.take(more))[:, 0]
    return told
