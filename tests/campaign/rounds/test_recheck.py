import pytest
import small_campaign
from embedded import zinc
from small_campaign import cheapen

from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.record import Record


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    """A round of two, one of them measured; its model is not recomputed."""
    cheapen(monkeypatch)
    return small_campaign.measured(tmp_path)


@pytest.fixture(scope="module")
def modelled(tmp_path_factory):
    """Two rounds with a real model, a result between them."""
    campaign = Campaign.start(**zinc(tmp_path_factory.mktemp("verify")))
    first = campaign.suggest()
    value = float(first["mean"].iloc[0].round(2))
    rows = f"pair_id,log_beta\n{first['pair_id'].iloc[0]},{value}\n".encode()
    campaign.log("r.csv", content=rows)
    campaign.suggest(batch_size=2)
    return campaign


def test_every_round_follows_from_its_hyperparameters_and_what_it_had_seen(modelled):
    checks = {c.what: c for c in modelled.verify().checks}
    for what in ("round 1", "round 2"):
        assert checks[what].outcome == "ok", checks[what]
        assert "follow from event" in checks[what].detail


def with_round(modelled, change):
    """The failures once the second round is told otherwise; the chain is written anew."""
    from dataclasses import replace

    from bo_loop.campaign.verify import verify

    state = modelled.state()
    told = replace(state, rounds=(state.rounds[0], change(state.rounds[1])))

    class Told(Record):
        def folded(self, events):
            return told

        def views(self, state):
            return {}

    record = Told.__new__(Told)
    record.__dict__ |= modelled.record.__dict__
    versions = dict(state.rounds[1].versions)
    return next(c for c in verify(record, versions).checks if c.what == "round 2")


def test_a_prediction_that_does_not_follow_is_noticed(modelled):
    from dataclasses import replace

    def shifted(by):
        def change(made):
            first, *rest = made.proposals
            return replace(made, proposals=(replace(first, mean=first.mean * (1 + by)), *rest))

        return change

    assert with_round(modelled, shifted(1e-8)).outcome == "ok"
    found = with_round(modelled, shifted(1e-5))
    assert found.outcome == "failed"
    assert "mean of " in found.detail


def test_picks_hyperparameters_and_what_was_seen_are_checked(modelled):
    from dataclasses import replace

    swapped = with_round(modelled, lambda r: replace(r, proposals=r.proposals[::-1]))
    assert "the picks were" in swapped.detail
    other = modelled.state().rounds[1].hyperparameters | {"noise": 0.5}
    assert with_round(modelled, lambda r: replace(r, hyperparameters=other)).outcome == "failed"
    assert with_round(modelled, lambda r: replace(r, seen=2)).outcome == "failed"


def test_other_packages_are_said_and_excuse_other_numbers(modelled):
    from dataclasses import replace

    old = modelled.state().rounds[1].versions | {"torch": "1.0"}
    found = with_round(modelled, lambda r: replace(r, versions=old, seen=2))
    assert found.outcome == "note"
    assert "torch 1.0, now" in found.detail


def test_a_refit_only_reports(modelled):
    checks = [c for c in modelled.verify(refit=True).checks if c.what.startswith("round ")]
    assert all("refitted: the picks are" in check.detail for check in checks)
    assert {check.outcome for check in checks} == {"ok"}
