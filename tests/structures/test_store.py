import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.structures.conformers import ligand_molecule
from bo_loop.structures.store import Store, counts
from bo_loop.structures.xtb import Trajectory

pytest.importorskip("ase", reason="the extra structures is not installed")
WATER = ligand_molecule("O", "water")
SHAPE = np.array([[0.0, 0.0, 0.0], [0.96, 0.0, 0.0], [-0.24, 0.93, 0.0]])


def run(energies, *, problem="", scale=1.0, force=0.3):
    n = len(energies)
    forces = np.zeros((n, 3, 3))
    forces[:, 0, 0] = force
    return Trajectory(np.repeat(SHAPE[None] * scale, n, 0), np.array(energies), forces, problem)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "s.db")


def test_structures_come_back_and_are_counted(store):
    runs = [run([-1.0, -2.0]), run([-1.5, -2.001]), run([-2.0], scale=1.5), run([0.0], problem="x")]
    store.add(WATER, runs, tried=4)
    rows = list(store.rows())
    assert [row.minimum for row in rows] == [0, 0, 0, 0, 1, -1]
    assert [row.step for row in rows] == [0, 1, 0, 1, 0, 0]
    assert rows[1].energy == -2.0
    assert rows[0].forces == pytest.approx(runs[0].forces[0])
    whole, elements = counts(iter(rows))
    assert whole.loc["ligand"].to_dict() == {
        "molecules": 1, "starts": 4, "minima": 2, "structures": 6, "atoms": 18,
    }  # fmt: skip
    assert whole.loc["complex"].sum() == 0
    assert elements["atoms"].to_dict() == {"H": 12, "O": 6}
    assert elements.loc["O", "force_50"] == pytest.approx(0.3)


def test_a_molecule_is_replaced_whole(store):
    store.add(WATER, [run([-1.0]), run([-2.0])], tried=2)
    store.add(WATER, [run([-3.0])], tried=5)
    assert [row.energy for row in store.rows()] == [-3.0]
    assert store.tried() == {WATER.key: 5}


def test_what_could_not_be_computed_is_remembered(store):
    store.refuse("a", "no conformer")
    store.refuse("b", "no minimum")
    again = Store(store.path)
    assert again.problems() == {"a": "no conformer", "b": "no minimum"}
    assert again.tried()["a"] > 10**6


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.db").write_text("nothing of a database " * 100)
    with pytest.raises(DataError, match=r"cannot be used as a database"):
        Store(tmp_path / "x.db")
    for name in ("x.txt", "nowhere/x.db"):
        with pytest.raises(DataError, match=r"give a file that ends in \.db"):
            Store(tmp_path / name)
    from ase import Atoms
    from ase.db import connect

    connect(tmp_path / "y.db").write(Atoms("H"))
    with pytest.raises(DataError, match="holds no structures by GFN2-xTB"):
        Store(tmp_path / "y.db")
