import numpy as np
import pandas as pd
import pytest

from bo_loop.base import parallel
from bo_loop.chemistry.ions import parse_ion
from bo_loop.structures import build as module
from bo_loop.structures.build import Task, build, computed
from bo_loop.structures.store import Store, counts

pytest.importorskip("tblite", reason="the extra structures is not installed")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(parallel, "processes", lambda workers, n_tasks: parallel.Serial())


def task(smiles, ion=None, n=2, **options):
    metal = None if ion is None else parse_ion(ion)
    return Task(smiles, smiles, metal, options.get("n_ligands", 1), n, 0)


def test_a_second_run_computes_only_what_is_missing(tmp_path, monkeypatch):
    store = Store(tmp_path / "s.db")
    assert build(store, [task("O"), task("O"), task("N")], None) == []
    before = [(row.molecule, row.energy) for row in store.rows()]
    assert len({molecule for molecule, _ in before}) == 2
    asked = []
    monkeypatch.setattr(module, "computed", lambda one: asked.append(one) or computed(one))
    assert build(store, [task("O"), task("S"), task("N", n=3)], None) == []
    assert [(one.smiles, one.n_conformers) for one in asked] == [("S", 2), ("N", 3)]
    assert len({row.molecule for row in store.rows()}) == 3


def test_the_same_seed_gives_the_same_rows(tmp_path):
    rows = []
    for name in ("a.db", "b.db"):
        store = Store(tmp_path / name)
        build(store, [task("NCC(=O)O")], None)
        rows.append([(row.conformer, row.step, row.positions) for row in store.rows()])
    for one, other in zip(*rows, strict=True):
        assert one[:2] == other[:2]
        assert np.array_equal(one[2], other[2])


def test_what_cannot_be_computed_is_named_once_and_the_rest_goes_on(tmp_path, monkeypatch):
    store = Store(tmp_path / "s.db")
    tasks = [task("N", "UO2+2"), task("C1#CC1"), task("O")]
    lines = build(store, tasks, None)
    assert lines[0].startswith("UO2+2 + N: GFN2-xTB has no parameters for U")
    assert lines[1].startswith("C1#CC1: no conformer was found")
    assert len(lines) == 2
    assert len(store) > 0
    monkeypatch.setattr(module, "computed", None)  # nothing is tried again
    assert build(store, tasks, None) == lines


@pytest.mark.slow
def test_a_database_that_is_built_anew_has_the_same_counts(tmp_path, monkeypatch):
    ligands = ["NCC(=O)O", "NCCN", "OC(=O)C(=O)O", "SCC(N)C(=O)O"]
    tasks = [task(smiles, ion) for ion in (None, "Ni+2", "Zn+2") for smiles in ligands]
    tasks.append(task("N", "UO2+2"))
    first, again = Store(tmp_path / "a.db"), Store(tmp_path / "b.db")
    problems = build(first, tasks, None)
    monkeypatch.undo()  # in processes of its own, in another order, and not in one go
    build(again, tasks[3:8], 2)
    assert build(again, tasks, 2) == problems
    whole, elements = counts(first.rows())
    for one, other in zip((whole, elements), counts(again.rows()), strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=1e-6)
    assert whole["molecules"].tolist() == [4, 8]
    assert whole.loc["complex", "structures"] > 300
    assert set(elements.index) == {"H", "C", "N", "O", "S", "Ni", "Zn"}
    rows = [{(r.molecule, r.conformer, r.step): r.energy for r in s.rows()} for s in (first, again)]
    assert rows[0].keys() == rows[1].keys()
    assert list(rows[0].values()) == pytest.approx([rows[1][key] for key in rows[0]], abs=1e-6)
