import pytest
from sample_events import (
    MOVERS,
    NEAREST,
    STARTED,
    STOP,
    A,
    as_events,
    corrected,
    explained,
    grown,
    measured,
    pair,
    proposed,
)

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.ledger.events import Event
from bo_loop.campaign.ledger.fold import fold, grow, own_copy


def test_nothing_recorded_is_not_started():
    state = fold([])
    assert (state.started, state.seq, state.hyperparameters) == (False, 0, None)
    assert state.state_of("a") == "open"


def test_started():
    state = grown()
    assert (state.started, state.seq, state.name, state.config) == (True, 1, "ni", "c0")
    assert state.sealed == {"campaign.yaml": "ab"}
    assert state.versions == {"torch": "2"}
    assert (state.n_observations, state.n_pool) == (700, 30)


def test_a_round_makes_pairs_pending_and_keeps_the_prediction():
    state = grown(proposed(1, "a", "b"), proposed(2, "c", seen=2))
    assert state.states == {"a": "pending", "b": "pending", "c": "pending"}
    assert [r.number for r in state.rounds] == [1, 2]
    assert [p.pair_id for p in state.rounds[0].proposals] == ["a", "b"]
    made = state.rounds[1]
    assert (made.seq, made.seen, made.seed, made.refitted, made.overrides) == (3, 2, 0, True, {})
    kept = state.proposals["b"]
    assert (kept.round, kept.rank, kept.mean, kept.sd, kept.sd_latent) == (1, 2, 5.5, 1.5, 1.25)
    assert (kept.acquisition, kept.reason) == (-0.5, "best")
    assert state.hyperparameters == {"noise": 0.2}


def test_a_result_carries_what_was_logged_and_its_round():
    given_ = measured("a", 5, log_beta_sd=0.1, replicate=1, date="2025-01-30", operator="Sato")
    state = grown(proposed(1, "a"), given_, measured("z", 6.0, replicate=1, log_beta_sd=None))
    first, second = state.results
    assert (first.log_beta, first.log_beta_sd, first.censoring) == (5.0, 0.1, "none")
    assert (first.temperature_C, first.ionic_strength_M) == (25.0, 0.1)
    assert (first.date, first.operator, first.method, first.note) == ("2025-01-30", "Sato", "", "")
    assert (first.round, first.seq, first.time) == (1, 3, "2025-01-31T09:00:00Z")
    assert (second.round, second.log_beta_sd) == (None, None)
    assert state.states == {"a": "measured", "z": "measured"}
    assert state.results_of("z") == (second,)


def test_failed_and_in_progress():
    state = grown(
        proposed(1, "a", "b"),
        pair("in_progress", "a"),
        pair("failed", "b", note="precipitate", operator="Sato"),
    )
    assert state.states == {"a": "in_progress", "b": "failed"}
    (failure,) = state.failures
    assert (failure.pair_id, failure.note, failure.operator, failure.seq) == (
        "b",
        "precipitate",
        "Sato",
        4,
    )


def test_a_correction_keeps_both_values():
    state = grown(measured("a", 5.0, replicate=1, note="n"), corrected(2, log_beta=5.3))
    (result,) = state.results
    assert (result.log_beta, result.note, result.seq) == (5.3, "n", 2)
    assert [(r.log_beta, r.superseded) for r in result.superseded] == [(5.0, ())]
    state = fold(as_events(corrected(2, log_beta_sd=0.2, censoring="lower"), start=4), state)
    (result,) = state.results
    assert (result.log_beta, result.log_beta_sd, result.censoring) == (5.3, 0.2, "lower")
    assert [r.log_beta for r in result.superseded] == [5.0, 5.3]


@pytest.mark.parametrize(
    ("before", "back"),
    [
        ([], "open"),
        ([proposed(1, "a")], "pending"),
        ([proposed(1, "a"), pair("failed", "a")], "failed"),
    ],
)
def test_a_pair_returns_to_what_it_was(before, back):
    seq = 2 + len(before)
    for detour, undo in [
        (measured("a", 5.0, replicate=1), corrected(seq, void=True)),
        (pair("withdrawn", "a"), pair("restored", "a")),
    ]:
        state = grown(*before, detour)
        assert state.state_of("a") == detour[0]
        assert fold(as_events(undo, start=seq + 1), state).state_of("a") == back


def test_voiding_one_replicate_leaves_the_other_standing():
    both = [measured("a", 5.0, replicate=1), measured("a", 5.4, replicate=2)]
    state = grown(*both, corrected(2, void=True))
    assert [r.seq for r in state.results] == [3]
    assert [r.seq for r in state.voided] == [2]
    assert state.state_of("a") == "measured"
    state = grown(*both, corrected(2, void=True), corrected(3, void=True))
    assert (state.results, state.state_of("a")) == ((), "open")
    state = grown(*both, corrected(2, void=True), corrected(2, log_beta=5.1))
    assert [(r.seq, r.log_beta) for r in state.results] == [(2, 5.1), (3, 5.4)]
    assert state.voided == ()


def test_pool_config_and_closing():
    state = grown(
        ("pool_extended", {"pairs": [{"pair_id": "n1"}]}),
        ("pool_extended", {"pairs": [{"pair_id": "n2"}]}),
        ("config_changed", {"overrides": {"batch_size": 6}}),
        ("config_changed", {"overrides": {"batch_size": 6, "seed": 1}}),
        ("closed", {}),
    )
    assert [p["pair_id"] for p in state.added_pairs] == ["n1", "n2"]
    assert state.overrides == {"batch_size": 6, "seed": 1}
    assert state.closed_seq == 6
    assert fold(as_events(("reopened", {}), start=7), state).closed_seq == 0


def test_unknown_data_is_tolerated_and_missing_data_named():
    assert grown(pair("in_progress", "a", colour="blue")).state_of("a") == "in_progress"
    with pytest.raises(CampaignError, match=r"Event 2 \(measured\) cannot be understood.*log_beta"):
        fold([*as_events(STARTED), Event(2, "measured", "", {"pair_id": "a", "replicate": 1})])
    with pytest.raises(CampaignError, match=r"Event 2 \(corrected\) cannot be understood"):
        grown(corrected(9, log_beta=1.0))


def test_folding_changes_no_earlier_state():
    state = grown(proposed(1, "a"))
    fold(as_events(measured("a", 1.0, replicate=1), start=3), state)
    assert state == grown(proposed(1, "a"))


def test_an_event_is_added_without_copying_the_tables():
    state = own_copy(grown(proposed(1, "a", "b")))
    tables = {name: table for name, table in vars(state).items() if isinstance(table, dict | list)}
    grow(state, as_events(measured("a", 5.0, replicate=1), start=3)[0])
    assert state.seq == 3
    assert len(tables) > 8
    assert all(getattr(state, name) is table for name, table in tables.items())


def test_the_fold_keeps_them_and_does_without():
    made = fold(explained()).rounds[0]
    assert made.stop == STOP
    assert [p.role for p in made.proposals] == ["target", "competitor"]
    assert made.proposals[0].nearest == tuple(NEAREST)
    assert [p.outside_domain for p in made.proposals] == [False, True]
    assert made.proposals[0].movers == tuple(MOVERS)
    old = fold(as_events(STARTED, proposed(1, A))).rounds[0]
    assert old.stop is None
    kept = old.proposals[0]
    assert (kept.role, kept.nearest, kept.outside_domain, kept.movers) == ("", (), None, ())
