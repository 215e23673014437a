import numpy as np
import pytest
import torch
from model_tables import log_beta, pairs, stated

from bo_loop.models.gp import pair_model
from bo_loop.models.matern_gp import MaternGP


def built(n=35, noise=0.2):
    features = pairs(60)
    rows = np.arange(n)
    known = np.linspace(0.0, 0.3, 60)
    y = log_beta(features)
    model = MaternGP().build(features.take(rows), y[rows], known[rows], stated(features, noise))
    return model, features, y, known


def test_t_batches_in_blocks(monkeypatch):
    model, features, _, _ = built()
    x = torch.as_tensor(features.X).reshape(4, 5, 3, -1)
    whole = model.posterior(x)
    monkeypatch.setattr(pair_model, "BLOCK_BYTES", 8 * 35 * 3 * 3)
    parts = model.posterior(x)
    torch.testing.assert_close(whole.mean, parts.mean)
    torch.testing.assert_close(
        whole.distribution.covariance_matrix, parts.distribution.covariance_matrix
    )


def test_observation_noise_and_outputs():
    model, features, _, _ = built()
    x = torch.as_tensor(features.X[:4])
    plain = model.posterior(x).variance
    torch.testing.assert_close(model.posterior(x, observation_noise=True).variance, plain + 0.2)
    given = torch.full((4, 1), 0.7, dtype=torch.float64)
    torch.testing.assert_close(model.posterior(x, observation_noise=given).variance, plain + given)
    with pytest.raises(ValueError, match="one output"):
        model.posterior(x, output_indices=[1])
