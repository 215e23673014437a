from math import inf

import numpy as np
import pandas as pd
import pytest

from bo_loop.studies.simulate import figures, summary

# Twenty pairs of value 0 … 19: the top 5 % is the best pair alone; 95 % of the way is 18.05.
POOL = np.arange(20.0)


def trace(strategy, seed, values):
    return pd.DataFrame(
        {
            "strategy": strategy,
            "seed": seed,
            "experiment": np.arange(1, len(values) + 1),
            "value": np.array(values, dtype=float),
        }
    )


TRACES = pd.concat(
    [
        trace("a", 0, [5, 19, 2]),
        trace("a", 1, [19, 0, 1]),
        trace("a", 2, [3, 4, 2]),
        trace("b", 0, [18, 17, 16]),
        trace("b", 1, [1, 2, 3]),
    ],
    ignore_index=True,
)
POOLS = {0: POOL, 1: POOL, 2: POOL}


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


def test_every_figure_is_drawn_as_png_and_svg(tmp_path):
    written = figures.draw(summary.curves(TRACES, POOLS), summary.scores(TRACES, POOLS), tmp_path)
    assert len(written) == 10
    for path in written:
        head = path.read_bytes()[:300]
        assert (
            head.startswith(b"\x89PNG") if path.suffix == ".png" else b"<svg" in path.read_bytes()
        )
