"""A pool answered by parts is the pool answered here, to the last bit."""

import contextvars
import pickle
import time
from dataclasses import dataclass, replace

import cloudpickle
import numpy as np
import pytest
import staged_models
from model_tables import chemistry, log_beta, pairs, stated

from bo_loop.acquisition.batch.ranking import ranking
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.functions import EI, PI, UCB, Greedy, LogEI, MaxVariance
from bo_loop.acquisition.scores.joint import QLogEI, Thompson
from bo_loop.base.cluster_executor import Cluster
from bo_loop.base.parallel import using
from bo_loop.base.progress import heard_by
from bo_loop.models.gp import parted
from bo_loop.models.gp import posterior as pool_posterior
from bo_loop.models.gp.parted import Part
from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.pair_gp import PairGP

TRAIN = 30
ANSWERS = ("mean", "variance_bound", "variance")


class Elsewhere:
    """Another process but for the process: all that goes there is pickled, the last task first."""

    def __init__(self):
        self.asked, self.returned = [], 0

    def run(self, function, tasks, *, lost=None):
        function = sent(function)
        for position in reversed(range(len(tasks))):
            task = sent(tasks[position])
            self.asked.append(function.name)
            # A context of its own: there, no cluster is in use.
            yield position, sent(contextvars.Context().run(function, task))

    def hold(self, function, tasks, done):
        function, held = sent(function), {}
        for at in reversed(range(len(tasks))):
            held[at] = contextvars.Context().run(function, sent(tasks[at]))
            done(len(held))
        return Staying(self, held)


class Staying:
    """What stays elsewhere."""

    def __init__(self, elsewhere, held):
        self.elsewhere, self.held = elsewhere, held

    def ask(self, questions):
        for at in reversed(questions):
            answer = sent(sent(questions[at])(self.held[at]))
            self.elsewhere.returned += len(getattr(answer, "rows", ()))
            yield at, answer


