"""The product kernel: how alike two metal ions are, times how alike two ligands are.

`bo_loop.models.kernels.product_tables` states the formula and evaluates it, `Layout` names what is
fitted in it, with its priors. Here are the kernel of a fitted model, with its slopes, and its form
in a fit.

Few pairs can be explained by terms, amplitudes and a growth with n that are all large at once, and
an ion unlike the rest then has intervals of 100 and more. So the largest prior sd among their
ions and numbers of ligands has a prior of its own, flat up to a usual value that rises with the
number of pairs (1.3 for 10, 9 for 3,000, where SRD 46 asks for 2.5), and steep beyond.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log, sqrt

import torch
from torch import Tensor

from bo_loop.base.types import Floats, PairFeatures
from bo_loop.models.kernels.base import PairKernel
from bo_loop.models.kernels.layout import Layout, Values
from bo_loop.models.kernels.product_tables import amplitude, gathered, overlaps, small_tables
from bo_loop.models.kernels.sides import Side, Tables
from bo_loop.models.kernels.span import Span

# Of the largest prior sd, on the standardised outcome; "few pairs" above.
_USUAL, _USUAL_ROWS, _EXCESS_SD = 1.2, 50, 0.1


class ProductKernel(PairKernel):
    """Terms of metal and ligand factors over X = [metal row, ligand row, pair features].

    Parameters
    ----------
    features : PairFeatures
        Its tables.
    layout : Layout
    theta : (size,) float64 tensor
        θ, in original units.
    span : Span, optional
        What the training pairs span; without, it is what `features` do.
    """

    def __init__(
        self, features: PairFeatures, layout: Layout, theta: Tensor, span: Span | None = None
    ):
        super().__init__()
        self.layout = layout
        self._names = {block: features.names[block] for block in (*features.ligand, "pair")}
        self.tables = Tables.of(features, theta.device)
        x = torch.as_tensor(features.X, device=theta.device)
        self.span = self.tables.gather(x).span() if span is None else span
        self.register_parameter("theta", torch.nn.Parameter(theta))

    @property
    def values(self) -> Values:
        """θ, taken apart."""
        return self.layout.values(self.theta)

    def over(self, features: PairFeatures) -> "ProductKernel":
        """Return the same kernel over other tables, which extend these."""
        return ProductKernel(features, self.layout, self.theta.detach(), self.span)

    def block(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p); (n, n′)."""
        a, b = self.tables.gather(x1), self.tables.gather(x2)
        return self._whole(gathered(a, b, self._small(a, b)), x1, x2)

    def _whole(self, terms: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of pairs of which the sum of the terms is `terms`; (n, n′)."""
        return terms

    def _small(self, a: Side, b: Side) -> list[tuple[Tensor, Tensor]]:
        return small_tables(self.layout, self.values, a, b, overlaps(a, b), self.span)

    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""
        side = self.tables.gather(x)
        return self._whole(gathered(side, side, self._small(side, side), lower=True), x, x)

    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p): every correlation is 1 there; (n,)."""
        return self._variance(self.tables.each(x))

    def _variance_slopes(self, x: Tensor) -> dict[str, Tensor]:
        """Differentiate `variance` with respect to features of ``metal`` and ``pair``; (n, …)."""
        side = self.tables.each(x)
        leaves = {name: getattr(side, name).detach().requires_grad_() for name in ("metal", "pair")}
        with torch.enable_grad():
            total = self._variance(replace(side, **leaves)).sum()
            found = torch.autograd.grad(total, list(leaves.values()), materialize_grads=True)
        return dict(zip(leaves, found, strict=True))

    def _variance(self, side: Side) -> Tensor:
        """Prior variance of pairs that have a setting each; (n,)."""
        values, terms = self.values, self.layout.terms
        of_ligand = values.variances[[bool(term.ligand) for term in terms]].sum()
        of_metal = values.variances[[not term.ligand for term in terms]].sum()
        unfaded = amplitude(values, side, self.span).square() * of_ligand + of_metal
        return unfaded * self.span.own_fading(self.layout, values, side.metal)

    def slopes(
        self, x: Tensor, train: Tensor, alpha: Tensor, solve: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Differentiate mean and variance of pairs by autograd; see `PairKernel.slopes`.

        Counts of atom environments, whole numbers, have slope 0.
        """
        cross = self.block(x, train).detach()
        solved = solve(cross)
        mean, variance = (
            self._weighted_slopes(x, train, w) for w in (alpha.expand_as(cross), -2.0 * solved)
        )
        for name, slope in self._variance_slopes(x).items():
            variance[name] = variance[name] + slope.detach()
        return self._in_order(mean), self._in_order(variance)

    def _weighted_slopes(self, x: Tensor, train: Tensor, weights: Tensor) -> dict[str, Tensor]:
        """Differentiate Σ_j k(x_i, x_j) W_ij with respect to the features of x_i.

        Parameters
        ----------
        x, train
            As for `slopes`.
        weights : (k, n) float64 tensor
            W.

        Returns
        -------
        dict of str to (k, …) float64 tensor
            Derivatives with respect to ``metal``, ``ligand`` (all but counts) and ``pair``.
        """
        a, b = self.tables.each(x), self.tables.gather(train)
        names = ("metal", "ligand", "measured", "pair")
        leaves = {name: getattr(a, name).detach().requires_grad_() for name in names}
        with torch.enable_grad():
            tables = self._small(replace(a, **leaves), b)
            total = (gathered(a, b, tables) * weights).sum()
            found = torch.autograd.grad(total, list(leaves.values()), materialize_grads=True)
        return dict(zip(names, found, strict=True))

    def _in_order(self, slopes: dict[str, Tensor]) -> Tensor:
        """Slopes in the order of `PairFeatures.dense`, 0 where there is no lengthscale; (k, d)."""
        fitted = {*self.layout.ligand, *self.layout.measured, *self.layout.pair}
        parts = (slopes[name] for name in ("ligand", "measured", "pair"))
        columns = iter([column for part in parts for column in part.unbind(1)])
        none = slopes["metal"].new_zeros(len(slopes["metal"]))
        rest = [
            next(columns) if f"{block}.{name}" in fitted else none
            for block, names in self._names.items()
            for name in names
        ]
        return torch.cat([slopes["metal"], torch.stack(rest, 1)], 1)

    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""
        a, b = self.tables.gather(x1), self.tables.gather(x2)
        tables = self._small(a, b)
        sums = weights.new_zeros(len(b.ligand), len(b.pair))
        sums.index_put_((b.ligand_row, b.setting_row), weights, accumulate=True)
        products = [ligands @ sums @ settings.mT for settings, ligands in tables]
        return sum(products[1:], products[0])[a.ligand_row, a.setting_row]

    def farthest_first(self, x: Tensor, m: int) -> Tensor:
        """Choose m rows of `x` (n, 2 + d_p), each the farthest from those already chosen.

        The distance is the kernel's own, d² = k(x, x) + k(x′, x′) − 2 k(x, x′), so that every
        prefix of the rows fills the space the model sees. Ties go to the lowest row.

        Returns
        -------
        (m,) int64 tensor
        """
        side = self.tables.gather(x)
        tables = self._small(side, side)
        variance = self.variance(x)
        chosen = torch.empty(m, dtype=torch.int64, device=x.device)
        nearest = torch.full_like(variance, torch.inf)
        row = 0
        for i in range(m):
            chosen[i] = row
            a, b = side.setting_row[row], side.ligand_row[row]
            shared = torch.zeros_like(variance)
            for settings, ligands in tables:
                shared += settings[a][side.setting_row] * ligands[b][side.ligand_row]
            shared = self._whole(shared[None, :], x[row : row + 1], x)[0]
            nearest = torch.minimum(nearest, variance + variance[row] - 2.0 * shared)
            nearest[row] = -torch.inf
            row = int(nearest.argmax())
        return chosen


@dataclass(frozen=True)
class ProductForm:
    """Prior covariance of n pairs as a function of θ, for the fit.

    Parameters
    ----------
    layout : Layout
    side : Side
    shared : mapping of str to (u_b, u_b) tensor
        `overlaps` of the side with itself.
    """

    layout: Layout
    side: Side
    shared: dict[str, Tensor]

    @property
    def size(self) -> int:
        """Length of θ."""
        return self.layout.size

    def covariance(self, theta: Tensor) -> Tensor:
        """Lower triangle of the (n, n) covariance, differentiable."""
        values = self.layout.values(theta)
        tables = small_tables(self.layout, values, self.side, self.side, self.shared)
        return gathered(self.side, self.side, tables, lower=True)

    def log_prior(self, theta: Tensor) -> Tensor:
        """Log prior density of θ, but for a constant."""
        over = 0.5 * self._widest(self.layout.values(theta)).log() - log(self._usual())
        return self.layout.log_prior(theta) - 0.5 * (over.clamp_min(0.0) / _EXCESS_SD).square()

    def _widest(self, values: Values) -> Tensor:
        """Largest prior variance that an ion and a number of ligands among the pairs can have."""
        by_n = self.side.log_n * values.number_slope
        top = (self.side.metal @ values.slopes).max() + by_n.max()
        amplified = [2.0 * top if term.ligand else 0.0 * top for term in self.layout.terms]
        return (values.variances * torch.stack(amplified).exp()).sum()

    def _usual(self) -> float:
        """Give the largest prior sd that is usual for so many pairs."""
        return _USUAL * sqrt(1.0 + len(self.side.ligand_row) / _USUAL_ROWS)

    def bounds(self) -> Floats:
        """Lower and upper bound of every entry of θ; (size, 2)."""
        return self.layout.bounds()
