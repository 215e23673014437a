"""What a worker does, without a cluster: tasks in order, errors that travel, versions."""

import os

import pytest

from bo_loop.base import cluster_tasks
from bo_loop.base.cluster_tasks import called, pickled, require_same, restored, versions
from bo_loop.base.errors import ConfigError


def halved(x):
    print("said aloud")
    return 1 / (x - 2)


def test_tasks_are_called_in_order_up_to_the_first_error(capsys):
    function = restored(pickled(halved), versions())
    results, error, seconds = called(function, pickled([0, 1, 2, 3]), versions())
    assert results == [-0.5, -1.0]
    assert isinstance(error, ZeroDivisionError)
    assert seconds >= 0.0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("said aloud") == 3


def test_what_a_script_defines_travels_by_value():
    offset = 3
    results, error, _ = called(lambda x: x + offset, pickled([4, 5]), versions())
    assert (results, error) == ([7, 8], None)


def test_one_thread_for_the_time_of_a_task():
    import torch

    before = torch.get_num_threads()
    results, *_ = called(lambda _: torch.get_num_threads(), pickled([0]), versions())
    assert results == [1]
    assert torch.get_num_threads() == before


def test_other_versions_are_refused_by_name(monkeypatch):
    expected = versions() | {"torch": "0.1"}
    with pytest.raises(ConfigError, match=r"a worker has other versions: torch \S+ there, 0\.1 he"):
        called(os.path.basename, pickled(["a/b"]), expected)
    with pytest.raises(ConfigError, match=r"bo_loop 9\.9 there"):
        require_same(versions(), versions() | {"bo_loop": "9.9"}, "tcp://far")
    with pytest.raises(ConfigError, match="torch is missing there"):
        require_same(versions(), {"bo_loop": versions()["bo_loop"]}, "tcp://far")
    monkeypatch.setattr(cluster_tasks, "__version__", "9.9")
    with pytest.raises(ConfigError, match=r"bo_loop 9\.9 there"):
        restored(pickled(halved), expected | {"torch": versions()["torch"]})
