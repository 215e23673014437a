from types import SimpleNamespace

import numpy as np
import pytest

from bo_loop.lab.spectra.joint_fit import Problem
from bo_loop.lab.spectra.shapes import peaks_at

X = np.linspace(0.0, 10.0, 41)
PEAKS = [(3.0, 1.0, 2.0, 0.3), (6.5, 1.5, 1.0, 0.6)]
LIMITS = SimpleNamespace(x=X, step=0.25, narrowest=0.3, widest=5.0, left=(0.1, -0.2))
LINE = np.column_stack([np.ones_like(X), X])


def problem(shape="pseudo_voigt", polynomial=LINE, sd=0.0):
    y = peaks_at(X, PEAKS) + LINE @ [0.1, -0.2]
    return Problem(
        X, y + sd * np.random.default_rng(0).standard_normal(len(X)), polynomial, shape, 2
    )


def test_the_residual_of_the_truth_is_zero():
    one = problem()
    params = one.parameters(PEAKS, LIMITS, exact=True)
    assert one.values(params) == [pytest.approx(each) for each in PEAKS]
    assert one.residual(params) == pytest.approx(np.zeros(len(X)), abs=1e-12)


@pytest.mark.parametrize(("shape", "columns"), [("pseudo_voigt", 10), ("gaussian", 8)])
def test_derivatives_are_those_of_finite_differences(shape, columns):
    one = problem(shape)
    params = one.parameters(PEAKS, LIMITS, exact=False)
    found = one.jacobian(params)
    assert found.shape == (len(X), columns)
    for k, name in enumerate(n for n, each in params.items() if each.vary):
        value, step = params[name].value, 1e-6
        params[name].value = value + step
        up = one.residual(params)
        params[name].value = value - step
        numeric = (up - one.residual(params)) / (2.0 * step)
        params[name].value = value
        assert found[:, k] == pytest.approx(numeric, abs=1e-5)


def test_sds_are_those_of_the_normal_equations():
    one = problem("gaussian", None, sd=0.1)
    params = one.parameters(PEAKS, LIMITS, exact=True)
    slopes, rest = one.jacobian(params), one.residual(params)
    covariance = np.linalg.inv(slopes.T @ slopes) * (rest @ rest) / (len(X) - 6)
    found = np.ravel(one.sds(params))
    assert found == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-9)


def test_a_share_at_its_bound_is_taken_as_fixed():
    one = Problem(X, problem(polynomial=None).y, None, "pseudo_voigt", 2)
    params = one.parameters([(3.0, 1.0, 2.0, 0.3), (6.5, 1.5, 1.0, 0.6)], LIMITS, exact=True)
    params["f0"].value = 0.0
    assert all(np.isfinite(sd) for each in one.sds(params) for sd in each)
    assert not params["f0"].vary
    assert params["f1"].vary


def test_starts_lie_within_the_bounds():
    params = problem(polynomial=None).parameters([(-5.0, 99.0, -1.0, 0.3)] * 2, LIMITS, exact=True)
    for each in params.values():
        assert each.min <= each.value <= each.max
