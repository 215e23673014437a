from pathlib import Path

import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.curve import SPECTRA
from bo_loop.lab.titration.experiment import experiment
from bo_loop.lab.titration.objective import Nuisance

CELL = {
    "metal": "Cu+2",
    "ligand": "glycine",
    "volume_mL": 25,
    "metal_M": 1e-3,
    "ligand_M": 2.2e-3,
    "ligand_protons": 1,
    "acid_M": 5e-3,
    "burette_base_M": 0.1,
    "free": "[CuL, CuL2]",
}
CURVE = "V (mL),pH\n0,3\n1,4\n2,5\n"


def cell(**changes):
    kept = {key: value for key, value in {**CELL, **changes}.items() if value is not None}
    lines = "\n".join(f"{key}: {value}" for key, value in kept.items())
    return [(Path("cell.yaml"), lines.encode())]


def made(curve=CURVE, cells=None, **options):
    return experiment([(Path("a.csv"), curve.encode())], cells or cell(), **options)


def test_embedded_constants_are_moved_to_the_ionic_strength():
    found = made()
    assert found.fixed["HL"].log_beta == pytest.approx(9.56, abs=0.02)  # glycine, I = 0.1: 9.57
    assert found.fixed["OH"].log_beta == pytest.approx(-13.78, abs=0.01)
    assert "Cu(OH)" in found.fixed
    assert found.charges == {"Cu+2": 2, "L": -1}
    assert any("log β from the embedded databases" in note for note in found.notes)
    assert "Cu(OH)" not in made(cells=cell(hydrolysis="false")).fixed


def test_stated_constants_go_first():
    found = made(cells=cell(constants="{HL: 9.6}", pK_w=13.7))
    assert found.fixed["HL"].log_beta == 9.6
    assert "H2L" not in found.fixed
    assert found.fixed["OH"].log_beta == -13.7
    every = made(fixed={"HL": 9.0, "OH": -13.5})
    assert set(every.fixed) == {"HL", "OH"}


def test_what_is_free():
    objective, constants = made(cells=cell(free="{CuL: 8, CuL2: }")).objective()
    names = [each.name for each in objective.system.species]
    assert [names[s] for s in objective.free] == ["CuL", "CuL2"]
    assert [one.log_beta for one in constants if one.free] == [8.0, None]
    assert list(made(species=["ML", "MHL"]).free) == ["CuL", "CuHL"]
    refined = made(species=["HL", "CuL"]).objective()[0]
    assert [each.name for each in refined.system.species].count("HL") == 1


def test_a_curve_states_its_own_cell_over_the_shared_one():
    found = made("# volume_mL: 30\n" + CURVE)
    assert found.titrations[0].cell.volume_mL == 30
    assert found.titrations[0].cell.cell["ligand"] == 2.2e-3


def test_potentials_become_pH():
    found = made("V (mL),E (mV)\n0,250\n1,190\n2,100\n", cell(E0_mV=400, slope_mV=59.0))
    one = found.titrations[0]
    assert one.pH == pytest.approx([150 / 59, 210 / 59, 300 / 59])
    assert not one.cell.activity
    assert one.cell.pH_sd == pytest.approx(0.2 / 59)


def test_what_is_known_within_an_sd_is_refined():
    found = made(cells=cell(ligand_M="2.2e-3 ± 2.2e-5", refine="[titrant]"))
    assert found.nuisances == (Nuisance(0, "titrant"), Nuisance(0, "ligand", pytest.approx(0.01)))


def test_a_second_metal_and_a_second_ligand_compete():
    metal = made(cells=cell(competitor="Zn+2", competitor_M=1e-3), species=["ML", "ZnL"])
    assert metal.charges == {"Cu+2": 2, "Zn+2": 2, "L": -1}
    assert list(metal.free) == ["CuL", "ZnL"]
    assert "Zn(OH)" in metal.fixed
    ligand = made(cells=cell(competitor="EDTA", competitor_M=1e-3), species=["CuL", "CuX"])
    assert ligand.charges == {"Cu+2": 2, "X": -4, "L": -1}
    assert {"HX", "H2X", "HL"} <= set(ligand.fixed)
    assert ligand.titrations[0].cell.components["competitor"] == "X"


