import numpy as np
import pandas as pd
import pytest
from sample_events import grown, measured, proposed
from small_campaign import pairs

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views.allowed import allowed_by, intervals

POOL = pd.concat([pairs("AB"), pairs("AB", metal="Ca")], ignore_index=True)
NOTHING = POOL.iloc[:0].assign(log_beta=0.0, censoring="none", source="")
CAPPED = Maximise(constraints=["log_beta(Ca+2, n=1) < 5"])
CALCIUM = "Ca+2:L1:A"


def verdicts(*events, objective=CAPPED, literature=NOTHING):
    own = np.array([0, 1])  # nickel with A and with B
    found = allowed_by(objective, pool_pairs(POOL), own, grown(*events), lambda: (POOL, literature))
    return found.tolist()


def test_bounds_are_open_on_one_side():
    low, high = intervals([5.0, 6.0, 7.0], ["none", "lower", "upper"])
    assert low.tolist() == [5.0, 6.0, -np.inf]
    assert high.tolist() == [5.0, np.inf, 7.0]


def test_without_constraints_nothing_is_asked():
    own = np.array([0])
    assert allowed_by(Maximise(), pool_pairs(POOL), own, grown(), None).tolist() == [True]


@pytest.mark.parametrize(
    ("value", "censoring", "kept"),
    [
        (4.0, "none", True), (6.0, "none", False), (6.0, "lower", False), (4.0, "lower", True),
        (4.0, "upper", True), (6.0, "upper", True),
    ],
)  # fmt: skip
def test_a_result_decides_if_it_can(value, censoring, kept):
    event = measured(CALCIUM, value, replicate=1)[1] | {"censoring": censoring}
    assert verdicts(("measured", event)) == [kept, True]


def test_the_mean_of_replicates_and_the_literature_count():
    assert verdicts(measured(CALCIUM, 4.0, replicate=1), measured(CALCIUM, 7.0, replicate=2)) == [
        False, True,
    ]  # fmt: skip
    known = pairs("B", metal="Ca").assign(log_beta=9.0, censoring="none", source="NIST")
    assert verdicts(literature=known) == [True, False]


def test_where_nothing_is_known_the_round_s_own_verdict_stands():
    kind, data = proposed(1, "Ni+2:L1:A", "Ni+2:L1:B")
    data["proposals"][1]["allowed"] = False
    assert verdicts((kind, data)) == [True, False]
