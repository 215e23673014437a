"""Units of headers and cells, limits, and degrees that may be kelvin."""

import pytest

from bo_loop.data.quantities import read_quantity, unit_of


@pytest.mark.parametrize(
    ("column", "text", "unit"),
    [
        ("temperature_C", "°C", "°C"), ("temperature_C", "deg C", "°C"),
        ("temperature_C", "K", "K"),
        ("temperature_C", "kelvin", "K"), ("temperature_C", "℃", "°C"),
        ("temperature_C", "F", None),
        ("ionic_strength_M", "M", "M"), ("ionic_strength_M", "mol/L", "M"),
        ("ionic_strength_M", "mol dm⁻³", "M"), ("ionic_strength_M", "mol L−1", "M"),
        ("ionic_strength_M", "mM", "mM"), ("ionic_strength_M", "m", None),  # molal
        ("ionic_strength_M", "mol/kg", None), ("log_beta", "M", None),
    ],
)  # fmt: skip
def test_units_as_they_are_written(column, text, unit):
    assert unit_of(column, text) == unit


@pytest.mark.parametrize(
    ("column", "text", "unit", "value"),
    [
        ("temperature_C", "298.15", "K", 25.0),
        ("temperature_C", "298.15 K", "", 25.0),
        ("temperature_C", "25 °C", "", 25.0),
        ("temperature_C", "25 °C", "K", 25.0),  # the cell goes before the header
        ("temperature_C", "310", "K", 36.85),
        ("ionic_strength_M", "100", "mM", 0.1),
        ("ionic_strength_M", "100 mM", "", 0.1),
        ("ionic_strength_M", "0,1 mol/L", "", 0.1),
        ("log_beta", "18.420680743952367", "ln", 8.0),
        ("log_beta", "8.15", "", 8.15),
    ],
)
def test_values_in_the_units_of_the_program(column, text, unit, value):
    reading, doubt = read_quantity(column, text, unit)
    assert reading.value == value
    assert doubt == ""


@pytest.mark.parametrize("text", ["298", "298.15", "273.15", "310.15", "373"])
def test_degrees_that_may_be_kelvin_are_doubted_unless_the_unit_is_written(text):
    _, doubt = read_quantity("temperature_C", text)
    assert f"is it {float(text) - 273.15:.2f} °C, written in kelvin?" in doubt
    assert read_quantity("temperature_C", f"{text} °C")[1] == ""
    assert read_quantity("temperature_C", f"{text} °C")[0].value == float(text)


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("temperature_C", "25 ± 1", "without sign and ±"),
        ("temperature_C", "77 F", "expected degrees"),
        ("temperature_C", "25", "expected degrees"),  # of K: −248 °C
        ("ionic_strength_M", ">0.1", "without sign and ±"),
        ("ionic_strength_M", "0.1 m", "expected mol/L"),
        ("log_beta", "75", "between −10 and 60"),
        ("log_K", ">9", "a bound on a protonation constant"),
        ("cost", "1,234", "1.234 or 1234?"),
        ("cost", "0", "a price above 0"),
    ],
)
def test_what_cannot_be_true_is_refused(column, text, why):
    with pytest.raises(ValueError, match=why.replace("?", r"\?")):
        read_quantity(column, text, "K" if text == "25" else "")
