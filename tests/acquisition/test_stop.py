import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs
from scipy.stats import norm

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.stop import chance_of_better


def advice(posterior, objective, is_open, answered=0, again=(), **options):
    pairs = pool_pairs(len(posterior.means))
    every = np.arange(len(pairs))
    return chance_of_better(
        posterior, objective, pairs, np.isin(every, is_open), np.isin(every, again),
        answered, float(posterior.means[answered]), **options,
    )  # fmt: skip


def test_the_chance_of_one_open_pair_by_hand():
    # Open − best ~ N(1, 0.25 + 0.11): more than 0.4 better.
    fake = FakePosterior.independent([5.0, 6.0], [0.11, 0.25])
    found = advice(fake, Maximise(tolerance=0.4), [1])
    assert found.probability == pytest.approx(norm.cdf(0.6 / 0.6), abs=2e-3)  # 1,024 Sobol draws
    assert found.tolerance == 0.4
    assert found.advice == ("84 % chance that anything open beats the best log β by more than 0.4.")
    assert advice(fake, Maximise(tolerance=0.4), [1]) == found


def test_what_is_hopeless_is_not_worth_it_and_draws_prove_nothing():
    found = advice(FakePosterior.independent([9.0, 1.0], [0.01, 0.01]), Maximise(), [1])
    assert found.probability == 0.0
    assert found.advice.startswith("< 1 % chance")
    assert found.advice.endswith(": going on is not worth it.")


def test_pairs_measured_before_are_spoken_of():
    fake = FakePosterior.independent([5.0, 6.0], [0.1, 0.1])
    assert (
        "anything open, or measured before, beats"
        in advice(fake, Maximise(), [1], again=[0]).advice
    )


@pytest.mark.parametrize(("share", "judged"), [([True, True], False), ([True, False], True)])
def test_most_outside_the_domain_leave_nothing_to_judge_by(share, judged):
    fake = FakePosterior.independent([9.0, 1.0, 2.0], [0.01] * 3)
    found = advice(fake, Maximise(), [1, 2], outside=lambda rows: np.array(share))
    assert ("cannot be judged: 2 of the 2" in found.advice) is not judged