def test_spectra_are_recognised_and_what_absorbs():
    found = made("V (mL),400,410\n0,1,2\n1,2,3\n2,3,4\n", cell(absorbing="[Cu, CuL, CuL2]"))
    assert found.titrations[0].method == SPECTRA
    assert found.absorbing == ("Cu+2", "CuL", "CuL2")
    assert np.shape(found.titrations[0].signals) == (3, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"volume_mL": None}, "volume_mL"),
        ({"burette_base_M": None}, "what was in the burette is needed"),
        ({"metal": None, "free": None}, "which metal it is"),
        ({"metal": "Xx+2"}, "Xx"),
        ({"free": "[NiL]"}, "NiL"),
        ({"temperature_C": 80}, "give pK_w"),
        ({"ionic_strength_M": 2, "pK_w": 13.9}, "give constants at that ionic strength"),
        ({"method": "NMR"}, "no column holds signals"),
    ],
)
def test_what_is_missing_is_named(changes, said):
    with pytest.raises(DataError, match=said):
        made(cells=cell(**changes))


def test_electrodes_that_do_not_measure_are_refused():
    curve = "V (mL),E (mV)\n0,250\n1,190\n2,100\n"
    with pytest.raises(DataError, match="E0_mV is needed"):
        made(curve)
    with pytest.raises(DataError, match="does not measure"):
        made(curve, cell(E0_mV=400, slope_mV=50))


def test_titrations_of_one_fit_have_one_medium():
    files = [(Path("a.csv"), CURVE.encode()), (Path("b.csv"), f"{CURVE}3,6\n".encode())]
    found = experiment(files, cell())
    assert len(found.titrations) == 2
    with pytest.raises(DataError, match="ionic_strength_M differs"):
        experiment(files, [*cell(), *cell(ionic_strength_M=0.2)])
    with pytest.raises(DataError, match="one for all"):
        experiment(files, [*cell()] * 3)
    with pytest.raises(DataError, match="no curve"):
        experiment([], cell())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,3\n1,4\n0.5,5\n", "the volume falls from 1 to 0.5 mL"),
        ("0.1,3\n0.1,4\n0.1,5\n", "not increments"),
        ("0,3\n1,4\n", "too few"),
    ],
)
def test_volumes_that_cannot_be_are_refused(rows, said):
    with pytest.raises(DataError, match=said):
        made("V (mL),pH\n" + rows)


def test_a_species_of_what_no_solution_holds_is_refused():
    with pytest.raises(DataError, match="CuL2 is to be refined, but no solution holds L"):
        made(cells=cell(ligand_M=None))
    with pytest.raises(DataError, match="give metal_M, or burette_metal_M"):
        made(cells=cell(metal_M=None))
    assert made(cells=cell(metal_M=None, free="[HL]")).free
    assert made(cells=cell(ligand_M=None, burette_ligand_M=0.1)).free


def test_what_absorbs_must_be_in_a_balance():
    made(cells=cell(absorbing="[Cu, CuL, HL]")).require_absorbing()
    with pytest.raises(DataError, match="absorbing names CuL3"):
        made(cells=cell(absorbing="[CuL, CuL3]")).require_absorbing()


@pytest.mark.parametrize(("said", "seen"), [("L", "L"), ("Cu", "Cu+2"), ("Cu+2", "Cu+2")])
def test_whose_nuclei_are_seen(said, seen):
    curve = "V (mL),δ H\n0,3\n1,4\n2,5\n"
    assert made(curve, cells=cell(observed=said)).titrations[0].observed == seen
    with pytest.raises(DataError, match=r"observed is 'Zn'; give one of Cu\+2, L"):
        made(curve, cells=cell(observed="Zn"))


def test_a_curve_counts_once():
    with pytest.raises(DataError, match=r"b\.csv is the same as a\.csv"):
        experiment([(Path(name), CURVE.encode()) for name in ("a.csv", "b.csv")], cell())
