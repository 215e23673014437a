import json
from dataclasses import replace

import numpy as np
import pytest

from bo_loop.base import parallel
from bo_loop.base.errors import DataError
from bo_loop.structures import committee as module
from bo_loop.structures.atom_features import Geometry
from bo_loop.structures.committee import About, Committee, folds, held_out, learned, read
from bo_loop.structures.potential import Case

ELEMENTS = {"1": 4, "8": 2}
ABOUT = About(module.FORMAT, module.METHOD, 0, 8, 4, ELEMENTS)
WATER = Geometry(np.array([8, 1, 1]), np.diag([1.0, 2.0, 3.0]), 0, 0)


class Constant:
    """A potential that says one force everywhere."""

    def __init__(self, force):
        self.force = force

    def predict(self, geometries):
        forces = [np.tile(self.force, (len(each.numbers), 1)) * 1.0 for each in geometries]
        return np.zeros(len(geometries)), forces


def case(ligand, number=1, energy=0.0):
    geometry = Geometry(np.array([number, 1]), np.array([[0.0, 0.0, 0.0], [0.8, 0.0, 0.0]]), 0, 0)
    return Case(geometry, energy, np.array([[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0]]), ligand)


def test_doubt_is_the_spread_of_the_members_along_all_axes():
    members = (Constant([1.0, 0.0, 2.0]), Constant([1.0, 0.0, -2.0]))
    # variance along z, of two numbers 4 apart: 8
    [doubt] = Committee(members, ABOUT).doubt([WATER])
    assert doubt == pytest.approx(np.sqrt([8.0, 8.0, 8.0]))


def test_elements_of_few_ligands_are_unknown():
    assert Committee((), ABOUT).unknown(WATER.numbers) == [8]
    assert Committee((), ABOUT).unknown(np.array([1, 30, 30])) == [30]


def test_no_ligand_is_learned_from_and_held_out():
    cases = [case(f"ligand {at % 5}") for at in range(20)]
    seen = []
    for learnt, held in folds(cases, 2, seed=0):
        assert not {cases[i].ligand for i in learnt} & {cases[i].ligand for i in held}
        seen += held.tolist()
    assert sorted(seen) == list(range(20))
    with pytest.raises(DataError, match="3 ligands are too few for 2 folds"):
        folds(cases[:3], 2, seed=0)


def test_held_out_forces_are_of_the_member_that_has_not_seen_the_ligand():
    cases = [case(f"ligand {at % 6}", number=8 if at == 0 else 1) for at in range(12)]
    members = (Constant([1.0, 0.0, 0.0]), Constant([2.0, 0.0, 0.0]))
    forces = held_out(Committee(members, ABOUT), cases).reshape(12, 2, 3)
    for member, (_, held) in enumerate(folds(cases, 2, 0)):
        assert set(forces[held][:, 1, 0]) == {member + 1.0}
    assert forces[0, 0].tolist() == [0.0, 0.0, 0.0]  # oxygen, of one ligand
    more = held_out(Committee(members, ABOUT), [*cases, *cases])
    assert np.array_equal(more.reshape(24, 2, 3), np.concatenate([forces, forces]))


@pytest.fixture(scope="module")
def small():
    cases = [case(f"ligand {at}", energy=-1.0) for at in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "processes", lambda workers, n: parallel.Serial())
        return cases, *learned(cases, n=2, seed=0, epochs=1)


def test_a_file_gives_the_committee_back(small, tmp_path):
    cases, committee, forces = small
    path = tmp_path / "forces.npz"
    path.write_bytes(committee.file_bytes())
    found = read(path)
    assert found.about == committee.about
    assert found.about.ligands == found.about.structures == 6
    assert np.array_equal(held_out(found, cases), forces)
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)


def test_other_files_are_refused(small, tmp_path):
    _, committee, _ = small
    path = tmp_path / "forces.npz"
    newer = replace(committee, about=replace(committee.about, format="bo_loop forces 2"))
    path.write_bytes(newer.file_bytes())
    with pytest.raises(DataError, match=r"'bo_loop forces 2'.*learn it anew"):
        read(path)
    path.write_bytes(committee.file_bytes()[:-100])
    with pytest.raises(DataError, match="cannot be read as learned forces"):
        read(path)
    np.savez(path, about=np.array(json.dumps({"format": module.FORMAT})))
    with pytest.raises(DataError, match="cannot be read as learned forces"):
        read(path)
    with pytest.raises(DataError, match="cannot be read as learned forces"):
        read(tmp_path / "none.npz")
