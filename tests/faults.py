"""Kill a process at one of its calls into the system, or at any instant."""

import os
import signal
import sys
from contextlib import suppress

CALLS = ("write", "fsync", "replace", "rename", "ftruncate", "link", "unlink", "mkdir", "rmdir")
HOWS = ("before", "half", "after")
NEVER = 10**9


def kill_at(target, how):
    """Kill this process at call number `target`: before it, after it, or half-way in a write."""
    count = 0

    def instrument(name):
        real = getattr(os, name)

        def call(*args, **keywords):
            nonlocal count
            count += 1
            if count == target:
                if how == "half" and name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                elif how == "after":
                    with suppress(OSError):
                        real(*args, **keywords)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **keywords)

        setattr(os, name, call)

    for name in CALLS:
        instrument(name)
    return lambda: count


def in_child(action, arm):
    """Run `action` in a forked child that `arm` makes die; return its status and what it said.

    `arm` returns a function whose value the child says, as text, once `action` has returned.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        say = os.write
        try:
            armed = arm()
            action()
            say(writer, str(armed()).encode())
            os._exit(0)
        except BaseException as error:  # a child must never return into pytest
            print(repr(error), file=sys.stderr)
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return status, said


def die_in(seconds):
    """Let the system end this process in so many seconds, whatever it does then."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    return lambda: "done"
