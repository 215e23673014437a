import pandas as pd
import pytest
import srd46_dump as dump

from bo_loop.data.sources.srd46_names import ligands, metal_ions, structure_notes


@pytest.mark.parametrize(
    ("written", "ion"),
    [
        ("Ni<sup>2+</sup>", ("Ni2+", "Ni", 2)),
        ("Ag<sup>+</sup>", ("Ag+", "Ag", 1)),
        ("VO<sup>2+</sup>", ("VO2+", "VO", 2)),
        ("CH<sub>3</sub>Hg<sup>+</sup>", ("CH3Hg+", None, None)),
        ("Ni", ("Ni", None, None)),
    ],
)
def test_ions_are_read_from_marked_up_names(written, ion):
    table = pd.DataFrame({"metalid": ["7"], "name_metal": [written]})
    assert tuple(metal_ions(table).loc["7", ["ion", "metal", "charge"]]) == ion


def looked_up(smiles, formula, figure="HL", drawing=None):
    tables = {
        "liganden": pd.DataFrame(
            {
                "ligandenid": ["1"],
                "name_ligand": ["<i>Glycine</i>"],
                "formula": [formula],
                "figure_definition": [figure],
            }
        ),
        "mol_data": pd.DataFrame(
            {
                "ligandennr": ["1"],
                "mol_string_encoded": [drawing or dump.encoded(dump.molfile(smiles))],
            }
        ),
    }
    return ligands(tables, pd.Series(["1"])).loc["1"]


def test_a_structure_that_agrees():
    found = looked_up("OC(=O)CN", "C<sub>2</sub>H<sub>5</sub>NO<sub>2</sub>")
    assert (found.ligand, found.smiles, found.ligand_charge) == ("Glycine", "NCC(=O)O", -1)
    assert (found.structure_doubt, found.structure_note) == ("", "")


def test_other_elements_are_a_doubt_and_other_hydrogens_a_remark():
    assert "the database says C3H7NO2" in looked_up("OC(=O)CN", "C3H7NO2").structure_doubt
    assert "the database says C2H4NO2" in looked_up("OC(=O)CN", "C2H4NO2").structure_note
    found = looked_up("OC(=O)CN", "C2H5NO2", figure="H2L")
    assert found.ligand_charge == -2
    assert "charge -2 by H2L, -1 by its acid groups" in found.structure_note


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        ("no base64!", "cannot be decoded"),
        (dump.encoded(b"x" * 2**21), "unpacks to more"),
        (dump.encoded("nothing drawn"), "not a V2000 molfile"),
    ],
)
def test_a_drawing_that_cannot_be_used_says_why(drawing, why):
    found = looked_up("C", "CH4", drawing=drawing)
    assert found.smiles == ""
    assert why in found.unusable


def test_each_structure_is_noted_once():
    rows = pd.DataFrame(
        {
            "ligandennr": ["1", "1", "2"],
            "ligand": "x",
            "structure_doubt": ["bad", "bad", ""],
            "structure_note": ["", "", "remark"],
        }
    )
    doubted, remarked = structure_notes(rows)
    assert (doubted.concerned, remarked.concerned) == (1, 1)
