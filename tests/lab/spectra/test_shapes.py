import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from bo_loop.lab.spectra.shapes import Pattern, Peak, peaks_at, slopes

PEAKS = st.tuples(
    st.floats(-1.0, 1.0), st.floats(0.5, 3.0), st.floats(0.1, 5.0), st.floats(0.0, 1.0)
)


@pytest.mark.parametrize("fraction", [0.0, 0.4, 1.0])
def test_height_and_width_are_those_of_the_curve(fraction):
    peak = Peak(10.0, 2.0, 3.0, fraction)
    top, left, right = peaks_at(np.array([10.0, 9.0, 11.0]), [(10.0, 2.0, 3.0, fraction)])
    assert top == pytest.approx(peak.height)
    assert [left, right] == pytest.approx([top / 2, top / 2])  # full width at half height


def test_the_area_is_the_integral():
    found, _ = quad(lambda x: peaks_at(np.array([x]), [(0.0, 2.0, 3.0, 0.0)])[0], -20.0, 20.0)
    assert found == pytest.approx(3.0, rel=1e-8)


def test_a_lorentzian_by_hand():
    # a / (π w/2) at its centre
    assert Peak(0.0, 4.0, 1.0, 1.0).height == pytest.approx(1.0 / (2.0 * np.pi))


@given(PEAKS)
def test_slopes_are_those_of_finite_differences(values):
    x = np.linspace(-3.0, 3.0, 13)
    found = slopes(x, values)
    for k, name in enumerate("xwaf"):
        step = 1e-6
        up, down = ([*values[:k], values[k] + s, *values[k + 1 :]] for s in (step, -step))
        numeric = (peaks_at(x, [tuple(up)]) - peaks_at(x, [tuple(down)])) / (2.0 * step)
        assert found[name] == pytest.approx(numeric, abs=1e-6)


def test_a_pattern_is_the_sum_of_its_peaks():
    x = np.linspace(0.0, 10.0, 11)
    one, two = Peak(3.0, 1.0, 2.0, 0.0), Peak(7.0, 2.0, 1.0, 1.0)
    both = Pattern((one, two), "", 0.0, 0.0, ()).curve(x)
    apart = [Pattern((each,), "", 0.0, 0.0, ()).curve(x) for each in (one, two)]
    assert both == pytest.approx(apart[0] + apart[1])
    assert Pattern((), "", 0.0, 0.0, ()).curve(x).tolist() == [0.0] * 11
