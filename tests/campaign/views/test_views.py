from sample_events import A, B, again, as_events, grown, measured, proposed
from small_campaign import POOL

from bo_loop.campaign.ledger.fold import fold
from bo_loop.campaign.ledger.rules import new_events
from bo_loop.campaign.views.views import measurements, shown_logged

FIRST = (proposed(1, A, B), measured(A, 5.0, replicate=1))


AWAITED = (*FIRST, again(2, A))


def after(*new):
    """The state after events that were checked one after the other."""
    state = grown(*AWAITED)
    for one in new:
        events, _ = new_events(state, [one])
        state = fold(as_events(*events, start=state.seq + 1), state)
    return state


def test_each_result_stands_beside_the_prediction_that_it_answers():
    state = after(measured(A, 5.4))
    table = measurements(state, POOL)
    assert table[["log_beta", "replicate", "mean"]].to_numpy().tolist() == [
        [5.0, 1, 5.5],
        [5.4, 2, 6.5],
    ]
    assert table["log_beta"].tolist() == [5.0, 5.4]


def test_a_small_sd_is_shown_as_more_than_nothing():
    row = {"log_beta": 8.19041, "log_beta_sd": 0.0024, "censoring": "none"}
    assert shown_logged(row) == "8.19 ± 0.002"
    assert shown_logged(row | {"log_beta_sd": 0.05}) == "8.19 ± 0.05"
    assert shown_logged(row | {"log_beta_sd": 0.0}) == "8.19 ± 0"
