"""Which Dask cluster to compute on: it is reached, or started, and its workers are checked."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bo_loop.base.checks import require_count
from bo_loop.base.cluster_executor import PATIENCE, PATIENCE_S, Cluster, first_line
from bo_loop.base.cluster_tasks import require_same, versions
from bo_loop.base.errors import BoLoopError, ConfigError
from bo_loop.base.extras import optional
from bo_loop.base.parallel import usable_cores, using

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

_CONNECT_S = 10


@dataclass(frozen=True)
class Dask:
    """A Dask cluster: one that is there, or processes of this machine for as long as they are used.

    TLS, time limits and all else of the connection are Dask's own configuration. A worker runs one
    task at a time, on one thread.

    Parameters
    ----------
    scheduler : str, optional
        Address of a scheduler, ``tcp://host:8786`` or ``tls://host:8786``.
    workers : int, optional
        Without a scheduler, how many processes of this machine; one a core if not given. They are
        reached from this machine alone, with a certificate that only this session has.

    Raises
    ------
    ConfigError
        If both are given, or `workers` is less than 1.
    """

    scheduler: str | None = None
    workers: int | None = None

    def __post_init__(self):
        if self.workers is None:
            return
        require_count("compute.workers", self.workers)
        if self.scheduler is not None:
            raise ConfigError(
                "compute.workers starts workers on this machine, and compute.scheduler names a "
                "cluster that has its own: give one of the two."
            )

    @contextmanager
    def session(self) -> Iterator[None]:
        """Let all that runs in parallel within the block run on the cluster.

        Raises
        ------
        ConfigError
            If Dask is not installed, or versions of a worker differ.
        BoLoopError
            If the scheduler cannot be reached, or has no workers.
        """
        optional("dask", "cryptography")  # what Dask makes certificates with
        distributed = optional("dask", "distributed")
        with ExitStack() as stack:
            stack.enter_context(_silent())
            if self.scheduler is None:
                where, there = "The cluster of this machine", stack.enter_context(self._own())
            else:
                where, there = f"The Dask scheduler {self.scheduler}", self.scheduler
                _require_reachable(self.scheduler, where)
            client = stack.enter_context(distributed.Client(there, set_as_default=False))
            require_worker(client, where)
            require_versions(client)
            stack.enter_context(using(Cluster(client, where)))
            yield

    def _own(self) -> "LocalCluster":
        """Start workers on this machine."""
        import dask
        from distributed import LocalCluster, Security

        own = {
            # A task whose worker died is tried once more by `Cluster`, and not by Dask as well.
            "distributed.scheduler.allowed-failures": 0,
            # Dask's workers return memory to the system at once, and a model of tiles wants it back
            # at once: that took as much time as the computation.
            "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
        }
        with dask.config.set(own):
            try:
                return LocalCluster(
                    n_workers=self.workers or usable_cores(),
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    security=Security.temporary(),
                )
            except RuntimeError as error:
                raise BoLoopError(
                    f"Dask could not start workers on this machine ({first_line(error)})."
                ) from error


@contextmanager
def _silent() -> Iterator[None]:
    """Keep back what Dask logs: errors are raised, and said once."""
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)
               if name.partition(".")[0] == "distributed"]  # fmt: skip
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _require_reachable(scheduler: str, where: str) -> None:
    """Connect once; Dask's own client would take half a minute to say that it cannot."""
    from distributed import Security
    from distributed.comm import connect

    async def connected() -> None:
        how = Security().get_connection_args("client")
        await (await connect(scheduler, timeout=_CONNECT_S, **how)).close()

    try:
        asyncio.run(connected())
    except (OSError, ValueError, TypeError) as error:
        raise BoLoopError(
            f"{where} cannot be reached ({first_line(error)}). Check its address, "
            "and that it runs; with TLS, that Dask's configuration names the certificates. "
            "compute=local does without it."
        ) from error


def require_worker(client: "Client", where: str) -> None:
    """Wait for a first worker."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as error:
        raise BoLoopError(
            f"{where} has no worker, and none came within {PATIENCE}. Start some: dask worker "
            "ADDRESS --nthreads 1."
        ) from error


def require_versions(client: "Client") -> None:
    """Check the workers that are there before they are sent anything; errors of `require_same`."""
    own = versions()
    for address, found in client.get_versions(packages=list(own))["workers"].items():
        require_same(own, found["packages"], f"The worker {address}")
