from pathlib import Path

import numpy as np
import pytest
from simulated_titrations import potentiometric

from bo_loop.lab.titration.choice import compare, proposed_sets
from bo_loop.lab.titration.experiment import experiment

CELL = """
ligand: {ligand}
volume_mL: 25
ligand_M: 2.2e-3
ligand_protons: 1
acid_M: 5e-3
burette_base_M: 0.1
volume_sd_uL: 0.5
hydrolysis: false
pK_w: 13.78
"""


def made(metal="Cu+2", metal_M=1e-3, ligand="glycine", more="", curve=None):
    curve = curve or potentiometric(1)
    rows = "\n".join(f"{v:.5f},{p:.5f}" for v, p in zip(curve.volume_mL, curve.pH, strict=True))
    text = CELL.format(ligand=ligand) + (f"metal: {metal}\nmetal_M: {metal_M}\n" if metal else "")
    cells = [(Path("cell.yaml"), (text + more).encode())]
    return experiment([(Path("a.csv"), f"V (mL),pH\n{rows}\n".encode())], cells)


def test_sets_follow_room_donors_and_protons():
    assert proposed_sets(made()) == [
        ("CuL",),
        ("CuL", "Cu(OH)L"),
        ("CuL", "CuHL"),
        ("CuL", "CuHL", "Cu(OH)L"),
        ("CuL", "CuL2"),
        ("CuL", "CuL2", "Cu(OH)L"),
        ("CuL", "CuL2", "CuHL"),
        ("CuL", "CuL2", "CuHL", "Cu(OH)L"),
    ]
    hexadentate = proposed_sets(made(ligand="EDTA"))
    assert all("CuL2" not in names for names in hexadentate)
    poor = proposed_sets(made(metal_M=2e-3))  # one ligand to a metal ion
    assert all("CuL2" not in names for names in poor)


def test_of_a_ligand_alone_protons_are_proposed():
    assert proposed_sets(made(metal=""))[:2] == [("HL",), ("HL", "H2L")]


@pytest.mark.slow
def test_the_true_set_is_first_and_others_say_why_not():
    known = made(more="constants: {HL: 9.57, H2L: 11.93}\n")
    sets = [("CuL",), ("CuL", "CuL2"), ("CuL", "CuL2", "CuHL"), ("CuL", "Cu(OH)L")]
    tried = compare(known, sets)
    assert tried[0].species == ("CuL", "CuL2")
    assert tried[0].problem == ""
    assert tried[0].runs_p > 0.05
    assert np.abs(tried[0].fit.theta - [8.2, 15.1]).max() < 0.03
    more = next(one for one in tried if len(one.species) == 3)
    assert more.problem or more.fit.bic > tried[0].fit.bic
    wrong = next(one for one in tried if one.species == ("CuL", "Cu(OH)L"))
    assert wrong.fit.bic > tried[0].fit.bic + 50
    assert wrong.fit.sigma > 5
    assert pytest.approx(tried[0].fit.sigma, abs=0.3) == 1.0
