"""The collector's pause."""

import gc

import pytest

from bo_loop.base.memory import collector_paused


@collector_paused()
def enabled_inside():
    return gc.isenabled()


def test_the_collector_is_off_inside_and_on_again_after():
    assert not enabled_inside()
    assert not enabled_inside()
    assert gc.isenabled()


def test_an_error_does_not_leave_it_off():
    with pytest.raises(ValueError, match="bad"), collector_paused():
        raise ValueError("bad")
    assert gc.isenabled()


def test_who_turned_it_off_finds_it_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
