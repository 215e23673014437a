"""Tasks on Dask: results, errors, results that stay, workers that end."""

import os
import signal
import time

import pytest

from bo_loop.base import cluster, cluster_executor, parallel
from bo_loop.base.cluster import Dask
from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.base.parallel import processes


def squared(x):
    if x == "bad":
        raise DataError("no number", ["row 3"])
    return x * x


def dying(x):
    if x == 4:
        os._exit(9)
    return x * x


def told(x):
    time.sleep(0.05)
    return os.getpid(), os.environ["OMP_NUM_THREADS"]


@pytest.fixture(scope="module")
def workers():
    with Dask(workers=2).session():
        found = parallel.cluster()
        with parallel.using(None):  # not for the other tests of this process
            yield found
    assert parallel.cluster() is None


def test_every_task_comes_back_with_its_position(workers):
    assert sorted(workers.run(squared, range(700))) == [(i, i * i) for i in range(700)]
    assert list(workers.run(squared, [])) == []


def test_the_first_error_is_raised_as_it_is(workers):
    with pytest.raises(DataError, match="no number") as caught:
        list(workers.run(squared, [1, "bad", 3]))
    assert caught.value.problems == ("row 3",)


def test_both_workers_compute_on_one_thread_each(workers):
    found = {result for _, result in workers.run(told, range(12))}
    assert len(found) == 2
    assert os.getpid() not in {pid for pid, _ in found}
    assert {threads for _, threads in found} == {"1"}


def test_a_worker_that_is_killed_costs_no_result(workers):
    results = workers.run(told, range(30))
    found = [next(results)]
    os.kill(found[0][1][0], signal.SIGKILL)
    found += results
    assert sorted(position for position, _ in found) == list(range(30))
    assert len({pid for _, (pid, _) in found}) >= 2


def sluggish(task):
    """Sleep on one of the workers."""
    x, slow = task
    time.sleep(1.0 if os.getpid() == slow else 0.0)
    return x * x, os.getpid()


def test_a_slow_worker_leaves_to_the_others_what_is_left(workers):
    slow = min(pid for _, (pid, _) in workers.run(told, range(12)))
    tasks = [(i, slow) for i in range(24)]
    held = workers.hold(sluggish, tasks, lambda done: None)
    for found in (workers.run(sluggish, tasks), held.ask(dict.fromkeys(range(24), tuple))):
        of = dict(found)
        assert {i: value for i, (value, _) in of.items()} == {i: i * i for i in range(24)}
        assert 1 <= sum(pid == slow for _, pid in of.values()) < 12  # of 24


def test_a_task_that_kills_its_workers_costs_itself_only(workers):
    found = sorted(workers.run(dying, range(8), lost=lambda task: -task))
    assert found == [(i, -4 if i == 4 else i * i) for i in range(8)]
    with pytest.raises(BoLoopError, match="ended without a result"):
        list(workers.run(dying, [3, 4]))


def test_the_cluster_in_use_takes_the_place_of_processes(workers):
    with parallel.using(workers):
        assert processes(None, 9) is workers
        with pytest.raises(ConfigError, match="compute=dask computes elsewhere"):
            processes(2, 9)
    assert processes(2, 9).workers == 2


def test_a_worker_of_other_versions_is_refused(workers, monkeypatch):
    for module in (cluster, cluster_executor):
        monkeypatch.setattr(module, "versions", lambda: {"bo_loop": "0.0.1"})
    with pytest.raises(ConfigError, match=r"bo_loop .* there, 0\.0\.1 here"):
        list(workers.run(squared, [1]))
    with pytest.raises(ConfigError, match=r"The worker t.* has other versions: bo_loop"):
        cluster.require_versions(workers.client)


def test_a_result_lost_before_it_was_fetched_is_that_of_a_worker_that_died(workers, monkeypatch):
    from distributed import Future, KilledWorker

    def lost(future):
        raise KilledWorker("squared", "tcp://10.0.0.1:1", 0)

    future = workers.client.submit(squared, 3)
    assert workers.wait([future]) == [(future, 9)]
    monkeypatch.setattr(Future, "result", lost)
    assert workers.wait([future]) == [(future, None)]


def made(x):
    return squared(x), os.getpid()


def where(held):
    return *held, os.getpid()


def ending(held):
    os._exit(9)


def complaining(held):
    raise DataError(f"{held[0]} will not do")


def test_results_stay_and_answer_where_they_are(workers):
    heard = []
    held = workers.hold(made, range(9), heard.append)
    assert heard == list(range(1, 10))
    found = dict(held.ask({at: where for at in (1, 4, 8)}))
    assert {at: value for at, (value, _, _) in found.items()} == {1: 1, 4: 16, 8: 64}
    assert all(maker == here != os.getpid() for _, maker, here in found.values())


def test_errors_of_what_stays_and_of_answers_are_raised(workers):
    with pytest.raises(DataError, match="no number"):
        workers.hold(made, [1, "bad", 3], print)
    held = workers.hold(made, range(3), lambda done: None)
    with pytest.raises(DataError, match="4 will not do"):
        list(held.ask({2: complaining}))


def test_what_a_killed_worker_held_is_made_once_more(workers):
    held = workers.hold(made, range(8), lambda done: None)
    first = dict(held.ask(dict.fromkeys(range(8), where)))
    killed = first[0][1]
    os.kill(killed, signal.SIGKILL)
    again = dict(held.ask(dict.fromkeys(range(8), where)))
    assert {at: value for at, (value, _, _) in again.items()} == {i: i * i for i in range(8)}
    assert killed not in {maker for _, maker, _ in again.values()}


def test_a_question_that_kills_every_worker_is_one_error(workers):
    held = workers.hold(made, range(2), lambda done: None)
    with pytest.raises(BoLoopError, match="ended without a result"):
        list(held.ask({1: ending}))


@pytest.mark.parametrize(("n", "seconds", "expected"), [(1, 2.0, 1), (8, 0.1, 16), (9, 0.9, 5)])
def test_short_tasks_travel_together(n, seconds, expected):
    assert cluster_executor.batch_size(n, seconds) == expected
