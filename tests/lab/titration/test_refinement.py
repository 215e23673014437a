from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from simulated_titrations import BARE, TRUE, constants, linear, objective, potentiometric

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.curve import SHIFTS, SPECTRA
from bo_loop.lab.titration.objective import Nuisance
from bo_loop.lab.titration.refinement import fit

BOTH = constants("CuL", "CuL2")


def test_constants_of_exact_curves_come_back():
    exact = potentiometric(0, pH_sd=0.0, volume_sd_mL=0.0)
    found = fit(objective(exact), BOTH)
    assert found.theta == pytest.approx(TRUE, abs=1e-7)
    assert found.names == ["CuL", "CuL2"]
    assert found.dof == 58
    assert found.sigma < 1e-6


@pytest.mark.slow
def test_estimates_lie_within_their_errors_and_sigma_is_one():
    found = [fit(objective(potentiometric(seed)), BOTH) for seed in range(3)]
    z = np.array([(one.theta - TRUE) / one.sd for one in found])
    assert (z**2).sum() < stats.chi2.ppf(0.999, z.size)
    assert np.mean([one.sigma for one in found]) == pytest.approx(1.0, abs=0.15)


def test_the_start_may_be_far_away():
    started = fit(objective(potentiometric(1)), constants("CuL", "CuL2", CuL=5.0, CuL2=9.0))
    assert started.theta == pytest.approx(fit(objective(potentiometric(1)), BOTH).theta, abs=1e-6)


@pytest.mark.slow
def test_bounds_hold_and_are_said():
    bounded = list(BOTH)
    bounded[3] = replace(bounded[3], low=8.5, high=9.0)
    found = fit(objective(potentiometric(4)), bounded)
    assert 8.5 <= found.theta[0] < 8.52
    assert found.at_bound == ("CuL",)


def test_an_impurity_is_found_where_it_is_refined():
    curve = potentiometric(5, ligand=0.95)
    plain = fit(objective(curve), BOTH)
    freed = fit(objective(curve, nuisances=(Nuisance(0, "ligand"),)), BOTH)
    assert plain.sigma > 3 * freed.sigma
    assert freed.theta[2] == pytest.approx(0.95, abs=0.005)
    assert np.abs(freed.theta[:2] - TRUE).max() < 4 * freed.sd[:2].max()


@pytest.mark.slow
def test_what_is_known_of_a_concentration_holds_it():
    curve = potentiometric(6)
    held = fit(objective(curve, nuisances=(Nuisance(0, "ligand", 1e-6),)), BOTH)
    assert held.theta[2] == pytest.approx(1.0, abs=1e-5)
    assert held.theta[:2] == pytest.approx(fit(objective(curve), BOTH).theta, abs=1e-3)


@pytest.mark.slow
def test_several_titrations_are_surer_than_one():
    one = fit(objective(potentiometric(7)), BOTH)
    three = fit(objective(*(potentiometric(seed) for seed in (7, 8, 9))), BOTH)
    assert three.sd[0] < 0.75 * one.sd[0]


def test_spectra_give_constants_and_absorptivities():
    bands = np.random.default_rng(2).uniform(5.0, 200.0, (6, 12))
    curve = linear(SPECTRA, bands, sd=0.001)
    found = fit(objective(curve), BOTH)
    assert np.abs((found.theta - TRUE) / found.sd).max() < 3.5
    assert found.dof == 60 * 12 - 2 - 5 * 12  # the six spectra: two mass balances leave five
    assert found.sigma == pytest.approx(1.0, abs=0.1)


def test_shifts_give_constants():
    shifts = np.random.default_rng(3).uniform(1.0, 9.0, (5, 2))
    curve = linear(SHIFTS, shifts, sd=0.003)
    found = fit(objective(curve), BOTH)
    assert np.abs((found.theta - TRUE) / found.sd).max() < 3.5
    assert found.sigma == pytest.approx(1.0, abs=0.25)


def test_too_few_points_are_refused():
    few = potentiometric(0).take(np.arange(60) < 3)
    with pytest.raises(DataError, match="3 readings do not determine 2 parameters"):
        fit(objective(few), BOTH)
    assert len(BARE) == 60
