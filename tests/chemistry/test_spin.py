import pytest

from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.spin import (
    d_electrons,
    is_lanthanide,
    oxidation_state,
    oxo_oxygens,
    unpaired_electrons,
)

CASES = {
    "Cr+3": (3, 3), "Mn+2": (5, 5), "Fe+3": (5, 5), "Fe+2": (6, 4), "Co+2": (7, 3), "Co+3": (6, 0),
    "Ni+2": (8, 2), "Cu+2": (9, 1), "Cu+1": (10, 0), "Zn+2": (10, 0), "VO+2": (1, 1),
    "Ru+3": (5, 1), "Rh+3": (6, 0), "Pd+2": (8, 0), "Ag+1": (10, 0), "Ag+2": (9, 1),
    "Hg+2": (10, 0), "Mo+3": (3, 3), "La+3": (None, 0), "Gd+3": (None, 0),
    "Pb+2": (None, 0), "Ca+2": (None, 0),
}  # fmt: skip


@pytest.mark.parametrize(("ion", "expected"), CASES.items())
def test_electrons_of_the_d_shell_and_those_unpaired(ion, expected):
    metal = parse_ion(ion)
    assert (d_electrons(metal), unpaired_electrons(metal)) == expected


def test_oxo_groups_count_in_the_oxidation_state():
    vanadyl, uranyl = parse_ion("VO+2"), parse_ion("UO2+2")
    assert [oxidation_state(vanadyl), oxo_oxygens(vanadyl)] == [4, 1]
    assert [oxidation_state(uranyl), oxo_oxygens(uranyl)] == [6, 2]
    assert oxo_oxygens(parse_ion("Ni+2")) == 0
    assert is_lanthanide(parse_ion("Lu+3"))
    assert not is_lanthanide(uranyl)
