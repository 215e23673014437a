from dataclasses import replace

import numpy as np
import pytest
from simulated_titrations import potentiometric

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.curve_file import CurveFile
from bo_loop.lab.titration.setup import components_of, nuisances_of, smiles_of, titration_of
from bo_loop.lab.titration.statement import statement

CELL = {
    "metal": "Cu+2", "ligand": "glycine", "volume_mL": 25, "metal_M": 1e-3, "ligand_M": 2e-3,
    "burette_base_M": 0.1,
}  # fmt: skip


def said(**changes):
    values = {k: v for k, v in {**CELL, **changes}.items() if v is not None}
    return statement(values, "cell.yaml")


def read(**columns):
    volume = np.linspace(0.0, 1.0, 5)
    given = {"stated": {}, "method": "potentiometric", "volume_mL": volume, "pH": None,
             "potential_mV": None, "signals": None, "labels": (), "notes": ()}  # fmt: skip
    return CurveFile(**{**given, **columns})


def made(statement, **columns):
    components, charges, _ = components_of(statement, [])
    return titration_of("one", read(**columns), statement, components, charges, 13.78, [])


def test_components_have_charges_and_symbols():
    components, charges, symbols = components_of(said(), [])
    assert components == {"metal": "Cu+2", "ligand": "L"}
    assert charges == {"Cu+2": 2, "L": -1}
    assert symbols == {"Cu": "Cu+2", "M": "Cu+2", "L": "L"}


def test_a_competitor_is_an_ion_or_a_second_ligand():
    components, charges, symbols = components_of(said(competitor="Zn+2"), [])
    assert (components["competitor"], charges["Zn+2"], symbols["Zn"]) == ("Zn+2", 2, "Zn+2")
    components, charges, _ = components_of(said(competitor="edta"), [])
    assert (components["competitor"], charges["X"]) == ("X", -4)
    with pytest.raises(DataError, match=r"'Zn' is a metal: give its charge too, as in Zn\+2"):
        components_of(said(competitor="Zn"), [])


def test_an_unknown_charge_is_said():
    notes = []
    _, charges, _ = components_of(said(ligand="unobtainium"), notes)
    assert charges["L"] == 0
    assert "ligand_charge" in notes[0]
    assert components_of(said(ligand="unobtainium", ligand_charge=-2), [])[1]["L"] == -2


def test_names_and_smiles_of_ligands():
    assert smiles_of("NCC(=O)O") == smiles_of("glycine") != ""
    assert smiles_of("unobtainium") == ""


def test_potentials_become_pH_by_the_calibration():
    mV = np.array([200.0, 100.0, 0.0, -100.0, -200.0])
    one = made(said(E0_mV=400.0, slope_mV=59.16), potential_mV=mV)
    assert one.pH == pytest.approx((400.0 - mV) / 59.16)
    assert not one.cell.activity  # E° of concentrations


@pytest.mark.parametrize(
    ("changes", "columns", "words"),
    [
        ({"volume_mL": None}, {"pH": np.ones(5)}, "volume_mL, what was in the cell"),
        ({"method": "guess"}, {"pH": np.ones(5)}, "method"),
        ({}, {}, "no column pH, nor E"),
        ({}, {"potential_mV": np.ones(5)}, "E0_mV is needed"),
        ({"E0_mV": 400, "slope_mV": 40}, {"potential_mV": np.ones(5)}, "does not measure"),
        ({"burette_base_M": None}, {"pH": np.ones(5)}, "what was in the burette"),
        ({"competitor_M": 1e-3}, {"pH": np.ones(5)}, "not which competitor"),
        ({}, {"pH": np.ones(5), "method": "NMR"}, "no column holds signals"),
    ],
)
def test_what_is_missing_is_named(changes, columns, words):
    with pytest.raises(DataError, match=words):
        made(said(**changes), **columns)


def test_what_is_known_only_within_an_sd_is_refined_too():
    one = potentiometric(0)
    uncertain = replace(one, cell=replace(one.cell, sd={"base": 0.01}))
    (found,) = nuisances_of([uncertain], [said()])
    assert (found.titration, found.name, found.sd) == (0, "titrant", 0.01)
    assert nuisances_of([one], [said()]) == ()
