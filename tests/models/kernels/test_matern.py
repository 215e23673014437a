import gpytorch
import numpy as np
import pytest
import torch
from model_tables import pairs
from tolerances import OTHER_ROUTE, ROUNDING

from bo_loop.models.kernels import tiles as tiles_module
from bo_loop.models.kernels.matern import GatheredMatern
from bo_loop.models.kernels.tensors import as_tensors

CPU = torch.device("cpu")


@pytest.fixture
def case():
    features = pairs(30)
    metal, ligand, x = as_tensors(features, CPU)
    lengthscale = torch.linspace(0.5, 3.0, features.dense().shape[1], dtype=torch.float64)
    return GatheredMatern(metal, ligand, lengthscale, 2.5), x, torch.as_tensor(features.dense())


def stock(kernel):
    own = gpytorch.kernels.ScaleKernel(
        gpytorch.kernels.MaternKernel(nu=1.5, ard_num_dims=len(kernel.lengthscale))
    ).double()
    own.outputscale = kernel.outputscale.item()
    own.base_kernel.lengthscale = kernel.lengthscale.detach()
    return own


def test_by_hand():
    # One metal, two ligands 3 apart with lengthscale 2, conditions 4 apart with lengthscale 4.
    kernel = GatheredMatern(
        torch.tensor([[1.0]], dtype=torch.float64),
        torch.tensor([[0.0], [3.0]], dtype=torch.float64),
        torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64),
        2.0,
    )
    x = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 5.0]], dtype=torch.float64)
    r = np.sqrt(1.5**2 + 1.0**2)
    expected = 2.0 * (1.0 + np.sqrt(3.0) * r) * np.exp(-np.sqrt(3.0) * r)
    np.testing.assert_allclose(
        kernel(x).to_dense().detach(), [[2.0, expected], [expected, 2.0]], rtol=ROUNDING
    )


def test_over_other_tables_it_is_the_same_to_the_last_bit():
    features = pairs(30)
    metal, ligand, _ = as_tensors(features, CPU)
    # Of 300,000 lengthscales, four do not come back from the exponential of their logarithm.
    lengthscale = torch.linspace(0.5, 3.0, 300_000, dtype=torch.float64)
    kernel = GatheredMatern(metal, ligand, lengthscale, 2.5)
    other = kernel.over(features).over(features)
    assert torch.equal(other.lengthscale, kernel.lengthscale)
    assert torch.equal(other.outputscale, kernel.outputscale)


def test_value_and_gradient_against_gpytorch(case):
    kernel, x, dense = case
    weights = torch.randn(30, 20, dtype=torch.float64, generator=torch.manual_seed(0))
    ours = kernel(x, x[:20]).to_dense()
    reference = stock(kernel)
    theirs = reference(dense, dense[:20]).to_dense()
    torch.testing.assert_close(
        ours, theirs, rtol=ROUNDING, atol=OTHER_ROUTE
    )  # GPyTorch's mm distance
    (ours * weights).sum().backward()
    lengthscale, scale = kernel.lengthscale.detach(), kernel.outputscale.detach()
    by_length = torch.autograd.functional.jacobian(
        lambda v: (matern_by_definition(dense, dense[:20], v, scale) * weights).sum(), lengthscale
    )
    torch.testing.assert_close(
        kernel.raw_lengthscale.grad, by_length * lengthscale, rtol=ROUNDING, atol=ROUNDING
    )
    torch.testing.assert_close(kernel.raw_outputscale.grad, (ours * weights).sum().detach())


def matern_by_definition(a, b, lengthscale, scale):
    squared = (((a[:, None] - b[None]) / lengthscale) ** 2).sum(-1)
    # √ has no derivative at 0, where the kernel's own is 0 in every lengthscale.
    scaled = torch.where(squared > 0, squared, 1.0).sqrt() * 3**0.5
    value = scale * (1 + scaled) * torch.exp(-scaled)
    return torch.where(squared > 0, value, scale)


def test_batches_and_diagonal(case):
    kernel, x, _ = case
    batch = kernel(x.reshape(3, 10, -1), x[:4].expand(3, 4, -1)).to_dense()
    full = kernel(x).to_dense()
    assert batch.shape == (3, 10, 4)
    torch.testing.assert_close(batch.reshape(30, 4), full[:, :4])
    diagonal = kernel(x.reshape(3, 10, -1), diag=True)
    torch.testing.assert_close(diagonal, torch.full((3, 10), 2.5, dtype=torch.float64))
    torch.testing.assert_close(kernel(x[:5], x[5:10], diag=True), full[:5, 5:10].diagonal())


def test_no_rows_have_an_empty_covariance(case):
    # A stage of a model may hold none of the pairs that are asked for.
    kernel, x, _ = case
    assert kernel(x[:0], x).to_dense().shape == (0, 30)


def test_gathers_only_what_it_uses(case):
    kernel, x, _ = case
    pairs_ = kernel.gather(x[:2])
    assert len(pairs_.ligand) <= 2
    assert len(pairs_.metal) <= 2


def test_times_is_the_product_with_the_covariance(case, monkeypatch):
    kernel, x, _ = case
    weights = torch.linspace(-1.0, 2.0, len(x), dtype=torch.float64)
    with torch.no_grad():
        expected = kernel(x[:9], x).to_dense() @ weights
    torch.testing.assert_close(kernel.times(x[:9], x, weights), expected)
    monkeypatch.setattr(tiles_module, "_TILE_CPU", 3 * len(x))
    torch.testing.assert_close(kernel.times(x[:9], x, weights), expected)
    assert kernel.times(x[:0], x, weights).shape == (0,)
