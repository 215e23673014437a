"""Chance and size of a gain, against integrals of 25 digits; far out in the tail as well."""

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from mpmath import mp
from scipy.stats import norm
from tolerances import ROUNDING, SOLVED

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Range, Selectivity, Target
from bo_loop.acquisition.objectives.items import Items
from bo_loop.acquisition.objectives.several import WeightedSum
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, MaxVariance
from bo_loop.acquisition.scores.gains import gains_of, moments_of

mp.dps = 25
TRIALS = 100
CU_OVER_ZN = Selectivity(metal="Cu+2", competitors=["Zn+2"])
CU_OVER_BOTH = Selectivity(metal="Cu+2", competitors=["Zn+2", "Ni+2"])


def score(posterior, objective, acquisition, pairs, incumbent):
    """Score of the first item."""
    own = objective.parts(pairs)
    rows = own[own[:, 0] >= 0][0]
    return select(
        posterior, objective, acquisition, rows=rows, pairs=pairs, incumbent=incumbent, q=1,
        rng=np.random.default_rng(0), noise=0.1,
    ).scores[0]  # fmt: skip


def log_ei(z, sd):
    """Log of E(x)⁺ of x ~ N(z·sd, sd²)."""
    z, sd = mp.mpf(z), mp.mpf(sd)
    return float(mp.log(sd * (mp.npdf(z) + z * mp.ncdf(z))))


def integral(value, mean, sd, incumbent, points):
    """Expected gain over the incumbent, and its chance, of value(x), x ~ N(mean, sd²)."""

    mean, sd = mp.mpf(mean), mp.mpf(sd)
    points = [mp.mpf(p) for p in points]
    # mpmath's tolerance is absolute: the density is scaled to 1 where it is highest.
    nearest = min(max(mean, points[0]), points[-1])
    highest = mp.npdf(nearest, mean, sd)

    def of(f):
        def scaled(x):
            return f(value(x) - incumbent) * mp.npdf(x, mean, sd) / highest

        return highest * mp.quad(scaled, points)

    return of(lambda gain: max(gain, 0)), of(lambda gain: mp.mpf(gain > 0))


@pytest.mark.parametrize("z", [2.0, -2.5, -5.0, -20.0])
def test_a_selectivity_over_one_metal_is_gaussian(z):
    covariance = np.array([[1.0, 0.6], [0.6, 0.5]])
    sd = (1.0 + 0.5 - 2 * 0.6) ** 0.5
    fake = FakePosterior(np.array([9.0, 5.0]), covariance)
    pairs = pool_pairs(2, metals=["Cu+2", "Zn+2"], ligands=["A", "A"])
    incumbent = 4.0 - z * sd
    found = score(fake, CU_OVER_ZN, LogEI(), pairs, incumbent)
    assert found == pytest.approx(log_ei(z, sd), abs=SOLVED)
    ei, pi = (score(fake, CU_OVER_ZN, a, pairs, incumbent) for a in (EI(), PI()))
    assert ei == pytest.approx(np.exp(log_ei(z, sd)), rel=SOLVED)
    assert pi == pytest.approx(float(mp.ncdf(mp.mpf(z))), rel=SOLVED)
    assert score(fake, CU_OVER_ZN, Greedy(), pairs, 0.0) == pytest.approx(4.0, rel=ROUNDING)
    assert score(fake, CU_OVER_ZN, MaxVariance(), pairs, 0.0) == pytest.approx(0.3, rel=SOLVED)
    ucb = score(fake, CU_OVER_ZN, UCB(beta=4.0), pairs, 0.0)
    assert ucb == pytest.approx(4.0 + 2 * 0.3**0.5, rel=SOLVED)


def test_a_weighted_sum_of_linear_values_is_gaussian():
    covariance = np.array([[1.0, 0.6], [0.6, 0.5]])
    fake = FakePosterior(np.array([9.0, 5.0]), covariance)
    pairs = pool_pairs(2, metals=["Cu+2", "Zn+2"], ligands=["A", "A"], cost=[3.0, 3.0])
    total = WeightedSum(objectives=[Maximise(), CU_OVER_ZN, Cost()], weights=[1.0, 0.5, 2.0])
    # 1.5 Cu − 0.5 Zn − 6
    mean, sd = 1.5 * 9 - 0.5 * 5 - 6, (2.25 + 0.25 * 0.5 - 2 * 0.75 * 0.6) ** 0.5
    for z in (-2.5, -20.0):
        found = score(fake, total, LogEI(), pairs, mean - z * sd)
        assert found == pytest.approx(log_ei(z, sd), abs=SOLVED)


