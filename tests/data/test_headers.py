"""Headers of other people's tables."""

import time

import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.headers import recognise
from bo_loop.data.observations import OBSERVATION_COLUMNS

WANTED = (*OBSERVATION_COLUMNS, "inchi")


def test_says_what_is_understood_and_names_what_is_not_read():
    found = recognise(["Metal", "smiles", "T (K)", "log_beta", "colour"], WANTED, "t.csv")
    assert found.columns == {"metal": 0, "smiles": 1, "temperature_C": 2, "log_beta": 3}
    assert found.units == {"temperature_C": "K"}
    assert found.notes == [
        "read 'Metal' as metal, 'T (K)' as temperature_C − 273.15",
        "not read: 'colour'",
    ]
    assert recognise(["metal", "log_beta"], WANTED, "t.csv").notes == []


def test_an_exact_name_goes_before_another_and_two_others_are_refused():
    found = recognise(["T (K)", "temperature_C"], WANTED, "t.csv")
    assert found.columns == {"temperature_C": 1}
    assert found.units == {}
    assert found.notes == ["not read: 'T (K)'"]
    found = recognise(["log_beta", "Log β"], (*WANTED, "log_beta_sd"), "t.csv")
    assert found.notes == ["not read: 'Log β'"]
    with pytest.raises(DataError, match=r"'T', 'Temp', which may each be temperature_C"):
        recognise(["T", "Temp"], WANTED, "t.csv")
    with pytest.raises(DataError, match="more than one column 'source'"):
        recognise(["source", "source"], WANTED, "t.csv")
    with pytest.raises(DataError, match="'log K2', 'log β2', both for n = 2"):
        recognise(["log K2", "log β2"], WANTED, "t.csv")


def test_a_repeated_column_that_is_not_read_does_no_harm():
    found = recognise(["metal", "colour", "colour", "log_beta"], WANTED, "t.csv")
    assert found.columns == {"metal": 0, "log_beta": 3}


@pytest.mark.parametrize(
    ("header", "meant"),
    [("ionic_strenght_M", "ionic_strength_M"), ("temperatur_C", "temperature_C")],
)
def test_a_misspelt_header_is_refused(header, meant):
    with pytest.raises(DataError, match=f"'{header}' is not one that is read; '{meant}' is"):
        recognise(["metal", header], WANTED, "t.csv")


def test_a_mapped_header_is_read_as_nothing_else():
    found = recognise(["M", "lg K (25 °C)"], WANTED, "t.csv", mapping={"log_beta": "lg K (25 °C)"})
    assert found.columns == {"metal": 0, "log_beta": 1}
    with pytest.raises(DataError, match="has no column 'K', which columns= names"):
        recognise(["M"], WANTED, "t.csv", mapping={"log_beta": "K"})


def test_ten_thousand_headers_take_no_longer_than_ten_times_a_thousand():
    def seconds(n):
        headers = ["metal", *(f"log_beta_extra_{i}" for i in range(n))]
        begun = time.process_time()
        recognise(headers, WANTED, "t.csv")
        return time.process_time() - begun

    seconds(100)
    assert seconds(16_000) < 3.0
