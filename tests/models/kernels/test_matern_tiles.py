import pytest
import torch
from model_tables import pairs
from tolerances import ROUNDING

from bo_loop.models.kernels import tiles as tiles_module
from bo_loop.models.kernels.matern import GatheredMatern
from bo_loop.models.kernels.matern_tiles import matern
from bo_loop.models.kernels.tensors import as_tensors

CPU = torch.device("cpu")


@pytest.fixture
def case():
    features = pairs(30)
    metal, ligand, x = as_tensors(features, CPU)
    lengthscale = torch.linspace(0.5, 3.0, features.dense().shape[1], dtype=torch.float64)
    return GatheredMatern(metal, ligand, lengthscale, 2.5), x, torch.as_tensor(features.dense())


def test_gradcheck(case):
    kernel, x, _ = case
    a, b = kernel.gather(x[:12]), kernel.gather(x[10:])
    inputs = (kernel.lengthscale.detach(), kernel.outputscale.detach())
    inputs = tuple(value.requires_grad_() for value in inputs)
    assert torch.autograd.gradcheck(lambda ls, scale: matern(a, b, ls, scale), inputs)
    assert torch.autograd.gradcheck(
        lambda ls, scale: matern(a, a, ls, scale, lower=True).tril(), inputs
    )


def test_tiles_do_not_change_the_result(case, monkeypatch):
    kernel, x, _ = case
    pairs_ = kernel.gather(x)
    results = []
    for elements in (2**19, 70):
        monkeypatch.setattr(tiles_module, "_TILE_CPU", elements)
        lengthscale = kernel.lengthscale.detach().requires_grad_()
        value = matern(pairs_, pairs_, lengthscale, kernel.outputscale.detach(), lower=True)
        lower = value.tril()
        (lower**2).sum().backward()
        results.append((lower.detach(), lengthscale.grad))
    torch.testing.assert_close(results[0], results[1], rtol=ROUNDING, atol=ROUNDING)
