"""How much each feature moves a prediction: the Kullback–Leibler relevance of Paananen et al.

Symbols
-------
k, n, d     pairs asked for, training pairs, features
x, X        standardised features                                    (d,), (k, d)
m, v        predictive mean and variance, noise included             (k,)
m′, v′      their derivatives with respect to a feature of the pair  (k, d)
w           inverse squared lengthscales, 1 / l²                     (d,)
s²          outputscale
E           exp(−√3 r) of the pairs asked for and the training pairs (k, n)
A           K_v⁻¹ k of every pair asked for                          (n, k)
α           K_v⁻¹ (y − mean)                                         (n,)
r_ij        relevance of feature j for pair i                        (k, d)

Moving feature j of a pair by ±δ changes its predictive distribution p₀ into p_δ, and
r_ij = √KL(p₀ ‖ p_δ) / δ (Paananen, Piironen, Andersen, Vehtari, Variable selection for Gaussian
processes via sensitivity analysis of the posterior predictive distribution, AISTATS 2019; as used
by Kanahashi et al., Sci. Rep. 2022, 12, 11159). Its limit for δ → 0 is √(½ (m′²/v + v′²/(2 v²))).

The Matérn-3/2 kernel has ∂k(x, x_b)/∂x_j = −3 s² w_j E_b (x_j − x_bj), so that
m′ = −3 s² w ∘ (x (E α) − E (α ∘ X)) and v′ = 6 s² w ∘ (x (H 1) − H X) with H = E ∘ Aᵀ: two products
of an (k, n) and an (n, d) matrix give all features at once, from the factor that the fit made.

What a model has to offer: each Gaussian process that `parts` of a fitted model names is asked for
``gradients(features) -> Gradients`` if it has such a method; one with a `GatheredMatern` kernel is
differentiated in closed form, one with a `ProductKernel` by autograd through its small tables; any
other numerically, from its ``bind`` and ``noise`` alone. There
v′_j = 2 ∂c(x + t e_j, x)/∂t with the posterior covariance c, so that only the k pairs asked for,
and none of the moved ones, need a solve.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bo_loop.base.types import Floats, Mover, PairFeatures
from bo_loop.models.gp.linalg import solve_lower, solve_upper
from bo_loop.models.gp.pair_model import PairModel
from bo_loop.models.kernels.kernels import GatheredMatern, ProductKernel
from bo_loop.models.kernels.layout import COUNTS, MEDIUM
from bo_loop.models.kernels.tensors import qualified_names

_BLOCK_BYTES = 2**27  # of an (k, n) matrix; half a dozen are held at once
_STEP = 1e-4  # of a scaled feature, for numerical derivatives
_MOVED_AT_ONCE = 4096  # rows
_MOST_PAIRS = 300  # pairs that an average needs, where each takes 2 d predictions


@dataclass(frozen=True)
class Gradients:
    """Predictive distribution of k pairs, and how it changes with each of d features.

    Parameters
    ----------
    mean, variance : (k,) float64
        Original units; the variance includes the learned noise.
    mean_slope, variance_slope : (k, d) float64
        Per unit of the feature, in the order of `PairFeatures.dense`.
    """

    mean: Floats
    variance: Floats
    mean_slope: Floats
    variance_slope: Floats

    def squared_relevance(self) -> tuple[Floats, Floats]:
        """r² per unit of each feature: the mean's part and the variance's; (k, d) each."""
        v = self.variance[:, None]
        return 0.5 * self.mean_slope**2 / v, 0.25 * self.variance_slope**2 / v**2


def gradients(model: Any, features: PairFeatures) -> Gradients:
    """Differentiate the predictive mean and variance at `features` with respect to each feature.

    Parameters
    ----------
    model
        A Gaussian process, as `parts` of a fitted model names it.
    features : PairFeatures
        k pairs, with the model's tables or an extension of them.

    Returns
    -------
    Gradients

    Raises
    ------
    DataError
        If the tables are not the model's, or a feature is not finite.
    """
    if hasattr(model, "gradients"):
        return model.gradients(features)
    if _is_matern(model):
        return _closed_form(model, features)
    product = isinstance(getattr(model, "kernel", None), ProductKernel)
    return (_by_autograd if product else _numerical)(model, features)


def _is_matern(model: Any) -> bool:
    return isinstance(getattr(model, "kernel", None), GatheredMatern)


def _by_autograd(model: PairModel, features: PairFeatures) -> Gradients:
    """Differentiate a product kernel; counts of atom environments, whole numbers, have slope 0."""
    rows = np.arange(len(features))
    bound = model.bind(features)
    kernel = model.kernel.over(features)
    x = torch.as_tensor(features.X, device=model.data.x.device)
    step = max(1, _BLOCK_BYTES // (8 * len(model.data.x)))
    parts = []
    for some in x.split(step):
        cross = kernel.block(some, model.data.x).detach()
        alpha = model.data.alpha.expand_as(cross)
        solved = solve_upper(model.data.factor, solve_lower(model.data.factor, cross.mT)).mT
        mean, variance = (kernel.slopes(some, model.data.x, w) for w in (alpha, -2.0 * solved))
        for name, slope in kernel.variance_slopes(some).items():
            variance[name] = variance[name] + slope.detach()
        parts.append([_in_order(features, mean, 1.0), _in_order(features, variance, 0.0)])
    mean_slope, variance_slope = (torch.cat(p).cpu().numpy() for p in zip(*parts, strict=True))
    variance = bound.variance(rows) + model.noise(features)
    return Gradients(bound.mean(rows), variance, mean_slope, variance_slope)


def _in_order(features: PairFeatures, slopes: dict[str, Tensor], by_medium: float) -> Tensor:
    """Slopes in the order of `PairFeatures.dense`, with that in the medium effect; (k, d)."""
    by_ligand = iter(slopes["ligand"].split([t.shape[1] for t in _uncounted(features)], 1))
    ligand = [
        slopes["pair"].new_zeros(len(slopes["pair"]), table.shape[1])
        if block in COUNTS
        else next(by_ligand)
        for block, table in features.ligand.items()
    ]
    by_pair = iter(slopes["pair"].unbind(1))
    pair = [
        torch.full_like(slopes["pair"][:, 0], by_medium) if name == MEDIUM else next(by_pair)
        for name in features.names["pair"]
    ]
    return torch.cat([slopes["metal"], *ligand, torch.stack(pair, 1)], 1)


def _uncounted(features: PairFeatures) -> list[Floats]:
    return [table for block, table in features.ligand.items() if block not in COUNTS]


def _closed_form(model: PairModel, features: PairFeatures) -> Gradients:
    bound = model.bind(features)
    rows = np.arange(len(features))
    x = torch.as_tensor(features.dense(), device=model.data.x.device)
    train = _dense(model)
    step = max(1, _BLOCK_BYTES // (8 * len(train)))
    slopes = [_slopes(model, x[i : i + step], train) for i in range(0, len(x), step)]
    mean_slope, variance_slope = (
        torch.cat(parts).cpu().numpy() for parts in zip(*slopes, strict=True)
    )
    variance = bound.variance(rows) + model.noise_variance
    return Gradients(bound.mean(rows), variance, mean_slope, variance_slope)


def _numerical(model: Any, features: PairFeatures) -> Gradients:
    size = max(1, _MOVED_AT_ONCE // max(1, 2 * len(features.dense_names())))
    every = np.arange(len(features))
    blocks = [
        _central_differences(model, features.take(every[i : i + size]))
        for i in range(0, len(every), size)
    ]
    names = ("mean", "variance", "mean_slope", "variance_slope")
    return Gradients(*(np.concatenate([getattr(b, name) for b in blocks]) for name in names))


def _central_differences(model: Any, features: PairFeatures) -> Gradients:
    k, d = len(features), len(features.dense_names())
    bound = model.bind(_with_moved(features))
    own, moved = np.arange(k), np.arange(k, k + 2 * d * k)
    mean = bound.mean(moved).reshape(d, 2, k)
    shared = bound.covariance(moved, own).reshape(d, 2, k, k)[..., own, own]
    return Gradients(
        bound.mean(own),
        bound.variance(own) + model.noise(features),
        (mean[:, 0] - mean[:, 1]).T / (2.0 * _STEP),
        (shared[:, 0] - shared[:, 1]).T / _STEP,
    )


def _with_moved(features: PairFeatures) -> PairFeatures:
    """Return the k pairs, then for each feature all of them with it raised, all with it lowered."""
    own = features.dense()
    steps = _STEP * np.kron(np.eye(own.shape[1]), [[1.0], [-1.0]])
    moved = (own + steps[:, None, :]).reshape(-1, own.shape[1])
    tables = {**features.metal, **features.ligand, "pair": features.pair}
    ends = np.cumsum([table.shape[1] for table in tables.values()])
    blocks = dict(zip(tables, np.split(moved, ends[:-1], axis=1), strict=True))
    rows = np.arange(len(moved))
    group = features.ligand_group[features.ligand_row]
    apart = replace(
        features,
        metal={block: blocks[block] for block in features.metal},
        ligand={block: blocks[block] for block in features.ligand},
        ligand_group=np.tile(group, len(steps)),
        metal_row=rows,
        ligand_row=rows,
        pair=blocks["pair"],
        source=None,
        own=None,
    )
    return features.concat(apart)


@torch.no_grad()
def _slopes(model: PairModel, x: Tensor, train: Tensor) -> tuple[Tensor, Tensor]:
    """m′ and v′ at x (k, d); (k, d) each."""
    lengthscale, scale = model.kernel.lengthscale, model.kernel.outputscale
    distance = torch.cdist(x / lengthscale, train / lengthscale) * 3.0**0.5
    decay = torch.exp(-distance)
    cross = distance.add_(1.0).mul_(decay).mul_(scale)
    factor, alpha = model.data.factor, model.data.alpha
    decay_solved = solve_upper(factor, solve_lower(factor, cross.mT)).mT * decay
    weight = -3.0 * scale / lengthscale**2
    mean = weight * (x * (decay @ alpha)[:, None] - decay @ (alpha[:, None] * train))
    variance = -2.0 * weight * (x * decay_solved.sum(1, keepdim=True) - decay_solved @ train)
    return mean, variance


def _dense(model: PairModel) -> Tensor:
    """Features of the training pairs, in the model's order; (n, d)."""
    x, kernel = model.data.x, model.kernel
    return torch.cat([kernel.metal[x[:, 0].long()], kernel.ligand[x[:, 1].long()], x[:, 2:]], 1)


