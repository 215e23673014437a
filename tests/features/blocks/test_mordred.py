import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.features.blocks import ligand
from bo_loop.features.blocks import mordred as descriptors

EDTA = "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"
TEN = ["C" * i + "N" for i in range(1, 11)]


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BO_LOOP_CACHE", str(tmp_path))


def named(vector):
    return dict(zip(descriptors.names(), vector, strict=True))


def test_the_set_has_1613_descriptors_of_different_names():
    assert len(descriptors.names()) == 1613
    assert len(set(descriptors.names())) == 1613
    assert "rdkit=" in descriptors.set_version()
    assert "mordredcommunity=" in descriptors.set_version()


def test_values_of_edta_by_hand():
    values = named(descriptors.compute(EDTA))
    assert values["nAcid"] == 4
    assert values["nN"] == 2
    assert values["nHeavyAtom"] == 20
    assert values["MW"] == pytest.approx(292.0907, abs=1e-3)  # tables of atomic masses differ


def test_truth_is_one_and_the_undefined_is_nan():
    values = named(descriptors.compute("CCO"))
    assert values["Lipinski"] == 1.0
    assert values["GhoseFilter"] == 0.0
    vector = descriptors.compute("N")
    assert np.isnan(vector).sum() > 300
    assert not np.isinf(vector).any()


def test_workers_give_what_this_process_gives(monkeypatch):
    monkeypatch.setattr(descriptors, "usable_cores", lambda: 2)
    outcomes = dict(descriptors.compute_all([*TEN, "not a molecule"]))
    for smiles in TEN:
        np.testing.assert_array_equal(outcomes[smiles], descriptors.compute(smiles))
    assert isinstance(outcomes["not a molecule"], DataError)
    assert "'not a molecule'" in str(outcomes["not a molecule"])


def test_a_molecule_whose_process_ends_is_named():
    outcome = descriptors._lost("CCCCN")
    assert isinstance(outcome, DataError)
    assert "'CCCCN'" in str(outcome)


@pytest.mark.usefixtures("empty_cache")
def test_a_run_that_stops_keeps_what_it_had(monkeypatch):
    stored = []

    class Stopped(Exception):
        pass

    class Cache(ligand.DescriptorCache):
        def store(self, smiles, vector):
            super().store(smiles, vector)
            stored.append(smiles)
            if len(stored) == 3:
                raise Stopped

    monkeypatch.setattr(descriptors, "usable_cores", lambda: 2)
    monkeypatch.setattr(ligand, "DescriptorCache", Cache)
    with pytest.raises(Stopped):
        ligand.mordred(TEN)
    with Cache(descriptors.set_version(), 1613) as cache:
        assert sorted(cache.load(TEN)) == sorted(stored)


@pytest.mark.usefixtures("empty_cache")
def test_nothing_is_computed_twice(monkeypatch):
    computed = []
    compute = descriptors.compute
    monkeypatch.setattr(descriptors, "compute", lambda s, _: computed.append(s) or compute(s))
    first = ligand.mordred(["CCN", "CCO", "CCN"])
    assert sorted(computed) == ["CCN", "CCO"]
    second = ligand.mordred(["CCO", "CN", "CCN"])
    assert sorted(computed) == ["CCN", "CCO", "CN"]
    assert first.shape == (3, 1613)
    np.testing.assert_array_equal(first[[0, 1]], first[[2, 1]])
    np.testing.assert_array_equal(second[[2, 0]], first[[0, 1]])


@pytest.mark.usefixtures("empty_cache")
def test_every_unreadable_ligand_is_listed_and_the_rest_kept(monkeypatch):
    with pytest.raises(DataError) as caught:
        ligand.mordred(["CCN", "C1CC", "xyz"])
    assert "'C1CC'" in str(caught.value)
    assert "'xyz'" in str(caught.value)
    monkeypatch.setattr(descriptors, "compute", None)  # cached: not called
    assert np.isfinite(ligand.mordred(["CCN"])).sum() > 1000


def test_no_ligands_give_an_empty_table():
    assert ligand.mordred([]).shape == (0, 1613)
    assert ligand.charge([]).shape == (0, 1)


@pytest.mark.usefixtures("empty_cache")
def test_only_what_is_wanted_is_computed_and_is_the_same(monkeypatch):
    wanted = ("nAcid", "JGI2", "ATSC6dv", "nN", "SlogP_VSA4")
    at = [descriptors.names().index(name) for name in wanted]
    monkeypatch.setattr(descriptors, "usable_cores", lambda: 2)
    few = ligand.mordred([*TEN, EDTA], wanted=wanted)
    np.testing.assert_array_equal(few, ligand.mordred([*TEN, EDTA])[:, at])
    monkeypatch.setattr(descriptors, "compute", None)  # from now on both are in the cache
    np.testing.assert_array_equal(ligand.mordred([EDTA], wanted=wanted), few[-1:])
    np.testing.assert_array_equal(ligand.mordred([EDTA], wanted=wanted[:2]), few[-1:, :2])
