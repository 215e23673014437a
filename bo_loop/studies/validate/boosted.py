"""The baseline: gradient-boosted trees on every descriptor. For validation only, no surrogate.

LightGBM (Ke et al., NIPS 2017) on all Mordred descriptors, metal-ion properties and pair features,
with recursive feature elimination (Guyon et al., Mach. Learn. 2002, 46, 389) and hyperparameters
found by Optuna's TPE. Both are judged on inner folds of the training pairs, grouped by ligand:
nothing of the pairs that are predicted is used, and no fold uses what another found.

Symbols
-------
n, k    training pairs, pairs asked for
d       features
s       standard deviation of the out-of-fold residuals: the predictive sd of every pair, since
        trees have no posterior. Early stopping looks at the same residuals, so s is a little small.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.features.assembly import raw_features
from bo_loop.studies.validate.folds import Plan

_BLOCKS = ("properties", "charge", "mordred")

_PLAIN = {
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "lambda_l2": 0.1,
}
"""For the elimination, and the first trial."""

Note = Callable[[str, int, int, float | None], None]


@dataclass(frozen=True)
class LightGBM:
    """Boosted trees, with features and hyperparameters chosen inside the training pairs.

    Parameters
    ----------
    inner_folds : int
        Folds of the training ligands, on which features and hyperparameters are chosen.
    dropped_share : float
        Share of the features, those of least gain, that each step of the elimination drops.
    fewest_features : int
        Where the elimination ends.
    trials : int
        Sets of hyperparameters that are tried.
    time_budget_s : float, optional
        No trial begins after so many seconds; the result then depends on the machine.
    max_trees : int
        Early stopping takes fewer.
    patience : int
        Trees without progress before it stops.
    threads : int
        0: one for each core.
    seed : int

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    """

    inner_folds: int = 3
    dropped_share: float = 0.5
    fewest_features: int = 20
    trials: int = 20
    time_budget_s: float | None = None
    max_trees: int = 1000
    patience: int = 50
    threads: int = 0
    seed: int = 0

    def __post_init__(self):
        if not 0.0 < self.dropped_share < 1.0:
            raise ConfigError(
                f"model.dropped_share is {self.dropped_share}; give a share in (0, 1)."
            )
        least = {"inner_folds": 2, "fewest_features": 1, "trials": 1, "max_trees": 1, "patience": 1}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ConfigError(f"model.{name} is {getattr(self, name)}; give at least {value}.")

    def fit(self, *_: Any, **__: Any) -> Any:
        """Refuse: a surrogate needs a posterior, and trees have none.

        Raises
        ------
        ConfigError
            Always.
        """
        raise ConfigError(
            "model=lightgbm is a baseline for bo-loop validate: trees have no posterior to choose "
            "experiments by. Take another model, such as model=pair_gp."
        )

    def describe(self, pairs: pd.DataFrame) -> PairFeatures:
        """Return every feature, unscaled; nan where a descriptor is undefined.

        Raises
        ------
        ConfigError
            If LightGBM is not installed: before any other model is fitted.
        """
        lightgbm()
        return raw_features(pairs, _BLOCKS)

    def predict(
        self, train: PairFeatures, y: Floats, asked: PairFeatures, note: Note = lambda *_: None
    ) -> "Boosted":
        """Choose features and hyperparameters, fit to `train`, and predict `asked`.

        Parameters
        ----------
        train : PairFeatures
            n pairs.
        y : (n,) float64
            Their log β.
        asked : PairFeatures
            k pairs.
        note : callable
            Told the step, how much of it is done, of how much, and the smallest MAE so far.

        Returns
        -------
        Boosted

        Raises
        ------
        ConfigError
            If LightGBM is not installed.
        DataError
            If there are fewer training ligands than inner folds.
        """
        search = _Search(self, lightgbm(), train, y, note)
        columns, path = search.eliminated()
        chosen = search.tuned(columns)
        judged = search.judged(columns, chosen)
        parameters = search.parameters(chosen)
        booster = search.trained(parameters, columns, np.arange(len(y)), judged.trees)
        X = asked.dense()[:, columns]
        contributions = np.abs(booster.predict(X, pred_contrib=True)[:, :-1]).mean(axis=0)
        names = np.array(train.dense_names())[columns]
        order = np.argsort(-contributions, kind="stable")
        return Boosted(
            mean=booster.predict(X),
            sd=float(np.sqrt(np.mean((y - judged.predicted) ** 2))),
            contributions={str(names[j]): float(contributions[j]) for j in order},
            report={
                "hyperparameters": chosen,
                "trees": judged.trees,
                "inner_mae": judged.mae,
                "elimination": path,
            },
        )


@dataclass(frozen=True)
class Boosted:
    """What the trees say.

    Parameters
    ----------
    mean : (k,) float64
    sd : float
        s.
    contributions : mapping of str to float
        Mean |SHAP value| of each feature kept over the pairs asked for, in log β, the largest
        first (Lundberg et al., Nat. Mach. Intell. 2020, 2, 56).
    report : mapping
        Hyperparameters, number of trees, inner MAE, and the MAE for each number of features.
    """

    mean: Floats
    sd: float
    contributions: Mapping[str, float]
    report: Mapping[str, Any]


@dataclass(frozen=True)
class _Judged:
    """Out-of-fold predictions (n,), their MAE, mean number of trees, and gain by feature (d,)."""

    predicted: Floats
    mae: float
    trees: int
    gain: Floats


class _Search:
    """Inner folds of one training set, and what is found on them."""

    def __init__(
        self, recipe: LightGBM, library: ModuleType, train: PairFeatures, y: Floats, note: Note
    ):
        self.recipe, self.library, self.y, self.note = recipe, library, y, note
        self.X = train.dense()
        groups = train.ligand_group[train.ligand_row]
        plan = Plan(folds=recipe.inner_folds, seed=recipe.seed)
        self.folds = plan.splits(groups, np.arange(len(y)))

    def eliminated(self) -> tuple[Rows, dict[int, float]]:
        """Return the columns with the smallest MAE, and the MAE by their number."""
        values = [column[np.isfinite(column)] for column in self.X.T]
        columns, path, kept = np.flatnonzero([len(np.unique(v)) > 1 for v in values]), {}, {}
        while True:
            judged = self.judged(columns, _PLAIN)
            path[len(columns)], kept[len(columns)] = judged.mae, columns
            self.note("eliminating features", len(path), len(path), min(path.values()))
            if len(columns) <= self.recipe.fewest_features:
                best = min(path, key=lambda count: (path[count], count))
                return kept[best], path
            left = int((1.0 - self.recipe.dropped_share) * len(columns))
            left = max(left, self.recipe.fewest_features)
            columns = np.sort(columns[np.argsort(-judged.gain, kind="stable")[:left]])

    def tuned(self, columns: Rows) -> dict[str, Any]:
        """Return the hyperparameters with the smallest MAE of all trials."""
        import optuna  # takes half a second: only where it is needed

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=self.recipe.seed))
        study.enqueue_trial(_PLAIN)

        def objective(trial: Any) -> float:
            mae = self.judged(columns, _suggested(trial)).mae
            best = min([mae, *(t.value for t in study.trials if t.value is not None)])
            self.note("trying hyperparameters", trial.number + 1, self.recipe.trials, best)
            return mae

        study.optimize(objective, self.recipe.trials, timeout=self.recipe.time_budget_s)
        return dict(study.best_params)

    def judged(self, columns: Rows, chosen: Mapping[str, Any]) -> _Judged:
        """Predict each inner fold by the others."""
        predicted, gain, trees = np.empty(len(self.y)), np.zeros(len(columns)), []
        for fold in self.folds:
            booster = self.trained(
                self.parameters(chosen), columns, fold.train, self.recipe.max_trees, fold.judged
            )
            predicted[fold.judged] = booster.predict(self.X[np.ix_(fold.judged, columns)])
            gain += booster.feature_importance("gain")
            trees.append(booster.best_iteration or booster.current_iteration())
        mae = float(np.abs(self.y - predicted).mean())
        return _Judged(predicted, mae, max(1, round(float(np.mean(trees)))), gain)

    def trained(
        self,
        parameters: Mapping[str, Any],
        columns: Rows,
        rows: Rows,
        trees: int,
        stop_on: Rows | None = None,
    ) -> Any:
        """Fit to `rows`; with `stop_on`, stop once the error on those rows no longer falls."""
        data = self.library.Dataset(
            self.X[np.ix_(rows, columns)], self.y[rows], params=dict(parameters)
        )
        if stop_on is None:
            return self.library.train(dict(parameters), data, trees)
        watched = data.create_valid(self.X[np.ix_(stop_on, columns)], self.y[stop_on])
        patience = self.library.early_stopping(self.recipe.patience, verbose=False)
        return self.library.train(
            dict(parameters), data, trees, valid_sets=[watched], callbacks=[patience]
        )

    def parameters(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return LightGBM's own words for everything."""
        return {
            "objective": "l2",
            "metric": "l1",
            "bagging_freq": 1,
            "num_threads": self.recipe.threads,
            "seed": self.recipe.seed,
            "deterministic": True,
            "force_row_wise": True,  # or it times both ways, and takes the faster of the day
            "verbosity": -1,
            **chosen,
        }


def _suggested(trial: Any) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 127, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 2, 50, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.4, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 30.0, log=True),
    }


def lightgbm() -> ModuleType:
    """Import LightGBM.

    Raises
    ------
    ConfigError
        If it is not installed, or a library that it needs.
    """
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # OSError: no OpenMP runtime
        raise ConfigError(
            f"model=lightgbm needs the package lightgbm ({error}). Install it with "
            "python -m pip install 'bo-loop[validate]', or leave it out of models."
        ) from error
    return lightgbm
