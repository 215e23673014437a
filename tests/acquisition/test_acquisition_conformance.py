"""What every acquisition must do under every objective."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakePosterior, pool_pairs, reason

from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise, Minimise
from bo_loop.acquisition.objectives.compound import Cost, Range, Selectivity, Target
from bo_loop.acquisition.objectives.several import Pareto, WeightedSum
from bo_loop.acquisition.scores.auto import Auto
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, MaxVariance, Random
from bo_loop.acquisition.scores.joint import QUCB, QLogEI, QLogNEI, Thompson
from bo_loop.acquisition.scores.values import item_values
from bo_loop.base.errors import ConfigError

SIZE = 60
IDS = [f"Ni+2:L1:{row:03d}" for row in range(SIZE)]
ONE_N = pool_pairs(SIZE, IDS, cost=np.linspace(1.0, 9.0, SIZE))
MIXED_N = pool_pairs(np.arange(SIZE) % 3 + 1, IDS)
METALS = pool_pairs(
    SIZE, IDS, ["Cu+2", "Zn+2", "Ni+2"] * 20, np.repeat(np.arange(20), 3), cost=np.ones(SIZE)
)
SELECTIVE = Selectivity(metal="Cu+2", competitors=["Zn+2", "Ni+2"])
ACQUISITIONS = [
    Auto(), LogEI(), EI(), UCB(beta=4.0), PI(), Greedy(), MaxVariance(), Random(), Thompson(),
    QLogEI(), QLogNEI(), QUCB(), LogEI(allow_replicates=True), EI(allow_replicates=True),
    UCB(allow_replicates=True), MaxVariance(allow_replicates=True), Thompson(allow_replicates=True),
    Auto(allow_replicates=True),
]  # fmt: skip
LIKELY = replace(METALS, log_success=-np.linspace(0.0, 2.0, SIZE))
OBJECTIVES = {
    "maximise": (Maximise(), ONE_N),
    "minimise": (Minimise(), ONE_N),
    "maximise mixed n": (Maximise(free_ligand_M=1e-3), MIXED_N),
    "minimise mixed n": (Minimise(free_ligand_M=0.1), MIXED_N),
    "target": (Target(log_beta=9.0), ONE_N),
    "range": (Range(low=8.0, high=9.5), ONE_N),
    "selectivity": (SELECTIVE, METALS),
    "sum": (WeightedSum(objectives=[Maximise(), SELECTIVE], weights=[0.5, 1.0]), METALS),
    "cost": (Maximise(per_cost=True), ONE_N),
    "constraint": (Maximise(constraints=["log_beta(Zn+2, n=1) < 11"]), METALS),
    "selectivity, constraint, cost": (
        Selectivity(
            metal="Cu+2",
            competitors=["Zn+2"],
            constraints=["log_beta(Ni+2, n=1) > 7"],
            per_cost=True,
        ),
        METALS,
    ),
    "feasibility": (Maximise(feasibility=True), LIKELY),
    "feasibility, nothing failed": (Minimise(feasibility=True), ONE_N),
    "selectivity, feasibility, cost": (
        Selectivity(metal="Cu+2", competitors=["Zn+2"], feasibility=True, per_cost=True),
        LIKELY,
    ),
    "pareto, feasibility": (Pareto(objectives=[SELECTIVE, Cost()], feasibility=True), LIKELY),
    "pareto": (Pareto(objectives=[Maximise(), Cost()]), ONE_N),
    "pareto of three": (Pareto(objectives=[Maximise(), SELECTIVE, Cost()]), METALS),
}


def named(acquisition) -> str:
    return type(acquisition).__name__ + " replicates" * acquisition.allow_replicates


def refused(acquisition, objective) -> bool:
    weighted = objective.constraints or objective.per_cost or objective.feasibility
    takes_gains = isinstance(acquisition, Auto | LogEI | EI | PI | Random)
    return not takes_gains and bool(weighted or not objective.scalar)


def cases(wanted):
    return pytest.mark.parametrize(
        ("acquisition", "objective", "pairs"),
        [
            pytest.param(acquisition, *case, id=f"{named(acquisition)}-{name}")
            for acquisition in ACQUISITIONS
            for name, case in OBJECTIVES.items()
            if wanted(acquisition, case[0])
        ],
    )


EVERY = cases(lambda acquisition, objective: not refused(acquisition, objective))
REFUSED = cases(refused)
REPLICATING = cases(
    lambda acquisition, objective: (
        acquisition.allow_replicates and not refused(acquisition, objective)
    )
)


@pytest.fixture
def posterior():
    fake = FakePosterior.random(SIZE, np.random.default_rng(11))
    known = np.array([4, 5])
    # Two rows known exactly.
    return fake.condition(known, fake.mean(known), np.zeros(2))


def choose(posterior, acquisition, objective, pairs, seed=0, **options):
    parts = objective.parts(pairs)
    every = np.flatnonzero(parts[:, 0] >= 0)
    some = every[4:6]
    known, others = (item_values(posterior, objective, pairs, items) for items in (some, every))
    best = objective.best(known, lambda: others)
    arguments = {
        "rows": np.arange(1, SIZE, 2), "pairs": pairs, "incumbent": best, "q": 7,
        "rng": np.random.default_rng(seed), "noise": 0.1, "known_items": some,
    }  # fmt: skip
    return select(posterior, objective, acquisition, **(arguments | options))


@EVERY
def test_batches_are_distinct_open_rows(posterior, acquisition, objective, pairs):
    rows = np.arange(1, SIZE, 2)
    before = posterior.means.copy(), posterior.covariances.copy(), rows.copy()

    def picks(seed):
        return choose(
            posterior, acquisition, objective, pairs, seed, rows=rows, pending_rows=np.array([0, 2])
        )

    found = picks(0)
    assert len(set(found.rows)) == 7
    assert set(found.rows) <= set(rows)
    assert found.rows.dtype == found.items.dtype == np.int64
    assert np.isfinite(found.scores).all()
    parts = objective.parts(pairs)
    assert all(row in parts[item] for row, item in zip(found.rows, found.items, strict=True))
    again = picks(0)
    assert again.rows.tolist() == found.rows.tolist()
    assert again.scores.tolist() == found.scores.tolist()
    after = posterior.means, posterior.covariances, rows
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


@EVERY
def test_all_open_rows_come_back_once(posterior, acquisition, objective, pairs):
    rows = np.array([3, 4, 21, 22])
    found = choose(posterior, acquisition, objective, pairs, rows=rows, q=SIZE)
    assert sorted(found.rows) == [3, 4, 21, 22]


@EVERY
def test_the_order_of_rows_does_not_decide(posterior, acquisition, objective, pairs):
    rows = np.arange(1, SIZE, 2)
    shuffled = np.random.default_rng(3).permutation(rows)
    first = choose(posterior, acquisition, objective, pairs, rows=rows, q=4)
    assert choose(posterior, acquisition, objective, pairs, rows=shuffled, q=4).rows.tolist() == (
        first.rows.tolist()
    )


@REPLICATING
def test_measured_items_come_back(posterior, acquisition, objective, pairs):
    parts = objective.parts(pairs)
    measured = np.unique(parts[np.flatnonzero(parts[:, 0] >= 0)[:2]])
    found = choose(posterior, acquisition, objective, pairs, rows=[], measured_rows=measured, q=9)
    assert sorted(found.rows) == measured.tolist()
    assert np.isfinite(found.scores).all()


@REFUSED
def test_what_cannot_be_weighed_or_compared_is_refused(posterior, acquisition, objective, pairs):
    with pytest.raises(ConfigError, match=r"Choose auto, log_ei, ei or pi"):
        choose(posterior, acquisition, objective, pairs)


@pytest.mark.parametrize("acquisition", ACQUISITIONS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("objective", [Maximise(), Minimise(), Target(log_beta=3.0), SELECTIVE])
def test_reason_is_a_sentence(acquisition, objective):
    for mean, sd in ((3.0, 1.0), (1.0, 0.3), (2.0, 0.0), (5.0, 0.0), (0.0, 1.0)):
        text = reason(acquisition, mean, sd, 2.0, objective)
        assert " chance to beat " in text
        assert "nan" not in text
        assert "-0.00" not in text
