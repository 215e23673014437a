"""Nodes and weights over the part of a Gaussian in which a value exceeds a bound.

They hold their accuracy far out in a tail, where plain draws see nothing.

Symbols
-------
k           items
J           linear functions, of which all have to exceed the bound
S           nodes
"""

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri_exp

from bo_loop.acquisition.objectives.items import DRAWS, normals
from bo_loop.acquisition.objectives.pieces import Pieces
from bo_loop.base.types import Floats

_NODES = 64
_DROP = 44.0
"""Where the log density has fallen by this much, nothing is left to integrate."""
_CERTAIN = 1e-10  # a variance below this counts as none, as in `adapter.SMALLEST_VARIANCE`


def line(pieces: Pieces, mean: Floats, variance: Floats, above: Floats) -> tuple[Floats, Floats]:
    """Nodes of a quadrature over one log β, where the value exceeds `above`.

    Gauss–Legendre between the kinks, in the logarithm of the density: exact to rounding in the
    tails too.

    Parameters
    ----------
    pieces : Pieces
        Of one log β.
    mean, variance : (k,) float64
        Of it.
    above : (k,) float64
        −inf: everywhere.

    Returns
    -------
    log_beta, log_weight : (S, k) float64
        The weights sum to the probability of exceeding `above`. Of a log β known exactly, every
        node is its mean.
    """
    low, high = pieces.interval(above)
    knots = np.clip(pieces.knots()[:, None], low, np.maximum(low, high))
    sd = np.sqrt(np.maximum(variance, _CERTAIN))
    edges = (np.vstack([low, knots, high]) - mean) / sd
    start, end = edges[:-1], edges[1:]
    nearest = np.clip(0.0, start, np.maximum(start, end))
    reach = np.sqrt(nearest**2 + 2 * _DROP)
    start, end = np.maximum(start, -reach), np.minimum(end, reach)
    half = np.maximum(end - start, 0.0) / 2
    half = np.where(np.isfinite(half), half, 0.0)
    middle = np.where(half > 0, start + half, 0.0)
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    z = middle + half * x[:, None, None]
    with np.errstate(divide="ignore"):
        log_weight = np.log(weight[:, None, None] * half) - z**2 / 2 - np.log(2 * np.pi) / 2
    z, log_weight = z.reshape(-1, len(mean)), log_weight.reshape(-1, len(mean))
    certain = variance < _CERTAIN
    inside = np.where(pieces.at(mean[:, None]) > above, -np.log(len(z)), -np.inf)
    return (
        np.where(certain, mean, mean + sd * z),
        np.where(certain, inside, log_weight),
    )


def polytope(mean: Floats, covariance: Floats, above: Floats) -> tuple[Floats, Floats]:
    """Draws of J Gaussians that all exceed `above`, one conditioned on those before it.

    Genz, J. Comput. Graph. Stat. 1992, 1, 141, with the least likely first: each draw is taken from
    the part of its Gaussian above the bound, and carries that part's probability, so that no
    draw is lost however far out the bound lies.

    Parameters
    ----------
    mean : (k, J) float64
    covariance : (k, J, J) float64
    above : (k,) float64

    Returns
    -------
    least, log_weight : (S, k) float64
        The least of the J values; the weights sum to the probability that all exceed `above`.
    """
    k, n = mean.shape
    scale = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), _CERTAIN))
    order = np.argsort((mean - above[:, None]) / scale, axis=1, kind="stable")
    mean = np.take_along_axis(mean, order, axis=1)
    rows = np.arange(k)[:, None, None]
    covariance = covariance[rows, order[:, :, None], order[:, None, :]]
    jitter = 1e-10 * (scale**2).max(axis=1)
    root = np.linalg.cholesky(covariance + jitter[:, None, None] * np.eye(n))
    log_share = np.log(ndtr(normals(n, DRAWS)))
    drawn, log_weight = np.empty((DRAWS, k, n)), np.full((DRAWS, k), -np.log(DRAWS))
    least = np.full((DRAWS, k), np.inf)
    for j in range(n):
        shift = mean[:, j] + np.einsum("ki,ski->sk", root[:, j, :j], drawn[..., :j])
        beyond = log_ndtr((shift - above) / root[:, j, j])
        log_weight = log_weight + beyond
        drawn[..., j] = -ndtri_exp(np.maximum(log_share[:, j : j + 1] + beyond, -1e300))
        least = np.minimum(least, shift + root[:, j, j] * drawn[..., j])
    return least, log_weight
