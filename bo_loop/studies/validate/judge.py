"""Fit a model to the training rows of a split, and predict what was held back."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.files import sha256
from bo_loop.base.names import node_of
from bo_loop.base.types import FittedModel, Floats, ModelRecipe, PairFeatures, Rows
from bo_loop.models.explain.forward_selection import Selection, Task
from bo_loop.models.explain.relevance import relevance
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.models.staged.beta_model import BetaModel
from bo_loop.models.staged.choose_features import choose_features
from bo_loop.studies.validate.boosted import LightGBM
from bo_loop.studies.validate.cases import Cases, Described
from bo_loop.studies.validate.finished import Memory, Note, Result
from bo_loop.studies.validate.splits import Split

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
    def recipe(self) -> ModelRecipe | LightGBM:
        """The model without data."""
        return build(self.model)

    def node(self) -> list[Any]:
        """Return all that its predictions follow from besides data and split; JSON-able."""
        if isinstance(self.recipe, LightGBM):
            return [node_of(self.recipe), None, self.selection]
        measured = self.features.get("measured")
        content = [] if measured is None else [sha256(Path(str(measured)))]
        return [node_of(self.recipe), self.features, self.selection, *content]


@dataclass(frozen=True)
class Bout:
    """A model and a split.

    Parameters
    ----------
    contestant : Contestant
    described : Described or None
        The rows as the model sees them; None where that does not matter.
    split : Split
    train : int64 array
        Rows of the data that train; no others do.
    """

    contestant: Contestant
    described: Described | None
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
        taught = self.described.taught if self.described else None
        return memory.fingerprint(*made_of, *([taught.fingerprint()] if taught else []))


@dataclass(frozen=True)
class Fold:
    """All that a model's fit and predictions take, and nothing else: it goes to other processes.

    Parameters
    ----------
    recipe : ModelRecipe or LightGBM
        The model without data, its features chosen.
    train : PairFeatures
        The pairs that train, as the model sees them.
    y, noise : (t,) float64
        log β of these, and the variance reported with each.
    asked : PairFeatures
        The k pairs to predict.
    rows : (k,) int64
        Their positions in the data.
    sets : sequence of str
        The sets that each belongs to; (k,).
    n_ligands : (k,) int64
    relevances : bool
        Whether to say what moves the predictions.
    facts : mapping
        What is known of the fold before it is fitted.
    """

    recipe: ModelRecipe | LightGBM
    train: PairFeatures
    y: Floats
    noise: Floats
    asked: PairFeatures
    rows: Rows
    sets: Sequence[str]
    n_ligands: Rows
    relevances: bool
    facts: Mapping[str, Any]


def prepared(cases: Cases, bout: Bout, memory: Memory, note: Note) -> Fold:
    """Gather what a fold needs, and choose the features of a `BetaGP` if that is asked for.

    Parameters
    ----------
    cases : Cases
    bout : Bout
    memory : Memory
        Keeps how far a selection of features got.
    note : callable
        Called with the step, how much of it is done, of how much, and the last error.

    Returns
    -------
    Fold
    """
    recipe, facts = bout.contestant.recipe, {}
    selection = bout.contestant.selection
    if selection is not None and bout.split.choose_on and isinstance(recipe, BetaGP):
        recipe, found = _chosen(cases, bout, build(selection), memory, note)
        facts = {
            "selections": {name: asdict(each) for name, each in found.items()},
            "model": node_of(recipe),
        }
    names = bout.sets
    described = bout.described.inside(bout.train, bout.split.judged)
    rows = np.unique(np.concatenate(list(names.values())))
    return Fold(
        recipe=recipe,
        train=described.take(bout.train),
        y=cases.y[bout.train],
        noise=cases.noise[bout.train],
        asked=described.take(rows),
        rows=rows,
        sets=[" ".join(name for name, at in names.items() if row in at) for row in rows],
        n_ligands=cases.observations["n_ligands"].to_numpy()[rows],
        relevances=bout.split.maps,
        facts=facts,
    )


def fitted(fold: Fold) -> Result:
    """Fit and predict.

    Every fit begins afresh: hyperparameters of another fold have seen the rows judged here.
    """
    began = time.monotonic()
    run = _trees if isinstance(fold.recipe, LightGBM) else _surrogate
    predictions, facts = run(fold)
    table = pd.DataFrame({"row": fold.rows, "set": fold.sets, **predictions})
    seconds = round(time.monotonic() - began, 3)
    return Result(table, {**fold.facts, **facts, "seconds": seconds})


def _trees(fold: Fold) -> tuple[dict[str, Any], dict[str, Any]]:
    found = fold.recipe.predict(fold.train, fold.y, fold.asked)
    absent = np.full(len(fold.rows), np.nan)
    predictions = {"mean": found.mean, "sd": np.full(len(fold.rows), found.sd)}
    return (
        predictions | {"sd_latent": absent, "beta_1": absent},
        {"fit": dict(found.report), "contributions": dict(found.contributions)},
    )


def _surrogate(fold: Fold) -> tuple[dict[str, Any], dict[str, Any]]:
    model = fold.recipe.fit(fold.train, fold.y, fold.noise)
    # As in `predict`: whoever measured these pairs, they are still to be measured.
    asked = replace(fold.asked, source=None, own=None)
    posterior, at = model.bind(asked), np.arange(len(fold.rows))
    variance = posterior.variance(at)
    facts = {"hyperparameters": model.hyperparameters(), "fit": model.fit_report}
    if fold.relevances:
        facts["relevances"] = {
            name: relevance(part, seen) for name, (part, seen, _) in model.parts(fold.train).items()
        }
    predictions = {
        "mean": posterior.mean(at),
        "sd": np.sqrt(variance + model.noise(asked)),
        "sd_latent": np.sqrt(variance),
        "beta_1": _beta_1_input(model, asked, fold.n_ligands),
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

    def report(step: str, done: int, total: int, mae: float | None) -> None:
        memory.save()
        note(f"choosing features of {step}", done, total, mae)

    chosen = choose_features(bout.contestant.recipe, selection, task, memory.part(part), report)
    memory.save()
    return chosen


def _beta_1_input(model: FittedModel, asked: PairFeatures, n_ligands: Rows) -> Floats:
    """Return the β1 that a βn model had as an input of each pair; (k,), NaN where there is none."""
    beta_1, more = np.full(len(n_ligands), np.nan), np.flatnonzero(n_ligands > 1)
    if isinstance(model, BetaModel) and model.source is not None and len(more):
        beta_1[more] = model.source.inputs(asked.take(more))[:, 0]
    return beta_1
