import pandas as pd
import pytest
from small_campaign import CONFIG, POOL, pairs

from bo_loop.base.errors import CampaignError
from bo_loop.campaign import sealed
from bo_loop.campaign.sealed import Sealed

LITERATURE = pairs("Z", metal="Cu").assign(log_beta=9.0, censoring="none")
SETTINGS = {key: value for key, value in CONFIG.items() if key != "name"}


def written(folder, **changes):
    given = {
        "config": SETTINGS, "choices": {"model": "matern_gp"}, "observations": LITERATURE,
        "pool": POOL, "features": {"version": "1", "blocks": {}},
    }  # fmt: skip
    return Sealed(folder, sealed.write(folder, **(given | changes))[0])


def test_what_is_sealed_comes_back(tmp_path):
    found = written(tmp_path)
    assert {*found.hashes} == {
        "campaign.yaml", "observations.parquet", "pool.parquet", "features.json",
    }  # fmt: skip
    assert found.config() == {"choices": {"model": "matern_gp"}, "config": SETTINGS}
    assert found.features() == {"version": "1", "blocks": {}}
    pd.testing.assert_frame_equal(found.pool(), POOL)
    pd.testing.assert_frame_equal(found.observations(), LITERATURE, check_dtype=False)
    assert found.pool_columns()["pair_id"] == POOL["pair_id"].tolist()


def test_nothing_sealed_is_overwritten(tmp_path):
    written(tmp_path)
    with pytest.raises(CampaignError, match=r"campaign\.yaml"):
        written(tmp_path)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("campaign.yaml", Sealed.config),
        ("observations.parquet", Sealed.observations),
        ("pool.parquet", Sealed.pool),
        ("pool.parquet", Sealed.pool_columns),
        ("features.json", Sealed.features),
    ],
)
def test_every_file_is_held_against_its_hash(tmp_path, name, read):
    found = written(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(CampaignError, match=rf"{name} is not the file that was sealed"):
        read(found)
    path.unlink()
    with pytest.raises(CampaignError, match="cannot be read"):
        read(found)


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"pool": pd.concat([POOL, POOL.iloc[:1]])}, Sealed.pool),
        ({"pool": pd.concat([POOL, POOL.iloc[:1]])}, Sealed.pool_columns),
        ({"pool": POOL.drop(columns="metal")}, Sealed.pool),
        ({"pool": POOL.assign(charge="2")}, Sealed.pool_columns),
        ({"observations": LITERATURE.assign(censoring="<")}, Sealed.observations),
        ({"observations": LITERATURE.drop(columns="log_beta")}, Sealed.observations),
        ({"config": SETTINGS | {"seed": "zero"}}, Sealed.config),
        ({"config": SETTINGS | {"pool": {}}}, Sealed.config),
    ],
)
def test_what_is_not_ours_is_refused_though_its_hash_is_right(tmp_path, changes, read):
    sealed_files = written(tmp_path, **changes)
    with pytest.raises(CampaignError, match="is damaged, or was not written by bo-loop"):
        read(sealed_files)
