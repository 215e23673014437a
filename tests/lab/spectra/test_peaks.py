import numpy as np
import pytest
from numpy.testing import assert_allclose
from synthetic_spectra import curve, spectrum

from bo_loop.base.errors import ConfigError
from bo_loop.lab.spectra.cleaning import Cleaned, Cleaning
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.shapes import Peak, slopes


@pytest.mark.parametrize("shape", ["gaussian", "lorentzian", "pseudo_voigt"])
def test_every_peak_of_a_known_pattern_is_found_and_no_other(shape):
    x, y, true = spectrum(3, shape)
    found = PeakSearch().fit(Cleaning().apply(x, y))
    assert found.shape == shape
    assert len(found.peaks) == len(true)
    for peak, (position, width, area) in zip(found.peaks, true, strict=True):
        assert peak.position == pytest.approx(position, abs=0.1 * width)
        assert peak.area == pytest.approx(area, rel=0.1)
        assert abs(peak.area - area) < 4.0 * peak.area_sd
        assert 0.0 < peak.position_sd < 0.1 * width


def test_two_peaks_that_overlap_are_two():
    x = np.linspace(0.0, 100.0, 400)
    y, areas = curve(x, [(45.0, 10.0, 2.0), (54.0, 8.0, 1.2)])
    y = y + np.random.default_rng(1).normal(0.0, 0.03, len(x))
    found = PeakSearch(shape="gaussian").fit(Cleaned(x, y, 0.0 * x, 0.03))
    assert_allclose([p.position for p in found.peaks], [45.0, 54.0], atol=0.5)
    assert_allclose([p.area for p in found.peaks], areas, rtol=0.08)


def test_steps_of_coarse_readings_are_no_peaks():
    x = np.linspace(0.0, 200.0, 201)
    y, (area,) = curve(x, [(100.0, 33.3, 1.0)])
    found = PeakSearch(shape="gaussian", max_width=0.5).fit(Cleaning("none").apply(x, y.round(1)))
    (peak,) = found.peaks
    assert peak.position == pytest.approx(100.0, abs=0.5)
    assert peak.area == pytest.approx(area, rel=0.03)


def test_noise_alone_has_no_peaks():
    x = np.linspace(0.0, 1.0, 500)
    for seed in range(5):
        y = np.random.default_rng(seed).normal(0.0, 1.0, len(x))
        assert PeakSearch().fit(Cleaned(x, y, 0.0 * x, 1.0)).peaks == ()


def test_the_height_of_a_peak_is_its_largest_value():
    x = np.linspace(-50.0, 50.0, 20001)
    for fraction in (0.0, 0.3, 1.0):
        peak = Peak(0.0, 3.0, 2.0, fraction)
        y, (area,) = curve(x, [(0.0, 3.0, peak.height)], fraction)
        assert area == pytest.approx(2.0)
        assert y.max() == pytest.approx(peak.height)
        assert np.ptp(x[y >= 0.5 * y.max()]) == pytest.approx(3.0, abs=0.02)


def test_slopes_are_those_of_the_curve():
    x, values, step = np.linspace(-5.0, 5.0, 50), [0.3, 2.0, 1.5, 0.4], 1e-6

    def at(v):
        return curve(x, [(v[0], v[1], Peak(0.0, *v[1:]).height)], v[3])[0]

    for i, slope in enumerate(slopes(x, tuple(values)).values()):
        up, down = [*values], [*values]
        up[i] += step
        down[i] -= step
        assert_allclose(slope, (at(up) - at(down)) / (2.0 * step), atol=1e-7)


def test_options_that_no_search_has_are_refused():
    with pytest.raises(ConfigError, match="shape"):
        PeakSearch(shape="square")
    with pytest.raises(ConfigError, match="min_height"):
        PeakSearch(min_height=0.0)
