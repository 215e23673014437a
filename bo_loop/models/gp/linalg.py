"""Dense linear algebra in place: factor and invert a covariance matrix.

Symbols
-------
K      covariance with noise on its diagonal; only the lower triangle is read   (n, n)
L      lower Cholesky factor, K = L L^T                                         (n, n)

`torch.linalg.cholesky` copies its input, and `torch.cholesky_inverse` copies, symmetrises and (with
MKL) runs at half the speed of a matrix product; so the factor is written over its input, and the
inverse is found block by block in place. SciPy's LAPACK would do both as well, but it brings
threads of its own, which fight PyTorch's for the cores: a small fit took fifty times as long.
"""

import warnings
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from bo_loop.base.errors import FitError

T = TypeVar("T")

JITTER = 1e-8  # first jitter to try, relative to the outputscale
_TRIES = 4
_JITTER_STEP = 100.0
_BLOCK = 256  # rows below which blocks are not split further


class FitWarning(UserWarning):
    """A fit gave an answer that the caller should know to be less than perfect."""


class NotPositiveDefiniteError(ArithmeticError):
    """A matrix that should be a covariance has no Cholesky factor in float64."""


def cholesky_(matrix: Tensor) -> Tensor:
    """Overwrite the lower triangle of K with L; the upper triangle is left undefined.

    Parameters
    ----------
    matrix : (n, n) float64 tensor
        Contiguous; destroyed.

    Returns
    -------
    (n, n) float64 tensor
        L, in the same memory on the CPU.

    Raises
    ------
    NotPositiveDefiniteError
        If K is not positive definite in float64.
    """
    matrix = matrix.detach()
    variances = matrix.diagonal().clone()
    if matrix.device.type == "cpu":
        # The transposed view is what LAPACK calls column-major: PyTorch then works in place.
        info = torch.empty((), dtype=torch.int32)
        torch.linalg.cholesky_ex(matrix.mT, upper=True, out=(matrix.mT, info))
        factor = matrix
    else:
        factor, info = torch.linalg.cholesky_ex(matrix)
    if int(info) != 0:
        raise NotPositiveDefiniteError
    _require_pivots(factor.diagonal(), variances)
    return factor


def _require_pivots(pivots: Tensor, variances: Tensor) -> None:
    """Refuse a factor whose squared pivots are rounding errors of the variances, or NaN."""
    smallest = variances * (len(variances) * torch.finfo(variances.dtype).eps)
    if not bool((pivots**2 > smallest).all()):
        raise NotPositiveDefiniteError


def inverse_(factor: Tensor) -> Tensor:
    """Overwrite the lower triangle of L (n, n) with that of K⁻¹, and return it.

    The upper triangle is left undefined. K⁻¹ = L⁻ᵀ L⁻¹, both steps by halves.
    """
    _invert_lower(factor)
    _square_lower(factor)
    return factor


def _invert_lower(factor: Tensor) -> None:
    """L <- L⁻¹: [[A, 0], [B, C]]⁻¹ = [[A⁻¹, 0], [−C⁻¹ B A⁻¹, C⁻¹]]."""
    if len(factor) <= _BLOCK:
        factor.copy_(solve_lower(factor, torch.eye(len(factor)).to(factor)))
        return
    a, b, c = _halves(factor)
    solved = torch.linalg.solve_triangular(c, b, upper=False)
    b.copy_(torch.linalg.solve_triangular(a, solved, upper=False, left=False).neg_())
    _invert_lower(a)
    _invert_lower(c)


def _square_lower(factor: Tensor) -> None:
    """Lower triangle of LᵀL: [[AᵀA + BᵀB, ·], [CᵀB, CᵀC]]."""
    if len(factor) <= _BLOCK:
        lower = factor.tril()
        factor.copy_(lower.mT @ lower)
        return
    a, b, c = _halves(factor)
    _square_lower(a)
    _add_square(a, b)
    b.copy_(_transpose_times(c, b))
    _square_lower(c)


def _add_square(matrix: Tensor, b: Tensor) -> None:
    """Add BᵀB to a matrix, in its lower triangle (and in some of the upper one)."""
    if len(matrix) <= _BLOCK:
        matrix.addmm_(b.mT, b)
        return
    top, corner, bottom = _halves(matrix)
    left, right = b[:, : len(top)], b[:, len(top) :]
    _add_square(top, left)
    corner.addmm_(right.mT, left)
    _add_square(bottom, right)


def _transpose_times(factor: Tensor, b: Tensor) -> Tensor:
    """Cᵀ B for a lower triangular C."""
    if len(factor) <= _BLOCK:
        return factor.tril().mT @ b
    top, corner, bottom = _halves(factor)
    upper, lower = b[: len(top)], b[len(top) :]
    first = _transpose_times(top, upper).addmm_(corner.mT, lower)
    return torch.cat([first, _transpose_times(bottom, lower)])


def _halves(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return views of the top left, bottom left and bottom right blocks."""
    half = len(matrix) // 2 // 64 * 64  # aligned blocks are faster
    return matrix[:half, :half], matrix[half:, :half], matrix[half:, half:]


def solve_lower(factor: Tensor, right: Tensor) -> Tensor:
    """L⁻¹ B for B (n, k)."""
    return torch.linalg.solve_triangular(factor, right, upper=False)


def solve_upper(factor: Tensor, right: Tensor) -> Tensor:
    """L⁻ᵀ B for B (n, k)."""
    return torch.linalg.solve_triangular(factor.mT, right, upper=True)


def with_jitter(attempt: Callable[[float], T], jitter: float, what: str) -> tuple[T, float]:
    """Run `attempt(0)`, then with growing jitter until a factorisation succeeds, and say so.

    Parameters
    ----------
    attempt : callable
        Takes the value to add to the diagonal; may raise `NotPositiveDefiniteError`.
    jitter : float
        First value above zero; each further try takes a hundred times the last.
    what : str
        What is factored, for the message.

    Returns
    -------
    tuple
        The result and the jitter it took.

    Raises
    ------
    FitError
        If no jitter helps.
    """
    added = 0.0
    for _ in range(_TRIES):
        try:
            result = attempt(added)
        except NotPositiveDefiniteError:
            added = added * _JITTER_STEP if added else jitter
            continue
        if added:
            warnings.warn(
                f"{what} was not positive definite; {added:.1e} was added to its diagonal.",
                FitWarning,
                stacklevel=2,
            )
        return result, added
    raise FitError(
        f"{what} is not positive definite, even with {added / _JITTER_STEP:.1e} added to its "
        "diagonal. Look for repeated rows with no noise, features of extreme size, or an "
        "outputscale many orders above the noise."
    )
