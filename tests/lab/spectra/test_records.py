import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.records import (
    UNITS,
    Record,
    absorbance,
    checked_curve,
    in_units,
    method_of,
    split_header,
    sweeps,
)


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("INFRARED SPECTRUM", "IR"), ("UV/VIS SPECTRUM", "UV-vis"), ("ATR-FTIR", "IR"),
        ("1H NMR", "NMR"), ("cyclic voltammetry", "CV"), ("Raman", "Raman"), ("pXRD", "WAXS"),
        ("NIR", "IR"),
    ],
)  # fmt: skip
def test_methods_have_many_names(words, method):
    assert method_of(words) == method


def test_an_unknown_method_lists_those_that_are_read():
    with pytest.raises(
        DataError, match=r"'mass' is not a method.*UV-vis, IR, Raman, NMR, WAXS, CV"
    ):
        method_of("mass")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Wavelength (nm)", ("Wavelength", "nm")), ("E / V", ("E", "V")), ("nm", ("", "nm")),
        ("q [1/nm]", ("q", "1/nm")), ("A", ("A", "")),
        ("wavenumber (cm⁻¹)", ("wavenumber", "cm⁻¹")),
    ],
)  # fmt: skip
def test_headers_name_units(header, found):
    assert split_header(header) == found


@pytest.mark.parametrize(
    ("x", "unit", "method", "expected"),
    [
        (0.5, "µm", "UV-vis", 500.0),
        (2.0, "eV", "UV-vis", 619.920992),
        (20000.0, "cm-1", "UV-vis", 500.0),
        (10.0, "um", "IR", 1000.0),
        (250.0, "mV", "CV", 0.25),
        (5000.0, "", "NMR", 5000.0),
    ],
)
def test_units_are_converted(x, unit, method, expected):
    assert in_units(np.array([x]), unit, method)[0] == pytest.approx(expected)


def test_what_needs_another_number_takes_it_from_the_metadata():
    assert in_units(np.array([800.0]), "Hz", "NMR", {".OBSERVE FREQUENCY": "400"})[0] == 2.0
    found = in_units(np.array([2.0 * np.pi]), "1/A", "WAXS", {"wavelength": "1.0"})
    assert found[0] == pytest.approx(60.0)  # q = 4π sin θ / λ: θ = 30°
    with pytest.raises(DataError, match=r"observe frequency \(MHz\) is needed"):
        in_units(np.array([800.0]), "Hz", "NMR")
    with pytest.raises(DataError, match="no angle has"):
        in_units(np.array([99.0]), "1/A", "WAXS", {"wavelength": "1.54"})


@pytest.mark.parametrize(("unit", "words"), [("furlong", "is unknown"), ("V", "does not belong")])
def test_other_units_are_refused(unit, words):
    with pytest.raises(DataError, match=words):
        in_units(np.array([1.0]), unit, "IR")


def test_light_has_no_wavelength_of_zero():
    with pytest.raises(DataError, match="not positive"):
        in_units(np.array([0.0]), "nm", "IR")


def test_transmittance_becomes_absorbance():
    y, unit = absorbance(np.array([100.0, 10.0, 1.0]), "%T")
    assert (y.tolist(), unit) == ([0.0, 1.0, 2.0], "absorbance")
    assert absorbance(np.array([0.1]), "TRANSMITTANCE")[0][0] == pytest.approx(1.0)
    assert absorbance(np.array([0.3]), "ABSORBANCE") == (np.array([0.3]), "ABSORBANCE")
    with pytest.raises(DataError, match="not positive"):
        absorbance(np.array([1.0, 0.0]), "T")


@given(st.permutations(range(10)))
def test_x_rises_and_readings_at_one_place_are_averaged(order):
    x = np.array([*order, 3], dtype=float)
    places, values = checked_curve(x, np.append(2.0 * x[:-1], 10.0))
    assert places.tolist() == list(range(10))
    assert values.tolist() == [0, 2, 4, 8.0, 8, 10, 12, 14, 16, 18]  # (6 + 10) / 2 at 3


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.arange(9.0), np.arange(8.0), "x has 9 values and y 8"),
        (np.arange(7.0), np.arange(7.0), "7 points; at least 8"),
        (np.arange(9.0), np.array([1.0, np.nan, *range(7)]), "first in row 2"),
        (np.arange(9.0), np.full(9, 0.5), "its signal is 0.5 at every point"),
    ],
)
def test_what_is_no_curve_is_refused(x, y, words):
    with pytest.raises(DataError, match=words):
        checked_curve(x, y)


def test_a_voltammogram_is_split_at_its_turning_points():
    x = np.concatenate([np.linspace(0, 1, 10), np.linspace(0.9, 0.0, 10), [0.0]])
    found = sweeps(x, np.arange(len(x), dtype=float))
    assert found["anodic"][0][-1] == 1.0
    assert found["cathodic"][0][0] == 1.0
    assert found["cathodic"][1][0] == -9.0  # the current with its sign turned
    with pytest.raises(DataError, match="does not change"):
        sweeps(np.zeros(9), np.zeros(9))
    with pytest.raises(DataError, match="no sweep has 8 points"):
        sweeps(np.array([0.0, 1.0, 0.0, 1.0]), np.zeros(4))


def test_a_record_is_named_by_its_file_and_place():
    x = np.arange(9.0)
    assert Record(x, x, "IR", "C", sha256="a" * 64, place="2").key == "a" * 16 + ":IR:2"
    assert UNITS["IR"] == "1/cm"
