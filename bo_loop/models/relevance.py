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
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bo_loop.models.linalg import solve_lower, solve_upper
from bo_loop.models.pair_model import PairModel
from bo_loop.models.tables import qualified_names
from bo_loop.records import Floats, PairFeatures

_BLOCK_BYTES = 2**27  # of an (k, n) matrix; half a dozen are held at once


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


def gradients(model: PairModel, features: PairFeatures) -> Gradients:
    """Differentiate the predictive mean and variance at `features` with respect to each feature.

    Parameters
    ----------
    model : PairModel
        Fitted to n pairs.
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


def local_relevance(model: PairModel, features: PairFeatures) -> Floats:
    """Relevance of every feature for every pair: what moves this one prediction.

    Parameters
    ----------
    model, features
        As for `gradients`.

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
    found = gradients(model, features)
    v = found.variance[:, None]
    squared = 0.5 * (found.mean_slope**2 / v + found.variance_slope**2 / (2.0 * v**2))
    spread = _dense(model).std(0, correction=0).cpu().numpy()
    return np.sqrt(squared) * spread


def relevance(model: PairModel, features: PairFeatures) -> dict[str, float]:
    """Relevance of every feature, averaged over pairs and normalised to a sum of 1.

    Parameters
    ----------
    model : PairModel
        Fitted to n pairs.
    features : PairFeatures
        The pairs to average over: those it was fitted to, as published.

    Returns
    -------
    dict of str to float
        By ``block.feature``, the largest first. All 0 if the model predicts the same everywhere.

    Raises
    ------
    DataError
        As `gradients`.
    """
    mean = local_relevance(model, features).mean(0)
    share = mean / (mean.sum() or 1.0)
    names = qualified_names(features)
    return {names[j]: float(share[j]) for j in np.argsort(-share, kind="stable")}
