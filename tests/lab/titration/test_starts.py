import numpy as np
import pytest
from simulated_titrations import TRUE, constants, objective, potentiometric

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.starts import NO_SOLUTION, safe, starts


def test_a_given_start_is_taken():
    free = [c for c in constants("CuL", "CuL2", CuL=5.0, CuL2=9.0) if c.free]
    assert [s.tolist() for s in starts(objective(potentiometric(0)), free)] == [[5.0, 9.0]]


def test_a_scan_finds_where_the_curve_suggests():
    free = [c for c in constants("CuL", "CuL2") if c.free]
    found = starts(objective(potentiometric(0)), free)
    assert 1 <= len(found) <= 3
    assert np.abs(found[0] - TRUE).max() < 2.5


def test_a_given_constant_stays_while_the_other_is_looked_for():
    free = [c for c in constants("CuL", "CuL2", CuL=8.0) if c.free]
    assert {s[0] for s in starts(objective(potentiometric(0)), free)} == {8.0}


def test_where_balances_cannot_be_closed_the_residual_is_very_large():
    def fails(theta):
        raise DataError("no answer")

    assert safe(fails)(np.zeros(2)).tolist() == [NO_SOLUTION]
    assert safe(np.square)(np.array([3.0])).tolist() == [9.0]


def test_an_unexpected_error_is_not_hidden():
    def fails(theta):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        safe(fails)(np.zeros(1))
