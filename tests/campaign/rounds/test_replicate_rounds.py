"""Measured pairs that a round proposes again: event, form, result and status."""

import json

import pandas as pd
import pytest
import small_campaign
from sample_events import A, B, again, as_events, grown, measured, proposed
from small_campaign import POOL, cheapen, results, start

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.rules import new_events
from bo_loop.campaign.rounds import decide as rounds
from bo_loop.campaign.rounds.decide import candidates_of
from bo_loop.report.facts import proposed as outcomes

FIRST = (proposed(1, A, B), measured(A, 5.0, replicate=1))
AWAITED = (*FIRST, again(2, A))


def after(*new):
    """The state after events that were checked one after the other."""
    state = grown(*AWAITED)
    for one in new:
        events, _ = new_events(state, [one])
        state = fold(as_events(*events, start=state.seq + 1), state)
    return state


def test_an_awaited_replicate_leaves_its_pair_measured():
    state = grown(*AWAITED)
    assert (state.state_of(A), state.waiting(A), dict(state.awaited)) == (
        "measured",
        "pending",
        {A: "pending"},
    )
    assert (state.state_of(B), state.waiting(B)) == ("pending", "pending")
    assert after(("in_progress", {"pair_id": A})).waiting(A) == "in_progress"


def test_its_result_is_a_replicate_without_a_word():
    state = after(measured(A, 5.4))
    assert [(r.log_beta, r.replicate, r.round) for r in state.results] == [(5.0, 1, 1), (5.4, 2, 2)]
    assert (state.state_of(A), state.waiting(A), state.next_replicate(A)) == ("measured", "", 3)
    with pytest.raises(CampaignError, match="replicate=true"):
        new_events(state, [measured(A, 5.9)])


def test_logging_a_result_twice_adds_nothing():
    state = grown(*AWAITED)
    assert new_events(state, [measured(A, 5.0)]) == ([], 1)  # the first form, logged again
    state = after(measured(A, 5.4))
    assert new_events(state, [measured(A, 5.4)]) == ([], 1)
    # The same value twice is told apart by the number that the form holds.
    state = after(measured(A, 5.0, replicate=2))
    assert [r.replicate for r in state.results] == [1, 2]
    assert new_events(state, [measured(A, 5.0, replicate=2)]) == ([], 1)


@pytest.mark.parametrize("kind", ["failed", "withdrawn"])
def test_a_replicate_that_is_lost_leaves_the_pair_measured(kind):
    state = after((kind, {"pair_id": A}))
    assert (state.state_of(A), state.waiting(A), state.replicate_lost(A)) == ("measured", "", kind)
    assert [r.log_beta for r in state.results] == [5.0]
    assert new_events(state, [(kind, {"pair_id": A})]) == ([], 1)
    other = {"failed": "withdrawn", "withdrawn": "failed"}[kind]
    with pytest.raises(CampaignError, match=rf"{A.replace('+', '.')} is measured \(event 3\)"):
        new_events(state, [(other, {"pair_id": A, "note": "late"})])
    told = outcomes(state, POOL).set_index(["pair_id", "round"])["outcome"]
    assert told[A, 1] == "5.00"
    assert told[A, 2] == kind
    # It can be proposed once more, under the same number.
    events, _ = new_events(state, [again(3, A)])
    assert fold(as_events(*events, start=state.seq + 1), state).waiting(A) == "pending"


def test_voiding_the_first_result_makes_the_replicate_the_first():
    state = after(("corrected", {"corrects": 3, "void": True}))
    assert (state.state_of(A), dict(state.awaited)) == ("pending", {})
    state = after(measured(A, 5.4), ("corrected", {"corrects": 3, "void": True}))
    assert (state.state_of(A), [r.replicate for r in state.results]) == ("measured", [2])


def test_a_voided_value_from_an_old_form_is_no_replicate():
    two = (*FIRST, measured(A, 5.2, replicate=2))
    state = grown(*two, ("corrected", {"corrects": 3, "void": True}), again(2, A, replicate=3))
    with pytest.raises(CampaignError, match="voided since"):
        new_events(state, [measured(A, 5.0)])
    assert state.waiting(A) == "pending"


@pytest.mark.parametrize(
    ("before", "wrong"),
    [
        ((), again(1, A, replicate=1)),  # open: no replicate
        (FIRST, proposed(2, A)),  # measured: nothing but a replicate
        (FIRST, again(2, A, replicate=3)),  # not the next
        (FIRST, again(2, B)),  # pending
        (AWAITED, again(3, A)),  # awaited already
    ],
)
def test_a_round_proposes_what_is_open_or_the_next_replicate(before, wrong):
    with pytest.raises(CampaignError, match="all of them open or their next replicate"):
        new_events(grown(*before), [wrong])


