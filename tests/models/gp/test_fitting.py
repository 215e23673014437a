import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated
from tolerances import DIFFERENCED, ROUNDING, SOLVED

from bo_loop.models.gp import fitting, linalg
from bo_loop.models.gp.fitting import Problem, evaluate
from bo_loop.models.gp.linalg import FitWarning, NotPositiveDefiniteError
from bo_loop.models.kernels.matern import MaternForm
from bo_loop.models.kernels.matern_tiles import gather
from bo_loop.models.kernels.tensors import as_tensors
from bo_loop.models.matern_gp import MaternGP


def test_jitter_in_a_fit_reaches_the_report(monkeypatch):
    real = fitting.log_marginal

    def fail_once_without_jitter(covariance, noise, y):
        if noise.min() < 1e-9 + fitting.MIN_NOISE and not failed:
            failed.append(True)
            raise NotPositiveDefiniteError
        return real(covariance, noise, y)

    failed: list[bool] = []
    monkeypatch.setattr(fitting, "log_marginal", fail_once_without_jitter)
    features = pairs(20)
    with pytest.warns(FitWarning, match=f"{linalg.JITTER:.1e} was added"):
        fitting.evaluate(
            MaternGP().problem(features, log_beta(features), np.zeros(20)),
            np.r_[np.zeros(10), 0.0, np.log(fitting.MIN_NOISE)],
        )


CPU = torch.device("cpu")


def problem(n=40):
    features = pairs(n)
    metal, ligand, x = as_tensors(features, CPU)
    y = log_beta(features)
    known = torch.linspace(0.0, 0.1, n, dtype=torch.float64)
    target = torch.as_tensor((y - y.mean()) / y.std())
    return Problem(MaternForm(gather(x, metal, ligand)), target, known), features


def test_objective_adds_priors_and_its_gradient_matches_differences():
    case, features = problem(25)
    theta = np.log([*stated(features)["lengthscales"].values(), 1.3, 0.05])
    parts, gradient = evaluate(case, theta)
    prior = case.log_prior(torch.as_tensor(theta)).item()
    prior -= 0.5 * parts["mean"] ** 2
    assert parts["objective"] == pytest.approx((parts["mll"] + prior) / 25, rel=ROUNDING)
    for j in (0, 4, 8, len(theta) - 2, len(theta) - 1):
        step = np.zeros_like(theta)
        step[j] = 1e-5
        up, down = (evaluate(case, theta + sign * step)[0]["objective"] for sign in (1, -1))
        assert gradient[j] == pytest.approx((up - down) / 2e-5, rel=DIFFERENCED, abs=SOLVED)
