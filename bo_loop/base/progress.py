"""Progress of long work: who works reports how far it is, to whoever listens; by default nobody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int, str], None]
"""Takes what is being done, how much of it is done, of how much, and a remark."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(what: str, done: int, total: int, remark: str = "") -> None:
    """Say how far some work is.

    Parameters
    ----------
    what : str
        What is being done: ``describing ligands``.
    done, total : int
        Steps finished, and of how many; the work is over when they are equal.
    remark : str
        How it goes: ``MAE 0.83``.
    """
    if listener := _listener.get():
        listener(what, done, total, remark)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let `listener` hear all reports of this thread within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