@pytest.mark.parametrize(
    ("mean", "sd"),
    [(6.2, 1.0), (4.5, 1.0), (-4.0, 1.0), (26.0, 1.0), (5.0, 0.02), (7.0, 0.02), (3.0, 30.0)],
)
def test_target_and_range_in_the_tails(mean, sd):
    fake, pairs = FakePosterior.independent([mean], [sd**2]), pool_pairs(1)
    for objective, points in (
        (Target(log_beta=6.0), (5.5, 6.0, 6.5)),
        (Range(low=6.0, high=8.0), (5.5, 6.0, 8.0, 8.5)),
    ):

        def value(x, objective=objective):
            low, high = getattr(objective, "low", 6.0), getattr(objective, "high", 6.0)
            return -max(mp.mpf(low) - x, x - mp.mpf(high), 0)

        near = [p for p in (mean - 6 * sd, mean, mean + 6 * sd) if points[0] < p < points[-1]]
        fine = np.linspace(points[0], points[-1], 7)
        expected, chance = integral(value, mean, sd, -0.5, sorted({*points, *near, *fine}))
        found = score(fake, objective, LogEI(), pairs, -0.5)
        assert found == pytest.approx(float(mp.log(expected)), abs=SOLVED)
        if chance > 1e-300:
            found = score(fake, objective, PI(), pairs, -0.5)
            assert found == pytest.approx(float(chance), rel=SOLVED)


def test_moments_of_a_distance_are_exact():
    # |x − 6|, x ~ N(5, 1): a folded normal.
    own = Items(np.array([[0]]), np.array([[5.0]]), np.array([[[1.0]]]))
    mean, variance = moments_of(Target(log_beta=6.0), own, np.array([0]), pool_pairs(1))
    folded = np.sqrt(2 / np.pi) * np.exp(-0.5) + (1 - 2 * float(mp.ncdf(-1)))
    assert mean == pytest.approx([-folded], rel=ROUNDING)
    assert variance == pytest.approx([1 + 1 - folded**2], rel=ROUNDING)


def test_a_weighted_sum_with_a_kink_is_integrated():
    # x − 2 |x − 6|: rises by 3, falls by 1; above 4.5 from 5.5 to 7.5.
    total = WeightedSum(objectives=[Maximise(), Target(log_beta=6.0)], weights=[1.0, 2.0])
    fake, pairs = FakePosterior.independent([-1.0], [1.0]), pool_pairs(1)
    expected, _ = integral(
        lambda x: x - 2 * abs(x - 6), -1.0, 1.0, mp.mpf("4.5"), np.linspace(5.5, 7.5, 9)
    )
    found = score(fake, total, LogEI(), pairs, 4.5)
    assert found == pytest.approx(float(mp.log(expected)), abs=SOLVED)


NODES = np.polynomial.legendre.leggauss(2000)  # takes seconds: once


def log_ei_of_two(gap, covariance):
    """Log of E(min(d1, d2))⁺ of two Gaussian differences: over d2 by hand, over d1 by nodes."""
    sd1, sd2 = np.sqrt(np.diagonal(covariance))
    rho = covariance[0][1] / (sd1 * sd2)
    rest = sd2 * np.sqrt(1 - rho**2)
    x, weight = NODES
    top = max(gap[0], 0.0) + 8 * sd1
    x = (x + 1) * top / 2
    m = gap[1] + rho * sd2 * (x - gap[0]) / sd1

    def beyond(t):  # E(d2 − t)⁺, d2 given d1 = x
        z = (m - t) / rest
        return rest * (norm.pdf(z) + z * norm.cdf(z))

    inner = (beyond(0) - beyond(x)) * norm.pdf(x, gap[0], sd1)
    return float(np.log((weight * inner).sum() * top / 2))


