import numpy as np
from simulated_titrations import CELL

from bo_loop.lab.titration.curve import METHODS, POTENTIOMETRIC, SPECTRA, Constant, Titration


def test_points_are_left_out_of_all_that_was_read():
    whole = Titration(
        "a", CELL, SPECTRA, np.arange(3.0), np.arange(3.0), np.arange(6.0).reshape(3, 2)
    )
    part = whole.take(np.array([True, False, True]))
    assert (len(whole), len(part)) == (3, 2)
    assert part.pH.tolist() == [0.0, 2.0]
    assert part.signals.tolist() == [[0.0, 1.0], [4.0, 5.0]]
    bare = Titration("b", CELL, POTENTIOMETRIC, np.arange(3.0))
    assert bare.take(np.array([True, True, False])).pH is None


def test_a_constant_is_fixed_unless_it_is_said_to_be_free():
    assert not Constant().free
    assert len(set(METHODS)) == 4
