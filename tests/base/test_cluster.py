"""Clusters that are reached, or not, and what is said then."""

import os
import sys
import time

import pytest
from dask_processes import end, running

from bo_loop.base import cluster, cluster_executor, parallel
from bo_loop.base.cluster import Dask
from bo_loop.base.errors import BoLoopError, ConfigError
from bo_loop.cli.main import main


def squared(x):
    return x * x


def told(x):
    time.sleep(0.05)
    return os.getpid(), os.environ["OMP_NUM_THREADS"]


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

    for module in (cluster, cluster_executor):
        monkeypatch.setattr(module, "PATIENCE_S", 0.1)
    with pytest.raises(BoLoopError, match="has no worker"):
        cluster.require_worker(Deserted(), "It")
    with pytest.raises(BoLoopError, match="no worker for 3 minutes"):
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
