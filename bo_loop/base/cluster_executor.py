"""The executor of a Dask cluster: tasks that return, and results that stay.

Functions, tasks and results travel as pickles between machines of one's own, never from a file.
The scheduler passes them on as bytes, so that it needs neither torch nor what a task is made of.
Short tasks travel in batches that last about half a second.

Dask runs a task again if its worker dies, but also blames those that merely waited there; so each
that it gave up is run once more, alone, before it counts as lost. A result that stayed on a worker
that died is computed again.
"""

import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bo_loop.base.cluster_tasks import answered, called, kept, pickled, restored, versions
from bo_loop.base.errors import BoLoopError

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")
H = TypeVar("H")

PATIENCE_S = 180.0
"""So long a cluster may be without a worker."""

PATIENCE = f"{PATIENCE_S / 60:.0f} minutes"

_BATCH_S = 0.5
_MOST_AT_ONCE = 256
_AHEAD = 2  # batches that a worker has at hand, so that it never waits for the next


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
            Also if the scheduler is lost, or stays without a worker for `PATIENCE_S`.
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
                    raise _died()
                yield position, lost(tasks[position])

    def hold(
        self, function: Callable[[T], H], tasks: Sequence[T], done: Callable[[int], None]
    ) -> "Dispersed[H]":
        """Call `function` with each task, and leave the results there; see `Keeper.hold`.

        Raises
        ------
        BoLoopError
            As `run`.
        """
        held = Dispersed(self, function, tasks)
        held.make(done)
        return held

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
        with self.told():
            held = self.submit(f"held-{name}-{left[0]}", restored, function)
        try:
            while left or under_way:
                with self.told():
                    room = at_once or _AHEAD * self.count()
                    while left and len(under_way) < room:
                        fair = -(-len(left) // room)
                        batch = [left.popleft() for _ in range(min(size, fair, len(left)))]
                        blob = pickled([tasks[position] for position in batch])
                        key = f"{name}-{batch[0]}-{uuid.uuid4().hex[:8]}"
                        under_way[self.submit(key, called, held, blob)] = batch
                    ended = self.wait(under_way)
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

    def submit(self, key: str, function: Callable[..., Any], *arguments: Any) -> "Future":
        """Let a worker call `function` with arguments, futures among them, and `versions`."""
        with warnings.catch_warnings():
            # A model is large, and is meant to be held by every worker.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self.client.submit(function, *arguments, versions(), key=key, pure=False)

    def wait(
        self, under_way: Collection["Future"], *, fetch: bool = True
    ) -> list[tuple["Future", Any]]:
        """Wait for one or more; return each with its outcome, None where workers died.

        Without `fetch`, an outcome is True: the result stays. Errors of tasks are raised.
        """
        from distributed import KilledWorker, wait

        while True:
            try:
                with self.client.as_current():
                    done = wait(list(under_way), timeout=1.0, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                self.count()
                continue
            found = []
            for future in done:
                try:  # what is finished may be lost, with its worker, before it is fetched
                    there = fetch or future.status == "error"
                    found.append((future, future.result() if there else True))
                except KilledWorker:
                    found.append((future, None))
            return found

    def count(self) -> int:
        """Return how many workers there are; wait for the first."""
        began = time.monotonic()
        while not (found := len(self.client.nthreads())):
            if time.monotonic() - began > PATIENCE_S:
                raise _WithoutWorkers
            time.sleep(0.5)
        return found

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say what a lost cluster means."""
        try:
            yield
        except _WithoutWorkers as error:
            raise BoLoopError(
                f"{self._where} has had no worker for {PATIENCE}. What was finished is kept. "
                "Start workers, and repeat the command."
            ) from error
        except (OSError, CancelledError, TimeoutError) as error:
            raise BoLoopError(
                f"{self._where} was lost while it computed ({first_line(error)}). What was "
                "finished is kept. Start it again, and repeat the command."
            ) from error


class Dispersed(Generic[H]):
    """The `Held` of a cluster: results that stay on its workers.

    Parameters
    ----------
    cluster : Cluster
    function : callable
    tasks : sequence
    """

    def __init__(self, cluster: Cluster, function: Callable[[T], H], tasks: Sequence[T]):
        self._cluster, self._tasks = cluster, tasks
        self._name = f"{_name(function)}-{uuid.uuid4().hex[:12]}"
        self._results: dict[int, Future] = {}
        with cluster.told():
            self._function = cluster.submit(f"held-{self._name}", restored, pickled(function))

    def make(self, done: Callable[[int], None]) -> None:
        """Compute all results; errors as of `Keeper.hold`."""
        left: deque[int] = deque(range(len(self._tasks)))
        under_way: dict[Future, int] = {}
        suspects: list[int] = []
        while left or under_way:
            with self._cluster.told():
                room = _AHEAD * self._cluster.count()
                while left and len(under_way) < room:
                    position = left.popleft()
                    under_way[self._computed(position)] = position
                ended = self._cluster.wait(under_way, fetch=False)
            for future, outcome in ended:
                position = under_way.pop(future)
                if outcome is None:
                    suspects.append(position)
                    continue
                self._results[position] = future
                done(len(self._results))
        for position in suspects:
            self._alone(position)
            done(len(self._results))

    def ask(self, questions: Mapping[int, Callable[[H], R]]) -> Iterator[tuple[int, R]]:
        """Call functions with results; see `Held.ask`."""
        suspects: list[int] = []
        yield from self._ask(questions, suspects)
        for position in suspects:
            self._alone(position)
            again: list[int] = []
            yield from self._ask({position: questions[position]}, again)
            if again:
                raise _died()

    def _ask(
        self, questions: Mapping[int, Callable[[H], R]], suspects: list[int]
    ) -> Iterator[tuple[int, R]]:
        """Ask each; `suspects` receives those whose workers died."""
        under_way: dict[Future, int] = {}
        with self._cluster.told():
            for position, question in questions.items():
                key = f"ask-{self._name}-{position}-{uuid.uuid4().hex[:8]}"
                future = self._results[position]
                asked = self._cluster.submit(key, answered, future, pickled(question))
                under_way[asked] = position
        while under_way:
            with self._cluster.told():
                ended = self._cluster.wait(under_way)
            for future, outcome in ended:
                position = under_way.pop(future)
                if outcome is None:
                    suspects.append(position)
                else:
                    yield position, outcome

    def _alone(self, position: int) -> None:
        """Compute a result, and nothing beside it."""
        with self._cluster.told():
            future = self._computed(position)
            [(_, outcome)] = self._cluster.wait([future], fetch=False)
        if outcome is None:
            raise _died()
        self._results[position] = future

    def _computed(self, position: int) -> "Future":
        key = f"{self._name}-{position}-{uuid.uuid4().hex[:8]}"
        return self._cluster.submit(key, kept, self._function, pickled(self._tasks[position]))


class _WithoutWorkers(Exception):
    """No worker came."""


def _died() -> BoLoopError:
    return BoLoopError(
        "Workers that computed a task ended without a result, one after another: memory ran out, "
        "or a library crashed. What was finished is kept. Give the workers more memory, and repeat "
        "the command."
    )


def batch_size(n: int, seconds: float) -> int:
    """Return how many tasks to send at once, after `n` took so many seconds."""
    return max(1, min(_MOST_AT_ONCE, 2 * n, int(n * _BATCH_S / max(seconds, 1e-6))))


def _name(function: Callable[..., Any]) -> str:
    """Return what Dask's dashboard calls a task."""
    inner = getattr(function, "func", function)  # of a partial
    return getattr(inner, "__name__", type(inner).__name__).strip("_")


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return (str(error).splitlines() or [type(error).__name__])[0]
