"""Latent features of curves: PCA, NMF or a small VAE, with as many components as predict best.

Symbols
-------
n, p   curves, points of each
k      components
X      curves                    (n, p)
s      latent features           (n, k)
r      repeats of the folds

Each model is fitted inside the folds: centre, components and the ridge that predicts the property
from s have seen nothing of the curves held back. Which model and how many components: the lowest
mean squared error over all folds; without a property, of the curves themselves.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.progress import report
from bo_loop.base.types import Floats, Rows

MODELS = ("pca", "nmf", "vae")


class Latent(Protocol):
    """A fitted model of curves."""

    def encode(self, X: Floats) -> Floats:
        """Return the latent features of curves (n, p); (n, k)."""

    def decode(self, s: Floats) -> Floats:
        """Return curves (n, p) of latent features (n, k)."""

    def slopes(self, X: Floats, weights: Floats) -> Floats:
        """Differentiate Σ_j w_j s_j with respect to every point of each curve; (n, p)."""


@dataclass(frozen=True)
class _Linear:
    """PCA."""

    model: Any

    def encode(self, X: Floats) -> Floats:
        return self.model.transform(X)

    def decode(self, s: Floats) -> Floats:
        return self.model.inverse_transform(s)

    def slopes(self, X: Floats, weights: Floats) -> Floats:
        return np.tile(weights @ self.model.components_, (len(X), 1))


@dataclass(frozen=True)
class _NonNegative:
    """NMF; what is below 0 counts as 0."""

    model: Any

    def encode(self, X: Floats) -> Floats:
        from scipy.optimize import nnls

        # The factors' own updates only approach what this finds.
        parts = self.model.components_.T
        return np.array([nnls(parts, row)[0] for row in np.maximum(X, 0.0)])

    def decode(self, s: Floats) -> Floats:
        return s @ self.model.components_

    def slopes(self, X: Floats, weights: Floats) -> Floats:
        # s solves non-negative least squares: linear in X while the same components are at work.
        parts, found = self.model.components_, self.encode(X)
        slopes = np.zeros_like(X)
        for i, active in enumerate(found > 1e-10):
            if active.any():
                slopes[i] = weights[active] @ np.linalg.pinv(parts[active].T)
        return slopes


def fit_latent(kind: str, X: Floats, k: int, seed: int = 0) -> Latent:
    """Fit a latent model of k components to curves (n, p).

    Raises
    ------
    ConfigError
        If there is no such model.
    DataError
        If there are not more curves than components.
    """
    if kind not in MODELS:
        raise ConfigError(f"latent is {kind!r}; give one or more of {', '.join(MODELS)}.")
    if not 1 <= k < min(X.shape):
        raise DataError(f"{k} components need more curves, and points, than that: {X.shape}.")
    if kind == "pca":
        from sklearn.decomposition import PCA

        return _Linear(PCA(k, svd_solver="full").fit(X))
    if kind == "nmf":
        from sklearn.decomposition import NMF
        from sklearn.exceptions import ConvergenceWarning

        model = NMF(k, init="nndsvda", max_iter=1000, random_state=seed)
        with warnings.catch_warnings():  # factors that still creep are factors
            warnings.simplefilter("ignore", ConvergenceWarning)
            return _NonNegative(model.fit(np.maximum(X, 0.0)))
    from bo_loop.lab.spectra.vae import fit_vae

    return fit_vae(X, k, seed)


@dataclass(frozen=True)
class Study:
    """What was tried, and the best of it fitted to all curves.

    Parameters
    ----------
    folds : DataFrame
        ``model, components, repeat, fold, mae, rmse, r2`` of the curves held back.
    kind, components : str, int
        Of the best.
    latent : Latent
    weights : (k,) float64 or None
        Of the ridge on its features, standardised property per feature; None without a property.
    """

    folds: pd.DataFrame
    kind: str
    components: int
    latent: Latent
    weights: Floats | None

    def contributions(self, X: Floats) -> Floats:
        """Return what each point contributes: mean |slope| times its sd over the curves; (p,).

        Signed by the mean slope. Without a property, of the sum of squares of all features.
        """
        if self.weights is not None:
            slopes = self.latent.slopes(X, self.weights)
            return np.sign(slopes.mean(0)) * np.abs(slopes).mean(0) * X.std(0)
        unit = np.eye(self.components)
        each = [(self.latent.slopes(X, w) ** 2).mean(0) for w in unit]
        return np.sqrt(np.sum(each, axis=0)) * X.std(0)


def study_latent(
    X: Floats,
    y: Floats | None,
    groups: Sequence[Any],
    *,
    models: Sequence[str] = MODELS,
    components: Sequence[int] = (2, 4, 8),
    folds: int = 5,
    repeats: int = 1,
    seed: int = 0,
) -> Study:
    """Choose a latent model by repeated grouped cross-validation.

    Parameters
    ----------
    X : (n, p) float64
    y : (n,) float64 or None
        The property.
    groups : (n,) sequence
        Curves of one group, such as a ligand, are never on two sides.
    models, components : sequence
        What is tried.
    folds, repeats, seed : int

    Raises
    ------
    DataError
        If there are fewer groups than folds, or a number is missing.
    """
    if not np.isfinite(X).all() or (y is not None and not np.isfinite(y).all()):
        raise DataError("Curves and property must be finite numbers; leave out what is missing.")
    splits = _splits(np.asarray(groups), folds, repeats, seed)
    least = min(len(train) for _, _, train, _ in splits)
    tried = [(m, k) for m in models for k in components if k < min(least, X.shape[1])]
    rows = []
    for done, (kind, k) in enumerate(tried):
        report("latent features", done, len(tried), f"{kind} {k}")
        for repeat, fold, train, test in splits:
            model = fit_latent(kind, X[train], k, seed)
            rows.append((kind, k, repeat, fold, *_errors(model, X, y, train, test)))
    report("latent features", len(tried), len(tried))
    if not rows:
        raise DataError(f"{least} curves that train are too few for {min(components)} components.")
    names = ["model", "components", "repeat", "fold", "mae", "rmse", "r2"]
    table = pd.DataFrame(rows, columns=names)
    squares = table.assign(mse=table["rmse"] ** 2).groupby(["model", "components"])["mse"].mean()
    kind, k = squares.idxmin()
    best = fit_latent(kind, X, int(k), seed)
    weights = None if y is None else _ridge(best.encode(X), y)[0]
    return Study(table, str(kind), int(k), best, weights)


def _splits(
    groups: np.ndarray, folds: int, repeats: int, seed: int
) -> list[tuple[int, int, Rows, Rows]]:
    distinct, inverse = np.unique(groups, return_inverse=True)
    if len(distinct) < folds:
        raise DataError(f"{len(distinct)} groups cannot be dealt out to {folds} folds.")
    out = []
    for repeat in range(repeats):
        order = np.random.default_rng([seed, repeat]).permutation(len(distinct))
        fold_of = np.empty(len(distinct), dtype=np.int64)
        fold_of[order] = np.arange(len(distinct)) % folds
        for fold in range(folds):
            held = fold_of[inverse] == fold
            out.append((repeat, fold, np.flatnonzero(~held), np.flatnonzero(held)))
    return out


def _errors(
    model: Latent, X: Floats, y: Floats | None, train: Rows, test: Rows
) -> tuple[float, float, float]:
    s_train, s_test = model.encode(X[train]), model.encode(X[test])
    if y is None:
        off, spread = model.decode(s_test) - X[test], X[test] - X[train].mean(0)
    else:
        weights, at, level = _ridge(s_train, y[train])
        off = (s_test - at) @ weights + level - y[test]
        spread = y[test] - y[train].mean()
    squares = float(np.mean(spread**2))
    r2 = 1.0 - float(np.mean(off**2)) / squares if squares else float("nan")
    return float(np.abs(off).mean()), float(np.sqrt(np.mean(off**2))), r2


def _ridge(s: Floats, y: Floats) -> tuple[Floats, Floats, float]:
    """Fit y by ridge regression, its penalty by generalised cross-validation: w, centre, mean."""
    from sklearn.linear_model import RidgeCV

    centre, scale = s.mean(0), s.std(0)
    scale = np.where(scale > 0.0, scale, 1.0)
    found = RidgeCV(np.logspace(-6, 3, 19)).fit((s - centre) / scale, y)
    return found.coef_ / scale, centre, float(found.intercept_)
