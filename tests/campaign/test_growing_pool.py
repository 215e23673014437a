from pathlib import Path

import pytest
from sample_events import as_events, grown, measured
from small_campaign import POOL, pairs

from bo_loop.base.errors import CampaignError
from bo_loop.campaign.growing_pool import GrowingPool
from bo_loop.campaign.ledger.fold import fold

U = pairs("U").to_dict("records")[0]


class Files:
    """The sealed pool, which counts how often it is read."""

    read, in_parts = 0, False

    def pool(self):
        self.read += 1
        return POOL

    def pool_columns(self):
        return POOL.to_dict("list")


@pytest.fixture
def pool():
    return GrowingPool(Files(), Path("ledger.jsonl"))


def test_without_additions_it_is_what_was_sealed(pool):
    assert pool.of(grown()) is POOL
    assert pool.of(grown()) is POOL
    assert pool._files.read == 1


def test_pairs_join_with_the_dtypes_of_the_pool(pool):
    state = grown(("pool_extended", {"pairs": [U]}))
    found = pool.of(state)
    assert found["pair_id"].tolist() == [*POOL["pair_id"], "Ni+2:L1:U"]
    assert (found.dtypes == POOL.dtypes).all()
    assert pool.of(state) is found
    more = fold(
        as_events(("pool_extended", {"pairs": pairs("V").to_dict("records")}), start=3), state
    )
    assert pool.of(more)["pair_id"].tolist()[-2:] == ["Ni+2:L1:U", "Ni+2:L1:V"]
    assert pool.of(state)["pair_id"].tolist() == found["pair_id"].tolist()  # a state seen before
    assert pool.columns(more)["pair_id"] == pool.of(more)["pair_id"].tolist()


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (
            ("pool_extended", {"pairs": [POOL.to_dict("records")[0]]}),
            "a pair that is there already",
        ),
        (("pool_extended", {"pairs": [U | {"charge": "two"}]}), "what is not a pair|charge"),
        (
            measured("Ni+2:L1:Q", 5.0, replicate=1),
            "speaks of 'Ni\\+2:L1:Q', which is not in the pool",
        ),
    ],
)
def test_a_ledger_that_does_not_fit_the_pool_is_refused(pool, event, complaint):
    state = grown(event)
    for read in (pool.of, pool.columns):
        with pytest.raises(CampaignError, match=complaint):
            read(state)
