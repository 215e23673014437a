from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import TRUE, constants, objective, potentiometric

from bo_loop.lab.titration.refinement import fit
from bo_loop.lab.titration.runs import residuals, runs_p


def fitted(**nuisances):
    both = constants("CuL", "CuL2", CuL=TRUE[0], CuL2=TRUE[1])
    return fit(objective(potentiometric(1, **nuisances)), both)


def test_residuals_are_those_of_the_fit():
    found = fitted()
    (part,) = residuals(found)
    assert part == pytest.approx(found.objective.residual(found.theta))


def test_chance_passes_and_a_drift_does_not():
    assert runs_p(fitted()) > 0.05
    assert runs_p(fitted(drift=0.1)) < 1e-4


def test_the_probability_by_hand():
    """Ten signs in two runs: 1 + 2·5·5/10 = 6 expected, variance 5·4/9."""
    found = fitted()
    curve = found.objective.titrations[0].take(np.arange(60) < 10)
    model = replace(found.objective, titrations=(curve,), weights=(np.ones(10),))
    pH = model.pH(0, found.theta)
    curve = replace(curve, pH=pH + np.repeat([0.1, -0.1], 5))
    found = replace(found, objective=replace(model, titrations=(curve,)))
    # z = (2 + 0.5 − 6)/√(20/9) = −2.348, of which the normal distribution makes 0.00944
    assert runs_p(found) == pytest.approx(0.00944, abs=1e-5)
