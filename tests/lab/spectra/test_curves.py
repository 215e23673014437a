import numpy as np

from bo_loop.lab.spectra.curves import Curve


def test_what_a_file_does_not_say_is_empty():
    x = np.arange(3.0)
    bare = Curve(x, x)
    assert (bare.x_unit, bare.y_unit, bare.place, dict(bare.said)) == ("", "", "", {})
    assert bare.said is not Curve(x, x).said
