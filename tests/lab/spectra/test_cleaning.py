import numpy as np
import pytest
from synthetic_spectra import curve

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.lab.spectra.cleaning import BACKGROUNDS, Cleaning, noise, resolution


def test_noise_is_that_of_the_readings_whatever_the_signal():
    x = np.linspace(0.0, 100.0, 2000)
    y = curve(x, [(30.0, 4.0, 50.0), (70.0, 10.0, 20.0)])[0]
    y = y + np.random.default_rng(0).normal(0.0, 0.3, len(x))
    assert noise(y) == pytest.approx(0.3, rel=0.08)
    assert noise(np.ones(4)) == 0.0


def test_the_last_digit_of_readings_has_an_sd():
    assert resolution(np.array([0.3, 0.1, 0.2, 0.2])) == pytest.approx(0.1 / 12**0.5)
    assert resolution(np.ones(5)) == 0.0
    x = np.linspace(0.0, 1.0, 9)
    assert Cleaning("none").apply(x, np.round(x)).resolution == pytest.approx(12**-0.5)


def test_the_background_is_the_same_however_finely_the_curve_is_sampled():
    def below(n):
        x = np.linspace(0.0, 100.0, n)
        y = curve(x, [(40.0, 4.0, 5.0)])[0] + 1.0 + 0.02 * x
        return np.interp(np.linspace(10.0, 90.0, 9), x, Cleaning().apply(x, y).background)

    assert below(500) == pytest.approx(below(3000), abs=0.05)
    assert below(500) == pytest.approx(1.0 + 0.02 * np.linspace(10.0, 90.0, 9), abs=0.3)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_background_is_offered(background):
    x = np.linspace(0.0, 100.0, 300)
    y = curve(x, [(40.0, 4.0, 5.0)])[0] + 1.0
    cleaned = Cleaning(background).apply(x, y)
    assert cleaned.y + cleaned.background == pytest.approx(y)


def test_smoothing_takes_noise_away():
    x = np.linspace(0.0, 100.0, 300)
    y = np.random.default_rng(0).normal(0.0, 1.0, len(x))
    assert Cleaning("none", smooth_points=21).apply(x, y).y.std() < 0.5


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="background"):
        Cleaning("magic")
    with pytest.raises(ConfigError, match="odd"):
        Cleaning(smooth_points=6)
    with pytest.raises(DataError, match="arpls"):
        Cleaning(options={"unheard": 1}).apply(np.arange(50.0), np.arange(50.0))
