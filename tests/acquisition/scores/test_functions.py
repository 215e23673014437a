import math

import numpy as np
import pytest
import torch
from botorch.acquisition.analytic import ExpectedImprovement
from mpmath import mp
from scipy.stats import norm
from tolerances import ROUNDING

from bo_loop.acquisition.scores.adapter import MarginalModel
from bo_loop.acquisition.scores.functions import (
    EI,
    PI,
    UCB,
    Greedy,
    LogEI,
    MaxVariance,
    percent,
)
from bo_loop.acquisition.scores.gains import Gains
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError

MEANS = np.array([11.0, 12.0, 12.3, 9.0])
VARIANCES = np.array([1.0, 0.25, 1.21, 4.0])
INCUMBENT = 11.9


def score(acquisition, means=MEANS, variances=VARIANCES, incumbent=INCUMBENT):
    return acquisition.value(np.array(means), np.array(variances), incumbent)


def closed_ei(mean, sd, incumbent):
    u = (mean - incumbent) / sd
    return sd * (norm.pdf(u) + u * norm.cdf(u))


def test_ei_and_its_logarithm_are_the_closed_form():
    expected = closed_ei(MEANS, np.sqrt(VARIANCES), INCUMBENT)
    assert score(EI()) == pytest.approx(expected, rel=ROUNDING)
    assert score(LogEI()) == pytest.approx(np.log(expected), rel=ROUNDING)


def test_log_ei_by_hand():
    # At the incumbent with sd 2: EI = 2 φ(0) = 2 / √(2π).
    found = score(LogEI(), [5.0], [4.0], 5.0)[0]
    assert found == pytest.approx(math.log(2 / math.sqrt(2 * math.pi)))


def standard_ei(u):
    """E[max(z + u, 0)] for standard normal z, to 60 digits."""
    with mp.workdps(60):
        return mp.npdf(u) + u * mp.erfc(-u / mp.sqrt(2)) / 2


@pytest.mark.parametrize("u", [-0.5, -3, -12, -30, -300])
def test_log_ei_far_below_the_incumbent(u):
    found = score(LogEI(), [float(u)], [1.0], 0.0)[0]
    assert found == pytest.approx(float(mp.log(standard_ei(u))), rel=ROUNDING)


@pytest.mark.filterwarnings("ignore::botorch.exceptions.warnings.NumericsWarning")
def test_ei_is_that_of_botorch():
    means, variances = np.linspace(-15, 15, 31), np.ones(31)
    model = MarginalModel(means, variances)
    legacy = ExpectedImprovement(model, best_f=torch.tensor(0.0, dtype=torch.float64))
    expected = legacy(torch.arange(31.0, dtype=torch.float64).reshape(-1, 1, 1)).numpy()
    assert score(EI(), means, variances, 0.0) == pytest.approx(expected, rel=ROUNDING)


def test_ucb_and_pi():
    assert score(UCB(beta=4.0)) == pytest.approx(MEANS + 2 * np.sqrt(VARIANCES))
    assert score(UCB(beta=0)) == pytest.approx(MEANS)
    expected = norm.cdf((MEANS - INCUMBENT) / np.sqrt(VARIANCES))
    assert score(PI()) == pytest.approx(expected, rel=ROUNDING)


def test_numbers_are_not_rounded_to_single_precision():
    # 11.9 as float32 is 11.899999618…: relative 3e-8.
    assert score(PI())[0] == pytest.approx(norm.cdf(11.0 - 11.9), rel=ROUNDING)
    assert score(UCB(beta=0.1))[0] == pytest.approx(11.0 + math.sqrt(0.1), rel=ROUNDING)


def test_greedy_and_max_variance():
    assert score(Greedy()).tolist() == MEANS.tolist()
    assert score(MaxVariance()).tolist() == VARIANCES.tolist()


def test_rows_known_exactly():
    known = [11.0, 11.9, 12.9], [0.0, 0.0, 0.0]
    assert score(LogEI(), *known).tolist() == [-np.inf, -np.inf, pytest.approx(0.0)]
    assert score(EI(), *known).tolist() == [0.0, 0.0, pytest.approx(1.0)]
    assert score(PI(), *known).tolist() == [0.0, 0.0, 1.0]
    # BoTorch takes no variance below 1e-10: 2 √1e-10, and a margin.
    assert score(UCB(beta=4.0), *known) == pytest.approx([11.0, 11.9, 12.9], abs=1e-4)


@pytest.mark.parametrize("beta", [-1, float("nan"), float("inf"), "4", None, True])
def test_beta_must_be_a_number_of_at_least_zero(beta):
    with pytest.raises(ConfigError, match=r"acquisition.beta is .*at least 0"):
        UCB(beta=beta)


def test_percent_does_not_round_to_certainty():
    found = [percent(share) for share in (0.0, 0.004, 0.624, 0.996, 1.0)]
    assert found == ["0 %", "< 1 %", "62 %", "> 99 %", "100 %"]


def test_built_from_config():
    assert build({"_target_": "bo_loop.acquisition.UCB", "beta": 9}) == UCB(beta=9)
    assert build({"_target_": "bo_loop.acquisition.LogEI"}) == LogEI()


def test_draws_of_gains_by_hand():
    # Two items, four draws, incumbent 1: gains 0 0 1 3, and 0 0 0 0.
    gains = Gains.drawn(np.array([[0.0, -1.0], [1.0, 0.0], [2.0, 0.5], [4.0, 1.0]]) - 1.0)
    assert EI().of_gains(gains) == pytest.approx([1.0, 0.0])
    log_ei = LogEI().of_gains(gains)
    assert log_ei[0] == pytest.approx(0.0, abs=1e-5)  # a smoothed maximum, of width 1e-6
    assert -40 < log_ei[1] < -10  # no draw gains: the tail of the smooth step
    assert PI().of_gains(gains) == pytest.approx([0.5, 0.0])


def test_weights_multiply_or_add_their_log():
    scores, log_weight = np.array([2.0, 3.0]), np.log([0.5, 0.1])
    assert EI().weighted(scores, log_weight) == pytest.approx([1.0, 0.3])
    assert PI().weighted(scores, log_weight) == pytest.approx([1.0, 0.3])
    assert LogEI().weighted(np.log(scores), log_weight) == pytest.approx(np.log([1.0, 0.3]))
    for other in (UCB(), Greedy(), MaxVariance()):
        with pytest.raises(ConfigError, match=r"cannot be weighed.*Choose auto, log_ei, ei or pi"):
            other.weighted(scores, log_weight)
