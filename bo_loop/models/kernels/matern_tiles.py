"""The Matérn-3/2 covariance, evaluated on per-metal and per-ligand tables and gathered.

Symbols
-------
x           a pair: [metal row, ligand row, pair features]           (2 + d_p,)
l           lengthscales: metal, ligand, then pair features          (d,)
w           inverse squared lengthscales, 1 / l²                     (d,)
s²          outputscale
R_m, R_l    scaled squared distances of the metals, the ligands      (u, u')
r²          R_m[m_i, m_j] + R_l[l_i, l_j] + r²_pair(i, j)            (n, n')
k           s² (1 + √3 r) exp(−√3 r)                                 (n, n')
G           gradient of a scalar with respect to k                   (n, n')
W           G ∘ dk/dr², where dk/dr² = −(3/2) s² exp(−√3 r)          (n, n')

dk/dr² is finite at r = 0, so working in r² leaves no singularity. The gradient with respect to w
needs only the sums of W over the pairs that share a metal, or a ligand, on both sides:
Σ_ij W_ij (x_i − x_j)² = Σ_ab (PᵀWP)_ab (x_a − x_b)², and that matrix has the size of the small
tables. Rows are worked through in tiles that fit the cache: nothing of the size of k but k
itself, and nothing of shape n × n' × d, is ever held; the backward pass computes r² again. Means of
a pool need no k at all: `matern_times` sums each tile into the product while it is in the cache.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from bo_loop.models.kernels.tiles import inner_factors, squared_distance, tiles


@dataclass(frozen=True)
class Gathered:
    """The pairs of one side of a kernel matrix, with only the table rows they use.

    Parameters
    ----------
    metal : (u_m, d_m) float64 tensor
    ligand : (u_l, d_l) float64 tensor
    metal_row, ligand_row : (n,) int64 tensor
        Rows in `metal` and `ligand`.
    pair : (n, d_p) float64 tensor
    """

    metal: Tensor
    ligand: Tensor
    metal_row: Tensor
    ligand_row: Tensor
    pair: Tensor

    @property
    def width(self) -> int:
        """Number of features, d."""
        return self.metal.shape[1] + self.ligand.shape[1] + self.pair.shape[1]

    def take(self, rows: Tensor) -> "Gathered":
        """Return the pairs at `rows` (k,), with the table rows that they use."""
        x = torch.column_stack([self.metal_row[rows], self.ligand_row[rows], self.pair[rows]])
        return gather(x, self.metal, self.ligand)

    def split(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Split (d,) values into those of the metal, ligand and pair features."""
        sizes = [self.metal.shape[1], self.ligand.shape[1], self.pair.shape[1]]
        return torch.split(values, sizes)


def gather(x: Tensor, metal: Tensor, ligand: Tensor) -> Gathered:
    """Keep of the tables what the pairs `x` (n, 2 + d_p) use."""
    metals, metal_row = torch.unique(x[:, 0].long(), return_inverse=True)
    ligands, ligand_row = torch.unique(x[:, 1].long(), return_inverse=True)
    return Gathered(metal[metals], ligand[ligands], metal_row, ligand_row, x[:, 2:])


def matern(
    a: Gathered, b: Gathered, lengthscale: Tensor, outputscale: Tensor, *, lower: bool = False
) -> Tensor:
    """Covariance of the pairs of `a` and of `b`, differentiable in the hyperparameters.

    Parameters
    ----------
    a, b : Gathered
        n and n' pairs.
    lengthscale : (d,) float64 tensor
    outputscale : () float64 tensor
    lower : bool
        `a` and `b` are the same pairs, and only the lower triangle is wanted. The upper one is
        left undefined, and ignored in the gradient.

    Returns
    -------
    (n, n') float64 tensor
    """
    return _Matern.apply(lengthscale, outputscale, a, b, lower)


@torch.no_grad()
def matern_times(
    a: Gathered, b: Gathered, lengthscale: Tensor, outputscale: Tensor, weights: Tensor
) -> Tensor:
    """Product of the covariance of `a` and `b` with `weights`, without holding the covariance.

    Parameters
    ----------
    a, b : Gathered
        n and n' pairs.
    lengthscale : (d,) float64 tensor
    outputscale : () float64 tensor
    weights : (n',) float64 tensor

    Returns
    -------
    (n,) float64 tensor
    """
    distances = _Distances.between(a, b, lengthscale / 3.0**0.5)
    out = a.pair.new_empty(len(a.metal_row))
    for rows, columns in tiles(len(out), len(weights), out.device):
        scaled = distances.tile(rows, columns).sqrt_()
        decay = torch.neg(scaled).exp_()
        torch.mv(scaled.add_(1.0).mul_(decay), weights, out=out[rows])
    return out.mul_(outputscale)


