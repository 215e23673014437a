"""What is taken from the parts of a pool is what the whole of it holds."""

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import CampaignError
from bo_loop.campaign import sealed_pool, streamed_pool
from bo_loop.campaign.pool_in_parts import PoolInParts
from bo_loop.data import CommonChelators
from bo_loop.data.observations import with_keys

METALS = ["Ni+2", "Zn+2", "Fe+3"]


@pytest.fixture(scope="module")
def whole():
    pairs = CommonChelators(metals=METALS).read()
    return with_keys(pairs, "the pool").sort_values("smiles", ignore_index=True)


@pytest.fixture
def parts(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(streamed_pool, "PART", 100)
    sealed_pool.write(tmp_path, sealed_pool.cut(whole.iloc[:-6]))
    manifest = tmp_path / sealed_pool.MANIFEST
    hashes = sealed_pool.parts_of(manifest, manifest.read_bytes())
    return sealed_pool.Parts(tmp_path, hashes)


@pytest.fixture
def pool(parts, whole):
    return PoolInParts(parts, whole.iloc[-6:])


def test_its_parts_and_what_was_added_are_all_of_it(pool, whole):
    each = list(pool.each())
    assert [len(pairs) for pairs in each] == pool.sizes == [102, 99, 99, 102, 99, 87, 6]
    pd.testing.assert_frame_equal(pd.concat(each, ignore_index=True), whole, check_dtype=False)
    assert pool.counted() == (len(whole), whole["ligand_group"].nunique())


def test_pairs_at_some_places(pool, whole):
    rows = np.array([0, 101, 102, 300, 587, 588, 593])
    found = pool.at(rows)
    pd.testing.assert_frame_equal(found, whole.iloc[rows].reset_index(drop=True), check_dtype=False)


def test_what_is_about_a_pair_is_all_of_its_ligand_and_what_was_added(pool, whole):
    named = whole["pair_id"].iloc[250]
    of_ligand = whole["ligand_group"].eq(whole["ligand_group"].iloc[250])
    expected = {*whole[of_ligand]["pair_id"], *whole["pair_id"].iloc[-6:]}
    found = pool.about([named])
    assert set(found["pair_id"]) == expected
    begin, _, end = named.rpartition(":")
    other = f"{begin}:{end.partition('-')[0]}-AAAAAAAAAA-N"
    assert set(pool.about([], alike=[other])["pair_id"]) == expected
    assert set(pool.about([], groups=whole["ligand_group"].iloc[[250]])["pair_id"]) == expected
    assert len(pool.about([])) == 6


def test_a_pair_of_each_species_if_asked(pool):
    found = pool.about([], each_species=True)
    assert set(found["metal"]) == {"Ni", "Zn", "Fe"}
    assert len(found) == 9


def test_a_pair_that_is_twice_in_a_part_is_refused(whole, tmp_path):
    sealed_pool.write(tmp_path, [whole.iloc[[0, 0]]])
    manifest = tmp_path / sealed_pool.MANIFEST
    hashes = sealed_pool.parts_of(manifest, manifest.read_bytes())
    pool = PoolInParts(sealed_pool.Parts(tmp_path, hashes), whole.iloc[:0])
    with pytest.raises(CampaignError, match=r"0000\.parquet .*a pair is in it twice"):
        list(pool.each())
