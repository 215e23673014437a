import pytest
from sample_events import A, again, corrected, grown, measured, pair, proposed

from bo_loop.campaign.ledger.rules import new_events

ANSWERED = [
    proposed(1, "a", "b"),
    measured("a", 5.0, log_beta_sd=0.1, replicate=1, date="2025-01-30"),
]


VOIDED = [measured("a", 5.0, replicate=1), corrected(2, void=True)]


WITHDRAWN = [pair("withdrawn", "a", reason="toxic")]


def test_identical_results_add_nothing_whatever_their_note():
    state = grown(*ANSWERED)
    same = ("measured", {**ANSWERED[1][1], "note": "typed again", "operator": "Ito"})
    unnumbered = ("measured", {k: v for k, v in same[1].items() if k != "replicate"})
    whole = ("measured", {**unnumbered[1], "log_beta": 5})
    assert new_events(state, [same, unnumbered, whole]) == ([], 3)
    assert new_events(state, [same, unnumbered], replicate=True) == ([], 2)
    numbered = ("measured", {**same[1], "replicate": 2})
    assert new_events(state, [numbered]) == ([numbered], 0)


def test_a_value_that_was_corrected_since_adds_nothing():
    state = grown(measured("a", 5.0, replicate=1), corrected(2, log_beta=5.3))
    assert new_events(state, [measured("a", 5.0), measured("a", 5.3)]) == ([], 2)


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ([pair("failed", "a", note="lost")], pair("failed", "a", note="lost")),
        (
            [pair("failed", "a", note="lost"), measured("a", 1.0, replicate=1)],
            pair("failed", "a", note="lost"),
        ),
        ([pair("in_progress", "a")], pair("in_progress", "a", note="slow")),
        (WITHDRAWN, pair("withdrawn", "a")),
        (VOIDED, corrected(2, void=True)),
        ([VOIDED[0], corrected(2, log_beta=5.3)], corrected(2, log_beta=5.3)),
        ([("pool_extended", {"pairs": [{"pair_id": "n"}]})],) * 2,
        ([("config_changed", {"overrides": {"seed": 1}})],) * 2,
    ],
)
def test_what_is_recorded_already_adds_nothing(before, new):
    new = new[0] if isinstance(new, list) else new
    assert new_events(grown(*before), [new]) == ([], 1)


def test_a_failure_from_before_the_result_is_not_that_of_the_replicate():
    tried = ("failed", {"pair_id": A, "note": "cloudy"})
    state = grown(proposed(1, A), tried, measured(A, 5.0, replicate=1), again(2, A))
    assert new_events(state, [tried]) == ([], 1)
    fresh = ("failed", {"pair_id": A, "note": "cloudy", "date": "2025-03-01"})
    assert new_events(state, [fresh]) == ([fresh], 0)
