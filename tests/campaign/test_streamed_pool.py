"""A pool that is made part by part is the one that is made at once."""

import pandas as pd
import pytest

from bo_loop import Campaign
from bo_loop.acquisition import Selectivity
from bo_loop.base.errors import ConfigError
from bo_loop.campaign import streamed_pool
from bo_loop.campaign.streamed_pool import Crossed, StreamedPool
from bo_loop.data import CommonChelators, KnownPairs, Minteq, TablePool, large_pools
from bo_loop.data.mirror_images import one_of_mirror_images
from bo_loop.data.observations import with_keys
from bo_loop.data.pools import within_denticity

ASKED = {"metals": ["Ni+2", "Zn+2"], "n_ligands": [1, 2]}


@pytest.fixture
def limits(monkeypatch):
    monkeypatch.setattr(large_pools, "LARGE", 100)
    monkeypatch.setattr(streamed_pool, "PART", 50)


@pytest.mark.parametrize("most", [None, 6, "usual"])
def test_its_parts_are_the_pool(limits, most):
    source = CommonChelators(**ASKED)
    pool = StreamedPool.of(source.crossing(), most)
    parts = list(pool.parts())
    assert [len(part) for part in parts[:-1]] == [52] * 15 or most is not None
    every = one_of_mirror_images(with_keys(source.read(), "the pool"))
    expected = within_denticity(every, most)
    found = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert len(pool.crossing) == len(every)


def test_of_mirror_images_the_first_stays(limits, tmp_path):
    table = tmp_path / "ligands.csv"
    table.write_text("ligand,smiles\nL,C[C@H](N)C(=O)O\nD,C[C@@H](N)C(=O)O\nen,NCCN\n")
    source = TablePool(path=str(table), **ASKED)
    with pytest.warns(UserWarning, match=r"Left out: D .* for L "):
        pool = StreamedPool.of(source.crossing(), None)
    (part,) = pool.parts()
    assert part["ligand"].unique().tolist() == ["L", "en"]
    assert len(pool.crossing) == 8


def test_some_of_it_has_each_ion_and_each_ligand(limits):
    pool = StreamedPool.of(CommonChelators(**ASKED).crossing(), None)
    some, every = pool.some(), pd.concat(list(pool.parts()))
    for columns in (["metal", "charge", "n_ligands"], ["smiles"]):
        there = [set(map(tuple, frame[columns].to_numpy())) for frame in (some, every)]
        assert there[0] == there[1]
    assert len(some) == every["smiles"].nunique() + 4


def test_a_rule_that_is_none_is_refused(limits):
    pool = StreamedPool.of(CommonChelators(**ASKED).crossing(), "most")
    with pytest.raises(ConfigError, match="max_denticity_sum"):
        next(pool.parts())


def test_which_pools_are_products():
    assert isinstance(CommonChelators(metals=["Ni+2"]), Crossed)
    assert not isinstance(KnownPairs(data=Minteq(), metals=["Ni+2"]), Crossed)


@pytest.mark.parametrize("objective", ["maximise", Selectivity(metal="Ni+2", competitors=["Zn+2"])])
def test_a_pool_of_which_nothing_is_left_is_refused(limits, tmp_path, objective):
    pool = CommonChelators(metals=["Ni+2", "Zn+2"], n_ligands=[6])
    with pytest.raises(ConfigError, match=r"max_denticity_sum=2 leaves none of the 396 pairs"):
        Campaign.start(
            "none", directory=tmp_path, pool=pool, objective=objective, max_denticity_sum=2
        )
    assert list(tmp_path.iterdir()) == []
