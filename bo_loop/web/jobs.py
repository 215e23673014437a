"""Work in other processes: begun, watched, cancelled. It outlives the page that asked for it."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bo_loop.base import errors
from bo_loop.base.errors import BoLoopError, CampaignError
from bo_loop.web import texts

Key = tuple[str, str]
"""A campaign's name, or "" for none, and a task."""

_MOST_AT_ONCE = 2
_LONGEST_LINE = 2**28
_IDLE_S = 300.0


class LostError(CampaignError):
    """A process ended without an answer: no memory left, or it was killed."""


@dataclass
class Job:
    """A piece of work.

    Parameters
    ----------
    task : str
        A name in `bo_loop.web.tasks.TASKS`.
    arguments : mapping
    progress : tuple
        What is being done, how much of it is done, of how much, and a remark.
    notes : list of str
        What was said on the way.
    result
        What the task returned.
    error : BoLoopError or None
        Why there is none.
    cancelled : bool
    mark : (int, int)
        `bo_loop.web.desk.Desk.mark` when it was begun.
    """

    task: str
    arguments: Mapping[str, Any]
    progress: tuple[str, int, int, str] = ("", 0, 0, "")
    notes: list[str] = field(default_factory=list)
    result: Any = None
    error: BoLoopError | None = None
    cancelled: bool = False
    begun: float = field(default_factory=time.monotonic)
    mark: tuple[int, int] = (0, 0)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None

    async def outcome(self) -> Any:
        """Wait for the result.

        Raises
        ------
        BoLoopError
            As the task did; or if it was cancelled, or its process ended.
        """
        await self.done.wait()
        if self.error:
            raise self.error
        return self.result


class Jobs:
    """All work of a server: one job at a time for each campaign and task."""

    def __init__(self) -> None:
        self._jobs: dict[Key, Job] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._idle: list[asyncio.subprocess.Process] = []
        self._free = asyncio.Semaphore(_MOST_AT_ONCE)

    def of(self, campaign: str, task: str) -> Job | None:
        """Return the last job of a task, running or done; None if there was none."""
        return self._jobs.get((campaign, task))

    def running(self, campaign: str) -> list[Job]:
        """Return what is under way for a campaign."""
        return [
            job
            for (name, _), job in self._jobs.items()
            if name == campaign and not job.done.is_set()
        ]

    def begin(self, campaign: str, task: str, /, **arguments: Any) -> Job:
        """Begin a job.

        Raises
        ------
        CampaignError
            If the same is under way.
        """
        known = self._jobs.get((campaign, task))
        if known and not known.done.is_set():
            raise CampaignError(texts.UNDER_WAY.format(task=task))
        job = self._jobs[campaign, task] = Job(task, arguments)
        running = asyncio.get_running_loop().create_task(self._run(job))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return job

    def forget(self, campaign: str, task: str) -> None:
        """Forget a job that is done."""
        job = self._jobs.get((campaign, task))
        if job and job.done.is_set():
            del self._jobs[campaign, task]

    def cancel(self, campaign: str, task: str) -> None:
        """End a job that is under way; what it had recorded by then is recorded."""
        job = self._jobs.get((campaign, task))
        if job and not job.done.is_set():
            job.cancelled = True
            if job.process is not None:
                _end(job.process)

    async def close(self) -> None:
        """End all processes."""
        for campaign, task in list(self._jobs):
            self.cancel(campaign, task)
        await asyncio.gather(*self._running, *map(_gone, self._idle), return_exceptions=True)
        self._idle.clear()

    async def _run(self, job: Job) -> None:
        try:
            async with self._free:
                if job.cancelled:
                    raise LostError(texts.CANCELLED)
                job.process = await self._process()
                await _ask(job.process, job)
            if job.cancelled and job.error:  # it failed as it was cancelled
                raise LostError(texts.CANCELLED)
        except (OSError, LostError) as error:
            job.error = LostError(texts.CANCELLED if job.cancelled else str(error))
        finally:
            if job.process is not None and job.cancelled:
                await _gone(job.process)
            elif job.process is not None:
                self._rest(job.process)
            job.process = None
            job.done.set()

    async def _process(self) -> asyncio.subprocess.Process:
        """Return a process that waits, or a new one."""
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bo_loop.web.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
        )

    def _rest(self, process: asyncio.subprocess.Process) -> None:
        """Keep one process for the next job, for a while: a start costs seconds of imports."""
        if self._idle:
            _end(process)
            return
        self._idle.append(process)
        asyncio.get_running_loop().call_later(_IDLE_S, self._retire, process)

    def _retire(self, process: asyncio.subprocess.Process) -> None:
        if process in self._idle:
            self._idle.remove(process)
            _end(process)


async def _ask(process: asyncio.subprocess.Process, job: Job) -> None:
    """Send a job to a process, and take its answers in until the last."""
    assert process.stdin is not None
    assert process.stdout is not None
    request = {"task": job.task, "arguments": job.arguments}
    process.stdin.write(json.dumps(request).encode() + b"\n")
    while line := await process.stdout.readline():
        answer = json.loads(line)
        if "progress" in answer:
            job.progress = tuple(answer["progress"])
        elif "note" in answer:
            job.notes.append(answer["note"])
        else:
            job.result = answer.get("result")
            if "error" in answer:
                job.error = getattr(errors, answer["kind"])(answer["error"])
            return
    raise LostError(texts.LOST)


async def _gone(process: asyncio.subprocess.Process) -> None:
    """End a process, and wait until it has."""
    _end(process)
    await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
