"""How much each feature moves a prediction: the Kullback–Leibler relevance of Paananen et al.

Symbols
-------
k, d        pairs asked for, features
m, v        predictive mean and variance, noise included             (k,)
m′, v′      their derivatives with respect to a feature of the pair  (k, d)
r_ij        relevance of feature j for pair i                        (k, d)

Moving feature j of a pair by ±δ changes its predictive distribution p₀ into p_δ, and
r_ij = √KL(p₀ ‖ p_δ) / δ (Paananen, Piironen, Andersen, Vehtari, Variable selection for Gaussian
processes via sensitivity analysis of the posterior predictive distribution, AISTATS 2019; as used
by Kanahashi et al., Sci. Rep. 2022, 12, 11159). Its limit for δ → 0 is √(½ (m′²/v + v′²/(2 v²))).

m′ and v′ are the kernel's business (`bo_loop.models.kernels.base.PairKernel.slopes`).
"""

from collections.abc import Collection
from typing import Protocol

import numpy as np

from bo_loop.base.types import Floats, Mover, PairFeatures
from bo_loop.models.gp.gradients import Gradients
from bo_loop.models.kernels.tensors import qualified_names

_MOST_PAIRS = 300  # that an average needs, where slopes have no closed form
_AT_ONCE = 2**24  # values of a table that are taken as float64: 128 MB


class Differentiable(Protocol):
    """A Gaussian process as `parts` of a fitted model names it; `PairModel` is one."""

    @property
    def closed_form(self) -> bool:
        """Whether gradients cost little more than predictions."""

    def gradients(self, features: PairFeatures) -> Gradients:
        """Differentiate the predictive mean and variance at k pairs by each of d features."""


def local_relevance(model: Differentiable, features: PairFeatures, train: PairFeatures) -> Floats:
    """Relevance of every feature for every pair: what moves this one prediction.

    Parameters
    ----------
    model : Differentiable
    features : PairFeatures
        k pairs, with the model's tables or an extension of them.
    train : PairFeatures
        The training pairs.

    Returns
    -------
    (k, d) float64
        r_ij per standard deviation of feature j over the training pairs, not normalised; columns
        in the order of `PairFeatures.dense`. A feature that the training pairs hold constant
        gets 0.

    Raises
    ------
    DataError
        If the tables are not the model's, or a feature is not finite.
    """
    by_mean, by_variance = model.gradients(features).squared_relevance()
    return np.sqrt(by_mean + by_variance) * spread(train)


def spread(features: PairFeatures) -> Floats:
    """Compute the standard deviation of every feature over the pairs, from the small tables; (d,).

    Columns are in the order of `PairFeatures.dense`; nothing of its size is made.
    """
    sides = ((features.metal, features.metal_row), (features.ligand, features.ligand_row))
    deviations = []
    for tables, row in sides:
        share = np.bincount(row, minlength=len(next(iter(tables.values())))) / len(row)
        used, weight = share > 0.0, share[share > 0.0]
        for table in tables.values():
            step = max(1, _AT_ONCE // len(weight))
            columns = (table[used, i : i + step] for i in range(0, table.shape[1], step))
            deviations += [_deviation(weight, some.astype(np.float64)) for some in columns]
    return np.concatenate([*deviations, features.pair.std(0)])


def _deviation(weight: Floats, used: Floats) -> Floats:
    """Compute the standard deviation of features (u, d) of which each row has a weight; (d,)."""
    if np.isnan(used).any():  # what was not measured lies at the mean of the others
        used = np.where(np.isnan(used), np.nan_to_num(np.nanmean(used, axis=0)), used)
    # About the mean, not E[x²] − E[x]²: what is constant has no spread, not a tiny one.
    off = used - used[0]
    mean = weight @ off
    return np.sqrt(weight @ (off - mean) ** 2)


def movers(
    model: Differentiable,
    features: PairFeatures,
    train: PairFeatures,
    most: int = 3,
    constant: Collection[str] = (),
) -> list[tuple[Mover, ...]]:
    """Name the features that move each prediction most.

    Parameters
    ----------
    model, features, train
        As for `local_relevance`.
    most : int
        Features named of each pair.
    constant : collection of str
        ``block.feature`` of those not to name: they are the same for all that is compared.

    Returns
    -------
    list of tuple of Mover, length k
        The most relevant first; those without any relevance are left out.

    Raises
    ------
    DataError
        As `local_relevance`.
    """
    found = model.gradients(features)
    by_mean, by_variance = found.squared_relevance()
    relevances = np.sqrt(by_mean + by_variance) * spread(train)
    directions = np.where(by_mean >= by_variance, np.sign(found.mean_slope), 0.0)
    names = qualified_names(features)
    relevances[:, [name in constant for name in names]] = 0.0
    return [
        tuple(
            Mover(names[j], float(own[j]), int(direction[j]))
            for j in np.argsort(-own, kind="stable")[:most]
            if own[j] > 0
        )
        for own, direction in zip(relevances, directions, strict=True)
    ]


def relevance(model: Differentiable, features: PairFeatures) -> dict[str, float]:
    """Relevance of every feature, averaged over pairs and normalised to a sum of 1.

    Parameters
    ----------
    model : Differentiable
    features : PairFeatures
        The pairs to average over: those it was fitted to, as published. Of more than 300, every
        so many-th stands for the others where slopes have no closed form.

    Returns
    -------
    dict of str to float
        By ``block.feature``, the largest first. All 0 if the model predicts the same everywhere.

    Raises
    ------
    DataError
        As `local_relevance`.
    """
    some = features
    if not model.closed_form:
        n = len(features)
        rows = np.linspace(0, n - 1, min(n, _MOST_PAIRS)).round().astype(np.int64)
        some = features.take(rows)
    mean = local_relevance(model, some, features).mean(0)
    share = mean / (mean.sum() or 1.0)
    names = qualified_names(features)
    return {names[j]: float(share[j]) for j in np.argsort(-share, kind="stable")}
