from dataclasses import replace

import numpy as np
import pytest
import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.models.deterministic import GenericDeterministicModel
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
)
from fakes import FakePosterior, choose, pool_pairs, trio, two_acids

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.aqueous import Conditional, PMetal
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Selectivity
from bo_loop.acquisition.objectives.several import Pareto, WeightedSum
from bo_loop.acquisition.scores.functions import EI, UCB, Greedy, LogEI, Random
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.acquisition.scores.values import item_values
from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError
from bo_loop.propose import roles

CU_OVER_ZN = Selectivity(metal="Cu+2", competitors=["Zn2+"])


def test_weighted_sum_by_hand():
    fake, pairs = trio()
    both = WeightedSum(objectives=[Maximise(), CU_OVER_ZN], weights=[1.0, 0.5])
    assert both.parts(pairs)[0].tolist() == [0, 0, 1]
    found = item_values(fake, both, pairs, np.array([0, 3]))
    # Quasi-random draws.
    assert found == pytest.approx([9.0 + 0.5 * 4.0, 12.0 + 0.5 * 1.0], abs=0.02)
    against_cost = WeightedSum(objectives=[Minimise(), Cost()], weights=[1.0, 2.0])
    assert item_values(
        fake, against_cost, pool_pairs(6, cost=np.arange(1, 7)), np.array([1])
    ) == pytest.approx([-5.0 - 4.0], abs=0.01)  # quasi-random draws
    with pytest.raises(ConfigError, match=r"objective\.weights"):
        WeightedSum(objectives=[Maximise(), CU_OVER_ZN], weights=[1.0])
    with pytest.raises(ConfigError, match="two or more"):
        WeightedSum(objectives=[Maximise()], weights=[1.0])


def test_a_front_of_one_point_leaves_room_for_what_is_dearer_and_better():
    pareto = Pareto(objectives=[Maximise(), Cost()])
    every = np.array([[8.0, -1.0], [3.0, -11.0], [13.0, -6.0]])
    front = pareto.best(every[:1], lambda: every)
    # A tenth of 10 below 3, a tenth of 10 below −11.
    assert front.reference == pytest.approx([2.0, -12.0])
    # (13, −6) spans 11 · 6 of which (8, −1) has 6 · 6.
    assert front.gain(every) == pytest.approx([0.0, 0.0, 30.0])
    same = np.array([[8.0, -1.0], [9.0, -1.0]])  # all cost the same
    assert pareto.best(same[:1], lambda: same).gain(same) == pytest.approx([0.0, 1.0])


def test_expected_hypervolume_agrees_with_the_analytic_form():
    fake = FakePosterior.independent([1.5, 0.0, 9.0, 9.0], [0.5, 0.1, 0.3, 0.4])
    pairs = pool_pairs(4, metals=["Cu+2", "Cu+2", "Zn+2", "Zn+2"], ligands=list("ABAB"))
    pareto = Pareto(objectives=[Maximise(), CU_OVER_ZN], reference=[0.0, -10.0])
    known = np.array([[1.0, -6.0], [2.0, -9.0]])
    front = pareto.best(known, lambda: known)
    # Independent twins in place of the selectivity, whose error is shared: moments by hand.
    values = np.stack([np.random.default_rng(0).normal(1.5, 0.5**0.5, 200_000),
                       np.random.default_rng(1).normal(-7.5, 0.8**0.5, 200_000)], -1)  # fmt: skip
    sampled = pareto.improvement(values, front).mean()

    class Moments(GenericDeterministicModel):
        def posterior(self, X, **_):
            mean = torch.tensor([[[1.5, -7.5]]], dtype=torch.float64)
            variance = torch.tensor([[[0.5, 0.8]]], dtype=torch.float64)
            return type("P", (), {"mean": mean, "variance": variance})()

    partitioning = FastNondominatedPartitioning(
        ref_point=torch.tensor([0.0, -10.0]), Y=torch.as_tensor(front.points)
    )
    analytic = ExpectedHypervolumeImprovement(
        Moments(lambda X: X, num_outputs=2), ref_point=[0.0, -10.0], partitioning=partitioning
    )(torch.zeros(1, 1, 1, dtype=torch.float64)).item()
    assert sampled == pytest.approx(analytic, rel=0.02)  # draws against the integral
    found = choose(fake, pareto, EI(), pairs, incumbent=front)
    assert found.rows[0] == 0


