"""Kernels of pairs, as GPyTorch kernels: what all have, the Matérn-3/2 and the product kernel.

X is ``[metal row, ligand row, pair features]`` (`PairFeatures.X`), and the kernel holds the tables
that the rows are of. Kernels are differentiable in their hyperparameters, not in X.
"""

from abc import ABC, abstractmethod
from dataclasses import replace

import gpytorch
import torch
from gpytorch.constraints import Positive
from torch import Tensor

from bo_loop.base.types import PairFeatures
from bo_loop.models.kernels.layout import Layout, Values
from bo_loop.models.kernels.matern_form import Gathered, gather, matern, matern_times
from bo_loop.models.kernels.ordering import farthest_first
from bo_loop.models.kernels.product_form import amplitude, gathered, overlaps, small_tables
from bo_loop.models.kernels.sides import Side, Tables
from bo_loop.models.kernels.span import Span
from bo_loop.models.kernels.tensors import as_tensors


class PairKernel(gpytorch.kernels.Kernel, ABC):
    """A kernel of pairs, with what an exact GP over a large pool asks for beside `forward`."""

    @abstractmethod
    def block(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p); (n, n′)."""

    @abstractmethod
    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""

    @abstractmethod
    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p); (n,)."""

    @abstractmethod
    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""

    @abstractmethod
    def farthest_first(self, x: Tensor, m: int) -> Tensor:
        """Choose m rows of `x` (n, 2 + d_p), every prefix of which fills the space; (m,) int64."""

    @abstractmethod
    def over(self, features: PairFeatures) -> "PairKernel":
        """Return the same kernel over other tables, which extend these."""

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **params) -> Tensor:
        """Covariance of `x1` (…, n, 2 + d_p) and `x2` (…, n', 2 + d_p).

        Returns
        -------
        (…, n, n') float64 tensor, or (…, n) with `diag`
        """
        batch = torch.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
        k = batch.numel()
        x1, x2 = (x.expand(*batch, *x.shape[-2:]).reshape(k, *x.shape[-2:]) for x in (x1, x2))
        if diag and torch.equal(x1, x2):
            return self.variance(x1.reshape(-1, x1.shape[-1])).reshape(*batch, -1)
        blocks = [self.block(a, b) for a, b in zip(x1, x2, strict=True)]
        if diag:
            return torch.stack([block.diagonal() for block in blocks]).reshape(*batch, -1)
        return torch.stack(blocks).reshape(*batch, x1.shape[-2], x2.shape[-2])


class GatheredMatern(PairKernel):
    """Matérn-3/2 with ARD over X = [metal row, ligand row, pair features].

    Parameters
    ----------
    metal : (n_metals, d_m) float64 tensor
        All metal blocks side by side.
    ligand : (n_ligands, d_l) float64 tensor
        All ligand blocks side by side.
    lengthscale : (d,) float64 tensor
        Metal, ligand, then pair features: d = d_m + d_l + d_p.
    outputscale : float
        s².
    """

    def __init__(self, metal: Tensor, ligand: Tensor, lengthscale: Tensor, outputscale: float):
        super().__init__()
        self.register_buffer("metal", metal)
        self.register_buffer("ligand", ligand)
        log_scale = torch.tensor(outputscale, dtype=metal.dtype, device=metal.device).log()
        self.register_parameter("raw_lengthscale", torch.nn.Parameter(lengthscale.log()))
        self.register_parameter("raw_outputscale", torch.nn.Parameter(log_scale))
        for name in ("raw_lengthscale", "raw_outputscale"):
            self.register_constraint(name, Positive(torch.exp, torch.log))

    @property
    def lengthscale(self) -> Tensor:
        """(d,) float64 tensor."""
        return self.raw_lengthscale_constraint.transform(self.raw_lengthscale)

    @property
    def outputscale(self) -> Tensor:
        """() float64 tensor, s²."""
        return self.raw_outputscale_constraint.transform(self.raw_outputscale)

    @property
    def is_stationary(self) -> bool:
        """The kernel depends on differences of features only."""
        return True

    def gather(self, x: Tensor) -> Gathered:
        """Look up the pairs `x` (n, 2 + d_p) in the kernel's tables."""
        return gather(x, self.metal, self.ligand)

    def block(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p); (n, n′)."""
        return matern(self.gather(x1), self.gather(x2), self.lengthscale, self.outputscale)

    def times(self, x1: Tensor, x2: Tensor, weights: Tensor) -> Tensor:
        """Covariance of `x1` (n, 2 + d_p) and `x2` (n′, 2 + d_p) times `weights` (n′,); (n,)."""
        a, b = self.gather(x1), self.gather(x2)
        return matern_times(a, b, self.lengthscale, self.outputscale, weights)

    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""
        pairs = self.gather(x)
        return matern(pairs, pairs, self.lengthscale, self.outputscale, lower=True)

    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p): the outputscale; (n,)."""
        return self.outputscale.expand(len(x))

    def farthest_first(self, x: Tensor, m: int) -> Tensor:
        """Choose m rows of `x` that fill the space; see `bo_loop.models.kernels.ordering`."""
        return farthest_first(self.gather(x), self.lengthscale, m)

    def over(self, features: PairFeatures) -> "GatheredMatern":
        """Return the same kernel over other tables, which extend these."""
        metal, ligand, _ = as_tensors(features, self.metal.device)
        lengthscale = self.lengthscale.detach()
        return GatheredMatern(metal, ligand, lengthscale, self.outputscale.item())


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
        return gathered(a, b, self._small(a, b))

    def _small(self, a: Side, b: Side) -> list[tuple[Tensor, Tensor]]:
        return small_tables(self.layout, self.values, a, b, overlaps(a, b), self.span)

    def lower(self, x: Tensor) -> Tensor:
        """Lower triangle of the covariance of `x` (n, 2 + d_p) with itself; (n, n)."""
        side = self.tables.gather(x)
        return gathered(side, side, self._small(side, side), lower=True)

    def variance(self, x: Tensor) -> Tensor:
        """Prior variance at `x` (n, 2 + d_p): every correlation is 1 there; (n,)."""
        return self._variance(self.tables.each(x))

    def variance_slopes(self, x: Tensor) -> dict[str, Tensor]:
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

    def slopes(self, x: Tensor, train: Tensor, weights: Tensor) -> dict[str, Tensor]:
        """Differentiate Σ_j k(x_i, x′_j) W_ij with respect to the features of x_i.

        Parameters
        ----------
        x : (k, 2 + d_p) float64 tensor
        train : (n, 2 + d_p) float64 tensor
        weights : (k, n) float64 tensor
            W.

        Returns
        -------
        dict of str to (k, …) float64 tensor
            Derivatives with respect to ``metal``, ``ligand`` (all but counts, which are whole
            numbers) and ``pair``.
        """
        a, b = self.tables.each(x), self.tables.gather(train)
        names = ("metal", "ligand", "pair")
        leaves = {name: getattr(a, name).detach().requires_grad_() for name in names}
        with torch.enable_grad():
            tables = self._small(replace(a, **leaves), b)
            total = (gathered(a, b, tables) * weights).sum()
            found = torch.autograd.grad(total, list(leaves.values()), materialize_grads=True)
        return dict(zip(names, found, strict=True))

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
            nearest = torch.minimum(nearest, variance + variance[row] - 2.0 * shared)
            nearest[row] = -torch.inf
            row = int(nearest.argmax())
        return chosen
