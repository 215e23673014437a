"""Tasks in this process and in others: results, errors, processes that end."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.base.parallel import Processes, Serial, processes

EXECUTORS = [Serial(), Processes(2)]


def squared(x):
    if x == "bad":
        raise DataError("no number")
    return x * x


def dying(x):
    if x == 4:
        os._exit(9)
    return x * x


def told(x):
    print("to standard output")
    return os.getpid(), os.environ["OMP_NUM_THREADS"], x


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_task_comes_back_with_its_position(executor):
    assert sorted(executor.run(squared, range(7))) == [(i, i * i) for i in range(7)]
    assert list(executor.run(squared, [])) == []


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_first_error_is_raised_as_it_is(executor):
    with pytest.raises(DataError, match="no number"):
        list(executor.run(squared, [1, "bad", 3]))


def test_a_process_that_ends_costs_its_own_task_only():
    found = sorted(Processes(2).run(dying, range(8), lost=lambda task: -task))
    assert found == [(i, -4 if i == 4 else i * i) for i in range(8)]


def test_a_process_that_ends_is_an_error_where_nothing_can_stand_in():
    with pytest.raises(BoLoopError, match="ended without a result"):
        list(Processes(2).run(dying, [3, 4]))


def test_processes_have_one_thread_and_no_standard_output(capfd):
    found = [result for _, result in Processes(2).run(told, range(4))]
    assert all(pid != os.getpid() for pid, _, _ in found)
    assert {threads for _, threads, _ in found} == {"1"}
    assert capfd.readouterr().out == ""


def test_who_stops_reading_ends_the_processes():
    results = Processes(2).run(told, range(50))
    pid = next(results)[1][0]
    results.close()
    assert ended(pid)


def test_processes_end_with_the_one_that_started_them(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, signal\n"
        "from bo_loop.base.parallel import Processes\n"
        "code = ['__import__(\"os\").getpid()', '__import__(\"time\").sleep(60)']\n"
        "for _, pid in Processes(1).run(eval, code):\n"
        "    print(pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    assert ended(int(done.stdout))


def ended(pid):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(("workers", "tasks", "expected"), [(3, 2, 2), (1, 9, 1), (4, 0, 1)])
def test_there_are_no_more_processes_than_tasks(workers, tasks, expected):
    assert processes(workers, tasks).workers == expected


def test_no_process_at_all_is_refused():
    with pytest.raises(ConfigError, match="at least 1"):
        processes(0, 4)
