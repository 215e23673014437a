import math

import pytest
from curation_rows import EDTA, GLYCINE, NICKEL, observations, values

from bo_loop.data.curation import curate as c
from bo_loop.data.curation import exclusions as x


def test_one_structure_one_ligand_whatever_the_drawing():
    rows = observations(
        (*NICKEL, 5.7), ("Cu", 2, "[NH3+]CC(=O)[O-]", 1, 8.2), ("Cu", 2, "C1C", 1, 1)
    )
    kept, step = x.standard_structures(rows)
    assert kept.smiles.tolist() == [GLYCINE, GLYCINE]
    assert (step.before, step.after, step.concerned) == (3, 2, 1)
    assert "1 ways of drawing merged" in step.detail
    assert step.examples == ("ligand , smiles C1C",)
    assert rows.smiles[1] == "[NH3+]CC(=O)[O-]"  # the frame that came in is as it was


def test_names_are_merged_by_structure_and_conflicts_listed():
    rows = observations(
        *[(*NICKEL, 5.0)] * 4,
        ("Ni", 2, EDTA, 1, 18.0),
        ligand=["gly", "glycine", "glycine", "", "gly"],
    )
    kept, step = x.one_name_each(rows)
    assert kept.ligand.tolist() == ["glycine"] * 4 + ["gly"]
    assert step.concerned == 2
    assert step.examples == (
        f"{GLYCINE} is called gly / glycine",
        f"gly stands for {GLYCINE} / {EDTA}",
    )


def test_metals_are_excluded_by_element():
    rows = observations(("NpO2", 1, GLYCINE, 1, 2.0), ("Pu", 4, GLYCINE, 1, 2.0), (*NICKEL, 5.0))
    kept, step = x.without_metals(rows, c.TRANSURANICS)
    assert kept.metal.tolist() == ["Ni"]
    assert step.concerned == 2
    assert len(x.without_metals(rows, [])[0]) == 3


def test_ligands_with_failing_elements_are_excluded():
    rows = observations(("Ni", 2, "C[Se]CC(=O)O", 1, 2.0), ("Ni", 2, "CSCC(=O)O", 1, 2.0))
    assert x.without_elements(rows, c.FAILING_ELEMENTS)[0].smiles.tolist() == ["CSCC(=O)O"]
    assert x.without_elements(rows, ["S"])[0].smiles.tolist() == ["C[Se]CC(=O)O"]


def test_elements_of_a_formula():
    assert x.elements("C2H5NO2") == {"C": 2, "H": 5, "N": 1, "O": 2}
    assert x.elements("CH3COOH") == {"C": 2, "H": 4, "O": 2}


@pytest.mark.parametrize(("bounds", "kept"), [("exclude", [5.0]), ("keep", [5.0, 6.0])])
def test_bounds_are_left_out_or_only_counted(bounds, kept):
    rows = observations((*NICKEL, 5.0), (*NICKEL, 6.0), censoring=["none", "lower"])
    result = x.without_bounds(rows, bounds)
    assert values(result) == kept
    assert result[1].concerned == 1
    assert "censoring lower" in result[1].examples[0]


def test_range_and_window():
    rows = observations(*[(*NICKEL, v) for v in (-10.5, -10.0, 60.0, 61.0, math.nan)])
    assert values(x.within_range(rows, (-10, 60))) == [-10.0, 60.0]
    rows = observations(
        *[(*NICKEL, v) for v in (1.0, 2.0, 3.0)],
        temperature_C=[50.0, 51.0, 25.0],
        ionic_strength_M=[0.1, 0.1, 3.2],
    )
    kept, step = x.within_window(rows, (25.0, 25.0), (0.1, 3.0))
    assert kept.log_beta.tolist() == [1.0]
    assert step.detail == "outside 25 ± 25 °C and 0.1 ± 3 mol/L"
