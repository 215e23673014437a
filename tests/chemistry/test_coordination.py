import pytest

from bo_loop.chemistry.coordination import _STATED, usual_coordination
from bo_loop.chemistry.ions import parse_ion


@pytest.mark.parametrize(
    ("ion", "number"),
    [
        ("Cu+2", 6),
        ("Ni+2", 6),
        ("Al+3", 6),
        ("Ag+1", 4),
        ("Pd+2", 4),
        ("Be+2", 4),
        ("Ca+2", 8),
        ("Eu+3", 9),
        ("Cm+3", 9),
        ("Th+4", 10),
        ("UO2+2", 6),
        ("VO+2", 5),
        ("Ru+3", 6),
    ],
)
def test_usual_numbers(ion, number):
    assert usual_coordination(parse_ion(ion)) == number


def test_every_ion_of_the_table_is_written_as_ions_are():
    assert [str(parse_ion(ion)) for ion in _STATED] == list(_STATED)
