"""Search options by grouped cross-validation, with Optuna.

The study lives in ``study.journal`` of the output folder, and every finished fold beside it, as
`bo_loop.validate` keeps them: a search that was killed goes on where it stopped, and ends as if
nothing had happened. A trial whose first folds are worse than the median of those before it is
pruned.

Akiba, Sano, Yanase, Ohta and Koyama, Optuna, KDD 2019; Bergstra et al., NeurIPS 2011 (TPE).
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from bo_loop.base import parallel
from bo_loop.base.config import build, require_types
from bo_loop.base.errors import ConfigError, DataError, FitError
from bo_loop.base.parallel import Executor, Serial
from bo_loop.studies.tune.search_space import Space
from bo_loop.studies.tune.trial_folds import TrialFolds
from bo_loop.studies.validate.cases import Cases, Drawn, drawn
from bo_loop.studies.validate.finished import Memory
from bo_loop.studies.validate.folds import Plan
from bo_loop.studies.validate.judge import Contestant
from bo_loop.studies.validate.result import GROUPS

JOURNAL = "study.journal"
SCORES = ("mae", "rmse", "nll")
_PROBLEM = "problem"
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)

Note = Callable[[str, int, int, float | None], None]


@dataclass(frozen=True)
class Search:
    """What is searched, and how it is judged.

    Parameters
    ----------
    space : Space
    trials : int
        So many in all, those pruned among them.
    score : {"mae", "rmse", "nll"}
        Of all pairs held back together; the smaller the better.
    group : {"all", "n = 1", "n > 1"}
        The pairs that it is taken over.
    unpruned : int
        Trials before any is pruned.
    prune_after : int
        Folds of a trial before it may be pruned.
    seed : int
    time_budget_s : float, optional
        No trial begins after so many seconds of this run.

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    """

    space: Space
    trials: int = 30
    score: str = "mae"
    group: str = "all"
    unpruned: int = 5
    prune_after: int = 1
    seed: int = 0
    time_budget_s: float | None = None

    def __post_init__(self):
        if self.score not in SCORES:
            raise ConfigError(f"score is {self.score!r}; it is one of {', '.join(SCORES)}.")
        if self.group not in GROUPS:
            raise ConfigError(f"group is {self.group!r}; it is one of {', '.join(GROUPS)}.")
        for name, least in (("trials", 1), ("prune_after", 1), ("unpruned", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} is {getattr(self, name)}; give at least {least}.")


@dataclass(frozen=True)
class Found:
    """What a search found.

    Parameters
    ----------
    trials : DataFrame
        A row for each trial that ended: ``trial``, ``state`` (complete, pruned), ``score`` (of the
        folds done), ``folds``, ``seconds``, ``problem``, and each option.
    best : mapping
        Config nodes ``model`` and ``features`` of the best trial that was not pruned.
    """

    trials: pd.DataFrame
    best: Mapping[str, Mapping[str, Any]]


class _Held:
    """The folder's lock is held: Optuna's own stays behind when a process is killed."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