def test_a_front_takes_improvements_only():
    fake, pairs = trio()
    pareto = Pareto(objectives=[Maximise(), CU_OVER_ZN])
    known = np.array([[9.0, 3.0]])
    front = pareto.best(known, lambda: known)
    assert len(choose(fake, pareto, LogEI(), pairs, q=4, incumbent=front).rows) == 4
    assert len(choose(fake, pareto, Random(), pairs, q=4, incumbent=front).rows) == 4
    for other in (UCB(), Greedy(), Thompson(), QLogEI()):
        with pytest.raises(ConfigError, match="a pareto objective has several"):
            choose(fake, pareto, other, pairs, incumbent=front)


def test_built_from_nested_config():
    node = {
        "_target_": "bo_loop.acquisition.Pareto",
        "objectives": [
            {"_target_": "bo_loop.acquisition.Maximise"},
            {"_target_": "bo_loop.acquisition.Cost"},
        ],
    }
    assert build(node) == Pareto(objectives=[Maximise(), Cost()])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Pareto, {"objectives": [Maximise(), Cost()], "reference": ["a", "b"]}),
        (Pareto, {"objectives": [Maximise(), Cost()], "reference": 5}),
        (Pareto, {"objectives": 5}),
        (WeightedSum, {"objectives": [Maximise(), Cost()], "weights": 5}),
        (Maximise, {"constraints": None}),
    ],
)
def test_options_of_another_type_are_refused(kind, options):
    with pytest.raises(ConfigError, match=r"objective\."):
        kind(**options)


def test_a_weighted_sum_of_curved_members_by_hand():
    fake, pairs = two_acids(sd=1e-6)
    acid, strong = Conditional(pH=5.0), Maximise()  # which counts MHL, with their doubt
    both = WeightedSum(objectives=[acid, strong], weights=[1.0, 0.5])
    items = np.array([0, 4])
    expected = item_values(fake, acid, pairs, items) + 0.5 * fake.means[items]
    assert item_values(fake, both, pairs, items) == pytest.approx(expected, abs=1e-4)
    assert not both.gaussian
    assert both.role(0, 0) == ""
    assert both.asked == {"pH": 5.0}
    among = WeightedSum(
        objectives=[acid, Selectivity(metal="Fe+3", competitors=["Zn+2"])], weights=[1.0, 1.0]
    )
    assert [among.role(row, 0) for row in (0, 1)] == ["target", "competitor"]


def test_a_front_of_two_pH():
    fake, pairs = two_acids(sd=1e-6)
    pareto = Pareto(objectives=[Conditional(pH=3.0), PMetal(pH=8.0)], reference=[0.0, 0.0])
    items = np.array([0, 1, 4, 5])
    values = item_values(fake, pareto, pairs, items)
    for member, found in zip(pareto.objectives, values.T, strict=True):
        assert found == pytest.approx(item_values(fake, member, pairs, items), abs=1e-4)
    front = pareto.best(values[1:2], lambda: values)
    chosen = select(
        fake, pareto, LogEI(), rows=items, pairs=pairs, incumbent=front, q=2,
        rng=np.random.default_rng(0), noise=np.full(8, 0.01),
    )  # fmt: skip
    assert set(chosen.rows.tolist()) <= {0, 4}


def test_protonated_complexes_count_where_every_member_counts_them():
    at_pH = [Conditional(pH=7.0, mhl=mhl) for mhl in (True, False)]
    assert [o.counts_mhl for o in at_pH] == [True, False]
    assert Pareto(objectives=[Maximise(), at_pH[0]]).counts_mhl
    assert not Pareto(objectives=[Maximise(), at_pH[1]]).counts_mhl


def two_properties():
    """Three pairs, each with a row of log D (the first) and one of cost of the bath."""
    pairs = pool_pairs(
        6,
        properties=["log D", "bath"] * 3,
        same_pair=[0, 0, 1, 1, 2, 2],
        ligands=["A", "A", "B", "B", "C", "C"],
    )
    means = [2.0, 5.0, 3.0, 9.0, 1.0, 2.0]
    return FakePosterior.independent(means, [1e-12] * 6), pairs


