"""What a validation found, for its tables, figures and page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.folders import readable
from bo_loop.data.observations import PAIR_COLUMNS
from bo_loop.models.explain.forward_selection import Selection
from bo_loop.studies.validate.cases import Cases
from bo_loop.studies.validate.finished import Result
from bo_loop.studies.validate.judge import TRAIN, Bout
from bo_loop.studies.validate.metrics import metrics
from bo_loop.studies.validate.splits import Split

GROUPS = ("all", "n = 1", "n > 1")
KEYS = ["split", "set", "model", "own_protonation", "group"]


def file_name(text: str) -> str:
    """Return `text` as a part of a file's name; what is cut or left out becomes a digest."""
    plain = readable(text)
    if re.fullmatch(r"[\w.= -]*", text) and len(plain) == len(text):
        return plain
    return f"{plain}-{sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Outcome:
    """A model on every fold of a split.

    Parameters
    ----------
    model, split : str
    own_protonation : bool
        Whether the protonation constants of ligands that were held back trained it.
    bouts : list of Bout
    results : list of Result
        Of the bouts, those that are finished.
    """

    model: str
    split: str
    own_protonation: bool
    bouts: list[Bout]
    results: list[Result] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The model as tables name it."""
        return f"{self.model} + own pKa" if self.own_protonation else self.model

    @property
    def title(self) -> str:
        """What was done, in words."""
        return f"{self.shown} on {self.split}"

    @property
    def file_name(self) -> str:
        """Model and split, as a part of a file's name."""
        own = ("own_pKa",) if self.own_protonation else ()
        return file_name("_".join([self.split, self.model, *own]))

    def facts(self, name: str) -> Any:
        """Return a fact of the first fold, or None."""
        return self.results[0].facts.get(name) if self.results else None

    def selections(self) -> dict[str, Selection]:
        """How many features each stage keeps, if they were chosen."""
        return {
            name: Selection(each["relevance"], {int(n): mae for n, mae in each["mae"].items()})
            for name, each in (self.facts("selections") or {}).items()
        }

    def contributions(self) -> dict[str, float]:
        """Mean |contribution| of each feature over all folds, the largest first."""
        each = [result.facts.get("contributions", {}) for result in self.results]
        names = dict.fromkeys(name for one in each for name in one)
        means = {n: float(np.mean([one.get(n, 0.0) for one in each])) for n in names}
        return dict(sorted(means.items(), key=lambda item: -item[1]))

    def predictions(self, cases: Cases) -> pd.DataFrame:
        """Every prediction, with what was measured and where it belongs."""
        tables = []
        for bout, result in zip(self.bouts, self.results, strict=True):
            rows = result.predictions["row"].to_numpy()
            known = cases.observations.iloc[rows].reset_index(drop=True)
            known = known[[*PAIR_COLUMNS, "log_beta", "source", "ligand_group"]]
            where = {"repeat": bout.split.repeat, "fold": bout.split.fold}
            predicted = result.predictions.drop(columns="row").reset_index(drop=True)
            tables.append(pd.concat([known, predicted], axis=1).assign(**where))
        own = {"own_protonation": self.own_protonation}
        return pd.concat(tables, ignore_index=True).assign(
            model=self.model, split=self.split, **own
        )


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Parameters
    ----------
    cases : Cases
        The data.
    splits : mapping of str to list of Split
    outcomes : list of Outcome
        Model by model, split by split.
    """

    cases: Cases
    splits: Mapping[str, list[Split]]
    outcomes: list[Outcome]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Every prediction of every outcome; a row may come once a fold and repeat."""
        return pd.concat(
            [each.predictions(self.cases) for each in self.outcomes], ignore_index=True
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """Metrics of all predictions of a set together: `KEYS` and the names of `metrics`.

        With ``mae_sd`` and ``r2_sd``, the standard deviations of MAE and R² over the folds; nan
        where there are fewer than two.
        """
        pooled = _scored(self.predictions, KEYS)
        spread = self.folds.groupby(KEYS, sort=False)[["mae", "r2"]].std().add_suffix("_sd")
        return pooled.join(spread, on=KEYS)

    @cached_property
    def folds(self) -> pd.DataFrame:
        """Metrics of each fold: as `table`, with ``repeat`` and ``fold``."""
        return _scored(self.predictions, [*KEYS, "repeat", "fold"])


def _scored(predictions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    found = []
    for part in _by_set_and_group(predictions):
        for values, rows in part.groupby(keys, sort=False):
            numbers = (rows[name].to_numpy() for name in ("log_beta", "mean", "sd"))
            found.append(dict(zip(keys, values, strict=True)) | metrics(*numbers))
    table = pd.DataFrame(found).astype({"r2": "float64"})
    order = {key: list(dict.fromkeys(predictions[key])) for key in ("split", "model")}
    ranks = [table[key].map(order[key].index) for key in order]
    sets = table["set"].map(lambda name: name != TRAIN)
    ranked = table.assign(_split=ranks[0], _train=sets, _model=ranks[1])
    by = ["_split", "_train", "set", "_model", "own_protonation", "group", *keys[5:]]
    return ranked.sort_values(by, kind="stable")[list(table)].reset_index(drop=True)


def _by_set_and_group(predictions: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of each set and each group of n, with ``set`` naming that one set."""
    sets = predictions["set"].str.split(" ")
    ones = predictions["n_ligands"] == 1
    masks = dict(zip(GROUPS, (ones | True, ones, ~ones), strict=True))
    for name in dict.fromkeys(n for names in sets for n in names):
        inside = sets.map(lambda names, name=name: name in names)
        for group, mask in masks.items():
            if (inside & mask).any():
                yield predictions[inside & mask].assign(set=name, group=group)
