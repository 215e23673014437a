"""Whether ligands fit their ion: geometry by hand, and cases that every textbook has."""

import numpy as np
import pytest

from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures.coordination_complex import assemble
from bo_loop.structures.fit import STRAINED, fit
from bo_loop.structures.placement import starts

CROWN_18, CROWN_12 = "C1COCCOCCOCCOCCOCCO1", "C1COCCOCCOCCO1"
CYCLAM, CYCLEN = "C1CNCCNCCCNCCNC1", "C1CNCCNCCNCCN1"
EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
PORPHINE = "c1cc2cc3ccc(cc4ccc(cc5ccc(cc1n2)[nH]5)n4)[nH]3"


def judged(ion, smiles, n=1):
    assembly = assemble(parse_ion(ion), smiles, n)
    return fit(assembly, starts(assembly, 1, 0)[0])


def cavity_of(found):
    return [each.split(" for ")[0] for each in found.warnings if "cavity" in each]


@pytest.mark.parametrize(
    ("ion", "smiles", "said"),
    [
        ("Na+1", CROWN_18, "the cavity is too large (2.86 Å)"),
        ("K+1", CROWN_18, None),
        ("Li+1", CROWN_12, None),
        ("K+1", CROWN_12, "the cavity is too small (1.91 Å)"),
        ("Ni+2", CYCLAM, None),
        ("Pb+2", CYCLAM, "the cavity is too small"),
        ("Pb+2", PORPHINE, "the cavity is too small (2.11 Å)"),
        ("Zn+2", PORPHINE, None),
        ("Na+1", EDTA, None),  # no macrocycle
    ],
)
def test_cavities_against_radii(ion, smiles, said):
    found = cavity_of(judged(ion, smiles))
    assert len(found) == (said is not None)
    assert not said or found[0].startswith(said)


def test_what_an_ion_needs_is_the_sum_of_shannons_radii():
    (said,) = (each for each in judged("Na+1", CROWN_18).warnings if "cavity" in each)
    assert "Na+1, which needs 2.42 Å" in said  # 1.02 + 1.40


def test_a_ring_with_arms_that_bind_is_not_the_cavity():
    dota = "OC(=O)CN1CCN(CC(=O)O)CCN(CC(=O)O)CCN(CC(=O)O)CC1"
    assert cavity_of(judged("Gd+3", dota)) == []


def test_donors_without_room_and_out_of_reach_are_named():
    assembly = assemble(parse_ion("Ni+2"), "NCCN")
    positions = starts(assembly, 1, 0)[0]
    assert not [each for each in fit(assembly, positions).warnings if "reach" in each]
    away = positions.copy()
    first, water = assembly.donors[0], assembly.donors[-1]
    away[first] *= 2.0
    away[water] *= 2.0  # the metal ion is at the origin, or near it
    found = fit(assembly, away)
    apart = np.linalg.norm(away[first] - away[0])
    assert f"N{first + 1} does not reach the metal ion: {apart:.1f} Å" in found.warnings
    assert found.notes == ("1 H2O left the metal ion",)
    dtpa = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CCN(CC(=O)O)CC(=O)O"
    assert (
        judged("Ni+2", dtpa).warnings[0] == "the metal ion has no room for 2 donors of each ligand"
    )


def test_strain_is_what_it_costs_to_hold_the_donors():
    assembly = assemble(parse_ion("Ni+2"), "NCCN")
    relaxed = starts(assembly, 1, 0)[0]
    ligand = list(assembly.ligands[0])
    pulled = relaxed.copy()
    donors = [i for i in assembly.donors if i in ligand]
    pulled[donors[0]] += 0.6 * (relaxed[donors[0]] - relaxed[donors[1]])
    near, far = fit(assembly, relaxed), fit(assembly, pulled)
    assert 0.0 <= near.strain < 2 * STRAINED < far.strain
    assert f"the ligand is strained, by {far.strain:.0f} kJ/mol" in far.warnings
    assert judged("Zn+2", PORPHINE).strain is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ion", "smiles", "cavity", "strained"),
    [
        ("Na+1", CROWN_18, "the cavity is too large", False),
        ("K+1", CROWN_18, "", False),
        ("Cs+1", CROWN_18, "the cavity is too small", False),
        ("Ni+2", CYCLAM, "", False),
        ("Cd+2", CYCLAM, "the cavity is too small", True),
        ("Ni+2", CYCLEN, "", True),  # it folds, and binds cis
        ("Ni+2", EDTA, "", False),
    ],
)
def test_known_cases_at_their_minima(ion, smiles, cavity, strained):
    pytest.importorskip("tblite", reason="the extra structures is not installed")
    from bo_loop.structures.conformers import lowest

    found = lowest(assemble(parse_ion(ion), smiles), 2, seed=0)
    said = cavity_of(found)
    assert bool(said) == bool(cavity)
    assert not said or said[0].startswith(cavity)
    assert any("strained" in each for each in found.warnings) == strained
