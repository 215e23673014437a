"""Run tasks on a Dask cluster, as `bo_loop.base.parallel` runs them on this machine.

Functions, tasks and results travel as pickles between machines of one's own, never from a file.
The scheduler passes them on as bytes, so that it needs neither torch nor what a task is made of.
Short tasks travel in batches that last about half a second.

Dask runs a task again if its worker dies, but also blames those that merely waited there; so each
that it gave up is run once more, alone, before it counts as lost.
"""

import asyncio
import logging
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bo_loop.base.checks import require_count
from bo_loop.base.cluster_tasks import called, pickled, require_same, restored, versions
from bo_loop.base.errors import BoLoopError, ConfigError
from bo_loop.base.extras import optional
from bo_loop.base.parallel import usable_cores, using

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

T = TypeVar("T")
R = TypeVar("R")

PATIENCE_S = 60.0
"""So long a cluster may be without a worker."""

_CONNECT_S = 10
_BATCH_S = 0.5
_MOST_AT_ONCE = 256
_AHEAD = 2  # batches that a worker has at hand, so that it never waits for the next


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
                    f"Dask could not start workers on this machine ({_first_line(error)})."
                ) from error


class Cluster:
    """The `Executor` of a Dask client.

    Parameters
    ----------
    client : distributed.Client
    where : str
        What messages call the cluster.
    """

    def __init__(self, client: "Client", where: str):
        self.client, self._where = client, where

    def run(
        self,
        function: Callable[[T], R],
        tasks: Sequence[T],
        *,
        lost: Callable[[T], R] | None = None,
    ) -> Iterator[tuple[int, R]]:
        """Call `function` with each task; see `Executor.run`.

        Each worker receives `function`, and what it holds, once.

        Raises
        ------
        BoLoopError
            Also if the scheduler is lost, or stays without a worker for a minute.
        """
        if not len(tasks):
            return
        name = f"{_name(function)}-{uuid.uuid4().hex[:12]}"
        content, suspects = pickled(function), []
        yield from self._run(name, content, tasks, range(len(tasks)), suspects, None)
        for position in sorted(suspects):
            alone: list[int] = []
            yield from self._run(name, content, tasks, [position], alone, 1)
            if alone:
                if lost is None:
                    raise BoLoopError(
                        "Workers that computed a task ended without a result, one after another: "
                        "memory ran out, or a library crashed. What was finished is kept. Give "
                        "the workers more memory, and repeat the command."
                    )
                yield position, lost(tasks[position])

    def _run(
        self,
        name: str,
        function: bytes,
        tasks: Sequence[T],
        positions: Sequence[int],
        suspects: list[int],
        at_once: int | None,
    ) -> Iterator[tuple[int, R]]:
        """Run the tasks at `positions`; `suspects` receives those whose workers died."""
        left, size = deque(positions), 1
        under_way: dict[Future, list[int]] = {}
        with self._told():
            held = self._submit(f"held-{name}-{left[0]}", restored, function)
        try:
            while left or under_way:
                with self._told():
                    room = at_once or _AHEAD * self._count()
                    while left and len(under_way) < room:
                        fair = -(-len(left) // room)
                        batch = [left.popleft() for _ in range(min(size, fair, len(left)))]
                        blob = pickled([tasks[position] for position in batch])
                        key = f"{name}-{batch[0]}-{uuid.uuid4().hex[:8]}"
                        under_way[self._submit(key, called, held, blob)] = batch
                    ended = self._wait(under_way)
                for future, outcome in ended:
                    batch = under_way.pop(future)
                    if outcome is None:
                        suspects += batch
                        continue
                    results, error, seconds = outcome
                    yield from zip(batch, results, strict=False)
                    if error is not None:
                        raise error
                    size = batch_size(len(batch), seconds)
        finally:
            with suppress(Exception):  # what is left of a cluster that may be gone
                self.client.cancel(list(under_way), force=True)

    def _submit(self, key: str, function: Callable[..., Any], *arguments: Any) -> "Future":
        with warnings.catch_warnings():
            # A model is large, and is meant to be held by every worker.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self.client.submit(function, *arguments, versions(), key=key, pure=False)

    def _wait(self, under_way: dict["Future", list[int]]) -> list[tuple["Future", Any]]:
        """Wait for one or more; return each with its outcome, None where workers died."""
        from distributed import KilledWorker, wait

        while True:
            try:
                with self.client.as_current():
                    done = wait(list(under_way), timeout=1.0, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                self._count()
                continue
            found = []
            for future in done:
                error = future.exception() if future.status == "error" else None
                if error is not None and not isinstance(error, KilledWorker):
                    raise error
                found.append((future, None if error is not None else future.result()))
            return found

    def _count(self) -> int:
        """Return how many workers there are; wait for the first."""
        began = time.monotonic()
        while not (found := len(self.client.nthreads())):
            if time.monotonic() - began > PATIENCE_S:
                raise _WithoutWorkers
            time.sleep(0.5)
        return found

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what a lost cluster means."""
        try:
            yield
        except _WithoutWorkers as error:
            raise BoLoopError(
                f"{self._where} has had no worker for a minute. What was finished is kept. Start "
                "workers, and repeat the command."
            ) from error
        except (OSError, CancelledError, TimeoutError) as error:
            raise BoLoopError(
                f"{self._where} was lost while it computed ({_first_line(error)}). What was "
                "finished is kept. Start it again, and repeat the command."
            ) from error


class _WithoutWorkers(Exception):
    """No worker came."""


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
            f"{where} cannot be reached ({_first_line(error)}). Check its address, "
            "and that it runs; with TLS, that Dask's configuration names the certificates. "
            "compute=local does without it."
        ) from error


def require_worker(client: "Client", where: str) -> None:
    """Wait for a first worker."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as error:
        raise BoLoopError(
            f"{where} has no worker, and none came within a minute. Start some: dask worker "
            "ADDRESS --nthreads 1."
        ) from error


def require_versions(client: "Client") -> None:
    """Check the workers that are there before they are sent anything; errors of `require_same`."""
    own = versions()
    for address, found in client.get_versions(packages=list(own))["workers"].items():
        require_same(own, found["packages"], f"The worker {address}")


def batch_size(n: int, seconds: float) -> int:
    """Return how many tasks to send at once, after `n` took so many seconds."""
    return max(1, min(_MOST_AT_ONCE, 2 * n, int(n * _BATCH_S / max(seconds, 1e-6))))


def _name(function: Callable[..., Any]) -> str:
    """Return what Dask's dashboard calls a task."""
    inner = getattr(function, "func", function)  # of a partial
    return getattr(inner, "__name__", type(inner).__name__).strip("_")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
