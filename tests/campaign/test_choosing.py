import pytest
import small_campaign
from small_campaign import cheapen, results

from bo_loop.campaign.campaign import Campaign

A, B, C, D = (f"Ni+2:L1:{c}" for c in "ABCD")


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    """Events: 1 started, 2 proposed A and B, 3 measured A 9.5, 4 failed B."""
    cheapen(monkeypatch)
    campaign = small_campaign.start(tmp_path)
    campaign.suggest(operator="Kei")
    campaign.log(
        results(tmp_path, {"A": "9.5", "B": ""}, status=["", "failed"], note=["", "turbid"]),
        operator="Ada",
        method="potentiometry",
        date="2025-01-31",
    )
    return campaign


def test_a_suggest_that_is_overtaken_chooses_again(campaign, monkeypatch):
    """Another process proposes the same pairs while this one computes."""
    from bo_loop.campaign.rounds import decide as rounds

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