@pytest.mark.parametrize("incumbent", [2.0, 5.0, 8.0, 20.0])
@pytest.mark.parametrize("means", [[9.0, 6.0, 6.0], [9.0, 5.0, 6.0], [9.0, 6.5, 3.0]])
def test_a_selectivity_over_several_metals_keeps_its_tail(incumbent, means):
    covariance = np.array([[1.0, 0.7, 0.6], [0.7, 1.0, 0.5], [0.6, 0.5, 0.8]])
    fake = FakePosterior(np.array(means), covariance)
    pairs = pool_pairs(3, metals=["Cu+2", "Zn+2", "Ni+2"], ligands=["A"] * 3)
    differ = np.array([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]])
    expected = log_ei_of_two(differ @ means - incumbent, differ @ covariance @ differ.T)
    found = score(fake, CU_OVER_BOTH, LogEI(), pairs, incumbent)
    # 512 conditioned draws; plain ones were off by 34 at five standard deviations.
    assert found == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("objective", [CU_OVER_ZN, CU_OVER_BOTH], ids=["one", "several"])
def test_the_right_ligand_is_picked_where_all_lie_in_the_tail(objective):
    rng, ligands, wrong, m = np.random.default_rng(1), 12, 0, objective.width
    pairs = pool_pairs(
        ligands * m,
        metals=["Cu+2", "Zn+2", "Ni+2"][:m] * ligands,
        ligands=np.repeat(range(ligands), m),
    )
    parts = objective.parts(pairs)[::m]
    differ = np.column_stack([np.ones(m - 1), -np.eye(m - 1)])
    for _ in range(TRIALS):
        scale = np.diag(np.repeat(rng.uniform(0.3, 2.0, ligands), m))
        kin = np.kron(np.eye(ligands), 0.8 * np.ones((m, m)))
        fake = FakePosterior(
            rng.normal(8.0, 1.0, len(pairs)), scale @ (kin + 0.2 * np.eye(len(pairs)))
        )
        gaps = fake.means[parts] @ differ.T
        covariances = [differ @ fake.covariance(own, own) @ differ.T for own in parts]
        sds = [c.diagonal() ** 0.5 for c in covariances]
        incumbent = (gaps + 5 * np.array(sds)).min(axis=1).max()
        truth = [
            log_ei((gap[0] - incumbent) / sd[0], sd[0])
            if m == 2
            else log_ei_of_two(gap - incumbent, covariance)
            for gap, covariance, sd in zip(gaps, covariances, sds, strict=True)
        ]
        found = select(
            fake, objective, LogEI(), rows=np.arange(len(pairs)), pairs=pairs,
            incumbent=incumbent, q=1, rng=np.random.default_rng(0), noise=0.1,
        )  # fmt: skip
        wrong += int(found.items[0] != parts[int(np.argmax(truth)), 0])
    assert wrong == 0


@pytest.mark.parametrize("objective", [Maximise(), Minimise(), Target(log_beta=9.0)])
def test_the_sign_of_the_incumbent_plays_no_part(objective):
    fake, pairs = FakePosterior.independent([9.0], [1.0]), pool_pairs(1)
    assert np.isfinite(score(fake, objective, LogEI(), pairs, -0.3))


def test_where_nothing_can_beat_the_incumbent_the_nearest_comes_first():
    fake, pairs = FakePosterior.independent([3.0, 6.5, 12.0], [0.1] * 3), pool_pairs(3)
    for objective in (Target(log_beta=6.0), Range(low=5.5, high=6.0)):
        found = select(
            fake, objective, LogEI(), rows=np.arange(3), pairs=pairs, incumbent=0.0, q=3,
            rng=np.random.default_rng(0), noise=0.1,
        )  # fmt: skip
        assert found.rows.tolist() == [1, 0, 2]


def test_a_value_known_exactly():
    fake, pairs = FakePosterior.independent([5.8, 3.0], [0.0, 0.0]), pool_pairs(2)
    own = Items.of(fake, np.array([[0], [1]]))
    gains = gains_of(Target(log_beta=6.0), own, np.arange(2), pairs, -1.0)
    assert gains.expected() == pytest.approx([0.8, 0.0])
    assert gains.chance() == pytest.approx([1.0, 0.0])
