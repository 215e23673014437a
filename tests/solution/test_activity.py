import numpy as np
import pytest
from tolerances import ROUNDING

from bo_loop.base.errors import DataError
from bo_loop.solution.activity import log_gamma, log_water_activity, shift, slope


def test_slope_of_water_is_that_of_the_tables():
    # Bradley and Pitzer's A_φ at 1 bar, 0.3915 at 25 °C, is ln(10)/3 times this one.
    assert slope(25.0) == pytest.approx(3 * 0.3915 / np.log(10), abs=1e-4)
    # PHREEQC 3.8 at 25 °C: log γ(H⁺) = −0.1074164 at μ = 0.1005848.
    assert log_gamma(1, 0.10058477) == pytest.approx(-0.10741642, abs=1e-5)


def test_davies_by_hand():
    # √0.01 = 0.1: 0.1/1.1 − 0.003 = 0.0879091
    assert log_gamma([0, 1, -2], 0.01) / slope() == pytest.approx([0.0, -0.0879091, -0.3516364])
    assert log_water_activity(0.1) == pytest.approx(np.log10(1 - 0.0034))


def test_shift_of_a_constant_is_the_coefficients_of_its_parts():
    # Ca²⁺ + L⁴⁻ = CaL²⁻: Δz² = 4 − 4 − 16
    by_parts = log_gamma(2, 0.1) + log_gamma(-4, 0.1) - log_gamma(-2, 0.1)
    assert shift(-16, 0, stated_M=0.0, wanted_M=0.1) == pytest.approx(by_parts, abs=ROUNDING)
    assert shift(-16, 0, stated_M=0.1, wanted_M=0.0) == pytest.approx(-by_parts, abs=ROUNDING)
    assert shift(0, 2, stated_M=0.0, wanted_M=0.1) == pytest.approx(2 * np.log10(0.9966))


def test_a_constant_is_left_as_it_is_where_it_was_stated():
    assert shift([-16, 4], 1, stated_M=3.0, wanted_M=3.0).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("bad", [-0.1, 0.6, float("nan")])
def test_davies_beyond_its_range_is_refused(bad):
    with pytest.raises(DataError, match=r"from 0 to 0\.5 mol/L"):
        log_gamma(1, bad)
    with pytest.raises(DataError, match=r"from 0 to 0\.5 mol/L"):
        shift(-4, 0, stated_M=bad, wanted_M=0.1)


@pytest.mark.parametrize("bad", [-1.0, 120.0, float("nan")])
def test_water_that_is_not_liquid_is_refused(bad):
    with pytest.raises(DataError, match="liquid"):
        slope(bad)
