import pytest
import small_campaign

from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.campaign import choosing
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.rounds import decide as rounds

A, B, C, D = (f"Ni+2:L1:{c}" for c in "ABCD")


@pytest.fixture
def campaign(small):
    return small


def test_a_suggest_that_is_overtaken_chooses_again(campaign, monkeypatch):
    """Another process proposes the same pairs while this one computes."""
    others = []

    def overtaken(*arguments):
        if not others:
            others.append("")
            others[0] = Campaign(campaign.path).suggest()["pair_id"].tolist()
        return small_campaign.decide(*arguments)

    # what was computed before the other one recorded its round
    state = campaign.state()
    monkeypatch.setattr(rounds, "decide", overtaken)
    monkeypatch.setattr(
        campaign, "state", lambda: state if not others else Campaign.state(campaign)
    )
    ours = campaign.suggest()["pair_id"].tolist()
    assert others[0] == [C, D]
    assert ours == ["Ni+2:L1:E", "Ni+2:L1:F"]


def test_a_suggest_that_is_always_overtaken_gives_up(campaign, monkeypatch):
    def raced(schema, literature, pool, state, config, picks=None, memory=None):
        made = small_campaign.decide(schema, literature, pool, state, config, picks)
        return made | {"round": len(state.rounds)}  # a number that another round has

    monkeypatch.setattr(rounds, "decide", raced)
    before = campaign.state().seq
    with pytest.raises(CampaignError, match=r"5 times running.*Nothing was recorded"):
        campaign.suggest()
    assert campaign.state().seq == before


def test_what_a_person_picks_is_found_by_name_and_recorded_with_who_it_was(campaign):
    made = choosing.pick(campaign.record, "ligand D, ligand C", operator="Kei")
    assert made["pair_id"].tolist() == [D, C]
    state = campaign.state()
    assert state.rounds[-1].picked == (D, C)
    event = campaign.record.ledger.read().events[-1]
    assert (event.data["operator"], event.data["seen"], event.data["overrides"]) == ("Kei", 3, {})


def test_what_a_round_cannot_take_is_refused_before_the_work(campaign, monkeypatch):
    monkeypatch.setattr(rounds, "decide", None)
    with pytest.raises(ConfigError, match="features cannot be set for a round"):
        choosing.suggest(campaign.record, features={})
    campaign.close()
    with pytest.raises(CampaignError, match="was closed by event 4"):
        choosing.suggest(campaign.record)


def test_what_is_considered_is_what_would_be_suggested_and_is_not_recorded(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch)
    campaign = small_campaign.start(tmp_path)
    before = {path: path.read_bytes() for path in campaign.path.rglob("*") if path.is_file()}
    considered = campaign.consider(batch_size=3)
    assert {p: p.read_bytes() for p in campaign.path.rglob("*") if p.is_file()} == before
    assert considered.equals(campaign.suggest(batch_size=3))
    picked = campaign.consider(pick=["ligand E"])
    assert picked["ligand"].tolist() == ["ligand E"]
    assert len(campaign.state().rounds) == 1
