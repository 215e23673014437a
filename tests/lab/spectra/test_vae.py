import numpy as np
import pytest
import torch
from synthetic_spectra import curve

from bo_loop.lab.spectra.vae import fit_vae

x = np.linspace(0.0, 100.0, 40)
HEIGHTS = np.linspace(0.2, 1.0, 20)
CURVES = np.array([curve(x, [(50.0, 20.0, h)])[0] for h in HEIGHTS])


@pytest.fixture(scope="module")
def model():
    return fit_vae(CURVES, 1, seed=3)


def test_one_feature_follows_what_one_number_made(model):
    s = model.encode(CURVES)
    assert s.shape == (20, 1)
    assert abs(np.corrcoef(s[:, 0], HEIGHTS)[0, 1]) > 0.99
    assert np.mean((model.decode(s) - CURVES) ** 2) < 0.02 * CURVES.var(0).mean()


def test_slopes_are_those_of_finite_differences(model):
    found = model.slopes(CURVES[:1], np.array([1.0]))
    moved, step = CURVES[:1].copy(), 1e-5
    moved[0, 20] += step
    numeric = (model.encode(moved) - model.encode(CURVES[:1]))[0, 0] / step
    assert found[0, 20] == pytest.approx(numeric, rel=1e-4)


def test_the_seed_decides_and_nobody_elses_draws_change(model):
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    again = fit_vae(CURVES, 1, seed=3)
    assert torch.rand(1) == expected
    assert np.array_equal(again.encode(CURVES), model.encode(CURVES))


def test_curves_that_are_all_alike_have_a_scale():
    assert np.isfinite(fit_vae(np.ones((3, 5)), 1).encode(np.ones((3, 5)))).all()
