"""Work in another process: its answers, its errors, its end."""

import asyncio
import io
import json
import os

import pytest

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.base.progress import report
from bo_loop.web import tasks, worker
from bo_loop.web.jobs import Jobs


def asked(monkeypatch, *requests, **functions):
    """Serve requests in this process; return the answers."""
    monkeypatch.setattr(tasks, "TASKS", functions)
    answers = []
    lines = (json.dumps({"task": name, "arguments": given}) for name, given in requests)
    worker.serve(io.StringIO("\n".join(lines)), answers.append)
    return answers


def test_a_worker_answers_with_progress_notes_and_the_result(monkeypatch):
    def add(a, b):
        report("adding", 1, 1, "well")
        import warnings

        warnings.warn("rounded", UserWarning, stacklevel=1)
        return {"sum": a + b}

    said = asked(monkeypatch, ("add", {"a": 1, "b": 2}), add=add)
    assert said == [
        {"progress": ["adding", 1, 1, "well"]},
        {"note": "rounded"},
        {"result": {"sum": 3}},
    ]


def test_an_error_of_ours_comes_with_its_kind_and_the_worker_goes_on(monkeypatch):
    class Special(DataError):
        pass

    def fail():
        raise Special("no", ["row 2"])

    said = asked(monkeypatch, ("fail", {}), ("fine", {}), fail=fail, fine=lambda: 1)
    assert said == [{"error": "no\n  - row 2", "kind": "DataError"}, {"result": 1}]


def test_jobs_run_in_another_process_once_at_a_time_and_end_when_cancelled(tmp_path):
    async def scenario():
        jobs = Jobs()
        ghost = str(tmp_path / "ghost")
        job = jobs.begin("ghost", "rank", path=ghost)
        with pytest.raises(CampaignError, match="under way"):
            jobs.begin("ghost", "rank", path=ghost)
        assert jobs.running("ghost") == [job]
        with pytest.raises(CampaignError, match="There is no campaign in"):
            await job.outcome()
        assert jobs.running("ghost") == []
        (idle,) = jobs._idle
        assert idle.pid != os.getpid()

        again = jobs.begin("ghost", "rank", path=ghost)
        while again.process is None:
            await asyncio.sleep(0)
        assert again.process is idle  # it had waited
        jobs.cancel("ghost", "rank")
        with pytest.raises(CampaignError, match="Cancelled"):
            await again.outcome()
        await idle.wait()

        waiting = jobs.begin("ghost", "rank", path=ghost)
        await jobs.close()
        assert waiting.cancelled
        assert not jobs._idle

    asyncio.run(scenario())
