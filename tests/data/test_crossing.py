import pandas as pd
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data import TablePool, large_pools
from bo_loop.data.crossing import Crossing, read_counts, read_ions

LIGANDS = pd.DataFrame({"ligand": ["gly", "en", "py"], "smiles": ["NCC(=O)O", "NCCN", "c1ccncc1"]})
WANTED = TablePool(path="", metals=["Ni+2", "Fe+3"], n_ligands=[1, 2])


@pytest.fixture
def crossing():
    return Crossing.of(LIGANDS, WANTED, "a shelf")


def rows(pairs):
    return list(zip(pairs["metal"], pairs["ligand"], pairs["n_ligands"], strict=True))


def test_a_small_one_stands_metal_by_metal(crossing):
    found = rows(crossing.pairs())
    assert len(crossing) == len(found) == 12
    assert found[:3] == [("Ni", "gly", 1), ("Ni", "gly", 2), ("Ni", "en", 1)]


def test_a_large_one_stands_ligand_by_ligand_and_in_parts(crossing, monkeypatch):
    metal_by_metal = set(rows(crossing.pairs()))
    monkeypatch.setattr(large_pools, "LARGE", 11)
    whole = crossing.pairs()
    assert rows(whole)[:5] == [
        ("Ni", "gly", 1), ("Ni", "gly", 2), ("Fe", "gly", 1), ("Fe", "gly", 2), ("Ni", "en", 1),
    ]  # fmt: skip
    assert set(rows(whole)) == metal_by_metal
    parts = list(crossing.parts(5))
    assert [len(part) for part in parts] == [8, 4]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_pair_of_each_ligand(crossing):
    assert rows(crossing.each_ligand()) == [("Ni", "gly", 1), ("Ni", "en", 1), ("Ni", "py", 1)]


def test_conditions_that_no_solution_has_are_refused():
    wanted = TablePool(path="", metals=["Ni+2"], ionic_strength_M=-0.1)
    with pytest.raises(DataError, match="a shelf, conditions wanted"):
        Crossing.of(LIGANDS, wanted, "a shelf")


@pytest.mark.parametrize("counts", [[], "1", [0], [7], [1, 1], [True], [1.0]])
def test_what_is_no_number_of_ligands_is_refused(counts):
    with pytest.raises(ConfigError, match="n_ligands"):
        read_counts(counts)


@pytest.mark.parametrize("metals", [[], "Ni+2", ["Ni+2", "Ni+2"]])
def test_metal_ions_are_named_once(metals):
    with pytest.raises(ConfigError, match=r"pool\.metals"):
        read_ions(metals)
