import re
from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import BARE, CELL, TRUE, constants, objective, potentiometric

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.checks import faults, require_curve, solids
from bo_loop.lab.titration.objective import Nuisance
from bo_loop.lab.titration.refinement import fit

BOTH = constants("CuL", "CuL2", CuL=TRUE[0], CuL2=TRUE[1])


def judged(curve, **more):
    return "\n".join(faults(fit(objective(curve, **more), BOTH), BOTH))


def test_a_good_curve_has_no_fault():
    assert judged(potentiometric(1)) == ""


@pytest.mark.parametrize(
    ("nuisance", "said"),
    [
        ({"ligand": 0.95}, r"ligand is 9[45]\.\d% of what was weighed"),
        ({"acid": 2e-4}, r"\+[12]\.\d\de-04 mol/L more strong acid"),
        ({"titrant": 0.97}, r"titrant's concentration is 9[67]\.\d%"),
        ({"drift": 0.12}, r"drifts, by \+0\.1\d\d pH"),
    ],
)
def test_a_fault_is_named(nuisance, said):
    told = judged(potentiometric(2, **nuisance))
    assert "sigma of the fit is" in told
    assert re.search(said, told)


def test_what_explains_a_part_of_the_misfit_is_named_as_such():
    curve = potentiometric(2, titrant=0.95)
    wave = 0.03 * np.sin(np.linspace(0.0, 12.0, len(curve)))
    told = judged(replace(curve, pH=curve.pH + wave))
    assert re.search(r"concentration is 9[45]\.\d% .*That leaves sigma 1\.\d", told)
    assert "did something precipitate" not in told


@pytest.mark.slow
def test_a_precipitate_spoils_the_end_of_a_curve():
    curve = potentiometric(3)
    pH = curve.pH.copy()
    pH[42:] -= np.linspace(0.1, 1.5, 18)  # hydroxide is taken up
    told = judged(replace(curve, pH=pH))
    assert "sigma of the fit" in told
    assert "did something precipitate" in told


def test_a_species_too_many_is_not_determined():
    cell = replace(CELL, cell={"metal": 1e-7, "ligand": 2.2e-3, "acid": 5e-3})
    assert "log β of CuL" in judged(potentiometric(4, cell=cell))


@pytest.mark.slow
def test_what_was_refined_far_from_what_was_stated_is_said():
    curve = potentiometric(5, ligand=0.93)
    told = judged(curve, nuisances=(Nuisance(0, "ligand"),))
    assert "the ligand is 9" in told


def test_supersaturation_is_said():
    weak = replace(BARE, cell=replace(CELL, cell={"metal": 1e-3, "ligand": 1e-4, "acid": 5e-3}))
    found = fit(objective(replace(weak, pH=objective(weak).pH(0, TRUE))), BOTH)
    assert "Cu(OH)2(s) may precipitate from" in solids(found)[0]
    assert solids(fit(objective(potentiometric(1)), BOTH)) != solids(found)


@pytest.mark.parametrize(
    ("volume", "said"),
    [
        ([0.0, 0.1], "2 points: too few"),
        ([0.0, 0.2, 0.1, 0.3], r"falls from 0.2 to 0.1 mL \(points 2 and 3\)"),
        ([0.0, 0.05, 0.05, 0.05], "rises 1 times"),
    ],
)
def test_volumes_that_are_none_of_a_titration_are_refused(volume, said):
    with pytest.raises(DataError, match=said):
        require_curve(replace(BARE, volume_mL=np.array(volume)))
