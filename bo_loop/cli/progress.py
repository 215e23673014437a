"""Progress on standard error: bars on a terminal; elsewhere, a line every ten seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from bo_loop.base.progress import heard_by

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_EVERY_S = 10.0


@contextmanager
def shown() -> Iterator[None]:
    """Show the progress of what runs within the block, on standard error."""
    view = Bars() if sys.stderr.isatty() else Lines(sys.stderr)
    with heard_by(view):
        try:
            yield
        finally:
            view.close()


class Bars:
    """A bar for each work that goes on; nothing of them stays."""

    def __init__(self):
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int, remark: str) -> None:
        """Draw how far `what` is."""
        if done >= total:
            if what in self._tasks:
                self._progress.remove_task(self._tasks.pop(what))
            if not self._tasks:
                self.close()
            return
        if self._progress is None:
            self._progress = _bars()
            self._progress.start()
        state = {"completed": done, "total": total, "remark": remark}
        if what in self._tasks:
            self._progress.update(self._tasks[what], **state)
        else:
            self._tasks[what] = self._progress.add_task(what, **state)

    def close(self) -> None:
        """Remove the bars."""
        if self._progress is not None:
            self._progress.stop()
        self._progress, self._tasks = None, {}


def _bars(console: "Console | None" = None) -> "Progress":
    from rich import progress  # not on the way to `bo-loop status`
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[remark]}", markup=False),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
        console=console or Console(stderr=True),
        transient=True,
    )


class Lines:
    """Every ten seconds a line about what goes on, also while no report comes.

    Parameters
    ----------
    stream : text stream
    every : float
        Seconds.
    """

    def __init__(self, stream: TextIO, every: float = _EVERY_S):
        self._stream, self._every = stream, every
        self._at: dict[str, tuple[float, int, int, str]] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, what: str, done: int, total: int, remark: str) -> None:
        """Note how far `what` is."""
        if done >= total:
            self._at.pop(what, None)
            return
        begun = self._at.get(what, (time.monotonic(),))[0]
        self._at[what] = begun, done, total, remark
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Write no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
        while not self._over.wait(self._every):
            for what, (begun, *how_far) in list(self._at.items()):
                print(line(what, *how_far, time.monotonic() - begun), file=self._stream)
            self._stream.flush()


def line(what: str, done: int, total: int, remark: str, elapsed: float) -> str:
    """Say how far some work is, after so many seconds."""
    left = f", about {elapsed * (total - done) / done:.0f} s left" if done else ""
    return f"{what}: {done} of {total}{remark and f', {remark}'} after {elapsed:.0f} s{left}"
