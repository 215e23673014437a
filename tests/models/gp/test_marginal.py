import gpytorch
import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated
from tolerances import OTHER_ROUTE, ROUNDING, SOLVED

from bo_loop.models.gp.fitting import Problem
from bo_loop.models.gp.linalg import NotPositiveDefiniteError
from bo_loop.models.gp.marginal import log_marginal
from bo_loop.models.kernels.matern import MaternForm
from bo_loop.models.kernels.matern_tiles import gather, matern
from bo_loop.models.kernels.tensors import as_tensors

CPU = torch.device("cpu")


class ExactGP(gpytorch.models.ExactGP):
    def __init__(self, x, y, likelihood, lengthscale, outputscale):
        super().__init__(x, y, likelihood)
        self.mean_module = gpytorch.means.ConstantMean()
        base = gpytorch.kernels.MaternKernel(nu=1.5, ard_num_dims=x.shape[1])
        self.covar_module = gpytorch.kernels.ScaleKernel(base)
        self.double()
        base.lengthscale = lengthscale
        self.covar_module.outputscale = outputscale

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


def problem(n=40):
    features = pairs(n)
    metal, ligand, x = as_tensors(features, CPU)
    y = log_beta(features)
    known = torch.linspace(0.0, 0.1, n, dtype=torch.float64)
    target = torch.as_tensor((y - y.mean()) / y.std())
    return Problem(MaternForm(gather(x, metal, ligand)), target, known), features


def test_value_and_gradient_against_gpytorch():
    case, features = problem()
    lengthscale = torch.as_tensor(list(stated(features)["lengthscales"].values()))
    lengthscale = lengthscale.double().requires_grad_()
    outputscale = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
    covariance = matern(case.form.pairs, case.form.pairs, lengthscale, outputscale, lower=True)
    value, mean = log_marginal(covariance, case.noise + 0.05, case.y)
    value.backward()

    likelihood = gpytorch.likelihoods.FixedNoiseGaussianLikelihood(case.noise + 0.05)
    dense = torch.as_tensor(features.dense())
    model = ExactGP(dense, case.y, likelihood, lengthscale.detach(), outputscale.detach())
    model.mean_module.constant.data.fill_(mean)
    mll = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)
    theirs = mll(model(dense), case.y) * len(case.y)
    theirs.backward()
    base = model.covar_module.base_kernel
    slope = torch.sigmoid(base.raw_lengthscale.detach()[0])  # of GPyTorch's softplus
    prior = -0.5 * mean.item() ** 2
    assert value.item() == pytest.approx(theirs.item() + prior, rel=SOLVED)
    torch.testing.assert_close(
        lengthscale.grad, base.raw_lengthscale.grad[0] / slope, rtol=OTHER_ROUTE, atol=SOLVED
    )
    slope = torch.sigmoid(model.covar_module.raw_outputscale.detach())
    torch.testing.assert_close(
        outputscale.grad,
        model.covar_module.raw_outputscale.grad / slope,
        rtol=OTHER_ROUTE,
        atol=SOLVED,
    )
    # The profiled mean is where the derivative in it, with that of its prior, vanishes.
    assert model.mean_module.constant.grad.item() == pytest.approx(mean.item(), abs=SOLVED)


def test_gradient_in_covariance_noise_and_data():
    generator = torch.Generator().manual_seed(0)
    root = torch.randn(7, 7, dtype=torch.float64, generator=generator)
    covariance = (root @ root.T).tril()
    noise, y = torch.rand(2, 7, dtype=torch.float64, generator=generator)
    inputs = [value.clone().requires_grad_() for value in (covariance, noise + 0.5, y)]
    value, mean = log_marginal(inputs[0].tril().clone(), *inputs[1:])
    (3.0 * value).backward()
    ours = [leaf.grad.clone() for leaf in inputs]
    for leaf in inputs:
        leaf.grad = None
    lower = inputs[0].tril()
    whole = lower + lower.tril(-1).mT + torch.diag(inputs[1])
    reference = torch.distributions.MultivariateNormal(mean.expand(7), whole).log_prob(inputs[2])
    (3.0 * reference).backward()
    prior = -0.5 * mean.item() ** 2
    assert value.item() == pytest.approx(reference.item() + prior, rel=ROUNDING)
    for got, leaf in zip(ours, inputs, strict=True):
        torch.testing.assert_close(got.tril() if got.ndim == 2 else got, leaf.grad)


def test_by_hand():
    # K + v = diag(2, 4), y = (1, 4): mean = (1/2 + 1) / (1/2 + 1/4 + 1) = 6/7.
    value, mean = log_marginal(
        torch.diag(torch.tensor([1.0, 3.0], dtype=torch.float64)),
        torch.ones(2, dtype=torch.float64),
        torch.tensor([1.0, 4.0], dtype=torch.float64),
    )
    assert mean.item() == pytest.approx(6 / 7)
    misfit = (1 / 7) ** 2 / 2 + (22 / 7) ** 2 / 4 + (6 / 7) ** 2
    expected = -0.5 * (misfit + np.log(8.0) + 2 * np.log(2 * np.pi))
    assert value.item() == pytest.approx(expected)


@pytest.mark.parametrize("bad", [-5.0, np.nan])
def test_not_positive_definite_is_told(bad):
    covariance = torch.eye(3, dtype=torch.float64)
    noise = torch.tensor([0.1, bad, 0.1], dtype=torch.float64)
    with pytest.raises(NotPositiveDefiniteError):
        log_marginal(covariance, noise, torch.ones(3, dtype=torch.float64))
