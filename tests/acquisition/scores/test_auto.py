import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs

from bo_loop.acquisition.batch.ranking import ranking
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import Conditional
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto
from bo_loop.acquisition.scores.auto import Auto
from bo_loop.acquisition.scores.functions import UCB, LogEI
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError

LIMIT = ["log_beta(Zn+2, n=1) < 6"]
# With 1 sd in its favour 9.3, 9.2 and 9.1; the expected gain over 9 is 0.20, 0.08 and 0.35.
THREE = FakePosterior.independent([9.2, 9.0, 5.1], [0.01, 0.04, 16.0])


@pytest.mark.parametrize(
    "objective",
    [Maximise(), Minimise(), Target(log_beta=8.0), Conditional(pH=7.0),
     Selectivity(metal="Cu+2", competitors=["Zn+2"])],
    ids=lambda objective: type(objective).__name__,
)  # fmt: skip
def test_one_value_that_nothing_weighs_is_bounded(objective):
    assert Auto().under(objective) == UCB(beta=1.0)


@pytest.mark.parametrize(
    "objective",
    [Maximise(per_cost=True), Maximise(constraints=LIMIT), Minimise(feasibility=True),
     Pareto(objectives=[Maximise(), Cost()])],
    ids=["cost", "constraint", "failures", "front"],
)  # fmt: skip
def test_what_is_weighed_and_a_front_are_judged_by_gain(objective):
    assert Auto().under(objective) == LogEI()


def test_its_options_go_with_it():
    limits = {"max_per_ligand": 2, "max_per_metal": 3, "allow_replicates": True}
    found = Auto(beta=4.0, **limits)
    assert found.under(Maximise()) == UCB(beta=4.0, **limits)
    assert found.under(Maximise(per_cost=True)) == LogEI(**limits)


def test_others_are_what_they_are():
    assert UCB(beta=9.0).under(Maximise(per_cost=True)) == UCB(beta=9.0)


def test_beta_is_a_number_from_0():
    with pytest.raises(ConfigError, match=r"acquisition\.beta is -1\.0"):
        build({"_target_": "bo_loop.acquisition.Auto", "beta": -1.0})


@pytest.mark.parametrize(
    ("objective", "first"), [(Maximise(), [0, 1, 2]), (Maximise(per_cost=True), [2, 0, 1])]
)
def test_batches_and_rankings_follow_the_rule(objective, first):
    pairs = pool_pairs(3, cost=np.ones(3))
    told = {
        "rows": np.arange(3), "pairs": pairs, "incumbent": 9.0, "noise": np.full(3, 0.1),
        "rng": np.random.default_rng(0), "pending_rows": np.empty(0, dtype=np.int64),
    }  # fmt: skip
    items, scores = ranking(THREE, objective, Auto(), **told)
    assert items.tolist() == first
    used = Auto().under(objective)
    assert scores.tolist() == ranking(THREE, objective, used, **told)[1].tolist()
    picked = select(THREE, objective, Auto(), q=2, **told)
    assert picked.rows.tolist() == select(THREE, objective, used, q=2, **told).rows.tolist()
    assert picked.rows[0] == first[0]
