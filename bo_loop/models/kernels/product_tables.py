"""The product kernel's formula, evaluated on small tables of settings and ligands.

Symbols
-------
a        a setting: metal ion, number of ligands, conditions
b        a ligand
v_t      variance of term t
g        amplitude of a setting, exp(w · ion's properties) nᵘ   (u_a,)
C        Matérn-3/2 over the ion's properties, number of ligands and conditions    (u_a, u_a′)
C₀       the same without the ion's properties                 (u_a, u_a′)
A, A₀    g g′ C, g g′ C₀                                       (u_a, u_a′)
B, B₀    Σ v_t Π factors of the ligand, over the terms with the metal, without it   (u_b, u_b′)
v        variance of the term of the metal alone
k        A[a, a′] B[b, b′] + A₀[a, a′] B₀[b, b′] + C[a, a′] v  (n, n′)
θ        what is fitted, see `Layout`
G        gradient of a scalar with respect to k                (n, n′)

Pairs share metals, conditions and ligands, so the factors are evaluated on small tables of the
distinct settings and ligands, by autograd, and only their product is gathered for pairs, in tiles.
The gradient comes back the same way: that of A[a, a′] is the sum of G ∘ B over the pairs with
these settings. A mean needs no k at all: Σ_j k_ij α_j = (B Z Aᵀ)[b_i, a_i] + the same of the other
products, where Z (u_b′, u_a′) holds the sums of α over the pairs of a ligand and a setting.

Beyond what the training ions span, g is bent and C and C₀ fade: see `bo_loop.models.kernels.span`.

The amplitude is how much it matters to an ion which ligand it has: in NIST SRD 46 the constants of
Fe³⁺ have a standard deviation of 9, those of Na⁺ of 0.9. The term of the metal alone has none: it
is the same for all ligands, and an amplitude would carry the mean of a metal never seen far off.

The factors of ligands are a Matérn-3/2 with a lengthscale for each feature (donor groups), and the
min-max kernel Σ min(x, x′) / Σ max(x, x′) of counts, which has no parameter (Ralaivola, Swamidass,
Saigo, Baldi, Graph kernels for chemical informatics, Neural Networks 2005, 18, 1093).
"""

from itertools import chain

import torch
from torch import Tensor

from bo_loop.base.types import MEASURED
from bo_loop.models.kernels.layout import LIGAND, Layout, Values
from bo_loop.models.kernels.missing_values import measured_factor
from bo_loop.models.kernels.sides import Side
from bo_loop.models.kernels.span import Span
from bo_loop.models.kernels.tiles import squared_distance, tiles

_ROWS = 4096  # ligands whose counts are compared at once: 32 MB in float32
_TINY = 1e-20  # keeps the square root differentiable at r = 0


def matern32(squared: Tensor) -> Tensor:
    """Matérn-3/2 correlation at squared distances."""
    scaled = (3.0 * squared + _TINY).sqrt()
    return (1.0 + scaled) * (-scaled).exp()


def min_max(a: Tensor, b: Tensor) -> Tensor:
    """Σ min / Σ max of the counts of each row of `a` (u, d) and `b` (u′, d); 1 without counts.

    Σ min(x, y) is the number of levels k = 1, 2, … that both x and y reach, so that each level is
    a product of two matrices of zeros and ones, exact in float32.
    """
    return torch.cat([_min_max(some, b) for some in a.split(_ROWS)])


def _min_max(a: Tensor, b: Tensor) -> Tensor:
    shared = torch.zeros(len(a), len(b), dtype=torch.float32, device=a.device)
    totals = a.sum(1).double()[:, None] + b.sum(1).double()
    level = 0
    while True:
        level += 1
        mine = (a >= level).any(0)  # of few ligands few columns, and only these of all others
        a, b = a[:, mine], b[:, mine]
        both = (b >= level).any(0)
        if not both.any():
            break
        a, b = a[:, both], b[:, both]
        shared.addmm_((a >= level).to(shared.dtype), (b >= level).to(shared.dtype).mT)
    shared = shared.double()
    either = totals - shared
    return torch.where(either > 0, shared / either.clamp_min(1.0), 1.0)


def overlaps(a: Side, b: Side) -> dict[str, Tensor]:
    """Min-max kernel of the ligands of `a` and `b`, for each block of counts: no θ is in it."""
    return {block: min_max(a.counts[block], b.counts[block]) for block in a.counts}


def amplitude(values: Values, side: Side, span: Span | None = None) -> Tensor:
    """Amplitude g of each setting of `side`, bent where it lies beyond a `span`; (u_a,)."""
    if span is None:
        return values.log_amplitude(side.metal, side.log_n).exp()
    return span.log_amplitude(values, side.metal, side.log_n).exp()


