import numpy as np
import pytest
import torch
from model_tables import pairs, stated

from bo_loop.base.errors import ConfigError
from bo_loop.models.kernels.matern_tiles import gather, matern
from bo_loop.models.kernels.tensors import as_tensors
from bo_loop.models.matern_gp import MaternGP


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_iter": 0}, "max_iter is 0"),
        ({"fit_rows": 1}, "fit_rows is 1"),
        ({"device": "tpu"}, "device is 'tpu'"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ConfigError, match=message):
        MaternGP(**options)


def test_fit_finds_what_made_the_data():
    # Drawn from the prior with known hyperparameters: 300 pairs tell them within the factors below.
    features = pairs(300, n_metals=15, n_ligands=60)
    truth = stated(features, noise=0.25)
    metal, ligand, x = as_tensors(features, torch.device("cpu"))
    lengthscale = torch.tensor([1.0] * 3 + [4.0] * 7, dtype=torch.float64)
    k = matern(*[gather(x, metal, ligand)] * 2, lengthscale, torch.tensor(9.0).double())
    rng = np.random.default_rng(0)
    y = 7.0 + np.linalg.cholesky(k.numpy() + 0.25 * np.eye(300)) @ rng.standard_normal(300)
    model = MaternGP().fit(features, y)
    found = model.hyperparameters()
    assert model.fit_report["converged"]
    # Estimates from 300 correlated values: the order of size.
    assert model.noise_variance == pytest.approx(0.25, rel=0.5)
    assert found["outputscale"] == pytest.approx(truth["outputscale"], rel=0.8)  # the same
    values = np.array(list(found["lengthscales"].values()))
    assert values[:3].max() < values[3:8].min()
