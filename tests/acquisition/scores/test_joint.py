import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores import joint
from bo_loop.acquisition.scores.adapter import DrawnModel, GivenDraws
from bo_loop.acquisition.scores.functions import EI, LogEI
from bo_loop.acquisition.scores.joint import QUCB, QLogEI, QLogNEI, Thompson, joint_values
from bo_loop.base.errors import ConfigError, FitError


def rng(seed=0):
    return np.random.default_rng(seed)


def choose(posterior, acquisition, seed=0, **options):
    size = len(posterior.means)
    arguments = {
        "rows": np.arange(size), "pairs": pool_pairs(size), "incumbent": 0.0, "q": 1,
        "rng": rng(seed), "noise": 0.1,
    }  # fmt: skip
    return select(posterior, Maximise(), acquisition, **(arguments | options))


def draws(posterior, n, seed=0):
    size = len(posterior.means)
    return joint_values(
        posterior, Maximise(), pool_pairs(size), np.arange(size),
        lambda width: rng(seed).standard_normal((n, width)),
    )  # fmt: skip


def test_joint_draws_have_the_joint_moments():
    fake = FakePosterior(np.array([1.0, 2.0]), np.array([[1.0, 0.8], [0.8, 2.0]]))
    values = draws(fake, 20_000)
    # The standard error of a mean of 20,000 draws is √(2/20,000) = 0.010: four of them.
    assert values.mean(axis=0) == pytest.approx([1.0, 2.0], abs=0.04)
    # That of a variance is 2 √(2/20,000) = 0.020: three of them.
    assert np.cov(values.T) == pytest.approx(np.array([[1.0, 0.8], [0.8, 2.0]]), abs=0.06)


def test_twins_are_drawn_alike():
    values = draws(FakePosterior(np.ones(2), np.ones((2, 2))), 4)
    # A singular covariance is factored with a jitter of up to 1e-10, whose √ is 1e-5.
    assert values[:, 0] == pytest.approx(values[:, 1], abs=1e-5)
    assert np.ptp(values) > 0.1


def test_what_is_no_covariance_is_refused():
    fake = FakePosterior(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]))
    with pytest.raises(FitError, match=r"2 rows is not positive semi-definite.*log_ei"):
        choose(fake, Thompson())


def test_thompson_chooses_a_row_as_often_as_it_is_the_best():
    fake = FakePosterior(np.array([1.0, 1.5]), np.array([[1.0, 0.4], [0.4, 1.0]]))
    firsts = [choose(fake, Thompson(), seed).rows[0] for seed in range(600)]
    # P(x1 > x0) = Φ(0.5 / √1.2) = 0.676.
    # Of 600 draws: three standard errors of √(0.676 · 0.324 / 600) = 0.019.
    assert np.mean(firsts) == pytest.approx(0.676, abs=0.06)


def test_thompson_draws_the_most_hopeful_of_a_large_pool(monkeypatch):
    monkeypatch.setattr(Thompson, "size", 20)
    means, variances = rng(2).normal(size=90), rng(3).uniform(0.1, 1.0, 90)
    fake = FakePosterior.independent(means, variances, slack=0.5)
    hopeful = set(np.argsort(-(means + 3 * np.sqrt(variances)))[:20])
    seen = {row for seed in range(40) for row in choose(fake, Thompson(), seed, q=3).rows}
    assert seen <= hopeful
    assert len(seen) > 5


def test_q_log_ei_of_one_is_log_ei():
    fake = FakePosterior.independent([1.0, 0.5, 0.0], [0.04, 0.64, 1.44])
    found = choose(fake, QLogEI(), q=1, incumbent=1.2)
    exact = LogEI().value(fake.means, np.diag(fake.covariances), 1.2)
    assert found.rows[0] == exact.argmax()
    # A smoothed maximum over 256 quasi-random draws.
    assert found.scores[0] == pytest.approx(exact.max(), abs=0.1)