def test_an_item_is_a_pair_whose_values_are_rows_of_their_own():
    fake, pairs = two_properties()
    both = Pareto(objectives=[Maximise(of="log D"), Minimise(of="bath")], reference=[0.0, -10.0])
    parts = both.parts(pairs)
    assert parts[::2].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert (parts[1::2] == -1).all()
    values = item_values(fake, both, pairs, np.array([0, 2, 4]))
    np.testing.assert_allclose(values, [[2.0, -5.0], [3.0, -9.0], [1.0, -2.0]], atol=1e-5)
    # Only the second is wanted: its rows are the items then.
    assert Minimise(of="bath").parts(pairs)[:, 0].tolist() == [-1, 1, -1, 3, -1, 5]
    swapped = Pareto(objectives=[Minimise(of="bath"), Maximise(of="log D")])
    assert swapped.parts(pairs)[1].tolist() == [1, 0]
    lacking = Pareto(objectives=[Maximise(of="log D"), Maximise(of="pK")])
    assert (lacking.parts(pairs) == -1).all()
    # What looks at no value at all has one item of each pair.
    dear = Pareto(objectives=[Cost(), Maximise(of="log D")])
    priced = replace(pairs, cost=np.arange(6.0))
    assert dear.parts(priced).tolist() == [[0, 0], [-1, -1], [2, 2], [-1, -1], [4, 4], [-1, -1]]


def test_the_hypervolume_of_two_properties_by_hand():
    fake, pairs = two_properties()
    both = Pareto(objectives=[Maximise(of="log D"), Minimise(of="bath")], reference=[0.0, -10.0])
    front = both.best(np.array([[2.0, -5.0]]), lambda: None)  # pair A is known
    # Beyond the 2 × 5 of A: B adds (3 − 2) · (10 − 9) = 1, C adds 1 · (5 − 2) = 3.
    assert front.gain(np.array([[3.0, -9.0], [1.0, -2.0]])) == pytest.approx([1.0, 3.0])
    is_open = np.array([False, False, True, True, True, True])
    found = select(
        fake, both, EI(), rows=np.flatnonzero(is_open), pairs=pairs, incumbent=front, q=3,
        rng=np.random.default_rng(0), noise=np.full(6, 0.1), known_items=np.array([0]),
    )  # fmt: skip
    assert found.rows.tolist() == [4, 5, 2]  # both values of C, then the first of B
    assert found.scores == pytest.approx([3.0, 3.0, 1.0], rel=1e-4)
    assert found.items.tolist() == [4, 4, 2]


def test_a_pair_of_which_one_value_is_known_is_asked_for_the_other_alone():
    fake, pairs = two_properties()
    both = Pareto(objectives=[Maximise(of="log D"), Minimise(of="bath")], reference=[0.0, -10.0])
    front = both.best(np.array([[2.0, -5.0]]), lambda: None)
    found = select(
        fake, both, LogEI(), rows=np.array([3, 4]), pairs=pairs, incumbent=front, q=9,
        rng=np.random.default_rng(0), noise=np.full(6, 0.1), known_items=np.array([0]),
    )  # fmt: skip
    assert sorted(found.rows.tolist()) == [3, 4]
    assert set(found.items.tolist()) == {2, 4}


def test_a_selectivity_of_one_property_looks_at_no_value_of_another():
    pairs = pool_pairs(
        4, metals=["Cu+2", "Cu+2", "Zn+2", "Zn+2"], ligands=["A"] * 4,
        properties=["log β", "recovery"] * 2, same_pair=[0, 0, 1, 1],
    )  # fmt: skip
    parts = CU_OVER_ZN.parts(pairs)
    assert parts.tolist() == [[0, 2], [-1, -1], [-1, -1], [-1, -1]]
    both = Pareto(objectives=[CU_OVER_ZN, Maximise(of="recovery")])
    assert both.parts(pairs)[0].tolist() == [0, 2, 1]
    assert roles(both, pairs, np.array([0, 2, 1]), np.array([0, 0, 0])) == [
        "target", "competitor", "",
    ]  # fmt: skip
