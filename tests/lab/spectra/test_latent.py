from pathlib import Path

import numpy as np
import pytest
from synthetic_spectra import curve

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.figure_files import figure_bytes
from bo_loop.lab.spectra.drawing import draw_study
from bo_loop.lab.spectra.latent import MODELS, fit_latent, study_latent

x = np.linspace(0.0, 100.0, 60)


def curves(n=30, seed=0):
    """Two bands of varying height on a third; the property is the height of the first."""
    rng = np.random.default_rng(seed)
    heights = rng.uniform(0.2, 1.0, (n, 2))
    bands = [(20.0, 10.0), (70.0, 15.0)]
    base = curve(x, [(45.0, 20.0, 1.0)])[0]
    X = np.array(
        [
            base + curve(x, [(p, w, h) for (p, w), h in zip(bands, row, strict=True)])[0]
            for row in heights
        ]
    )
    return X + rng.normal(0.0, 0.005, X.shape), heights[:, 0]


@pytest.mark.parametrize("kind", MODELS)
def test_latent_features_hold_the_curves_and_slopes_are_those_of_the_encoder(kind):
    X, _ = curves()
    model = fit_latent(kind, X, 3)
    s = model.encode(X)
    assert s.shape == (30, 3)
    assert np.mean((model.decode(s) - X) ** 2) < 0.1 * X.var(0).mean()
    weights, step = np.array([0.5, -1.0, 0.3]), 1e-4
    moved = X[:2].copy()
    moved[:, 12] += step
    expected = (model.encode(moved) - model.encode(X[:2])) @ weights / step
    tolerance = 0.05 if kind == "nmf" else 1e-3  # which iterates to its solution
    slopes = model.slopes(X[:2], weights)
    assert slopes[:, 12] == pytest.approx(expected, abs=tolerance * np.abs(slopes).max())


def test_the_property_is_predicted_and_its_band_contributes():
    X, y = curves()
    study = study_latent(X, y, np.arange(30), models=("pca", "nmf"), components=(1, 2))
    assert study.components == 2
    assert study.folds.groupby(["model", "components"])["r2"].mean().max() > 0.95
    found = np.abs(study.contributions(X))
    assert abs(x[found.argmax()] - 20.0) < 10.0
    drawn = figure_bytes(draw_study(study, x, X, "nm", "height"), Path("a.svg"))
    assert b"<svg" in drawn


def test_a_vae_follows_from_its_seed_and_leaves_other_draws_alone():
    import torch

    X, _ = curves()
    torch.manual_seed(5)
    before = torch.rand(1)
    torch.manual_seed(5)
    one = fit_latent("vae", X, 2, seed=1).encode(X)
    assert torch.rand(1) == before
    np.testing.assert_array_equal(one, fit_latent("vae", X, 2, seed=1).encode(X))
    assert not np.array_equal(one, fit_latent("vae", X, 2, seed=2).encode(X))


def test_curves_of_one_group_are_on_one_side():
    X, _ = curves()
    noise = np.random.default_rng(0).normal(size=30)  # which only a twin could tell
    twins = np.vstack([X, X]), np.concatenate([noise, noise]), np.tile(np.arange(30), 2)
    study = study_latent(*twins, models=("pca",), components=(8,))
    assert study.folds["r2"].mean() < 0.3


def test_what_cannot_be_studied_is_refused():
    X, y = curves(6)
    with pytest.raises(ConfigError, match="latent"):
        fit_latent("magic", X, 2)
    with pytest.raises(DataError, match="more curves"):
        fit_latent("pca", X, 6)
    with pytest.raises(DataError, match="folds"):
        study_latent(X, y, np.zeros(6))
    with pytest.raises(DataError, match="finite"):
        study_latent(X * np.nan, y, np.arange(6))
