from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import BARE, TRUE, linear, objective

from bo_loop.lab.titration.curve import FLUORESCENCE, SHIFTS, SPECTRA
from bo_loop.lab.titration.objective import Nuisance

RNG = np.random.default_rng(1)
NUISANCES = tuple(
    Nuisance(0, name, sd) for name, sd in [("ligand", 0.01), ("titrant", None), ("pH", 0.02)]
)
THETA = np.array([8.2, 15.1, 1.01, 0.99, 0.02])


def differences(model, theta):
    columns = []
    for k in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[k]
        columns.append((model.residual(theta + step) - model.residual(theta - step)) / 2e-5)
    return np.column_stack(columns)


def test_derivatives_of_a_potentiometric_curve():
    model = objective(replace(BARE, pH=np.full(60, 7.0)), nuisances=NUISANCES)
    assert model.jacobian(THETA) == pytest.approx(differences(model, THETA), rel=1e-5, abs=1e-5)
    assert len(model.residual(THETA)) == 60 + 2  # two nuisances were known before


@pytest.mark.parametrize("method", [SPECTRA, SHIFTS, FLUORESCENCE])
@pytest.mark.parametrize("measured_pH", [True, False])
def test_derivatives_of_linear_signals(method, measured_pH):
    """Kaufman's derivative is exact where signals are explained: there the residual is 0."""
    n = 6 if method == SPECTRA else 5
    one = linear(method, RNG.uniform(0.1, 1.0, (n, 3)) * (1.0 if method == SHIFTS else 1e3))
    one = one if measured_pH else replace(one, pH=None)
    model = objective(one, nuisances=NUISANCES)
    theta = np.array([*TRUE, 1.0, 1.0, 0.0])
    assert np.abs(model.residual(theta)).max() < 1e-9
    expected = differences(model, theta)
    scale = np.abs(expected).max()
    assert model.jacobian(theta) / scale == pytest.approx(expected / scale, abs=1e-6)


def test_what_is_seen():
    spectrum = linear(SPECTRA, np.ones((6, 3)))
    model = objective(spectrum)
    every = [*model.system.components, *(each.name for each in model.system.species)]
    assert [every[i] for i in model.seen(0)] == ["Cu+2", "L", "HL", "H2L", "CuL", "CuL2"]
    for method in (SHIFTS, FLUORESCENCE):
        light = objective(replace(spectrum, method=method))
        assert [every[i] for i in light.seen(0)] == ["L", "HL", "H2L", "CuL", "CuL2"]
    assert objective(spectrum, absorbing=(0, 6)).seen(0) == [0, 6]


def test_an_error_of_volume_counts_where_the_curve_is_steep():
    cell = replace(BARE.cell, pH_sd=0.01, volume_sd_mL=0.002)
    model = objective(replace(BARE, cell=cell))
    sd, pH = model.reading_sd(0, TRUE), model.pH(0, TRUE)
    slope = np.gradient(pH, BARE.volume_mL)
    steep = np.argmax(slope)
    assert sd[steep] == max(sd)
    flat = np.argmin(slope)
    assert sd[flat] == pytest.approx(np.hypot(0.01, slope[flat] * 0.002), rel=0.02)


def test_titrations_with_the_same_wavelengths_share_their_spectra():
    one = linear(SPECTRA, np.ones((6, 3)))
    other = replace(one, labels=("1", "2", "3"))
    assert objective(one, one).groups == [[0, 1]]
    assert objective(one, other).groups == [[0], [1]]
