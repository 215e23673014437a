import io
import json
import warnings

import pytest

from bo_loop.base.errors import DataError
from bo_loop.base.progress import report
from bo_loop.web import tasks
from bo_loop.web.worker import serve


class _OddError(DataError):
    """Of a module that the page does not know."""


def answers(monkeypatch, task, **arguments):
    monkeypatch.setattr(tasks, "TASKS", {"task": task})
    said = []
    serve(io.StringIO(json.dumps({"task": "task", "arguments": arguments}) + "\n"), said.append)
    return said


def test_the_last_answer_is_the_result(monkeypatch):
    assert answers(monkeypatch, lambda a, b: a + b, a=1, b=2) == [{"result": 3}]


def test_progress_and_notes_come_before(monkeypatch):
    def task():
        report("fitting", 1, 2)
        warnings.warn("a remark", UserWarning, stacklevel=1)
        report("fitting", 2, 2)

    first, note, last, result = answers(monkeypatch, task)
    assert first["progress"][:3] == ["fitting", 1, 2]
    assert note == {"note": "a remark"}
    assert last["progress"][:3] == ["fitting", 2, 2]
    assert result == {"result": None}


def test_an_error_travels_under_a_public_name(monkeypatch):
    def task():
        raise _OddError("what, and how to mend it")

    assert answers(monkeypatch, task) == [
        {"error": "what, and how to mend it", "kind": "DataError"}
    ]


def test_an_unexpected_error_ends_the_process(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        answers(monkeypatch, lambda: 1 / 0)


def test_requests_are_answered_in_their_order(monkeypatch):
    monkeypatch.setattr(tasks, "TASKS", {"double": lambda x: 2 * x})
    lines = "".join(json.dumps({"task": "double", "arguments": {"x": x}}) + "\n" for x in (1, 2, 3))
    said = []
    serve(io.StringIO(lines), said.append)
    assert said == [{"result": 2}, {"result": 4}, {"result": 6}]
