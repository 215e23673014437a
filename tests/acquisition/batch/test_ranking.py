"""All items in order: what `select` would pick first, then second had the first not been there."""

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from tolerances import SOLVED

from bo_loop.acquisition.batch.ranking import ranking
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores.functions import UCB, LogEI, Random
from bo_loop.acquisition.scores.joint import Thompson
from bo_loop.propose import Candidates, incumbent_of


def ranked(acquisition, posterior, rows, pending=(), incumbent=10.0, seed=0):
    return ranking(
        posterior,
        Maximise(),
        acquisition,
        rows=np.array(rows),
        pairs=pool_pairs(len(posterior.means)),
        incumbent=incumbent,
        noise=np.full(len(posterior.means), 0.1),
        pending_rows=np.array(pending, dtype=np.int64),
        rng=np.random.default_rng(seed),
    )


def test_upper_confidence_bounds_by_hand():
    posterior = FakePosterior.independent([1.0, 2.0, 3.0, 9.0], [9.0, 1.0, 0.25, 1.0], slack=2.0)
    items, scores = ranked(UCB(beta=4.0), posterior, [0, 1, 2])
    assert items.tolist() == [0, 1, 2]  # 1 + 2·3, 2 + 2·1, 3 + 2·0.5: the tie by id
    np.testing.assert_allclose(scores, [7.0, 4.0, 4.0])


@pytest.mark.parametrize("acquisition", [LogEI(), UCB(beta=4.0)])
def test_the_first_is_what_a_batch_of_one_takes(acquisition):
    posterior = FakePosterior.random(40, np.random.default_rng(1))
    rows, pending = np.arange(2, 40), [0, 1]
    items, scores = ranked(acquisition, posterior, rows, pending)
    assert sorted(items) == rows.tolist()
    assert (np.diff(scores) <= SOLVED).all()
    one = select(
        posterior, Maximise(), acquisition, rows=rows, pairs=pool_pairs(40), incumbent=10.0, q=1,
        rng=np.random.default_rng(0), noise=0.1, pending_rows=pending,
    )  # fmt: skip
    assert items[0] == one.rows[0]
    assert scores[0] == pytest.approx(one.scores[0])


def test_a_joint_acquisition_ranks_by_its_short_list():
    posterior = FakePosterior.random(30, np.random.default_rng(2))
    joint, _ = ranked(Thompson(), posterior, range(30))
    plain, _ = ranked(Thompson.shortlist, posterior, range(30))
    assert joint.tolist() == plain.tolist()


def test_random_order_follows_the_seed():
    posterior = FakePosterior.random(30, np.random.default_rng(2))
    first, _ = ranked(Random(), posterior, range(30))
    assert ranked(Random(), posterior, range(30))[0].tolist() == first.tolist()
    assert ranked(Random(), posterior, range(30), seed=1)[0].tolist() != first.tolist()
    assert sorted(first) == list(range(30))


def test_the_incumbent_is_the_best_answered_item():
    posterior = FakePosterior.independent([1.0, 5.0, 3.0], np.ones(3))
    no = np.zeros(3, dtype=bool)
    known = np.array([True, False, True])
    candidates = Candidates(pool_pairs(3), open=~known, pending=no, answered=known, again=no)
    assert incumbent_of(posterior, Maximise(), candidates) == (2, 3.0)
