from math import inf

import pytest
from sample_traces import POOLS, TRACES

from bo_loop.studies.simulate import summary

# Twenty pairs of value 0 … 19: the top 5 % is the best pair alone; 95 % of the way is 18.05.


def test_each_replay_gets_its_scores():
    scored = summary.scores(TRACES, POOLS).set_index(["strategy", "seed"])
    assert scored.loc[("a", 0)].to_dict() == pytest.approx(
        {
            "experiments": 3,
            "top_share": 1,
            "enrichment": 20 / 3,
            "auc": 2 / 3,
            "regret": 0,
            "to_best": 2,
            "to_95": 2,
        }
    )
    assert scored.loc[("b", 0), "to_95"] == inf
    assert scored.loc[("b", 0), "regret"] == 1


def test_strategies_are_summed_up_by_medians():
    found = summary.summary(summary.scores(TRACES, POOLS), POOLS).set_index("strategy")
    assert found.loc["a", ["seeds", "top_share", "top_share_q1", "to_best"]].tolist() == [
        3,
        1,
        0.5,
        2,
    ]
    assert found.loc["a", "found_best"] == pytest.approx(2 / 3)
    assert found.loc["b", "to_best"] == inf
    assert found.loc["b", "regret"] == (1 + 16) / 2


def test_random_choice_is_stated_exactly():
    row = summary.summary(summary.scores(TRACES, POOLS), POOLS).iloc[-1]
    assert row["strategy"] == summary.EXPECTED_RANDOM
    assert row["top_share"] == pytest.approx(3 / 20)
    assert row["auc"] == pytest.approx((1 + 2 + 3) / 20 / 3)
    assert row["to_best"] == 21 / 2
    assert row["to_95"] == 21 / 2


def test_curves_run_along_the_experiments():
    course = summary.curves(TRACES, POOLS)
    a = course[(course["strategy"] == "a") & (course["seed"] == 0)]
    assert a["best_so_far"].tolist() == [5, 19, 19]
    assert a["regret"].tolist() == [14, 0, 0]
    assert a["top_share"].tolist() == [0, 1, 1]
    assert a["enrichment"].tolist() == pytest.approx([0, 10, 20 / 3])
