"""The whole pool ranked, on a posterior of known numbers."""

import numpy as np
import pytest
from fakes import FakePosterior
from scipy.stats import norm
from small_campaign import pairs

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.pool_rows import pool_pairs
from bo_loop.campaign.rounds.bound import BoundRound
from bo_loop.campaign.rounds.decide import Choice
from bo_loop.campaign.rounds.ranking import COLUMNS, ranking
from bo_loop.propose import Candidates

POOL = pairs("ABCD").assign(cost=[1.0, 2.0, 3.0, 4.0])
KNOWN = pairs("Z", metal="Cu").assign(log_beta=9.0, censoring="none", source="lit")
POSTERIOR = FakePosterior.independent([5.0, 7.0, 6.0, 6.5], [1.0, 0.25, 4.0, 0.0])


class Unlike:
    """A surrogate to which every pair is half like the one that is known."""

    def similarity(self, features, rows):
        return np.full((len(rows), 1), 0.5)

    def outside_domain(self, features, rows):
        return rows == 2


def choice(is_open, answered=(3,), objective=None):
    every = np.arange(4)
    rows = {"open": is_open, "answered": answered, "pending": (), "again": ()}
    masks = {name: np.isin(every, list(given)) for name, given in rows.items()}
    bound = BoundRound(Unlike(), KNOWN, POOL, None, POSTERIOR, np.full(4, 0.25))
    return Choice(objective or Maximise(), Candidates(pool_pairs(POOL), **masks), bound)


def test_open_pairs_come_best_first_with_what_the_model_makes_of_them():
    found = ranking(choice([0, 1, 2]))
    assert list(found.columns) == list(COLUMNS)
    assert found["pair_id"].tolist() == ["Ni+2:L1:B", "Ni+2:L1:C", "Ni+2:L1:A"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["mean"].tolist() == found["value"].tolist() == [7.0, 6.0, 5.0]
    assert found["sd"].tolist() == pytest.approx(np.sqrt([0.5, 4.25, 1.25]))
    # Against the known 6.5: Φ((7 − 6.5) / 0.5), Φ((6 − 6.5) / 2), Φ((5 − 6.5) / 1).
    assert found["chance"].tolist() == pytest.approx(norm.cdf([1.0, -0.25, -1.5]))
    assert found["outside_domain"].tolist() == [False, True, False]
    assert found["cost"].tolist() == [2.0, 3.0, 1.0]
    assert found["allowed"].all()
    assert found["nearest"].iloc[0][0]["metal"] == "Cu+2"
    assert found.attrs == {
        "quantity": "log β", "total": 3, "reference": "Ni+2:L1:D", "incumbent": 6.5,
    }  # fmt: skip


def test_only_the_first_are_worked_out():
    found = ranking(choice([0, 1, 2]), most=1)
    assert found["pair_id"].tolist() == ["Ni+2:L1:B"]
    assert found.attrs["total"] == 3


def test_nothing_open_is_said():
    with pytest.raises(CampaignError, match=r"nothing to rank.*bo-loop extend"):
        ranking(choice([]))
