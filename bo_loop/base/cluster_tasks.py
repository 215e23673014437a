"""What runs on a worker of a cluster: functions and tasks out of their pickles, and the calls.

A worker has the versions of the session that it computes for, and one task at a time, on one
thread: sums then do not depend on its cores, and functions need not share a process.
"""

import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bo_loop import __version__
from bo_loop.base.errors import ConfigError

_one_at_a_time = threading.Lock()


def versions() -> dict[str, str | None]:
    """Return the versions of the packages that decide what a task finds."""
    return {"bo_loop": __version__, "torch": _installed("torch")}


def require_same(
    expected: Mapping[str, str | None], found: Mapping[str, str | None], whose: str
) -> None:
    """Check the versions of a worker.

    Parameters
    ----------
    expected, found : mapping of str to str
        Package -> version, None where it is not installed.
    whose : str
        What a message calls the worker.

    Raises
    ------
    ConfigError
        Naming each package that differs.
    """
    other = [
        f"{package} {found.get(package) or 'is missing'} there, {own} here"
        for package, own in expected.items()
        if found.get(package) != own
    ]
    if other:
        raise ConfigError(
            f"{whose} has other versions: {'; '.join(other)}. Results would differ: install the "
            "same versions on every worker, pip install -c constraints.txt."
        )


def pickled(value: Any) -> bytes:
    """Return a function or its tasks as bytes; what a script itself defines goes by value."""
    import cloudpickle

    return cloudpickle.dumps(value)


def restored(content: bytes, expected: Mapping[str, str | None]) -> Callable[..., Any]:
    """Return the function that a session sent; errors of `require_same`."""
    require_same(expected, versions(), "a worker")
    return pickle.loads(content)  # from the session by the scheduler, never from a file


def called(
    function: Callable[..., Any], content: bytes, expected: Mapping[str, str | None]
) -> tuple[list[Any], Exception | None, float]:
    """Call a function with one task after another.

    Parameters
    ----------
    function : callable
    content : bytes
        The tasks, `pickled`.
    expected : mapping
        `versions` of the session.

    Returns
    -------
    results : list
        Of the tasks, up to the first error.
    error : Exception or None
        What the next one raised.
    seconds : float
        That it took.
    """
    with _ready(expected):
        began, results = time.monotonic(), []
        for task in pickle.loads(content):
            try:
                results.append(function(task))
            except Exception as error:  # travels to the session, which raises it
                return results, error, time.monotonic() - began
        return results, None, time.monotonic() - began


def kept(function: Callable[..., Any], content: bytes, expected: Mapping[str, str | None]) -> Any:
    """Return what a function says of one task, pickled; the result stays on the worker."""
    with _ready(expected):
        return function(pickle.loads(content))


def answered(held: Any, content: bytes, expected: Mapping[str, str | None]) -> Any:
    """Call a function, pickled, with a result that stayed."""
    with _ready(expected):
        return pickle.loads(content)(held)


@contextmanager
def _ready(expected: Mapping[str, str | None]) -> Iterator[None]:
    """Let a task compute as any other worker would."""
    require_same(expected, versions(), "a worker")
    with _one_at_a_time, _one_thread(), redirect_stdout(sys.stderr):
        yield


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let BLAS and torch compute on one thread."""
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")  # a task that has no use for it need not load it
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(1):
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)


@cache
def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
