from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats
from simulated_titrations import CELL, constants, objective, potentiometric

from bo_loop.lab.titration.limits import intervals
from bo_loop.lab.titration.refinement import fit

BOTH = constants("CuL", "CuL2")


def test_the_limits_are_those_of_the_likelihood():
    found = fit(objective(potentiometric(2)), BOTH)
    low, high = intervals(found, BOTH)[0]
    assert low < found.theta[0] < high
    assert (high - low) / 2 == pytest.approx(found.t * found.sd[0], rel=0.02)
    target = (found.objective.residual(found.theta) ** 2).sum()
    target *= 1 + stats.f.ppf(0.95, 1, found.dof) / found.dof
    held = replace(found.objective, free=(4,), log_beta=found.objective.constants(found.theta))
    held.log_beta[3] = high
    best = optimize.minimize_scalar(
        lambda x: (held.residual(np.array([x])) ** 2).sum(), bounds=(14.9, 15.3), method="bounded"
    ).fun
    assert best == pytest.approx(target, rel=1e-3)


def test_one_constant_has_limits_too():
    found = fit(objective(potentiometric(2), free=(4,)), constants("CuL2"))
    low, high = intervals(found, constants("CuL2"))[0]
    assert (high - low) / 2 == pytest.approx(found.t * found.sd[0], rel=0.02)


@pytest.mark.slow
def test_a_species_that_is_not_there_has_no_lower_limit():
    alone = replace(CELL, cell={"metal": 1e-6, "ligand": 2e-3, "acid": 5e-3})
    curve = potentiometric(3, cell=alone)
    one = constants("CuL2", CuL2=15.0)
    found = fit(objective(curve, free=(4,)), one)
    assert np.isinf(intervals(found, one)[0]).any() or found.sd[0] > 0.5
