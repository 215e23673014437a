"""`bo-loop validate`: judge models on the same splits.

The folds are fitted in processes of one thread each, so that no result depends on how many there
are. Each finished fold is kept (`bo_loop.studies.validate.finished`): the same command goes on
where it stopped, and models, splits and repeats may be added to a folder.
"""

import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bo_loop.base import parallel
from bo_loop.base.config import require_types
from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, Rows
from bo_loop.campaign.settings import is_learner
from bo_loop.studies.validate.cases import Cases, Described, Drawn, drawn
from bo_loop.studies.validate.finished import Memory, Note, Result
from bo_loop.studies.validate.folds import Plan, training_rows
from bo_loop.studies.validate.judge import Bout, Contestant, Fold, fitted, prepared
from bo_loop.studies.validate.output import write
from bo_loop.studies.validate.result import Outcome, Validation
from bo_loop.studies.validate.taught import Taught

OWN_PROTONATION = {True: (True,), False: (False,), "both": (False, True)}


def validate(config: Mapping[str, Any], note: Note = lambda *_: None) -> Validation:
    """Judge every model on every split, and write what was found into ``config["out"]``.

    Parameters
    ----------
    config : mapping
        The options of ``conf/validate.yaml``, with ``models`` as a mapping of names to
        ``{"model": node, "features": node}`` and ``splits`` as a mapping of names to nodes.
        Needed are these two, ``data`` and ``out``; the rest is as `Plan` has it, with every source
        scored, no protonation constants of ligands held back, all features kept, and a fold a
        core at once (``processes``).
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
    processes = config.get("processes")
    require_types("bo-loop validate", _judge_all, {"processes": processes})
    parallel.processes(processes, 1)  # a bad number is refused before the data are read
    asked = {key: config[key] for key in asdict(Plan()) if key in config}
    require_types("bo-loop validate", Plan, asked)
    plan = Plan(**asked)
    note("reading the data", 0, 1, None)
    cases = Cases.load(config["data"], config.get("scored_sources"))
    taught = Taught.of(config.get("sources", ()), cases.observations)
    memory = Memory.open(Path(config["out"]), cases.observations)
    with memory.alone():
        found = _planned(cases, contestants, config, plan, memory, note, taught)
        _judge_all(found, memory, note, processes)
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
    taught: Taught | None,
) -> Validation:
    """Return all that is to be done, without results."""
    own, splits = config.get("own_protonation", False), {}
    for name, node in config["splits"].items():
        note(f"splitting by {name}", 0, 1, None)
        splits[name] = drawn(cases, node, plan, memory)
    note("describing the pairs", 0, 1, None)
    series = []
    for each in contestants:
        described = cases.seen_by(each.recipe, each.features, taught)
        for name, split in splits.items():
            series += _series(cases, each, described, name, split, own)
    return Validation(cases, {name: each.splits for name, each in splits.items()}, series)


def _contestants(config: Mapping[str, Any]) -> list[Contestant]:
    """Return the models; their options are looked at before anything is computed."""
    models = config["models"]
    if not models or not config["splits"]:
        raise ConfigError("models and splits must each name one or more.")
    if config.get("sources") and not any(is_learner(each["model"]) for each in models.values()):
        raise ConfigError("sources are for model=transfer; choose it, or leave sources out.")
    own = config.get("own_protonation", False)
    if own not in OWN_PROTONATION:
        raise ConfigError(f"own_protonation is {own!r}; it is true, false or both.")
    return [
        Contestant(name, each["model"], each["features"], config.get("selection"))
        for name, each in models.items()
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


def _judge_all(found: Validation, memory: Memory, note: Note, processes: int | None = None) -> None:
    """Fill in the results of all outcomes; each is kept as soon as it is known."""
    places = [
        (outcome, number) for outcome in found.outcomes for number in range(len(outcome.bouts))
    ]
    missing = [place for place in places if _recalled(*place, memory) is None]
    done, total = len(places) - len(missing), len(places)
    folds = []
    for outcome, number in missing:
        note(outcome.title, done, total, None)
        folds.append(prepared(found.cases, outcome.bouts[number], memory, note))
    runner = parallel.processes(processes, len(folds))
    for position, (result, heard) in runner.run(_fitted, folds):
        outcome, number = missing[position]
        for each in heard:
            warnings.warn(each, stacklevel=2)
        memory.keep(*_kept_as(outcome, number, memory), result)
        done += 1
        error = mean_error(found.cases.y, result, outcome.bouts[number].split.judged)
        note(outcome.title, done, total, error)
    for outcome, number in places:
        # Report what is on disk, whether it was computed now or earlier.
        outcome.results.append(_recalled(outcome, number, memory))


def _fitted(fold: Fold) -> tuple[Result, list[Warning]]:
    """Fit and predict, and hand over what was warned of."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("default")
        return fitted(fold), [w.message for w in heard if issubclass(w.category, UserWarning)]


def _recalled(outcome: Outcome, number: int, memory: Memory) -> Result | None:
    judged = outcome.bouts[number].split.judged
    return memory.recalled(*_kept_as(outcome, number, memory), judged)


def _kept_as(outcome: Outcome, number: int, memory: Memory) -> tuple[str, str]:
    bout = outcome.bouts[number]
    name = f"{outcome.title} {bout.split.repeat} {bout.split.fold}"
    return name, bout.fingerprint(memory)


def mean_error(y: Floats, result: Result, rows: Rows) -> float:
    """MAE of the predictions of a fold on `rows`."""
    means = result.predictions.set_index("row")["mean"].loc[rows]
    return float(np.abs(means.to_numpy() - y[rows]).mean())
