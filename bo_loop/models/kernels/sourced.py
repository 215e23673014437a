"""The product kernel with sources: other models, whose predictions the outcome may follow.

Symbols
-------
s       sources
m_s     mean by a source, on the scale of the schema                        (n,)
d_s     sd by it, on the same scale                                         (n,)
τ_s²    variance of the slope of the outcome in what the source predicts
k, v    the product kernel; the sum of the variances of its terms

The outcome is a constant, plus Σ_s b_s g_s of each pair, plus a residual with the covariance k. The
slopes b_s are normal about 0 with the variances τ_s², which are learned: where a source does not
help, τ_s² falls, and b_s with it. g_s is what the source speaks of, of which it knows the mean m_s
and the sd d_s; it errs alike where the residual is alike, with the correlation k/v. So

    k_sourced(x, x′) = Σ_s τ_s² m_s m_s′  +  k(x, x′) (1 + Σ_s τ_s² d_s d_s′ / v)

which lets a result where a source is unsure correct it for pairs that are alike.

Priors: τ_s² is log-normal about 0.3, sd 1, as the terms of the product kernel are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from torch import Tensor

from bo_loop.base.types import MEAN_BY, SD_BY, Floats, PairFeatures
from bo_loop.models.kernels.layout import Layout
from bo_loop.models.kernels.product import ProductForm, ProductKernel
from bo_loop.models.kernels.product_tables import gathered
from bo_loop.models.kernels.sides import Side
from bo_loop.models.kernels.span import Span

_VARIANCE, _VARIANCE_SD, _BOUND = 0.3, 1.0, 9.0


@dataclass(frozen=True)
class SourcedLayout:
    """θ of the product kernel, and behind it log τ_s² of each source.

    Parameters
    ----------
    product : Layout
    sources : tuple of str
        Labels.
    """

    product: Layout
    sources: tuple[str, ...]

    @property
    def size(self) -> int:
        """Length of θ."""
        return self.product.size + len(self.sources)

    def split(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """θ of the product kernel, and τ² (s,)."""
        own, sources = theta.split([self.product.size, len(self.sources)])
        return own, sources.exp()

    def start(self) -> Floats:
        """Mean of the priors of θ; (size,)."""
        return np.append(self.product.start(), np.full(len(self.sources), log(_VARIANCE)))

    def stated(self, theta: Floats, scale: float) -> dict[str, Any]:
        """Say θ in original units; JSON-able."""
        own, sources = np.split(theta, [self.product.size])
        variances = (np.exp(sources) * scale**2).tolist()
        slopes = dict(zip(self.sources, variances, strict=True))
        return self.product.stated(own, scale) | {"source_variances": slopes}

    def fits(self, stated: Mapping[str, Any]) -> bool:
        """Whether stated hyperparameters are those of this layout."""
        same = set(stated.get("source_variances", {})) == set(self.sources)
        return same and self.product.fits(stated)

    def theta(self, stated: Mapping[str, Any], scale: float) -> Floats:
        """Return the θ of stated hyperparameters, with `scale` as the unit of the outcome."""
        variances = np.array([stated["source_variances"][name] for name in self.sources])
        return np.append(self.product.theta(stated, scale), np.log(variances / scale**2))


def columns(features: PairFeatures, sources: Sequence[str]) -> tuple[list[int], list[int]]:
    """Columns of X with the means, and with the sds, by `sources`."""
    names = features.names["pair"]
    return tuple([2 + names.index(by + name) for name in sources] for by in (MEAN_BY, SD_BY))


class SourcedKernel(ProductKernel):
    """The kernel above, of a fitted model.

    Parameters
    ----------
    features : PairFeatures
    layout : SourcedLayout
    theta : (size,) float64 tensor
        θ, in original units.
    span : Span, optional
        As for `ProductKernel`.
    """

    def __init__(
        self, features: PairFeatures, layout: SourcedLayout, theta: Tensor, span: Span | None = None
    ):
        own, slope_variances = layout.split(theta)
        super().__init__(features, layout.product, own, span)
        self.slope_variances = slope_variances
        self.sourced, self.all_theta = layout, theta
        self.mean_at, self.sd_at = columns(features, layout.sources)
        # What a source's own variance is worth, beside the variance of the residual.
        self._worth = self.slope_variances / self.values.variances.detach().sum()

    def over(self, features: PairFeatures) -> "SourcedKernel":
        """Return the same kernel over other tables, which extend these."""
        return SourcedKernel(features, self.sourced, self.all_theta, self.span)

    def _whole(self, terms: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
        line = (x1[:, self.mean_at] * self.slope_variances) @ x2[:, self.mean_at].mT
        return terms * self._doubt(x1, x2) + line

    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p); (n,)."""
        line = x[:, self.mean_at].square() @ self.slope_variances
        return super().variance(x) * self._own_doubt(x) + line

    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""
        total = super().times(x1, x2, weights)
        for sd, worth in zip(self.sd_at, self._worth, strict=True):
            total = total + worth * x1[:, sd] * super().times(x1, x2, x2[:, sd] * weights)
        line = (x2[:, self.mean_at].mT @ weights) * self.slope_variances
        return total + x1[:, self.mean_at] @ line

    def slopes(
        self, x: Tensor, train: Tensor, alpha: Tensor, solve: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Differentiate mean and variance of pairs; see `PairKernel.slopes`."""
        mean, variance = super().slopes(x, train, alpha, solve)
        solved = solve(self.block(x, train).detach())
        a, b = self.tables.each(x), self.tables.gather(train)
        residual = gathered(a, b, self._small(a, b)).detach()
        own = super().variance(x).detach()
        first = mean.shape[1] - x.shape[1]  # what `dense` has before the features of the pair
        parts = zip(self.mean_at, self.sd_at, self.slope_variances, self._worth, strict=True)
        for at, sd, slope, worth in parts:
            mean[:, first + at] = slope * (train[:, at] @ alpha)
            variance[:, first + at] = 2.0 * slope * (x[:, at] - solved @ train[:, at])
            doubt = worth * residual * train[:, sd]
            mean[:, first + sd] = doubt @ alpha
            variance[:, first + sd] = 2.0 * (worth * own * x[:, sd] - (doubt * solved).sum(1))
        return mean, variance

    def _weighted_slopes(self, x: Tensor, train: Tensor, weights: Tensor) -> dict[str, Tensor]:
        return super()._weighted_slopes(x, train, weights * self._doubt(x, train))

    def _variance_slopes(self, x: Tensor) -> dict[str, Tensor]:
        doubt = self._own_doubt(x)[:, None]
        return {name: slope * doubt for name, slope in super()._variance_slopes(x).items()}

    def _doubt(self, x1: Tensor, x2: Tensor) -> Tensor:
        return 1.0 + (x1[:, self.sd_at] * self._worth) @ x2[:, self.sd_at].mT

    def _own_doubt(self, x: Tensor) -> Tensor:
        return 1.0 + x[:, self.sd_at].square() @ self._worth


@dataclass(frozen=True)
class SourcedForm:
    """Prior covariance of n pairs as a function of θ, for the fit.

    Parameters
    ----------
    product : ProductForm
    layout : SourcedLayout
    mean, sd : (n, s) float64 tensor
    """

    product: ProductForm
    layout: SourcedLayout
    mean: Tensor
    sd: Tensor

    @property
    def size(self) -> int:
        """Length of θ."""
        return self.layout.size

    def covariance(self, theta: Tensor) -> Tensor:
        """Lower triangle of the (n, n) covariance, differentiable."""
        own, slopes = self.layout.split(theta)
        residual = self.product.covariance(own)
        worth = slopes / self.layout.product.values(own).variances.sum()
        # tril: the gradient above the diagonal is undefined, and must not be multiplied.
        doubt = (1.0 + (self.sd * worth) @ self.sd.mT).tril()
        return residual * doubt + ((self.mean * slopes) @ self.mean.mT).tril()

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, but for a constant."""
        own, slopes = self.layout.split(theta)
        off = (slopes.log() - log(_VARIANCE)) / _VARIANCE_SD
        return self.product.log_prior(own) - 0.5 * off.square().sum()

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ; (size, 2)."""
        own = self.product.bounds()
        return np.vstack([own, np.tile([-_BOUND, _BOUND], (len(self.layout.sources), 1))])

    @property
    def side(self) -> Side:
        """What the pairs are made of."""
        return self.product.side
