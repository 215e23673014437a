import numpy as np
import pytest
from fakes import FakePosterior

from bo_loop.models.staged.posterior import StagedPosterior

FIRST = FakePosterior(np.array([1.0, 2.0]), np.array([[1.0, 0.5], [0.5, 2.0]]))
SECOND = FakePosterior(np.array([10.0]), np.array([[4.0]]))
ROWS = np.arange(3)


@pytest.fixture
def staged():
    return StagedPosterior(np.array([0, 1, 0]), {0: FIRST, 1: SECOND})


def test_each_row_is_answered_by_its_own_posterior(staged):
    assert staged.mean(ROWS).tolist() == [1.0, 10.0, 2.0]
    assert staged.variance(ROWS[::-1]).tolist() == [2.0, 4.0, 1.0]
    assert (staged.variance_bound(ROWS) >= staged.variance(ROWS)).all()


def test_posteriors_do_not_covary(staged):
    found = staged.covariance(ROWS, np.array([2, 1]))
    assert found.tolist() == [[0.5, 0.0], [0.0, 4.0], [2.0, 0.0]]


def test_a_result_moves_the_rows_of_its_own_posterior_only(staged):
    known = staged.condition(np.array([0]), np.array([3.0]), np.array([1.0]))
    # 2 + 0.5 / (1 + 1) · (3 − 1)
    assert known.mean(np.array([2, 1])).tolist() == pytest.approx([2.5, 10.0])
    assert known.variance(np.array([0])) == pytest.approx([0.5])
