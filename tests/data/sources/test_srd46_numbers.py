import pandas as pd
import pytest

from bo_loop.data.sources.srd46_numbers import numbers


def table(**cells: str | None) -> pd.DataFrame:
    whole = {"vlm_id": "7", "constant": "10.58", "error": None, "temperature": "25"}
    return pd.DataFrame([whole | {"ionicstrength": "0.1"} | cells], dtype="object").astype("str")


def told(steps) -> dict[str, int]:
    return {step.name: step.concerned for step in steps if step.concerned}


@pytest.mark.parametrize(
    ("constant", "value", "censoring", "tentative"),
    [
        ("10.58", 10.58, "none", False),
        (" (-0.3) ", -0.3, "none", True),
        ("<2.5", 2.5, "upper", False),
        ("−1.", -1.0, "none", False),
        (">.5", 0.5, "lower", False),
    ],
)
def test_a_constant_is_read_from_its_text(constant, value, censoring, tentative):
    rows, steps = numbers(table(constant=constant))
    row = rows.iloc[0]
    assert (row["log_beta"], row["censoring"], row["tentative"]) == (value, censoring, tentative)
    assert told(steps) == ({"tentative": 1} if tentative else {})


def test_an_error_is_in_units_of_the_last_digit():
    rows, _ = numbers(table(error="+/-4"))
    assert rows["log_beta_sd"].iloc[0] == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("cells", "step"),
    [
        ({"constant": "(10.58"}, "constant"),
        ({"constant": "1058"}, "size"),
        ({"temperature": "warm"}, "conditions"),
        ({"ionicstrength": "300"}, "conditions"),
    ],
)
def test_what_cannot_be_is_left_out_and_counted(cells, step):
    rows, steps = numbers(table(**cells))
    assert rows.empty
    assert told(steps) == {step: 1}


def test_letters_behind_a_temperature_are_told():
    rows, steps = numbers(table(temperature="25x"))
    assert rows["temperature_C"].iloc[0] == 25.0
    assert told(steps) == {"temperature with letters": 1}
