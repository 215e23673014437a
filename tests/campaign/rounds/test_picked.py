import numpy as np
import pytest
from fakes import pool_pairs
from sample_events import grown, measured, pair, proposed

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.rounds.picked import rows_picked
from bo_loop.propose import Candidates

IDS = list("abcde")
STATE = grown(
    proposed(1, "a", "b"), measured("b", 5.0, replicate=1), pair("withdrawn", "c")
)  # d is open, e is answered by the literature


def picked(*picks, again=False):
    masks = {"open": [0, 0, 0, 1, 0], "pending": [1, 0, 0, 0, 0], "again": [0, 1, 0, 0, 0]}
    masks["answered"] = [0, 1, 0, 0, 1]
    arrays = {name: np.array(mask, dtype=bool) for name, mask in masks.items()}
    return rows_picked(picks, Candidates(pool_pairs(5, IDS), **arrays), STATE, again).tolist()


def test_rows_come_in_the_order_of_the_picks():
    assert picked("d") == [3]
    assert picked("d", "b", again=True) == [3, 1]


@pytest.mark.parametrize(
    ("pick", "why"),
    [
        ("a", "a: it is pending"),
        ("b", "b: it is measured; to measure it again, add acquisition.allow_replicates=true"),
        ("c", "c: it is withdrawn"),
        ("e", "e: the literature knows its value.*add pool.include_known=true"),
    ],
)
def test_what_is_not_free_is_refused_with_the_way_out(pick, why):
    with pytest.raises(CampaignError, match=rf"(?s)Nothing was recorded.*{why}"):
        picked("d", pick)


def test_all_problems_are_listed():
    with pytest.raises(CampaignError) as caught:
        picked("a", "c", "d", "d")
    assert [line.strip(" -") for line in str(caught.value).splitlines()[1:]] == [
        "a: it is pending", "c: it is withdrawn", "one of them is named twice",
    ]  # fmt: skip
