import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.known import fixed_of, free_of, stated_species, water_of
from bo_loop.lab.titration.statement import statement

SYMBOLS = {"M": "Cu+2", "Cu": "Cu+2", "L": "L"}
CHARGES = {"Cu+2": 2, "L": -1}


def said(**values):
    return statement(values, "cell.yaml")


def test_water_is_as_stated_or_at_the_conditions():
    assert water_of(said(pK_w=13.78)).log_beta == -13.78
    usual = water_of(said(ionic_strength_M=0.1))
    assert usual.log_beta == pytest.approx(-13.78, abs=0.03)
    assert usual.parts == {"H+": -1} or list(usual.parts.values()) == [-1]
    warm = water_of(said(temperature_C=60.0, ionic_strength_M=0.1))
    assert warm.log_beta > usual.log_beta + 0.9


def test_species_are_refined_between_stated_bounds_or_the_usual_ones():
    both = free_of(said(free=["ML", "ML2"]), None, SYMBOLS)
    assert list(both) == ["CuL", "CuL2"]
    assert both["CuL"][0] is None
    named = free_of(said(free={"ML": 8.0}), ["CuL", "CuL2"], SYMBOLS)
    assert named["CuL"][0] == 8.0
    assert named["CuL2"] == (None, -60.0, 80.0)


def test_stated_species_have_one_name_however_written():
    found = stated_species({"ML": 8.2, "LH": 9.57}, SYMBOLS, 0.1)
    assert {name: one.log_beta for name, one in found.items()} == {"CuL": 8.2, "HL": 9.57}
    assert found["CuL"].ionic_strength_M == 0.1


def test_embedded_constants_fill_what_is_not_stated():
    notes = []
    found = fixed_of(said(ligand="glycine"), CHARGES, SYMBOLS, {}, notes)
    assert found["HL"].log_beta == pytest.approx(9.6, abs=0.15)  # Martell and Smith, I = 0.1
    assert any("OH" in name for name in found)  # of copper
    assert any("embedded databases" in note for note in notes)


def test_what_is_stated_or_refined_is_not_looked_up():
    stated = fixed_of(said(ligand="glycine", constants={"HL": 9.0}), CHARGES, SYMBOLS, {}, [])
    assert stated["HL"].log_beta == 9.0
    assert "H2L" not in stated
    free = {"HL": (None, -60.0, 80.0)}
    none = fixed_of(said(ligand="glycine", hydrolysis=False), CHARGES, SYMBOLS, free, [])
    assert none == {}


def test_a_ligand_that_nobody_measured_is_said():
    notes = []
    fixed_of(said(ligand="unobtainium", hydrolysis=False), CHARGES, SYMBOLS, {}, notes)
    assert "no protonation constants of unobtainium" in notes[0]


def test_constants_too_far_from_their_ionic_strength_are_refused():
    with pytest.raises(DataError, match="ive constants at that ionic strength"):
        fixed_of(said(ligand="glycine", ionic_strength_M=5.0), CHARGES, SYMBOLS, {}, [])
