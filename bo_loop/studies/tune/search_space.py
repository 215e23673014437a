"""What a search may change: dotted option → the values it may take.

A list names the values; a mapping is a range, ``{low: 0.5, high: 0.95}``, with ``log: true`` where
factors matter rather than differences. Between two whole numbers only whole ones are tried.
"""

import copy
import json
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError

_GROUPS = ("model", "features")


@dataclass(frozen=True)
class Space:
    """Options to search, and the config that they are options of.

    Parameters
    ----------
    options : mapping
        Dotted key, such as ``model.fit_rows`` or ``features.max_vif``, to a list or a range.
    base : mapping
        Config nodes ``model`` and ``features``: what holds where the search changes nothing.

    Raises
    ------
    ConfigError
        Naming each key that is not an option, or whose values cannot be searched.
    """

    options: Mapping[str, Any]
    base: Mapping[str, Mapping[str, Any]]

    def __post_init__(self):
        if not self.options:
            raise ConfigError(
                "The search space is empty: give one as space={model.fit_rows: [1000, 2000]}, or "
                "under spaces in tune.yaml for each model."
            )
        known = [f"{g}.{name}" for g in _GROUPS for name in self.base[g] if name != "_target_"]
        problems = []
        for key, values in self.options.items():
            if key not in known:
                problems.append(f"{key!r} is not an option; there are {', '.join(known)}")
            elif not _searchable(values):
                problems.append(
                    f"{key} is {values!r}; give a list of values, or a range {{low: …, high: …}} "
                    "of which low is the smaller (and with log: true above 0)"
                )
        _refuse(problems)

    def require_usable(self, observations: pd.DataFrame) -> None:
        """Build model and features with every value there is, one at a time; of a range, its ends.

        Parameters
        ----------
        observations : DataFrame
            Of which one pair shows which blocks of features a model would have to compare.

        Raises
        ------
        ConfigError
            Naming each value that an option cannot take.
        """
        blocks = self._blocks(observations)
        problems = []
        for key, values in self.options.items():
            group = key.partition(".")[0]
            tried = [values["low"], values["high"]] if isinstance(values, Mapping) else values
            for value in tried:
                try:
                    built = build(self.nodes({key: value})[group])
                    if group == "model":
                        built.require_blocks(blocks)
                except ConfigError as error:
                    problems.append(f"{key}={value}: {error}")
        _refuse(problems)

    def _blocks(self, observations: pd.DataFrame) -> Collection[str]:
        features = build(self.base["features"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that protonation constants are left out: as it should
            pairs = features.usable(observations)
        return features.fit(pairs.iloc[:1]).blocks

    def suggested(self, trial: Any) -> dict[str, Any]:
        """Return a value for each option, as an Optuna trial suggests."""
        return {key: _suggested(trial, key, values) for key, values in self.options.items()}

    def nodes(self, chosen: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the config nodes ``model`` and ``features`` with the values chosen."""
        nodes = {group: dict(copy.deepcopy(self.base[group])) for group in _GROUPS}
        for key, value in chosen.items():
            group, _, option = key.partition(".")
            nodes[group][option] = value
        return nodes

    def as_it_stands(self) -> dict[str, Any]:
        """Parameters, in Optuna's words, of the base, where they lie in the space."""
        found = {}
        for key, values in self.options.items():
            group, _, option = key.partition(".")
            value = self.base[group][option]
            if isinstance(values, Mapping):
                number = isinstance(value, int | float) and not isinstance(value, bool)
                if number and values["low"] <= value <= values["high"]:
                    found[key] = value
            elif value in values:
                found[key] = _written(value)
        return found


def _refuse(problems: list[str]) -> None:
    if problems:
        listed = "\n".join(f"  - {text}" for text in problems)
        raise ConfigError(f"space cannot be searched as it is; correct or leave out:\n{listed}")


def _searchable(values: Any) -> bool:
    if isinstance(values, Mapping):
        if not {"low", "high"} <= set(values) <= {"low", "high", "log"}:
            return False
        low, high = values["low"], values["high"]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (low, high))
        log = values.get("log", False)
        if not numbers or not isinstance(log, bool):
            return False
        return math.isfinite(low) and math.isfinite(high) and low < high and (low > 0 or not log)
    return isinstance(values, list | tuple) and len(values) > 0


def _suggested(trial: Any, key: str, values: Any) -> Any:
    if isinstance(values, Mapping):
        low, high = values["low"], values["high"]
        whole = isinstance(low, int) and isinstance(high, int)
        suggest = trial.suggest_int if whole else trial.suggest_float
        return suggest(key, low, high, log=bool(values.get("log")))
    return json.loads(trial.suggest_categorical(key, [_written(value) for value in values]))


def _written(value: Any) -> str:
    """Write a choice as text: Optuna keeps no lists, and takes True for 1."""
    return json.dumps(value)
