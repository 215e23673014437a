import multiprocessing
import sqlite3

import numpy as np
import pytest

from bo_loop.base.parallel import using
from bo_loop.features.cache import DescriptorCache, folder


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BO_LOOP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def stored(version="v1", size=3):
    with DescriptorCache(version, size) as cache:
        return cache.load(["CCO", "CCN", "C"])


def store(smiles, vector, version="v1"):
    with DescriptorCache(version, len(vector)) as cache:
        cache.store(smiles, np.array(vector, dtype=float))


def test_vectors_come_back_exactly_with_nan_for_undefined():
    store("CCO", [0.1, np.nan, -1e300])
    found = stored()
    assert list(found) == ["CCO"]
    np.testing.assert_array_equal(found["CCO"], [0.1, np.nan, -1e300])
    found["CCO"][0] = 1.0  # writable: not a view of what SQLite holds


def test_versions_do_not_mix():
    store("CCO", [1.0, 2.0, 3.0], version="v1")
    assert stored(version="v2") == {}


def test_a_vector_of_another_length_counts_as_absent():
    store("CCO", [1.0, 2.0])
    assert stored(size=3) == {}


def test_more_keys_than_one_query_takes():
    keys = [f"C{i}" for i in range(503)]
    with DescriptorCache("v1", 1) as cache:
        for i, key in enumerate(keys):
            cache.store(key, np.array([float(i)]))
        assert [cache.load(keys)[key][0] for key in keys] == list(range(503))


def test_the_folder_is_the_users_unless_stated(monkeypatch, own_folder):
    assert folder() == own_folder
    monkeypatch.delenv("BO_LOOP_CACHE")
    assert folder().name == "bo_loop" or folder().parent.name == "bo_loop"


def test_a_file_that_is_no_database_is_set_aside_and_rebuilt(own_folder):
    own_folder.mkdir()
    broken = own_folder / "descriptors.sqlite3"
    broken.write_bytes(b"not a database at all, but long enough to be read as a header" * 20)
    with pytest.warns(UserWarning, match="damaged; it was set aside as .*broken-1"):
        store("CCO", [1.0, 2.0, 3.0])
    assert list(stored()) == ["CCO"]
    assert (own_folder / "descriptors.sqlite3.broken-1").read_bytes().startswith(b"not a database")


def test_damage_inside_the_file_is_found_on_reading(own_folder):
    for i in range(200):
        store(f"C{i}", np.arange(100.0))
    path = own_folder / "descriptors.sqlite3"
    content = bytearray(path.read_bytes())
    assert len(content) > 50_000
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with DescriptorCache("v1", 100) as cache:
        with pytest.warns(UserWarning, match="damaged"):
            found = cache.load(["C7"])
        assert found == {}
        cache.store("C7", np.zeros(100))
    with DescriptorCache("v1", 100) as cache:
        assert list(cache.load(["C7", "C8"])) == ["C7"]


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BO_LOOP_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="not kept"):
        opened = DescriptorCache("v1", 1)
    with opened as cache:
        cache.store("CCO", np.array([1.0]))
        assert cache.load(["CCO"])["CCO"] == [1.0]


def test_a_full_disk_costs_the_entry_not_the_run(monkeypatch):
    with DescriptorCache("v1", 1) as cache:

        def full(statement, values):
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(cache, "_execute", full)
        with pytest.warns(UserWarning, match="disk is full"):
            cache.store("CCO", np.array([1.0]))


def _store_many(worker):
    with DescriptorCache("v1", 3) as cache:
        for i in range(50):
            cache.store(f"{worker}-{i}", np.full(3, float(worker)))
            cache.store("shared", np.arange(3.0))


def test_several_processes_write_at_once():
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(_store_many, range(3))
    keys = [f"{worker}-{i}" for worker in range(3) for i in range(50)]
    with DescriptorCache("v1", 3) as cache:
        found = cache.load([*keys, "shared"])
    assert len(found) == 151
    np.testing.assert_array_equal(found["2-49"], [2.0, 2.0, 2.0])


class Elsewhere:
    """What runs tasks in any order."""

    def run(self, function, tasks, *, lost=None):
        for position in reversed(range(len(tasks))):
            self.ran.append(tasks[position])
            yield position, function(tasks[position])


def lengths(smiles):
    return np.full(3, float(len(smiles)))


def test_what_is_not_known_is_computed_on_the_cluster_in_use():
    store("CCO", [9.0, 9.0, 9.0])
    elsewhere = Elsewhere()
    elsewhere.ran = []
    with DescriptorCache("v1", 3) as cache, using(elsewhere):
        found = cache.vectors(["CCO", "C", "CC", "C"], lengths)
    assert found[:, 0].tolist() == [9.0, 1.0, 2.0, 1.0]
    assert elsewhere.ran == ["CC", "C"]
    assert set(stored()) == {"CCO", "C"}