def small_tables(
    layout: Layout,
    values: Values,
    a: Side,
    b: Side,
    shared: dict[str, Tensor],
    span: Span | None = None,
) -> list[tuple[Tensor, Tensor]]:
    """Compute (A, B), (A₀, B₀) and (C, v), v as a table, of settings and ligands of `a` and `b`.

    They are differentiable in `values`.

    Parameters
    ----------
    shared
        `overlaps` of a and b.
    span : Span, optional
        What the training pairs span, where a and b may lie beyond it.
    """
    around = squared_distance(a.pair / values.pair, b.pair / values.pair)
    apart = around + squared_distance(a.metal / values.metal, b.metal / values.metal)
    factors = dict(shared)
    if any(LIGAND in term.ligand for term in layout.terms):
        factors[LIGAND] = matern32(
            squared_distance(a.ligand / values.ligand, b.ligand / values.ligand)
        )
    if any(MEASURED in term.ligand for term in layout.terms):
        same = a.group[:, None] == b.group
        factors[MEASURED] = measured_factor(a.measured, b.measured, same, values.measured)
    zero = around.new_zeros(len(a.ligand), len(b.ligand))
    shared_by_ligands, with_metal, without = zero, zero, zero
    for term, variance in zip(layout.terms, values.variances, strict=True):
        product = variance.expand(len(a.ligand), len(b.ligand))
        for factor in term.ligand:
            product = product * factors[factor]
        if not term.ligand:
            shared_by_ligands = shared_by_ligands + product
        elif term.of_metal:
            with_metal = with_metal + product
        else:
            without = without + product
    scale = amplitude(values, a, span)[:, None] * amplitude(values, b, span)
    settings, settings_0 = matern32(apart), matern32(around)
    if span is not None:
        fading = span.fading(layout, values, a.metal, b.metal)
        settings, settings_0 = settings * fading, settings_0 * fading
    return [
        (scale * settings, with_metal),
        (scale * settings_0, without),
        (settings, shared_by_ligands),
    ]


def gathered(
    a: Side, b: Side, tables: list[tuple[Tensor, Tensor]], *, lower: bool = False
) -> Tensor:
    """Gather the sum of products k for all pairs; differentiable in `tables`.

    Parameters
    ----------
    a, b : Side
        n and n′ pairs.
    tables : list of pairs of tensor
        As `small_tables` gives them.
    lower : bool
        Both sides are the same, and only the lower triangle is wanted. The upper one is left
        undefined, and ignored in the gradient.

    Returns
    -------
    (n, n′) float64 tensor
    """
    return _Gathered.apply(a, b, lower, *chain.from_iterable(tables))


class _Gathered(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, lower, *tables):
        ctx.sides = a, b, lower
        ctx.save_for_backward(*tables)
        out = tables[0].new_empty(len(a.ligand_row), len(b.ligand_row))
        for rows, columns in tiles(*out.shape, out.device, lower=lower):
            products = [
                _looked_up(a, b, rows, columns, *pair)
                for pair in zip(tables[::2], tables[1::2], strict=True)
            ]
            out[rows, columns] = sum(products[1:], products[0])
        return out

    @staticmethod
    def backward(ctx, gradient):
        a, b, lower = ctx.sides
        tables = ctx.saved_tensors
        m = gradient.shape[1]
        sums = [t.new_zeros(len(t), m) for t in tables]
        for rows, columns in tiles(*gradient.shape, gradient.device, lower=lower):
            weights = gradient[rows, columns]
            if lower:
                weights = weights.tril(rows.start)
            places = (a.setting_row[rows], a.ligand_row[rows]) * (len(tables) // 2)
            for i, (place, total) in enumerate(zip(places, sums, strict=True)):
                other = i ^ 1  # the gradient of A is weighted by B, and that of B by A
                pick = _one_looked_up(a, b, rows, columns, tables[other], ligand=other % 2 == 1)
                total[:, columns].index_add_(0, place, pick.mul_(weights))
        places = (b.setting_row, b.ligand_row) * (len(tables) // 2)
        return (
            None,
            None,
            None,
            *(
                torch.zeros_like(table).index_add_(1, place, total)
                for table, place, total in zip(tables, places, sums, strict=True)
            ),
        )


def _looked_up(
    a: Side, b: Side, rows: slice, columns: slice, settings: Tensor, ligands: Tensor
) -> Tensor:
    product = _one_looked_up(a, b, rows, columns, settings, ligand=False)
    return product.mul_(_one_looked_up(a, b, rows, columns, ligands, ligand=True))


def _one_looked_up(
    a: Side, b: Side, rows: slice, columns: slice, table: Tensor, *, ligand: bool
) -> Tensor:
    mine, other = (a.ligand_row, b.ligand_row) if ligand else (a.setting_row, b.setting_row)
    return table.index_select(0, mine[rows]).index_select(1, other[columns])
