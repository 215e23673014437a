import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures import conformers
from bo_loop.structures.conformers import ligand_molecule, lowest, starting
from bo_loop.structures.coordination_complex import assemble
from bo_loop.structures.xtb import METHOD, Trajectory, optimised

pytest.importorskip("tblite", reason="the extra structures is not installed")


@pytest.fixture(scope="module")
def diammine():
    return lowest(assemble(parse_ion("Au+1"), "N", 2, name="ammonia"), 1, seed=0)


def test_gold_diammine_is_linear(diammine):
    (one, a), (other, b) = diammine.distances
    assert (one, other) == ("N", "N")
    assert [a, b] == pytest.approx([2.02, 2.02], abs=0.1)  # 2.01–2.03 Å in crystals
    gold, first, second = diammine.positions[[0, 1, 5]]
    assert diammine.molecule.symbols[5] == "N"
    angle = (first - gold) @ (second - gold) / a / b
    assert angle < np.cos(np.deg2rad(165.0))
    assert (diammine.molecule.charge, diammine.molecule.unpaired) == (1, 0)
    assert (diammine.spread, diammine.notes) == ((0.0,), ())
    assert diammine.method == "GFN2-xTB, ALPB water"
    assert diammine.graph.GetAtomWithIdx(0).GetDegree() == 2


def test_the_lowest_of_several_minima_is_returned():
    molecule = ligand_molecule("OCCO")
    found = lowest(molecule, 4, seed=0)
    assert found.spread[0] == 0.0
    assert list(found.spread) == sorted(found.spread)
    assert len(found.spread) > 1


def test_where_one_method_fails_the_next_is_taken(monkeypatch):
    def failing(symbols, start, by):
        if by.parameters.solvation == ("gbsa", "water"):
            return optimised(symbols, start, by)
        return Trajectory(np.empty((0, 3, 3)), np.empty(0), np.empty((0, 3, 3)), "forces grow")

    monkeypatch.setattr(conformers, "optimised", failing)
    found = lowest(ligand_molecule("O", "water"), 1, seed=0)
    assert found.method == "GFN2-xTB, GBSA water"
    said = (
        "by GFN2-xTB, GBSA water: no start led to a minimum by GFN2-xTB, ALPB water (forces grow)"
    )
    assert found.notes == (said,)
    monkeypatch.setattr(conformers, "METHODS", {METHOD: None})
    with pytest.raises(DataError, match=r"none of 1 starts led to a minimum \(forces grow\)"):
        lowest(ligand_molecule("O", "water"), 1, seed=0)


@pytest.mark.slow
def test_a_buried_ion_is_found_where_alpb_breaks_down():
    phen = "c1cnc2c(c1)ccc1cccnc12"
    found = lowest(assemble(parse_ion("Fe+2"), phen, 3, name="phen", unpaired=0), 1, seed=0)
    assert found.method == "GFN2-xTB, GBSA water"
    assert [symbol for symbol, _ in found.distances] == ["N"] * 6
    # 1.96 to 1.98 Å in crystals of [Fe(phen)3]²⁺
    assert [apart for _, apart in found.distances] == pytest.approx([1.97] * 6, abs=0.03)


def test_what_has_no_conformer_is_named():
    assert starting(ligand_molecule("C1C2CC3CC1CC(C2)C3"), 1, 0)  # a cage is no hindrance
    with pytest.raises(DataError, match="x: no conformer was found"):
        starting(ligand_molecule("C1#CC1", "x"), 1, 0)
