import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.notation import read_species, species_name

SYMBOLS = {"Cu": "Cu+2", "M": "Cu+2", "L": "L", "X": "X"}


@pytest.mark.parametrize(
    ("text", "parts", "name"),
    [
        ("CuL2", {"Cu+2": 1, "L": 2}, "CuL2"),
        ("MHL", {"Cu+2": 1, "H+": 1, "L": 1}, "CuHL"),
        ("Cu(OH)2L", {"Cu+2": 1, "H+": -2, "L": 1}, "Cu(OH)2L"),
        ("MH-1L", {"Cu+2": 1, "H+": -1, "L": 1}, "Cu(OH)L"),
        ("CuOH", {"Cu+2": 1, "H+": -1}, "Cu(OH)"),
        ("H2L", {"H+": 2, "L": 1}, "H2L"),
        ("OH", {"H+": -1}, "OH"),
        ("Cu2L", {"Cu+2": 2, "L": 1}, "Cu2L"),
        (" Cu L X ", {"Cu+2": 1, "L": 1, "X": 1}, "CuLX"),
    ],
)
def test_species_are_read_and_written(text, parts, name):
    assert read_species(text, SYMBOLS) == parts
    assert species_name(parts) == name
    assert read_species(name, SYMBOLS) == parts


@pytest.mark.parametrize("text", ["", "NiL", "Cu", "L", "CuL99", "CuL-1", "Cu-", "=1+1", "H"])
def test_what_is_no_species_is_refused(text):
    with pytest.raises(DataError):
        read_species(text, SYMBOLS)


def test_an_oxo_cation_is_one_symbol():
    assert read_species("UO2L2", {"UO2": "UO2+2", "L": "L"}) == {"UO2+2": 1, "L": 2}
    assert read_species("(UO2)2L", {"UO2": "UO2+2", "L": "L"}) == {"UO2+2": 2, "L": 1}
    assert read_species("HoHL", {"Ho": "Ho+3", "L": "L"}) == {"Ho+3": 1, "H+": 1, "L": 1}
