"""A campaign's folder that came from somebody else."""

import pytest
import small_campaign
from small_campaign import cheapen, results

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.campaign import Campaign


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    """A round of two, one of them measured."""
    cheapen(monkeypatch)
    campaign = small_campaign.start(tmp_path)
    campaign.suggest()
    campaign.log(results(tmp_path, {"A": "9.5"}))
    return campaign


PLACES = [
    "ledger.lock.holder", "ledger.lock", "ledger.head", "ledger.jsonl", "measurements.csv",
    "campaign.yaml", "pool.parquet", "report.html", "rounds", "rounds/001", "rounds/002",
    "rounds/001/proposals.csv", "rounds/001/model.json",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_link_in_a_campaign_stops_every_verb_and_destroys_nothing(campaign, tmp_path, place):
    thesis, table = tmp_path / "thesis", results(tmp_path, {"B": "10"}, "more.csv")
    there = campaign.path / place
    if there.is_dir():
        there.rename(thesis)
    else:
        thesis.write_bytes(there.read_bytes() if there.exists() else b"five years of work")
        there.unlink(missing_ok=True)
    before = contents(tmp_path)
    there.symlink_to(thesis)
    acts = [lambda: Campaign(campaign.path)]
    acts += [lambda: campaign.log(table), campaign.suggest, campaign.close]  # opened before
    for act in acts:
        with pytest.raises(CampaignError, match=r"is a link.*Nothing was read or changed"):
            act()
    there.unlink()
    assert contents(tmp_path) == before


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
