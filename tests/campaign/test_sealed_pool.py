"""A large pool is sealed in parts; what is not as sealed is one error that names it."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from embedded import zinc
from test_campaign import filled

from bo_loop import Campaign
from bo_loop.base.errors import CampaignError
from bo_loop.campaign import sealed_pool, streamed_pool
from bo_loop.campaign.sealed import checked_pairs
from bo_loop.campaign.verify import verify
from bo_loop.data import large_pools

LARGE = 100


def settings(directory):
    """396 pairs."""
    return zinc(
        directory,
        features={"_target_": "bo_loop.features.ChemistryRecipe"},
        model={"_target_": "bo_loop.models.PairGP", "max_iter": 5, "fit_rows": 100},
        pool={
            "_target_": "bo_loop.data.CommonChelators",
            "metals": ["Zn+2", "Ni+2"],
            "include_known": False,
        },
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A campaign in which a pool of more than 100 pairs is large, and its first proposals."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_pools, "LARGE", LARGE)
        patch.setattr(streamed_pool, "PART", 90)
        campaign = Campaign.start(**settings(tmp_path_factory.mktemp("campaigns")))
        return campaign, campaign.suggest()


@pytest.fixture
def campaign(begun, tmp_path, monkeypatch):
    monkeypatch.setattr(large_pools, "LARGE", LARGE)
    shutil.copytree(begun[0].path, tmp_path / "zinc")
    return Campaign(tmp_path / "zinc")


def test_it_is_sealed_in_parts(campaign):
    names = sorted(path.name for path in (campaign.path / "pool").iterdir())
    assert names == [*(f"{i:04d}.parquet" for i in range(len(names) - 1)), "manifest.json"]
    assert not (campaign.path / "pool.parquet").exists()
    manifest = json.loads((campaign.path / "pool" / "manifest.json").read_bytes())
    assert list(manifest["parts"]) == names[:-1]
    assert "pool/manifest.json" in campaign.record.sealed.hashes
    assert set(campaign.pool["metal"]) == {"Zn", "Ni"}


def test_no_ligand_is_in_two_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(streamed_pool, "PART", 10)
    smiles = np.repeat([f"{'C' * i}N" for i in range(1, 13)], 7)
    pool = pd.DataFrame({"pair_id": [str(i) for i in range(84)], "smiles": smiles})
    assert sealed_pool.write(tmp_path, sealed_pool.cut(pool)) == 84
    manifest = tmp_path / "pool" / "manifest.json"
    parts = sealed_pool.parts_of(manifest, manifest.read_bytes())
    rows = [len(pd.read_parquet(tmp_path / "pool" / name)) for name in parts]
    assert rows == [14, 7, 14, 7, 14, 7, 7, 14]
    found = sealed_pool.Parts(tmp_path, parts).whole()
    pd.testing.assert_frame_equal(found, pool, check_dtype=False)
    assert len({id(text) for text in found["smiles"]}) == 12


def test_proposals_are_those_of_a_pool_in_one_file(begun, campaign, tmp_path, monkeypatch):
    proposals = begun[1]
    monkeypatch.setattr(large_pools, "LARGE", 10**6)
    other = Campaign.start(**settings(tmp_path / "whole"))
    assert (other.path / "pool.parquet").exists()
    pd.testing.assert_frame_equal(proposals, other.suggest(), check_dtype=False)
    monkeypatch.setattr(large_pools, "LARGE", LARGE)
    values = dict(zip(proposals["pair_id"], ("14.1", "13.2", "12.3"), strict=True))
    for one in (campaign, other):
        one.log(filled(one, 1, values))
    pd.testing.assert_frame_equal(campaign.suggest(), other.suggest(), check_dtype=False)
    assert campaign.status() == other.status()
    pd.testing.assert_frame_equal(campaign.measurements(), other.measurements(), check_dtype=False)
    here, there = (one.history().drop(columns=["time", "seq"]) for one in (campaign, other))
    pd.testing.assert_frame_equal(here[1:], there[1:], check_dtype=False)
    assert not verified(campaign)
    row = campaign.pool.iloc[2]
    asked = f"{row['metal']}+{row['charge']} + {row['smiles']}"
    assert campaign.record.find(asked) == row["pair_id"] == other.record.find(asked)


def verified(campaign):
    found = verify(Campaign(campaign.path).record, {})
    return {check.what: check.detail for check in found.failures}


def damaged(path):
    path.write_bytes(path.read_bytes()[:-1] + b"\0")


def missing(path):
    path.unlink()


@pytest.mark.parametrize(
    ("harm", "said"), [(damaged, "its SHA-256 differs"), (missing, "cannot be read")]
)
def test_a_part_that_is_not_as_sealed_is_named(campaign, harm, said):
    harm(campaign.path / "pool" / "0001.parquet")
    for ask in (Campaign.suggest, Campaign.status):
        with pytest.raises(CampaignError, match=rf"0001\.parquet .*{said}"):
            ask(Campaign(campaign.path))
    assert list(verified(campaign)) == ["pool/0001.parquet"]


def test_a_foreign_part_is_named(campaign):
    shutil.copy(campaign.path / "pool" / "0000.parquet", campaign.path / "pool" / "9.parquet")
    with pytest.raises(CampaignError, match=r"9\.parquet is not a part of the pool"):
        Campaign(campaign.path).status()
    assert list(verified(campaign)) == ["pool/9.parquet"]


def test_a_changed_manifest_is_named(campaign):
    damaged(campaign.path / "pool" / "manifest.json")
    with pytest.raises(CampaignError, match=r"manifest\.json is not the file that was sealed"):
        Campaign(campaign.path).status()
    assert list(verified(campaign)) == ["pool/manifest.json"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parts": ["0000.parquet"]}, "parts"),
        ({"parts": {}}, "names parts"),
        ({"parts": {"../x.parquet": ""}}, "names parts"),
        ({"parts": {"0000.parquet": 1}}, r"0000\.parquet"),
    ],
)
def test_what_is_no_manifest_is_refused(campaign, change, said):
    path = campaign.path / "pool" / "manifest.json"
    content = json.dumps(json.loads(path.read_bytes()) | change).encode()
    with pytest.raises(CampaignError, match=said):
        sealed_pool.parts_of(path, content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda part: part.drop(columns="ligand"), "other columns"),
        (lambda part: part.assign(smiles=[None, *part["smiles"][1:]]), "has gaps"),
        (lambda part: part.assign(charge="2"), "hold other values"),
    ],
)
def test_a_part_of_other_columns_is_refused_though_its_hash_is_right(campaign, change, said):
    parts = campaign.record.sealed.pool_parts()
    path = campaign.path / "pool" / "0001.parquet"
    content = sealed_pool.parquet(change(pd.read_parquet(path)))
    path.write_bytes(content)
    parts["0001.parquet"] = hashlib.sha256(content).hexdigest()
    with pytest.raises(CampaignError, match=said):
        checked_pairs(path, sealed_pool.Parts(campaign.path, parts).whole())
