from types import SimpleNamespace

import numpy as np
import pytest

from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.potential import Case
from bo_loop.structures.training_set import cases_of, force_errors, sampled


def row(molecule, step):
    return SimpleNamespace(
        molecule=molecule, step=step, numbers=np.array([8, 1]), positions=np.eye(3)[:2],
        ion_charge=-1, unpaired=0, energy=-float(step), forces=np.full((2, 3), step + 1.0),
    )  # fmt: skip


def case(ligand, force):
    geometry = Geometry(np.array([8, 1]), np.eye(3)[:2], 0, 0)
    return Case(geometry, 0.0, np.array([[force, 0.0, 0.0], [0.0, 2.0 * force, 0.0]]), ligand)


def test_early_steps_powers_of_two_and_the_last_are_kept():
    rows = [row("Ni+2:L1:KEY", step) for step in range(12)] + [row("KEY", 0), row("KEY", 1)]
    found = sampled(rows)
    assert [each.forces[0, 0] - 1 for each in found] == [0, 1, 2, 4, 8, 11, 0, 1]
    assert [each.energy for each in found] == [0, -1, -2, -4, -8, -11, 0, -1]
    assert {each.ligand for each in found} == {"KEY"}
    assert len(cases_of(rows)) == 14


def test_errors_by_hand():
    pytest.importorskip("ase", reason="the extra structures is not installed")
    cases = [case("a", 0.3), case("b", -0.3)]
    forces = np.concatenate([each.forces for each in cases])
    found = force_errors(cases, {"half": forces / 2.0}).set_index(["element", "predictor"])
    unit = 1000.0 / 51.422067  # mhartree/bohr: 27.2114 eV, 0.529177 Å
    assert unit == pytest.approx(0.529177 / 27.2114 * 1000, rel=1e-5)
    assert found.loc[("O", "half"), "mae"] == pytest.approx(0.05 * unit)  # 0.15, 0, 0
    assert found.loc[("H", "half"), "mae"] == pytest.approx(0.1 * unit)
    assert found.loc[("O", "half"), "r2"] == pytest.approx(0.75)
    assert found.loc[("O", "no force"), "r2"] == pytest.approx(0.0)
    assert found.loc[("O", "half"), "ligands"] == 2
