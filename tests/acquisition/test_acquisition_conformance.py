"""What every acquisition must do under every objective."""

import numpy as np
import pytest
from fakes import FakePosterior

from bo_loop.acquisition.batch import explain, select
from bo_loop.acquisition.functions import (
    EI,
    PI,
    UCB,
    Greedy,
    LogEI,
    MaxVariance,
    Random,
    Thompson,
)
from bo_loop.acquisition.objectives import Maximise, Minimise

SIZE = 60
N_LIGANDS = {"one n": np.ones(SIZE, dtype=np.int64), "mixed n": np.arange(SIZE) % 3 + 1}
IDS = [f"Ni+2:L1:{row:03d}" for row in range(SIZE)]

pytestmark = [
    pytest.mark.parametrize(
        "acquisition",
        [LogEI(), EI(), UCB(beta=4.0), PI(), Greedy(), Thompson(), MaxVariance(), Random()],
        ids=lambda value: type(value).__name__,
    ),
    pytest.mark.parametrize(
        ("objective", "n_ligands"),
        [
            (Maximise(), N_LIGANDS["one n"]),
            (Minimise(), N_LIGANDS["one n"]),
            (Maximise(free_ligand_M=1e-3), N_LIGANDS["mixed n"]),
            (Minimise(free_ligand_M=0.1), N_LIGANDS["mixed n"]),
        ],
        ids=["maximise", "minimise", "maximise mixed n", "minimise mixed n"],
    ),
]


@pytest.fixture
def posterior():
    fake = FakePosterior.random(SIZE, np.random.default_rng(11))
    known = np.array([4, 5])
    # Two rows known exactly.
    return fake.condition(known, fake.mean(known), np.zeros(2))


def test_scores_are_one_number_a_row(posterior, acquisition, objective, n_ligands):
    view, rows = objective.view(posterior, n_ligands), np.array([7, 4, 30, 12])
    scores = acquisition.score(view, rows, 3.0, np.random.default_rng(0))
    assert scores.shape == (4,)
    assert scores.dtype == np.float64
    assert not np.isnan(scores).any()
    assert (scores < np.inf).all()


def test_no_rows_no_scores(posterior, acquisition, objective, n_ligands):
    view = objective.view(posterior, n_ligands)
    rows = np.array([], dtype=np.int64)
    assert acquisition.score(view, rows, 3.0, np.random.default_rng(0)).shape == (0,)


def test_batches_are_distinct_open_rows(posterior, acquisition, objective, n_ligands):
    rows = np.arange(1, SIZE, 2)
    pending = np.array([0, 2])
    before = posterior.means.copy(), posterior.covariances.copy(), rows.copy()
    best = objective.view(posterior, n_ligands).mean(np.array([8, 10])).max()

    def picks(seed):
        return select(
            posterior, objective, acquisition, rows=rows, pair_ids=IDS, n_ligands=n_ligands,
            incumbent=best, q=7, rng=np.random.default_rng(seed), noise=0.1, pending_rows=pending,
        )  # fmt: skip

    found = picks(0)
    assert len(set(found.rows)) == 7
    assert set(found.rows) <= set(rows)
    assert found.rows.dtype == np.int64
    assert np.isfinite(found.scores).all()
    assert picks(0).rows.tolist() == found.rows.tolist()
    assert picks(0).scores.tolist() == found.scores.tolist()
    after = posterior.means, posterior.covariances, rows
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


def test_all_open_rows_come_back_once(posterior, acquisition, objective, n_ligands):
    rows = np.array([3, 4, 5, 20])
    found = select(
        posterior, objective, acquisition, rows=rows, pair_ids=IDS, n_ligands=n_ligands,
        incumbent=0.0, q=SIZE, rng=np.random.default_rng(0), noise=0.1,
    )  # fmt: skip
    assert sorted(found.rows) == [3, 4, 5, 20]


def test_reason_is_a_sentence(acquisition, objective, n_ligands):
    for mean, sd in ((3.0, 1.0), (1.0, 0.3), (2.0, 0.0), (5.0, 0.0), (0.0, 1.0)):
        text = explain(acquisition, mean, sd, 2.0, objective)
        assert " chance to beat log" in text
        assert "nan" not in text
        assert "-0.00" not in text
