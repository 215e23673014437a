"""A process that computes for the page: a request a line in, answers a line each out, as JSON.

``python -m bo_loop.web.worker``. The server stays small and quick, and what is cancelled ends with
its process: a ledger is written whole or not at all, so there is nothing to clean up.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, TextIO

from bo_loop.base.errors import BoLoopError
from bo_loop.base.progress import heard_by

_EVERY_S = 0.2

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is not an answer

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer, ensure_ascii=True) + "\n")
        answers.flush()

    serve(sys.stdin, say)


def serve(requests: TextIO, say: Say) -> None:
    """Answer each request: any number of ``progress`` and ``note``, then ``result`` or ``error``.

    Parameters
    ----------
    requests : text stream
        A line each: ``task``, a name in `bo_loop.web.tasks.TASKS`, and its ``arguments``.
    say : callable
        Takes an answer.
    """
    for line in requests:
        request = json.loads(line)
        with warnings.catch_warnings(), heard_by(_Progress(say)):
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = lambda message, *_: say({"note": str(message)})
            try:
                from bo_loop.web.tasks import TASKS  # pandas, while the page is being opened

                say({"result": TASKS[request["task"]](**request["arguments"])})
            except BoLoopError as error:
                say({"error": str(error), "kind": _public(error).__name__})


def _public(error: BoLoopError) -> type:
    """Return the class of `bo_loop.base.errors` that an error belongs to."""
    return next(kind for kind in type(error).__mro__ if kind.__module__ == BoLoopError.__module__)


class _Progress:
    """Passes on how far the work is, a few times a second at most."""

    def __init__(self, say: Say):
        self._say, self._last = say, 0.0

    def __call__(self, what: str, done: int, total: int, remark: str) -> None:
        now = time.monotonic()
        if done >= total or now - self._last > _EVERY_S:
            self._last = now
            self._say({"progress": [what, done, total, remark]})


if __name__ == "__main__":
    main()
