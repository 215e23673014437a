"""Tasks on Dask: results, errors, workers and schedulers that end."""

import os
import signal
import sys
import time

import pytest
from dask_processes import end, running

from bo_loop.base import cluster, parallel
from bo_loop.base.cluster import Dask
from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.base.parallel import processes
from bo_loop.cli.main import main


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
    monkeypatch.setattr(cluster, "versions", lambda: {"bo_loop": "0.0.1"})
    with pytest.raises(ConfigError, match=r"bo_loop .* there, 0\.0\.1 here"):
        list(workers.run(squared, [1]))
    with pytest.raises(ConfigError, match=r"The worker t.* has other versions: bo_loop"):
        cluster.require_versions(workers.client)


@pytest.fixture
def tls(tmp_path):
    """A key and a certificate, and what names them in Dask's own configuration."""
    from distributed import Security

    made = Security.temporary()
    for name, content in (("key", made.tls_client_key), ("cert", made.tls_client_cert)):
        (tmp_path / name).write_text(content)
    files = {"ca-file": tmp_path / "cert"} | {
        f"{role}.{name}": tmp_path / name
        for role in ("scheduler", "worker", "client")
        for name in ("key", "cert")
    }
    named = {f"distributed.comm.tls.{name}": str(path) for name, path in files.items()}
    return named | {"distributed.comm.require-encryption": True}


def test_a_scheduler_that_is_lost_is_one_error_and_so_is_one_without_certificates(
    tls, tmp_path, monkeypatch
):
    import dask

    monkeypatch.setattr(cluster, "_CONNECT_S", 3)
    dask_s_own = tls | {"distributed.comm.default-scheme": "tls"}
    with running(tmp_path, 1, dask_s_own) as (address, programs):
        assert address.startswith("tls://")
        with pytest.raises(BoLoopError, match="names the certificates"):
            Dask(scheduler=address).session().__enter__()
        with dask.config.set(tls), Dask(scheduler=address).session():
            results = parallel.cluster().run(told, range(100))
            next(results)
            end(programs[0])
            with pytest.raises(BoLoopError, match="was lost while it computed"):
                list(results)


@pytest.mark.parametrize("address", ["nowhere", "carrier-pigeon://host:1", "tcp://127.0.0.1:1"])
def test_a_scheduler_that_cannot_be_reached_ends_the_command(address, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.2)
    words = ["bo-loop", "simulate", "out=x", "target=[Ni+2]", "compute=dask"]
    monkeypatch.setattr(sys, "argv", [*words, f"compute.scheduler={address}"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"The Dask scheduler {address} cannot be reached" in capsys.readouterr().err


def test_no_worker_is_one_error(monkeypatch):
    class Deserted:
        def nthreads(self):
            return {}

        def wait_for_workers(self, n, timeout):
            raise TimeoutError

        def submit(self, *arguments, **options):
            return object()

    monkeypatch.setattr(cluster, "PATIENCE_S", 0.1)
    with pytest.raises(BoLoopError, match="has no worker"):
        cluster.require_worker(Deserted(), "It")
    with pytest.raises(BoLoopError, match="no worker for a minute"):
        list(cluster.Cluster(Deserted(), "It").run(squared, [1]))


def test_workers_are_counted_and_belong_to_one_cluster():
    with pytest.raises(ConfigError, match="give one of the two"):
        Dask(scheduler="tcp://host:8786", workers=2)
    with pytest.raises(ConfigError, match=r"compute\.workers is 0"):
        Dask(workers=0)


def test_without_dask_one_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'bo-loop\[dask\]'"):
        Dask(workers=1).session().__enter__()


@pytest.mark.parametrize(("n", "seconds", "expected"), [(1, 2.0, 1), (8, 0.1, 16), (9, 0.9, 5)])
def test_short_tasks_travel_together(n, seconds, expected):
    assert cluster.batch_size(n, seconds) == expected
