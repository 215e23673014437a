"""Run a function over many tasks, in this process or in others.

Work that is cut into tasks (descriptors, folds, replays) asks an `Executor` and does not know where
its tasks run. Tasks and results travel between processes, so both are plain picklable values, and
the function is one that a module defines.
"""

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from bo_loop.base.errors import BoLoopError, ConfigError

T = TypeVar("T")
R = TypeVar("R")
H = TypeVar("H")

# Processes run side by side, so each computes on one thread; sums then do not depend on how many
# cores a machine has.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)

# loky replaces a worker whose memory has grown, which is none of the user's concern.
warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning, "loky")


class Executor(Protocol):
    """Where tasks run."""

    def run(
        self,
        function: Callable[[T], R],
        tasks: Sequence[T],
        *,
        lost: Callable[[T], R] | None = None,
    ) -> Iterator[tuple[int, R]]:
        """Call `function` with each task.

        Parameters
        ----------
        function : callable
        tasks : sequence
        lost : callable, optional
            Returns the result of a task whose process ended without one (a crash in native code,
            no memory left). The other tasks go on.

        Yields
        ------
        position : int
            Of the task among `tasks`; in the order in which they finish.
        result

        Raises
        ------
        Exception
            The first that `function` raises; no task is begun after it.
        BoLoopError
            If a process ended without a result, and there is no `lost`.
        """


class Held(Protocol[H]):
    """Results that stay where they were computed, and are asked for what is wanted of them."""

    def ask(self, questions: Mapping[int, Callable[[H], R]]) -> Iterator[tuple[int, R]]:
        """Call functions with results.

        Parameters
        ----------
        questions : mapping of int to callable
            By the position of the task whose result it is called with.

        Yields
        ------
        position, answer
            In the order in which they finish.

        Raises
        ------
        Exception, BoLoopError
            As `Executor.run`.
        """


class Keeper(Executor, Protocol):
    """An executor whose processes last, so that results may stay there."""

    def hold(
        self, function: Callable[[T], H], tasks: Sequence[T], done: Callable[[int], None]
    ) -> Held[H]:
        """Call `function` with each task, and leave the results where they are.

        Parameters
        ----------
        function : callable
        tasks : sequence
            Asked for a task once more if its result is lost.
        done : callable
            Is told how many tasks are done, after each.

        Raises
        ------
        Exception, BoLoopError
            As `run`.
        """


class Serial:
    """One task after another, in this process."""

    def run(
        self,
        function: Callable[[T], R],
        tasks: Sequence[T],
        *,
        lost: Callable[[T], R] | None = None,
    ) -> Iterator[tuple[int, R]]:
        """Call `function` with each task, in order; see `Executor.run`."""
        for position, task in enumerate(tasks):
            yield position, function(task)


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, with one thread each.

    They are started as programs of their own: neither forked (the threads of BLAS do not survive
    that) nor told to run the user's script once more. They end with this process, however it ends.

    Parameters
    ----------
    workers : int
        How many run at once.
    """

    workers: int

    def run(
        self,
        function: Callable[[T], R],
        tasks: Sequence[T],
        *,
        lost: Callable[[T], R] | None = None,
    ) -> Iterator[tuple[int, R]]:
        """Call `function` with each task, in as many processes as there are workers.

        See `Executor.run`. When a process ends early, nobody says which task it had: those that
        were under way are run once more, each alone.
        """
        suspects: list[int] = []
        left = iter(range(len(tasks)))
        while True:
            finished = yield from _run(self.workers, function, tasks, left, suspects)
            if finished:
                return
            for position in sorted(suspects):
                alone: list[int] = []
                if not (yield from _run(1, function, tasks, iter([position]), alone)):
                    if lost is None:
                        raise BoLoopError(
                            "A process that computed ended without a result: memory ran out, or "
                            "a library crashed. What was finished is kept. Close other programs, "
                            "or run fewer processes at once, and repeat the command."
                        )
                    yield position, lost(tasks[position])
            suspects.clear()


_cluster: ContextVar[Keeper | None] = ContextVar("cluster", default=None)


@contextmanager
def using(executor: Keeper | None) -> Iterator[None]:
    """Let what this thread cuts into tasks within the block run on a cluster, or none."""
    token = _cluster.set(executor)
    try:
        yield
    finally:
        _cluster.reset(token)


def cluster() -> Keeper | None:
    """Return the cluster in use, None on this machine alone."""
    return _cluster.get()


@runtime_checkable
class Compute(Protocol):
    """Where a command computes, as the config group ``compute`` says it."""

    def session(self) -> AbstractContextManager[None]:
        """Let what is cut into tasks within the block run there."""


@dataclass(frozen=True)
class Local:
    """No cluster: what is cut into tasks runs in processes of this machine."""

    @contextmanager
    def session(self) -> Iterator[None]:
        """Nothing to prepare."""
        yield


def processes(workers: int | None, n_tasks: int) -> Executor:
    """Return where `n_tasks` tasks run: processes of this machine, or the cluster in use.

    Parameters
    ----------
    workers : int or None
        Processes of this machine at once. None: one for each core that this process may use.
    n_tasks : int

    Raises
    ------
    ConfigError
        If `workers` is less than 1, or given beside a cluster.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"processes is {workers}; give at least 1, or null for one a core.")
    if (elsewhere := cluster()) is not None:
        if workers is not None:
            raise ConfigError(
                f"processes is {workers}: it counts processes of this machine, and compute=dask "
                "computes elsewhere. Leave it out; compute.workers says how many workers to start."
            )
        return elsewhere
    return Processes(max(1, min(workers or usable_cores(), n_tasks)))


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(
    workers: int,
    function: Callable[[T], R],
    tasks: Sequence[T],
    left: Iterator[int],
    suspects: list[int],
) -> Iterator[tuple[int, R]]:
    """Run the tasks at the positions `left`; return whether no process ended early.

    If one did, `suspects` holds the positions that were under way.
    """
    from loky import ProcessPoolExecutor  # not on the way to `bo-loop status`
    from loky.process_executor import BrokenProcessPool

    pool = ProcessPoolExecutor(workers, initializer=_prepare_worker, env=_ONE_THREAD)
    under_way = {}
    try:
        while True:
            while len(under_way) < 2 * workers and (position := next(left, None)) is not None:
                under_way[pool.submit(function, tasks[position])] = position
            if not under_way:
                return True
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                try:
                    result = future.result()
                except BrokenProcessPool:
                    suspects += under_way.values()
                    return False
                yield under_way.pop(future), result
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _prepare_worker() -> None:
    """Keep standard output to the parent, and end this process soon after it, however it ends."""
    os.dup2(2, 1)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