def test_candidates_may_be_measured_again_unless_awaited_or_bounded():
    bound = ("measured", measured("Ni+2:L1:C", 9.0, replicate=1)[1] | {"censoring": "lower"})
    literature = small_campaign.pairs("Z", metal="Cu").assign(log_beta=9.0)

    def masks(*events):
        _, found = candidates_of(literature, POOL, grown(*events, bound), include_known=False)
        return {name: getattr(found, name).tolist() for name in ("open", "pending", "again")}

    no = [False] * 6
    assert masks(*FIRST) == {
        "open": [False, False, False, True, True, True],
        "pending": [False, True, *no[2:]],
        "again": [True, *no[1:]],
    }
    assert masks(*AWAITED)["again"] == no
    assert masks(*AWAITED)["pending"] == [True, True, *no[2:]]


def test_with_include_known_no_pair_is_compared_with_itself():
    """What the literature answers is open then, and no longer the best known."""
    literature = pd.concat([small_campaign.pairs("AB"), small_campaign.pairs("Z")])
    literature = literature.assign(log_beta=9.0)
    state = grown(proposed(1, A), measured(A, 5.0, replicate=1))

    def masks(include_known):
        pairs, found = candidates_of(literature, POOL, state, include_known=include_known)
        ids = pairs["pair_id"].to_numpy()
        return {*ids[found.open]}, {*ids[found.answered]}

    is_open, answered = masks(include_known=False)
    assert B not in is_open
    assert answered == {A, B, "Ni+2:L1:Z"}
    is_open, answered = masks(include_known=True)
    assert B in is_open
    assert answered == {A, "Ni+2:L1:Z"}


def test_what_failed_or_was_withdrawn_can_be_no_part_of_an_item():
    literature = small_campaign.pairs("A", metal="Cu").assign(log_beta=9.0)
    state = grown(proposed(1, A, B), ("failed", {"pair_id": A}), ("withdrawn", {"pair_id": B}))
    _, found = candidates_of(literature, POOL, state, include_known=False)
    assert found.pairs.own.tolist() == [False, False, True, True, True, True]


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    """Two pairs proposed and measured; from round 2 on, A is proposed again."""

    def decide(schema, literature, pool, state, config, picks=None, memory=None):
        made = small_campaign.decide(schema, literature, pool, state, config, picks)
        if state.state_of(A) == "measured" and not state.waiting(A):
            first = made["proposals"][0] | {"pair_id": A, "replicate": state.next_replicate(A)}
            made["proposals"] = [first, *made["proposals"][1:]]
        return made

    cheapen(monkeypatch)
    monkeypatch.setattr(rounds, "decide", decide)
    campaign = start(tmp_path)
    campaign.suggest()
    campaign.log(results(tmp_path, {"A": 10.0, "B": 11.0}))
    campaign.suggest()
    return campaign


def fill(campaign, number, values, **columns):
    path = campaign.form(number)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.assign(log_beta=values, **columns).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_a_form_with_a_replicate_is_logged_and_verified(campaign):
    status = campaign.status()
    assert status.counts == {"measured": 2, "pending": 1, "awaiting_replicate": 1}
    assert status.pending == (A, "Ni+2:L1:D")
    path = fill(campaign, 2, ["10.0", ""])  # the very value of the first time
    assert campaign.log(path).recorded["pair_id"].tolist() == [A]
    assert campaign.log(path).n_known == 1
    assert campaign.measurements()["replicate"].tolist() == [1, 1, 2]
    assert campaign.status().counts == {"measured": 2, "pending": 1}
    assert campaign.verify().failures == ()
    told = campaign.history(A)["what"].tolist()
    assert any("replicate 2" in text for text in told)


def test_a_replicate_that_failed_or_was_withdrawn(campaign):
    campaign.log(fill(campaign, 2, ["", ""], status=["failed", ""]))
    assert campaign.state().state_of(A) == "measured"
    campaign.suggest()
    assert campaign.state().waiting(A) == "pending"
    assert len(campaign.withdraw(A).recorded) == 1
    assert len(campaign.withdraw(A).recorded) == 0
    assert (campaign.state().state_of(A), campaign.state().waiting(A)) == ("measured", "")
    with pytest.raises(CampaignError, match="not withdrawn"):
        campaign.restore(A)


def test_a_round_that_lost_the_race_for_a_replicate_is_made_anew(campaign, monkeypatch, tmp_path):
    campaign.log(fill(campaign, 2, ["10.2", ""]))
    honest = rounds.decide
    raced = []

    def slow(*arguments):
        made = honest(*arguments)
        if not raced:
            raced.append(campaign.log(results(tmp_path, {"A": 10.4}), replicate=True))
        return made

    monkeypatch.setattr(rounds, "decide", slow)
    found = campaign.suggest()
    assert found["replicate"].tolist()[0] == 4
    assert json.loads(found.to_json(orient="records"))[0]["pair_id"] == A


def test_a_replicate_number_that_is_none_is_refused(campaign):
    path = fill(campaign, 2, ["10.2", ""], replicate=["second", ""])
    with pytest.raises(DataError, match=r"row 2, replicate: 'second' — expected 1, 2, 3"):
        campaign.log(path)
    assert len(campaign.state().results) == 2
