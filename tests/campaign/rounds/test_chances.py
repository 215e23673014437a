from dataclasses import dataclass, field

import numpy as np
import pytest
from fakes import pool_pairs
from sample_events import grown, measured, pair

from bo_loop.campaign.rounds.chances import log_chances, outcomes, weighed
from bo_loop.models.feasibility import PRIOR
from bo_loop.propose import Candidates

ALIKE = np.array(
    [[1.0, 0.9, 0.0, 0.0], [0.9, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0] * 3 + [1.0]]
)


@dataclass
class Model:
    """One part for rows 0 to 2, another for row 3; correlations are those of `ALIKE`."""

    parted: list = field(default_factory=lambda: [np.arange(3), np.array([3])])

    def parts(self, features):
        return {str(i): (self, at, at) for i, at in enumerate(self.parted)}

    def bind(self, seen):
        def similarity(a, b):
            return ALIKE[np.ix_(seen[a], seen[b])]

        return type("Posterior", (), {"similarity": staticmethod(similarity)})


@dataclass
class Bound:
    features: np.ndarray
    surrogate: object


BOUND = Bound(np.arange(4), type("Surrogate", (), {"model": Model()}))
IDS = [f"M+2:L1:{row:06d}" for row in range(4)]


def candidates():
    no = np.zeros(4, dtype=bool)
    return Candidates(pool_pairs(4, IDS), open=~no, pending=no, answered=no, again=no)


def test_a_result_outweighs_a_failure_before_it():
    state = grown(pair("failed", "a"), pair("failed", "b"), measured("a", 5.0, replicate=1))
    assert outcomes(state) == {"a": 1.0, "b": -1.0}


def test_a_failure_tells_of_pairs_like_it_in_its_own_part_only():
    chances = np.exp(log_chances(BOUND, np.array([-1.0, 0.0, 0.0, 0.0])))
    assert chances[0] == pytest.approx(0.43, abs=0.005)  # as in test_feasibility
    assert chances[0] < chances[1] < chances[2]
    assert chances[2:] == pytest.approx([PRIOR, PRIOR])


def test_without_a_failure_nothing_is_weighed():
    before = candidates()
    assert weighed(before, BOUND, grown(measured(IDS[0], 5.0, replicate=1))) is before


def test_open_pairs_carry_their_chance():
    found = weighed(candidates(), BOUND, grown(pair("failed", IDS[0])))
    assert np.exp(found.pairs.log_success)[3] == pytest.approx(PRIOR)
    assert found.pairs.log_success[1] < found.pairs.log_success[2]
