import numpy as np
import torch
from botorch.models import SingleTaskGP
from gpytorch.kernels import MaternKernel, ScaleKernel
from model_tables import log_beta, pairs, stated
from tolerances import OTHER_ROUTE

from bo_loop.models.matern_gp import MaternGP

TRAIN = np.arange(35)


def built(n=35, noise=0.2):
    features = pairs(60)
    rows = np.arange(n)
    known = np.linspace(0.0, 0.3, 60)
    y = log_beta(features)
    model = MaternGP().build(features.take(rows), y[rows], known[rows], stated(features, noise))
    return model, features, y, known


def single_task_gp(features, y, known):
    """BoTorch's model with the same hyperparameters, on the dense matrix."""
    state = stated(features)
    x = torch.as_tensor(features.dense())
    base = MaternKernel(nu=1.5, ard_num_dims=x.shape[1])
    noise = torch.as_tensor(known + state["noise"])[:, None]
    targets = torch.as_tensor(y)[:, None]
    model = SingleTaskGP(
        x, targets, noise, covar_module=ScaleKernel(base), outcome_transform=None
    ).double()
    base.lengthscale = torch.as_tensor(list(state["lengthscales"].values()))
    model.covar_module.outputscale = state["outputscale"]
    model.mean_module.constant.data.fill_(state["mean"])
    return model.eval()


def test_posterior_against_single_task_gp():
    model, features, y, known = built()
    reference = single_task_gp(features.take(TRAIN), y[TRAIN], known[TRAIN])
    theirs = reference.posterior(torch.as_tensor(features.dense()[20:]))
    ours = model.posterior(torch.as_tensor(features.X[20:]))
    torch.testing.assert_close(ours.mean, theirs.mean, rtol=OTHER_ROUTE, atol=OTHER_ROUTE)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=OTHER_ROUTE, atol=OTHER_ROUTE)
    torch.testing.assert_close(
        ours.distribution.covariance_matrix,
        theirs.distribution.covariance_matrix,
        rtol=OTHER_ROUTE,
        atol=OTHER_ROUTE,
    )


def test_new_ligands_are_bound_by_appending_tables():
    model, features, y, known = built()
    new = pairs(8, seed=5)
    together = features.take(TRAIN).concat(new)
    posterior = model.bind(together.take(np.arange(35, 43)))
    reference = single_task_gp(features.take(TRAIN), y[TRAIN], known[TRAIN])
    theirs = reference.posterior(torch.as_tensor(new.dense()))
    rows = np.arange(8)
    np.testing.assert_allclose(posterior.mean(rows), theirs.mean[:, 0].detach(), rtol=OTHER_ROUTE)
    np.testing.assert_allclose(
        posterior.variance(rows), theirs.variance[:, 0].detach(), rtol=OTHER_ROUTE
    )
