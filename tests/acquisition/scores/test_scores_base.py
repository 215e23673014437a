import pytest

from bo_loop.acquisition.scores.functions import (
    PI,
    UCB,
    Greedy,
    LogEI,
    Random,
)
from bo_loop.acquisition.scores.joint import QUCB, QLogEI, QLogNEI
from bo_loop.base.errors import ConfigError


@pytest.mark.parametrize("most", [0, -1, 1.5, True, "2"])
def test_limits_of_a_batch_are_whole_numbers(most):
    with pytest.raises(ConfigError, match=r"acquisition.max_per_ligand is .*whole number"):
        LogEI(max_per_ligand=most)
    with pytest.raises(ConfigError, match=r"acquisition.max_per_metal is .*whole number"):
        UCB(max_per_metal=most)


@pytest.mark.parametrize("kind", [Greedy, PI, Random, QLogEI, QLogNEI, QUCB])
def test_acquisitions_that_cannot_value_replicates_say_so(kind):
    with pytest.raises(ConfigError, match=rf"{kind.__name__} cannot tell .* Choose auto, log_ei"):
        kind(allow_replicates=True)
