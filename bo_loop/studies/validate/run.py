"""`bo-loop validate`: judge models on the same splits.

Each finished fold is kept (`bo_loop.studies.validate.finished`): the same command goes on where it
stopped, and models, splits and repeats may be added to a folder.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base.config import require_types
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats
from bo_loop.studies.validate.cases import Cases, Described, Drawn, drawn
from bo_loop.studies.validate.finished import Memory, Note
from bo_loop.studies.validate.folds import Plan, training_rows
from bo_loop.studies.validate.judge import Bout, Contestant, judged
from bo_loop.studies.validate.output import write
from bo_loop.studies.validate.result import Outcome, Validation

OWN_PROTONATION = {True: (True,), False: (False,), "both": (False, True)}


def validate(config: Mapping[str, Any], note: Note = lambda *_: None) -> Validation:
    """Judge every model on every split, and write what was found into ``config["out"]``.

    Parameters
    ----------
    config : mapping
        The options of ``conf/validate.yaml``, with ``models`` as a mapping of names to
        ``{"model": node, "features": node}`` and ``splits`` as a mapping of names to nodes.
        Needed are these two, ``data`` and ``out``; the rest is as `Plan` has it, with every source
        scored, no protonation constants of ligands held back, and all features kept.
    note : callable
        Told the step, how much of it is done, of how much, and the last error.

    Returns
    -------
    Validation

    Raises
    ------
    DataError
        If the folder holds a validation of other data, or the data are too few.
    ConfigError, FitError
        As the parts of the config.
    """
    contestants = _contestants(config)
    asked = {key: config[key] for key in asdict(Plan()) if key in config}
    require_types("bo-loop validate", Plan, asked)
    plan = Plan(**asked)
    note("reading the data", 0, 1, None)
    cases = Cases.load(config["data"], config.get("scored_sources"))
    memory = Memory.open(Path(config["out"]), cases.observations)
    with memory.alone():
        found = _planned(cases, contestants, config, plan, memory, note)
        _judge_all(found, memory, note)
        note("writing the page", 1, 1, None)
        write(memory.folder, found, config)
    return found


def _planned(
    cases: Cases,
    contestants: list[Contestant],
    config: Mapping[str, Any],
    plan: Plan,
    memory: Memory,
    note: Note,
) -> Validation:
    """Return all that is to be done, without results."""
    own, splits = config.get("own_protonation", False), {}
    for name, node in config["splits"].items():
        note(f"splitting by {name}", 0, 1, None)
        splits[name] = drawn(cases, node, plan, memory)
    note("describing the pairs", 0, 1, None)
    series = []
    for each in contestants:
        described = cases.seen_by(each.recipe, each.features)
        for name, split in splits.items():
            series += _series(cases, each, described, name, split, own)
    return Validation(cases, {name: each.splits for name, each in splits.items()}, series)


def _contestants(config: Mapping[str, Any]) -> list[Contestant]:
    """Return the models; their options are looked at before anything is computed."""
    if not config["models"] or not config["splits"]:
        raise ConfigError("models and splits must each name one or more.")
    own = config.get("own_protonation", False)
    if own not in OWN_PROTONATION:
        raise ConfigError(f"own_protonation is {own!r}; it is true, false or both.")
    return [
        Contestant(name, each["model"], each["features"], config.get("selection"))
        for name, each in config["models"].items()
    ]


def bout(
    cases: Cases,
    contestant: Contestant,
    described: Described,
    split: Drawn,
    number: int,
    *,
    own_protonation: bool,
) -> Bout:
    """Return a model and the split that it is to be judged on.

    Parameters
    ----------
    cases : Cases
    contestant : Contestant
    described : Described
        The rows as the contestant sees them.
    split : Drawn
    number : int
        Which of its splits.
    own_protonation : bool
        Whether protonation constants of ligands that are held back train.
    """
    one = split.splits[number]
    train = training_rows(
        one, split.keys, cases.observations, cases.scored, own_protonation=own_protonation
    )
    return Bout(contestant, described, one, described.usable(train))


def _series(
    cases: Cases,
    contestant: Contestant,
    described: Described,
    name: str,
    split: Drawn,
    asked: Any,
) -> list[Outcome]:
    """Return a model's outcomes on a split, still without results.

    Without and with the ligands' own protonation constants where both are asked for and differ.
    """
    found: list[Outcome] = []
    for own in OWN_PROTONATION[asked]:
        bouts = [
            bout(cases, contestant, described, split, i, own_protonation=own)
            for i in range(len(split.splits))
        ]
        if found and all(
            np.array_equal(a.train, b.train) for a, b in zip(bouts, found[0].bouts, strict=True)
        ):
            break
        found.append(Outcome(contestant.name, name, own, bouts))
    return found


def _judge_all(found: Validation, memory: Memory, note: Note) -> None:
    """Fill in the results of all outcomes, each as soon as it is known."""
    total, done, error = sum(len(each.bouts) for each in found.outcomes), 0, None
    for outcome in found.outcomes:
        for each in outcome.bouts:
            note(outcome.title, done, total, error)
            name = f"{outcome.title} {each.split.repeat} {each.split.fold}"
            fingerprint = each.fingerprint(memory)
            result = memory.recalled(name, fingerprint)
            if result is None:
                result = judged(found.cases, each, memory, note)
                memory.keep(name, fingerprint, result)
                # What is told is what was kept, whether it was found now or earlier.
                result = memory.recalled(name, fingerprint)
            outcome.results.append(result)
            error = mean_error(found.cases.y, outcome, each.split.judged)
            done += 1


def mean_error(y: Floats, outcome: Outcome, rows: Any) -> float:
    """MAE of the last fold of an outcome on `rows`."""
    told = outcome.results[-1].predictions.set_index("row")["mean"].loc[rows]
    return float(np.abs(told.to_numpy() - y[rows]).mean())