class _Matern(torch.autograd.Function):
    @staticmethod
    def forward(ctx, lengthscale, outputscale, a, b, lower):
        ctx.save_for_backward(lengthscale, outputscale)
        ctx.sides = a, b, lower
        distances = _Distances.between(a, b, lengthscale)
        out = a.pair.new_empty(len(a.metal_row), len(b.metal_row))
        for rows, columns in tiles(*out.shape, out.device, lower=lower):
            scaled = distances.tile(rows, columns).mul_(3.0).sqrt_()
            tile = torch.add(scaled, 1.0, out=out[rows, columns])
            tile.mul_(scaled.neg_().exp_()).mul_(outputscale)
        return out

    @staticmethod
    def backward(ctx, gradient):
        lengthscale, outputscale = ctx.saved_tensors
        a, b, lower = ctx.sides
        distances = _Distances.between(a, b, lengthscale)
        sums = _Sums.empty(a, b)
        by_scale = outputscale.new_zeros(())
        for rows, columns in tiles(*gradient.shape, gradient.device, lower=lower):
            scaled = distances.tile(rows, columns).mul_(3.0).sqrt_()
            decay = torch.neg(scaled).exp_()
            decay.mul_(gradient[rows, columns])
            if lower:
                decay[:, rows].tril_()
            by_scale += torch.dot(decay.flatten(), scaled.add_(1.0).flatten())
            sums.add(decay, rows, columns)
        by_weight = sums.by_weight(a, b) * (-1.5 * outputscale)
        return by_weight * (-2.0 / lengthscale**3), by_scale, None, None, None


@dataclass(frozen=True)
class _Distances:
    """r² by tiles: the tables' columns are gathered once, so that a tile copies whole rows."""

    metal: Tensor  # (u_m, n')
    ligand: Tensor  # (u_l, n')
    pair_a: Tensor  # (n, d_p + 2): the inner product with pair_b is r²_pair
    pair_b: Tensor  # (n', d_p + 2)
    metal_row: Tensor  # (n,)
    ligand_row: Tensor  # (n,)

    @classmethod
    def between(cls, a: Gathered, b: Gathered, lengthscale: Tensor) -> "_Distances":
        by_metal, by_ligand, by_pair = a.split(lengthscale)
        pair_a, pair_b = inner_factors(a.pair / by_pair, b.pair / by_pair)
        return cls(
            squared_distance(a.metal / by_metal, b.metal / by_metal)[:, b.metal_row],
            squared_distance(a.ligand / by_ligand, b.ligand / by_ligand)[:, b.ligand_row],
            pair_a,
            pair_b,
            a.metal_row,
            a.ligand_row,
        )

    def tile(self, rows: slice, columns: slice) -> Tensor:
        squared = self.ligand[:, columns].index_select(0, self.ligand_row[rows])
        squared += self.metal[:, columns].index_select(0, self.metal_row[rows])
        return squared.addmm_(self.pair_a[rows], self.pair_b[columns].mT).clamp_(min=0.0)


@dataclass(frozen=True)
class _Sums:
    """W summed over the pairs of `a` that share a metal, a ligand; and against pair features."""

    metal: Tensor  # (u_m, n')
    ligand: Tensor  # (u_l, n')
    pair: Tensor  # (n, d_p + 1): W times [pair features of b, 1]
    augmented: Tensor  # (n', d_p + 1)
    metal_row: Tensor
    ligand_row: Tensor

    @classmethod
    def empty(cls, a: Gathered, b: Gathered) -> "_Sums":
        n = len(b.metal_row)
        augmented = torch.cat([b.pair, b.pair.new_ones(n, 1)], dim=1)
        return cls(
            a.pair.new_zeros(len(a.metal), n),
            a.pair.new_zeros(len(a.ligand), n),
            a.pair.new_zeros(len(a.metal_row), augmented.shape[1]),
            augmented,
            a.metal_row,
            a.ligand_row,
        )

    def add(self, weights: Tensor, rows: slice, columns: slice) -> None:
        self.metal[:, columns].index_add_(0, self.metal_row[rows], weights)
        self.ligand[:, columns].index_add_(0, self.ligand_row[rows], weights)
        self.pair[rows] = weights @ self.augmented[columns]

    def by_weight(self, a: Gathered, b: Gathered) -> Tensor:
        """Σ_ij W_ij (x_i − x_j)² for every feature; (d,)."""
        metal = self.metal.new_zeros(len(a.metal), len(b.metal))
        metal.index_add_(1, b.metal_row, self.metal)
        ligand = self.ligand.new_zeros(len(a.ligand), len(b.ligand))
        ligand.index_add_(1, b.ligand_row, self.ligand)
        by_row, by_column = self.pair[:, -1], self.metal.sum(0)
        pair = (
            by_row @ a.pair**2 + by_column @ b.pair**2 - 2.0 * (a.pair * self.pair[:, :-1]).sum(0)
        )
        return torch.cat(
            [_weighted(metal, a.metal, b.metal), _weighted(ligand, a.ligand, b.ligand), pair]
        )


def _weighted(weights: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Σ_ab W_ab (x_a − x_b)² for every column of the tables (u, d) and (u', d); (d,)."""
    return weights.sum(1) @ a**2 + weights.sum(0) @ b**2 - 2.0 * (a * (weights @ b)).sum(0)
