import pytest
from sample_events import A, B, again, grown, measured, proposed
from small_campaign import POOL

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.views.status import status_of
from bo_loop.campaign.views.worth import worth_of

POOLED = POOL.to_dict("list")
NOTHING = POOL.head(0).assign(log_beta=0.0, censoring="none", source="")


def status(*events, objective=None):
    state = grown(*events)
    worth = worth_of(objective or Maximise(), pool_pairs(POOL), state, lambda: (POOL, NOTHING))
    return status_of(state, worth, POOLED)


def test_before_any_round():
    found = status()
    assert (found.name, found.n_pool, found.n_literature, found.rounds) == ("ni", 30, 700, 0)
    assert (found.counts, found.pending, found.best, found.best_so_far) == ({}, (), None, ())
    assert not found.closed


def test_counts_and_the_course_of_the_best():
    found = status(
        proposed(1, A, B, "Ni+2:L1:C"), measured(A, 9.5, replicate=1), measured(B, 9.0, replicate=1)
    )
    assert found.counts == {"measured": 2, "pending": 1}
    assert found.pending == ("Ni+2:L1:C",)
    assert found.best_so_far == (9.5, 9.5)
    assert found.best == {
        "pair_id": A, "log_beta": 9.5, "logged": "log β 9.5", "censoring": "none",
        "ligand": "ligand A", "values": {"log β": 9.5}, "value_censoring": {"log β": "none"},
    }  # fmt: skip
    assert found.front == ()


def test_replicates_that_are_awaited_and_closing_are_told():
    found = status(
        proposed(1, A), measured(A, 9.5, replicate=1), again(2, A), ("closed", {}),
    )  # fmt: skip
    assert found.counts == {"measured": 1, "awaiting_replicate": 1}
    assert found.pending == (A,)
    assert found.closed


def test_results_that_break_a_constraint_are_counted():
    capped = Maximise(constraints=["log_beta(Ni+2, n=1) < 9"])
    assert status(measured(A, 9.5, replicate=1), objective=capped).n_not_allowed == 1


@pytest.mark.parametrize("closed", [False, True])
def test_a_campaign_says_where_it_stands(small, closed):
    campaign = small
    if closed:
        campaign.close()
    found = campaign.status()
    assert (found.name, found.n_pool, found.rounds, found.closed) == ("small", 6, 1, closed)
    assert found.best["log_beta"] == 9.5
