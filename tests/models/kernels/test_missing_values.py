import numpy as np
import pytest
import torch

from bo_loop.models.kernels.missing_values import measured_factor

ELL = torch.tensor([0.7, 1.5, 3.0], dtype=torch.float64)


def ligands(seed=0, n=7):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 3))
    z[rng.uniform(size=z.shape) < 0.4] = np.nan
    z[-1] = np.nan
    return torch.tensor(z)


def test_it_is_the_mean_of_the_kernel_over_what_is_missing():
    z, rng = ligands(), np.random.default_rng(1)
    values = z.numpy()
    draws = np.where(np.isnan(values), rng.standard_normal((20000, *values.shape)), values)
    apart = (draws[:, :, None] - draws[:, None]) / ELL.numpy()
    expected = np.exp(-0.5 * (apart**2).sum(-1)).mean(0)
    found = measured_factor(z, z, torch.eye(len(z), dtype=torch.bool), ELL)
    assert found.numpy() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_a_correlation(seed):
    z = ligands(seed, 30)
    found = measured_factor(z, z, torch.eye(len(z), dtype=torch.bool), ELL)
    assert found.diagonal().numpy() == pytest.approx(1.0)
    assert torch.linalg.eigvalsh(found).min() > -1e-9


def test_a_feature_that_does_not_matter_separates_no_one():
    z = ligands()
    found = measured_factor(z, z, torch.eye(len(z), dtype=torch.bool), ELL * 1e6)
    assert found.numpy() == pytest.approx(1.0, abs=1e-6)


def test_slopes_are_finite_and_zero_for_what_is_missing():
    z = ligands().requires_grad_()
    ell = ELL.clone().requires_grad_()
    measured_factor(z, z.detach(), torch.eye(len(z), dtype=torch.bool), ell).sum().backward()
    assert torch.isfinite(ell.grad).all()
    assert (z.grad[torch.isnan(z.detach())] == 0.0).all()