def test_q_log_ei_of_a_batch_is_the_gain_of_its_best():
    # Row 1 is row 0's twin, so it adds nothing to it; the independent row 2 does.
    fake = FakePosterior(
        np.array([1.0, 0.99, 0.9]),
        np.array([[1.0, 0.999, 0.0], [0.999, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    )
    found = choose(fake, QLogEI(), q=2, incumbent=1.0)
    assert set(found.rows) == {0, 2}
    values = draws(fake, 200_000, seed=5)
    gain = np.maximum(values[:, [0, 2]].max(axis=1) - 1.0, 0.0).mean()
    # A smoothed maximum over 256 quasi-random draws.
    assert np.exp(found.scores[1]) == pytest.approx(gain, rel=0.1)


def test_q_ucb_of_one_is_ucb():
    fake = FakePosterior.independent([1.0, 0.0], [0.25, 1.0])
    found = choose(fake, QUCB(beta=4.0), q=1)
    assert found.scores[0] == pytest.approx(2.0, abs=0.15)  # A mean of 256 |draws|.


def test_noisy_ei_doubts_the_best_so_far():
    # The answered row 2 may be anything: what beats it for certain is worth less than by EI.
    fake = FakePosterior.independent([0.5, 0.4, 0.0], [0.01, 0.01, 4.0])
    options = {"rows": np.array([0, 1]), "incumbent": 0.0, "q": 1}
    sure = choose(fake, QLogEI(), **options)
    doubtful = choose(fake, QLogNEI(), known_items=[2], **options)
    assert sure.rows.tolist() == doubtful.rows.tolist() == [0]
    # E max(x0 − x2, 0), x0 − x2 ~ N(0.5, 4.01).
    expected = EI().value(np.array([0.5]), np.array([4.01]), 0.0)[0]
    # A smoothed maximum over 256 quasi-random draws.
    assert np.exp(doubtful.scores[0]) == pytest.approx(expected, rel=0.1)
    # The smoothing of the maximum: the draws are all above.
    assert np.exp(sure.scores[0]) == pytest.approx(0.5, rel=0.02)


def test_pending_rows_are_believed_before_the_draw():
    twins = FakePosterior(
        np.array([1.0, 1.0, 0.5]), np.array([[1.0, 0.99, 0], [0.99, 1.0, 0], [0, 0, 1.0]])
    )
    options = {"rows": np.array([1, 2]), "incumbent": 1.0, "q": 1, "noise": 1e-4}
    assert choose(twins, QLogEI(), **options).rows.tolist() == [1]
    assert choose(twins, QLogEI(), pending_rows=[0], **options).rows.tolist() == [2]


def test_a_batch_larger_than_its_short_list_is_refused(monkeypatch):
    monkeypatch.setattr(joint, "SHORTLIST", 3)
    monkeypatch.setattr(QLogEI, "size", 3)
    fake = FakePosterior.independent(np.arange(9.0), np.ones(9))
    pairs = pool_pairs(9, ligands=["same"] * 5 + ["far"] * 4)
    with pytest.raises(ConfigError, match=r"short list.*max_per_ligand"):
        choose(fake, QLogEI(max_per_ligand=1), q=2, pairs=pairs)


@pytest.mark.parametrize("acquisition", [LogEI, QLogEI, Thompson])
def test_at_most_so_many_of_a_ligand_or_metal(acquisition):
    fake = FakePosterior.random(12, rng(1))
    pairs = pool_pairs(12, ligands=list("AAAABBBBCCCC"), metals=["Cu+2", "Zn+2"] * 6)
    found = choose(fake, acquisition(max_per_ligand=1), q=8, pairs=pairs, incumbent=10.0)
    assert sorted(pairs.ligands[row] for row in found.rows) == ["A", "B", "C"]
    found = choose(fake, acquisition(max_per_metal=2), q=8, pairs=pairs, incumbent=10.0)
    assert sorted(pairs.metals[row] for row in found.rows) == ["Cu+2", "Cu+2", "Zn+2", "Zn+2"]


def test_the_incumbent_keeps_its_digits():
    model = DrawnModel(np.zeros((4, 2)))
    made = QLogEI()._build(model, GivenDraws(4), None, None, 12.3)
    assert made.best_f.item() == 12.3
