"""A Dask scheduler and workers as programs of their own, as a user starts them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time


@contextlib.contextmanager
def running(folder, workers, configured=None):
    """Yield the scheduler's address, its process and those of the workers.

    `configured` is Dask's own configuration, key by key.
    """
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for key, value in (configured or {}).items():
        env[f"DASK_{key.upper().replace('.', '__').replace('-', '_')}"] = str(value)
    file = folder / "scheduler.json"
    processes = []

    def begun(*words):
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )  # fmt: skip

    address = ["--host", "127.0.0.1"]
    begun("scheduler", *address, "--port", "0", "--scheduler-file", str(file))
    try:
        until = time.monotonic() + 30
        while not (file.exists() and file.read_text()):
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        at = json.loads(file.read_text())["address"]
        for _ in range(workers):
            begun("worker", at, "--nthreads", "1", *address)
        yield at, processes
    finally:
        for process in processes:
            end(process)
            process.wait()


def end(process):
    """Kill a program and the processes it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