def sent(value):
    return pickle.loads(cloudpickle.dumps(value))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of 7 rows by 30 training pairs."""
    monkeypatch.setattr(pool_posterior, "BLOCK_BYTES", 7 * 8 * TRAIN)


def matern():
    features = pairs(200)
    known = features.take(np.arange(TRAIN))
    return MaternGP().build(known, log_beta(known), None, stated(known)), features


def product():
    features = chemistry(200)
    known = features.take(np.arange(TRAIN))
    with pytest.warns(UserWarning, match="before it converged"):
        return PairGP(max_iter=2).fit(known, log_beta(known)), replace(features, source=None)


def staged():
    model, features, _ = staged_models.built()
    return model, features


@pytest.mark.parametrize("case", [matern, product, staged])
def test_parts_say_what_the_whole_does_to_the_last_bit(case):
    model, features = case()
    rows, elsewhere, heard = np.arange(len(features)), Elsewhere(), []
    here = [getattr(model.bind(features), name)(rows) for name in ANSWERS]
    with using(elsewhere), heard_by(lambda *said: heard.append(said)):
        bound = model.bind(features)
        there = [getattr(bound, name)(rows) for name in ANSWERS]
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert set(elsewhere.asked) == set(ANSWERS)
    assert heard[-1][1] == heard[-1][2]


def test_a_part_holds_what_its_own_pairs_use_and_no_more():
    _, features = matern()
    some = features.take(np.array([40, 41, 42]))
    part = sent(Part.of(some))
    assert len(part.ligand["mordred"]) == len(np.unique(features.ligand_row[40:43]))
    np.testing.assert_array_equal(part.features().dense(), some.dense())
    assert {column.values.nbytes for column in part.columns[:2]} <= {3, 8}  # a byte, or constant


def test_the_model_travels_without_the_ligands_of_the_pool():
    features = pairs(200, n_ligands=5_000)
    known = features.take(np.arange(TRAIN))
    model = MaternGP().build(known, log_beta(known), None, stated(known))
    compact = model.compact()
    none = features.take(np.empty(0, dtype=np.int64))
    trained_on = compact.extended(none).ligand_group[:-5_000]
    np.testing.assert_array_equal(trained_on, np.unique(known.ligand_row) // 2)
    assert len(cloudpickle.dumps(model)) > 5_000 * 8 * 9 > 5 * len(cloudpickle.dumps(compact))
    here, there = (
        each.bind(each.extended(features)).variance(np.arange(200)) for each in (model, compact)
    )
    np.testing.assert_array_equal(here, there)


def test_what_fits_a_block_and_what_is_known_is_not_asked_elsewhere():
    model, features = matern()
    elsewhere = Elsewhere()
    with using(elsewhere):
        bound = model.bind(features)
        bound.mean(np.arange(7))
        assert elsewhere.asked == []
        bound.mean(np.arange(200))
        assert elsewhere.asked == ["mean"] * 28  # 193 rows in blocks of 7
        bound.mean(np.arange(200))
        assert len(elsewhere.asked) == 28


@dataclass(frozen=True)
class Plain:
    """A ceiling that is the mean."""

    def of(self, rows):
        return self

    def __call__(self, mean, variance_bound):
        return mean


@pytest.mark.parametrize("case", [matern, staged])
@pytest.mark.parametrize("most", [1, 5, 40, 199])
def test_the_highest_of_all_parts_are_those_of_the_whole(case, most):
    model, features = case()
    rows, besides = np.arange(len(features)), np.array([3, 17])
    whole = model.bind(features).screen(rows).highest(most, Plain(), besides)
    elsewhere = Elsewhere()
    with using(elsewhere):
        screen = model.bind(features).screen(rows)
        found = screen.highest(most, Plain(), besides)
        assert len(screen.non_finite()) == 0
    first, same = (x.rows[np.lexsort((x.rows, -x.ceiling))[:most]] for x in (found, whole))
    np.testing.assert_array_equal(first, same)
    assert found.n_rest + len(found.rows) == len(features) - 2
    assert found.rest < found.ceiling.min() or not found.n_rest


def test_few_rows_come_back(monkeypatch):
    """Of 10,000 pairs in 20 parts, a batch of five by LogEI."""
    monkeypatch.setattr(pool_posterior, "BLOCK_BYTES", 500 * 8 * TRAIN)
    features = pairs(10_000, n_metals=10, n_ligands=1_000)
    known = features.take(np.arange(TRAIN))
    model = MaternGP().build(known, log_beta(known), None, stated(known))
    elsewhere = Elsewhere()
    with using(elsewhere):
        _, options = asked(model, features)
        select(model.bind(features), Maximise(), LogEI(), q=5, **options)
    assert 5 * 256 <= elsewhere.returned < 4_000


def test_a_factor_too_large_to_share_stays_here(monkeypatch):
    model, features = matern()
    rows, elsewhere = np.arange(200), Elsewhere()
    expected = model.bind(features).variance(rows)
    monkeypatch.setattr(parted, "SHARED_BYTES", 8 * TRAIN**2 - 1)
    with using(elsewhere):
        np.testing.assert_array_equal(model.bind(features).variance(rows), expected)
    assert elsewhere.asked == []


def pool(features):
    n = len(features)
    return PoolPairs(
        pair_ids=[f"M{m}:{i}" for i, m in enumerate(features.metal_row)],
        n_ligands=np.ones(n, dtype=np.int64),
        metals=features.metal_row.astype(str).tolist(),
        ligands=features.ligand_row.astype(str).tolist(),
        own=np.ones(n, dtype=bool),
    )


def chosen(model, features, acquisition):
    """A batch of five, and the ranking."""
    rows, options = asked(model, features)
    batch = select(model.bind(features), Maximise(), acquisition, q=5, **options)
    options = asked(model, features)[1] | {"pending_rows": rows[:2], "rows": rows[2:]}
    order, scores = ranking(model.bind(features), Maximise(), acquisition, **options)
    return batch.rows, batch.scores, order, scores


def asked(model, features):
    rows = np.arange(TRAIN, len(features))
    options = {
        "rows": rows, "pairs": pool(features), "incumbent": 12.0, "noise": model.noise(features),
        "rng": np.random.default_rng(0),
    }  # fmt: skip
    return rows, options


@pytest.mark.parametrize(
    "acquisition", [LogEI(), EI(), UCB(), PI(), Greedy(), MaxVariance(), Thompson(), QLogEI()]
)
def test_batches_and_rankings_are_the_same_to_the_last_row(acquisition):
    model, features = matern()
    here = chosen(model, features, acquisition)
    with using(Elsewhere()):
        there = chosen(model, features, acquisition)
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def same_on_workers(numbers, n, n_ligands):
    """Compare batches chosen in this process with those of so many workers."""
    from distributed import Client, LocalCluster

    features = pairs(n, n_metals=57, n_ligands=n_ligands)
    known = features.take(np.arange(1_500))
    model = MaternGP().build(known, log_beta(known), None, stated(known))

    def batch():
        _, options = asked(model, features)
        return select(model.bind(features), Maximise(), LogEI(), q=5, **options)

    here = batch()
    with (
        LocalCluster(1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as workers,
        Client(workers, set_as_default=False) as client,
    ):
        for number in numbers:
            workers.scale(number)
            client.wait_for_workers(number)
            with using(Cluster(client, "The cluster")):
                there = batch()
            np.testing.assert_array_equal(there.rows, here.rows)
            np.testing.assert_array_equal(there.scores, here.scores)


def test_one_worker_and_two_choose_the_same(monkeypatch):
    monkeypatch.undo()  # workers have blocks of their own: the true ones, of 22,369 rows
    same_on_workers((1, 2), 30_000, 500)


class Slow:
    """What a worker does with a part, after a sleep; it counts its parts."""

    made = 0

    def __init__(self, seconds):
        self.seconds, self.whole = seconds, parted.Kept.__call__

    def __call__(self, kept, part):
        Slow.made += 1
        time.sleep(self.seconds)
        return self.whole(kept, part)


def in_small_blocks(seconds):
    """Let a worker cut its pairs into blocks of 100, and be so slow."""
    pool_posterior.BLOCK_BYTES = 100 * 8 * TRAIN
    slow = Slow(seconds)
    parted.Kept.__call__ = lambda kept, part: slow(kept, part)


def parts_made():
    return Slow.made


def test_with_a_slow_worker_the_answer_is_the_same(monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(pool_posterior, "BLOCK_BYTES", 100 * 8 * TRAIN)
    features = pairs(4_000, n_metals=10, n_ligands=400)
    known = features.take(np.arange(TRAIN))
    model = MaternGP().build(known, log_beta(known), None, stated(known))
    here = chosen(model, features, LogEI())
    with (
        LocalCluster(2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as workers,
        Client(workers, set_as_default=False) as client,
    ):
        client.wait_for_workers(2)
        slow, quick = client.nthreads()
        client.run(in_small_blocks, 0.6, workers=[slow])
        client.run(in_small_blocks, 0.0, workers=[quick])
        with using(Cluster(client, "The cluster")):
            there = chosen(model, features, LogEI())
        made = client.run(parts_made)
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert 1 <= made[slow] < made[quick] / 2


@pytest.mark.slow
def test_one_two_and_four_workers_choose_the_same_of_a_million_pairs(monkeypatch):
    monkeypatch.undo()
    same_on_workers((1, 2, 4), 1_000_000, 17_544)
