import numpy as np
import pytest

from bo_loop.acquisition.objectives.several import Front


def test_hypervolume_by_hand():
    # Front (1, 2), (2, 1) over (0, 0): area 3. (2, 2) adds 1; (3, 0.5) adds 0.5.
    front = Front.of(np.array([[1.0, 2.0], [2.0, 1.0], [0.5, 0.5]]), [0.0, 0.0])
    assert front.points.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    gains = front.gain(np.array([[2.0, 2.0], [3.0, 0.5], [1.0, 1.0], [-1.0, 9.0]]))
    assert gains == pytest.approx([1.0, 0.5, 0.0, 0.0])
