import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from scipy.stats import norm
from tolerances import ROUNDING, SOLVED

from bo_loop.acquisition.batch.replicates import (
    covariance_removed,
    drawn_values,
    proposed_pairs,
    removed,
)
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Selectivity, Target
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.scores.functions import EI, UCB, LogEI, MaxVariance


def pick(posterior, acquisition, *, rows, measured, incumbent=0.0, objective=None, q=1, noise=1.0):
    size = len(posterior.means)
    return select(
        posterior, objective or Maximise(), acquisition, rows=np.array(rows, dtype=int),
        pairs=pool_pairs(size), incumbent=incumbent, q=q, rng=np.random.default_rng(0),
        noise=noise, measured_rows=measured,
    )  # fmt: skip


def test_variance_removed_by_one_measurement_by_hand():
    variance, noise = np.array([1.0, 0.25, 4.0, 0.0]), np.array([1.0, 0.75, 0.0, 0.0])
    np.testing.assert_allclose(removed(variance, noise), [0.5, 0.0625, 4.0, 0.0])


def test_an_item_proposes_its_open_pairs_or_all_of_them_again():
    parts = np.array([[0, 1], [2, 3], [4, 5], [6, 6]])
    is_open = np.isin(np.arange(7), [1])
    again = np.isin(np.arange(7), [0, 2, 3, 4, 6])  # 5 is pending
    found = proposed_pairs(parts, is_open, again)
    assert found.tolist() == [[False, True], [True, True], [False, False], [True, False]]


def test_covariance_removed_is_that_of_conditioning():
    fake = FakePosterior.random(3, np.random.default_rng(2))
    for measured in ([0, 1, 2], [1], [0, 2]):
        mask = np.isin(np.arange(3), measured)
        noise = np.array([0.1, 0.2, 0.3])
        rows = np.array(measured)
        after = fake.condition(rows, fake.mean(rows), noise[rows]).covariances
        found = covariance_removed(fake.covariances[None], mask[None], noise[None])[0]
        np.testing.assert_allclose(found, fake.covariances - after, atol=ROUNDING)


def test_expected_improvement_is_that_of_the_mean_to_come():
    # Row 0: new, mean 1, variance 1; row 1: measured, mean 2, variance 0.5; noise 1, incumbent 2.
    fake = FakePosterior.independent([1.0, 2.0], [1.0, 0.5])
    sds = np.sqrt([1 / 2, 0.25 / 1.5])
    z = np.array([-1.0, 0.0]) / sds
    expected = sds * (norm.pdf(z) + z * norm.cdf(z))
    options = {"rows": [0], "measured": [1], "incumbent": 2.0, "q": 2}
    found = pick(fake, EI(allow_replicates=True), **options)
    assert found.rows.tolist() == [1, 0]
    np.testing.assert_allclose(found.scores, expected[::-1], rtol=SOLVED)
    logs = pick(fake, LogEI(allow_replicates=True), **options)
    np.testing.assert_allclose(logs.scores, np.log(expected[::-1]), rtol=SOLVED)
    # With noise that tells next to nothing, the new pair is worth more: the first comes back last.
    assert pick(fake, LogEI(allow_replicates=True), **options, noise=[1.0, 99.0]).rows[0] == 0


def test_ucb_and_max_variance_by_hand():
    fake = FakePosterior.independent([1.0, 1.2], [1.0, 0.5])
    ucb = pick(fake, UCB(beta=4.0, allow_replicates=True), rows=[0], measured=[1], q=2)
    assert ucb.rows.tolist() == [0, 1]
    np.testing.assert_allclose(ucb.scores, [1 + 2 * 0.5**0.5, 1.2 + 2 * (0.25 / 1.5) ** 0.5])
    most = pick(fake, MaxVariance(allow_replicates=True), rows=[0], measured=[1], q=2)
    np.testing.assert_allclose(most.scores, [0.5, 0.25 / 1.5])