class Tuning:
    """A search on given data and splits, with a folder that remembers it."""

    def __init__(
        self,
        search: Search,
        cases: Cases,
        split: Drawn,
        memory: Memory,
        note: Note,
        executor: Executor,
    ):
        self.search, self.memory, self.note = search, memory, note
        self._folds = TrialFolds(cases, split, memory, executor, search.group, search.score)

    def run(self) -> Found:
        """Search until there are as many trials as asked for.

        Returns
        -------
        Found

        Raises
        ------
        FitError
            If no trial could be fitted.
        """
        study = self._study()
        began = time.monotonic()
        budget = self.search.time_budget_s
        while (done := len(study.get_trials(states=_DONE))) < self.search.trials:
            if budget is not None and done and time.monotonic() - began > budget:
                break
            # As many random numbers as trials ended: a search that was killed draws the same.
            study.sampler = optuna.samplers.TPESampler(seed=_mixed(self.search.seed, done))
            self._judge(study, study.ask(), done)
        return self._found(study)

    def _study(self) -> optuna.Study:
        """Open the study; a trial that was killed is asked for again."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        journal = JournalFileBackend(str(self.memory.folder / JOURNAL), _Held())
        study = optuna.create_study(
            study_name="tune",
            storage=JournalStorage(journal),
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=self.search.unpruned, n_warmup_steps=self.search.prune_after
            ),
        )
        killed = study.get_trials(states=(TrialState.RUNNING,))
        for trial in killed:
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)
        if not study.trials:
            study.enqueue_trial(self.search.space.as_it_stands())
        return study

    def _judge(self, study: optuna.Study, trial: optuna.Trial, done: int) -> None:
        """Judge the options that a trial suggests, fold by fold."""
        nodes = self.search.space.nodes(self.search.space.suggested(trial))
        contestant = Contestant("trial", nodes["model"], nodes["features"])
        best, n_folds = _best(study), len(self._folds)
        predictions = []
        with closing(self._folds.of(contestant)) as folds:
            for number in range(1, n_folds + 1):
                step = f"trial {done + 1}, fold {number} of {n_folds}"
                self.note(step, done, self.search.trials, best)
                try:
                    predictions.append(next(folds))
                except FitError as error:  # such options cannot be fitted
                    trial.set_user_attr(_PROBLEM, str(error))
                    study.tell(trial, state=TrialState.PRUNED)
                    return
                score = self._folds.score(predictions)
                if score is None:
                    continue
                trial.report(score, number)
                if number < n_folds and trial.should_prune():
                    study.tell(trial, state=TrialState.PRUNED)
                    return
        study.tell(trial, score)

    def _found(self, study: optuna.Study) -> Found:
        trials = study.get_trials(deepcopy=False, states=_DONE)
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if not complete:
            problems = [trial.user_attrs[_PROBLEM] for trial in trials if trial.user_attrs]
            raise FitError(f"No trial could be judged: {'; '.join(sorted(set(problems)))}")
        best = min(complete, key=lambda trial: (trial.value, trial.number))
        chosen = self._chosen(best)
        table = pd.DataFrame([{"trial": i} | self._row(t) for i, t in enumerate(trials, start=1)])
        return Found(table, self.search.space.nodes(chosen))

    def _chosen(self, trial: FrozenTrial) -> dict[str, Any]:
        return self.search.space.suggested(optuna.trial.FixedTrial(trial.params))

    def _row(self, trial: FrozenTrial) -> dict[str, Any]:
        values = trial.intermediate_values
        last = max(values, default=None)
        return {
            "state": trial.state.name.lower(),
            "score": np.nan if last is None else values[last],
            "folds": last or 0,
            "seconds": round(trial.duration.total_seconds(), 1),
            "problem": trial.user_attrs.get(_PROBLEM, ""),
            **self._chosen(trial),
        }


def tune(config: Mapping[str, Any], note: Note = lambda *_: None) -> Found:
    """Search, as ``conf/tune.yaml`` says; everything is kept in ``config["out"]``.

    Parameters
    ----------
    config : mapping
        ``data, model, features, split, space, out`` and the other options of ``conf/tune.yaml``.
    note : callable
        Called with the step, how many trials are done, of how many, and the best score so far.

    Returns
    -------
    Found

    Raises
    ------
    ConfigError
        If an option has a value it cannot take, or the space names none.
    DataError
        If the folder holds another search, or the data are too few.
    FitError
        If no trial could be fitted.
    """
    space = Space(config["space"], {group: config[group] for group in ("model", "features")})
    build(config["model"])  # a bad one is refused here, before the data are read
    names = ("trials", "score", "group", "unpruned", "prune_after", "seed", "time_budget_s")
    own = {name: config[name] for name in names}
    require_types("bo-loop tune", Search, own)
    search = Search(space, **own)
    asked = {key: config[key] for key in asdict(Plan())}
    require_types("bo-loop tune", Plan, asked)
    plan = Plan(**asked)
    processes = config["processes"]
    parallel.processes(processes, plan.folds)  # a bad number is refused here
    note("reading the data", 0, search.trials, None)
    cases = Cases.load(config["data"], config["scored_sources"])
    space.require_usable(cases.observations)
    memory = Memory.open(Path(config["out"]), cases.observations)
    with memory.alone():
        _claim(memory, config)
        split = drawn(cases, config["split"], plan, memory)
        executor = parallel.processes(processes, len(split.splits)) if processes != 1 else Serial()
        return Tuning(search, cases, split, memory, note, executor).run()


def _claim(memory: Memory, config: Mapping[str, Any]) -> None:
    """Write down what the folder's trials are of, or check that it is this."""
    free = ("trials", "time_budget_s", "processes", "out", "json", "name")
    free += ("spaces", "features_of")
    task = memory.fingerprint({key: value for key, value in config.items() if key not in free})
    if memory.part("tune").setdefault("task", task) != task:
        raise DataError(
            f"{memory.folder} holds another search, or one of another space. Give a new folder as "
            "out, or repeat that search's own command to go on with it (with more trials, if you "
            "like)."
        )
    memory.save()


def _best(study: optuna.Study) -> float | None:
    values = [t.value for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
    return min(values, default=None)


def _mixed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
