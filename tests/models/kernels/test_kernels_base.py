import torch

from bo_loop.models.kernels.base import PairKernel


class Products(PairKernel):
    """The plain inner product."""

    def block(self, x1, x2):
        return x1 @ x2.T

    def variance(self, x):
        return (x**2).sum(1)

    lower = times = farthest_first = over = slopes = None


X = torch.arange(12.0).reshape(2, 3, 2)


def test_batches_are_multiplied_one_by_one():
    found = Products().forward(X, X[:1, :2])
    assert found.shape == (2, 3, 2)
    torch.testing.assert_close(found, X @ X[:1, :2].mT)


def test_the_diagonal_of_the_same_and_of_other_pairs():
    kernel, other = Products(), X.flip(0)
    torch.testing.assert_close(kernel.forward(X, X, diag=True), (X**2).sum(-1))
    torch.testing.assert_close(kernel.forward(X, other, diag=True), (X * other).sum(-1))