def local_relevance(model: Any, features: PairFeatures, train: PairFeatures) -> Floats:
    """Relevance of every feature for every pair: what moves this one prediction.

    Parameters
    ----------
    model, features
        As for `gradients`.
    train : PairFeatures
        The n training pairs.

    Returns
    -------
    (k, d) float64
        r_ij per standard deviation of feature j over the training pairs, not normalised; columns
        in the order of `PairFeatures.dense`. A feature that the training pairs hold constant
        gets 0.

    Raises
    ------
    DataError
        As `gradients`.
    """
    by_mean, by_variance = gradients(model, features).squared_relevance()
    return np.sqrt(by_mean + by_variance) * spread(train)


def spread(features: PairFeatures) -> Floats:
    """Compute the standard deviation of every feature over the pairs, from the small tables; (d,).

    Columns are in the order of `PairFeatures.dense`; nothing of its size is made.
    """
    sides = ((features.metal, features.metal_row), (features.ligand, features.ligand_row))
    deviations = []
    for tables, row in sides:
        share = np.bincount(row, minlength=len(next(iter(tables.values())))) / len(row)
        for table in tables.values():
            used = table[share > 0.0].astype(np.float64)  # counts are bytes
            weight = share[share > 0.0]
            # About the mean, not E[x²] − E[x]²: what is constant has no spread, not a tiny one.
            off = used - used[0]
            mean = weight @ off
            deviations.append(np.sqrt(weight @ (off - mean) ** 2))
    return np.concatenate([*deviations, features.pair.std(0)])


def movers(
    model: Any,
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
        As `gradients`.
    """
    found = gradients(model, features)
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


def relevance(model: Any, features: PairFeatures) -> dict[str, float]:
    """Relevance of every feature, averaged over pairs and normalised to a sum of 1.

    Parameters
    ----------
    model
        As for `gradients`.
    features : PairFeatures
        The pairs to average over: those it was fitted to, as published. Of more than 300, every
        so many-th stands for the others where derivatives have no closed form.

    Returns
    -------
    dict of str to float
        By ``block.feature``, the largest first. All 0 if the model predicts the same everywhere.

    Raises
    ------
    DataError
        As `gradients`.
    """
    some = features
    if not (hasattr(model, "gradients") or _is_matern(model)):
        n = len(features)
        rows = np.linspace(0, n - 1, min(n, _MOST_PAIRS)).round().astype(np.int64)
        some = features.take(rows)
    mean = local_relevance(model, some, features).mean(0)
    share = mean / (mean.sum() or 1.0)
    names = qualified_names(features)
    return {names[j]: float(share[j]) for j in np.argsort(-share, kind="stable")}