def test_the_worth_of_a_replicate_falls_with_each():
    fake, row, scores = FakePosterior.independent([3.0], [1e6]), np.array([0]), []
    for _ in range(4):
        fake = fake.condition(row, np.array([3.0]), np.ones(1))
        found = pick(fake, EI(allow_replicates=True), rows=[], measured=[0], incumbent=3.0)
        scores.append(found.scores[0] / norm.pdf(0))
    # v = 1/j after j measurements, so r = 1/(j (j + 1)).
    # The prior variance is 1e6, not infinite: 1e-6 of the value.
    np.testing.assert_allclose(scores, np.sqrt([1 / 2, 1 / 6, 1 / 12, 1 / 20]), rtol=1e-5)


@pytest.mark.parametrize("acquisition", [LogEI, EI, UCB, MaxVariance])
@pytest.mark.parametrize("objective", [Maximise(), Minimise()])
@pytest.mark.parametrize("seed", range(5))
def test_screening_by_bounds_picks_what_brute_force_picks(acquisition, objective, seed):
    rng = np.random.default_rng(seed)
    size = 700
    fake = FakePosterior.random(size, rng)
    noise, measured = rng.uniform(0.05, 1.0, size), np.arange(0, size, 7)
    rows = np.setdiff1d(np.arange(size), measured)
    scorer = acquisition(allow_replicates=True)
    best = float(objective.sign * 11.0)
    found = pick(
        fake, scorer, rows=rows, measured=measured, objective=objective, noise=noise,
        incumbent=best,
    )  # fmt: skip
    every = np.arange(size)
    scores = scorer.value(
        objective.sign * fake.mean(every), removed(fake.variance(every), noise), best
    )
    assert found.rows[0] == scores.argmax()
    assert found.scores[0] == pytest.approx(scores.max(), rel=SOLVED)


def test_values_to_come_average_to_the_expected_value():
    covariance = np.array([[[1.0]]])
    items = Items(np.array([[0]]), np.array([[9.0]]), covariance)
    objective, pairs = Target(log_beta=9.0), pool_pairs(1)
    own = objective, items, np.array([0]), pairs
    measured = np.array([[True]])
    told = drawn_values(*own, measured, np.array([1.0]))
    expected = -np.sqrt(2 / np.pi)  # −E|f − 9|, f ~ N(9, 1)
    assert told.mean() == pytest.approx(expected, abs=0.02)  # a mean of 512 draws
    # To come: |N(μ′, ½)| with μ′ ~ N(9, ½), whose expectation has less spread than |f − 9|.
    assert 0.05 < told.std() < drawn_values(*own, None, np.array([1.0])).std()
    nothing = drawn_values(*own, measured, np.array([1e12]))
    assert nothing.std() < 1e-5
    assert nothing.mean() == pytest.approx(expected, abs=0.02)  # a mean of 512 draws


def test_a_ligand_is_measured_again_with_its_competitors():
    fake = FakePosterior.independent([9.0, 5.0, 8.9, 5.0], [0.5] * 4)
    pairs = pool_pairs(4, metals=["Cu+2", "Zn+2"] * 2, ligands=list("AABB"))
    found = select(
        fake, Selectivity(metal="Cu+2", competitors=["Zn+2"]), LogEI(allow_replicates=True),
        rows=np.array([2]), pairs=pairs, incumbent=4.0, q=4, rng=np.random.default_rng(0),
        noise=0.1, measured_rows=[0, 1, 3],
    )  # fmt: skip
    assert found.rows.tolist() == [0, 1, 2]
    assert found.items.tolist() == [0, 0, 2]


def test_a_row_is_open_or_measured():
    fake = FakePosterior.independent([1.0, 2.0], [1.0, 0.5])
    with pytest.raises(ValueError, match="must not be pending or measured"):
        pick(fake, LogEI(allow_replicates=True), rows=[0, 1], measured=[1])
