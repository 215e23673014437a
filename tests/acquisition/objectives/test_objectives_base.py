import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs

from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError

FAKE = FakePosterior(np.array([4.0, 7.0]), np.array([[1.0, 0.2], [0.2, 2.0]]), slack=0.5)
BOTH = np.array([0, 1])
SAME_N = pool_pairs(2)


def test_maximise_leaves_everything_as_it_is():
    view = Maximise().view(FAKE, SAME_N)
    assert view.mean(BOTH).tolist() == [4.0, 7.0]
    assert view.variance(BOTH).tolist() == [1.0, 2.0]
    assert view.variance_bound(BOTH).tolist() == [1.5, 2.5]
    assert view.covariance(BOTH, BOTH).tolist() == [[1.0, 0.2], [0.2, 2.0]]


def test_minimise_flips_means_only():
    view = Minimise().view(FAKE, SAME_N)
    assert view.mean(BOTH).tolist() == [-4.0, -7.0]
    assert view.variance(BOTH).tolist() == [1.0, 2.0]
    assert view.covariance(BOTH, BOTH).tolist() == [[1.0, 0.2], [0.2, 2.0]]


def test_numbers_of_ligands_are_compared_at_the_stated_concentration():
    n_ligands = pool_pairs([1, 2])
    # log β1 + log10(0.001) = 4 − 3; log β2 + 2 log10(0.001) = 7 − 6
    strongest = Maximise(free_ligand_M=1e-3).view(FAKE, n_ligands)
    assert strongest.mean(BOTH) == pytest.approx([1.0, 1.0])
    weakest = Minimise(free_ligand_M=1e-2).view(FAKE, n_ligands)
    assert weakest.mean(BOTH) == pytest.approx([-2.0, -3.0])
    assert weakest.mean(np.array([1])) == pytest.approx([-3.0])


def test_mixed_numbers_of_ligands_need_a_concentration():
    with pytest.raises(ConfigError) as raised:
        Maximise().view(FAKE, pool_pairs([1, 2]))
    text = str(raised.value)
    assert "n = 1: 1, n = 2: 1 pairs" in text
    assert "objective.free_ligand_M" in text


@pytest.mark.parametrize("stated", [0, -1.0, float("nan"), float("inf"), "1 mM", True])
def test_concentration_must_be_a_positive_number(stated):
    with pytest.raises(ConfigError, match=r"free_ligand_M is .*: .*must be a number above 0"):
        Maximise(free_ligand_M=stated)


def test_chemist_sees_the_sign_of_log_beta():
    assert Maximise().shown(3.0) == 3.0
    assert Minimise().shown(-3.0) == 3.0
    assert Maximise().quantity == "log β"
    assert Maximise(free_ligand_M=1e-3).quantity == "log(β·[L]ⁿ)"


def test_conditioning_the_posterior_and_viewing_anew():
    row = np.array([0])
    updated = FAKE.condition(row, np.array([6.0]), np.array([1.0]))
    # gain (1, 0.2) / 2, residual 2
    assert Minimise().view(updated, SAME_N).mean(BOTH) == pytest.approx([-5.0, -7.2])


def test_built_from_config():
    node = {"_target_": "bo_loop.acquisition.Minimise", "free_ligand_M": 0.001}
    assert build(node) == Minimise(free_ligand_M=0.001)
