"""The folds of a trial: computed side by side, handed over in order, each kept once it is known."""

import json
import warnings
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError, FitError
from bo_loop.base.parallel import Executor
from bo_loop.studies.validate.cases import Cases, Described, Drawn
from bo_loop.studies.validate.finished import Memory, Result
from bo_loop.studies.validate.judge import Bout, Contestant, Fold, fitted, prepared
from bo_loop.studies.validate.metrics import metrics
from bo_loop.studies.validate.run import bout


class TrialFolds:
    """What judges trials: data, splits, and what was computed of them.

    Parameters
    ----------
    cases, split, memory, executor
        Data, how they are split, what keeps finished folds, and where folds are computed.
    group : {"all", "n = 1", "n > 1"}
        The pairs that a score is taken over.
    metric : str
        One of `bo_loop.studies.validate.metrics.metrics`.

    Raises
    ------
    DataError
        If the data hold no pair of the group.
    """

    def __init__(
        self,
        cases: Cases,
        split: Drawn,
        memory: Memory,
        executor: Executor,
        group: str,
        metric: str,
    ):
        self._cases, self._split, self._memory = cases, split, memory
        self._executor, self._metric = executor, metric
        self._described: dict[str, Described] = {}
        scored = {"all": np.ones(len(cases.y), dtype=bool)}
        scored["n = 1"] = (cases.observations["n_ligands"] == 1).to_numpy()
        scored["n > 1"] = ~scored["n = 1"]
        self._scored = scored[group]
        if not self._scored[cases.scored].any():
            raise DataError(f"The data hold no pair of the group {group!r} to judge by.")

    def __len__(self) -> int:
        return len(self._split.splits)

    def of(self, contestant: Contestant) -> Iterator[pd.DataFrame]:
        """Yield the predictions of each fold in order, whatever the order in which they finish.

        A fold that was computed earlier is not computed again.
        """
        bouts = [self._bout(contestant, number) for number in range(len(self._split.splits))]
        names = [each.fingerprint(self._memory) for each in bouts]
        found = [
            self._memory.recalled("trial", name, each.split.judged)
            for name, each in zip(names, bouts, strict=True)
        ]
        missing = [number for number, result in enumerate(found) if result is None]
        memory, silent = self._memory, lambda *_: None
        tasks = [prepared(self._cases, bouts[number], memory, silent) for number in missing]
        with closing(self._executor.run(attempted, tasks)) as finished:
            for number, each in enumerate(bouts):
                while found[number] is None:
                    position, outcome = next(finished)
                    at = missing[position]
                    found[at] = outcome
                    if isinstance(outcome, Result):
                        self._memory.keep("trial", names[at], outcome)
                if isinstance(found[number], FitError):
                    raise found[number]
                # Where the domain is mapped, the pairs that train are predicted too.
                table = found[number].predictions
                yield table[table["row"].isin(each.split.judged)]

    def _bout(self, contestant: Contestant, number: int) -> Bout:
        key = json.dumps(contestant.features, sort_keys=True)
        if key not in self._described:
            self._described[key] = self._cases.seen_by(contestant.recipe, contestant.features)
        described = self._described[key]
        return bout(self._cases, contestant, described, self._split, number, own_protonation=False)

    def score(self, predictions: list[pd.DataFrame]) -> float | None:
        """Return the score of the folds so far, or None while they hold no pair that counts."""
        table = pd.concat(predictions)
        table = table[self._scored[table["row"].to_numpy()]]
        if table.empty:
            return None
        mean, sd = table["mean"].to_numpy(), table["sd"].to_numpy()
        return metrics(self._cases.y[table["row"].to_numpy()], mean, sd)[self._metric]


def attempted(fold: Fold) -> Result | FitError:
    """Fit and predict in any process; options that cannot be fitted are a result as well."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # how each of very many fits ended
            return fitted(fold)
    except FitError as error:
        return error
