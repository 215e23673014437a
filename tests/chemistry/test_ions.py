import pytest
from hypothesis import given
from hypothesis import strategies as st

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import METALS, MetalIon, is_metal_formula, parse_ion


@pytest.mark.parametrize(
    ("text", "metal", "charge"),
    [
        ("Cu+2", "Cu", 2),
        ("Cu2+", "Cu", 2),
        ("Cu(2+)", "Cu", 2),
        (" Cu +2 ", "Cu", 2),
        ("Ni²⁺", "Ni", 2),
        ("Na+", "Na", 1),
        ("Na⁺", "Na", 1),
        ("VO+2", "VO", 2),
        ("VO(2+)", "VO", 2),
        ("VO²⁺", "VO", 2),
        ("VO2+1", "VO2", 1),
        ("UO2+2", "UO2", 2),
        ("UO2²⁺", "UO2", 2),
        ("UO22+", "UO2", 2),  # U with 22 oxygens, or charge 22, is not a reading
    ],
)
def test_reads_what_people_write(text, metal, charge):
    assert parse_ion(text) == MetalIon(metal, charge)


def test_ambiguous_oxo_cation_names_both_readings():
    with pytest.raises(DataError, match=r"2 readings. Write VO\+2 or VO2\+1"):
        parse_ion("VO2+")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not read"),
        ("Cu", "says no charge"),
        ("Cl-", "not read"),
        ("Cr(OH)2+", "not read"),
        ("H+", "is the proton, not a metal ion"),
        ("H⁺", "is the proton, not a metal ion"),
        ("H2+", "not read"),
        ("CO+2", "not a metal ion's formula"),
        ("Hg2+2", "polynuclear"),
        ("NH4+", "not read"),
        ("Cu+0", "between 1 and 8"),
        ("Cu+9", "between 1 and 8"),
    ],
)
def test_refuses_what_is_no_metal_ion(text, why):
    with pytest.raises(DataError, match=why):
        parse_ion(text)


@given(st.sampled_from(sorted(METALS)), st.integers(1, 8), st.sampled_from(["", "O", "O2"]))
def test_written_form_reads_back(element, charge, oxo):
    ion = MetalIon(element + oxo, charge)
    assert parse_ion(str(ion)) == ion
    assert ion.element == element


def test_written_with_its_charge_even_when_it_is_one():
    assert str(parse_ion("Na+")) == "Na+1"


def test_ions_sort_by_formula_then_charge():
    ions = [MetalIon("Fe", 3), MetalIon("Cu", 2), MetalIon("Fe", 2)]
    assert [str(ion) for ion in sorted(ions)] == ["Cu+2", "Fe+2", "Fe+3"]


def test_formula_is_one_metal_and_oxo():
    assert is_metal_formula("MoO3")
    assert not is_metal_formula("FeOH")
    assert not is_metal_formula("Hg2")
