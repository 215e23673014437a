import numpy as np

from bo_loop.models.gp.gradients import Gradients


def test_relevance_by_hand():
    found = Gradients(
        mean=np.array([1.0]),
        variance=np.array([4.0]),
        mean_slope=np.array([[2.0, 0.0]]),
        variance_slope=np.array([[0.0, 8.0]]),
    )
    of_mean, of_variance = found.squared_relevance()
    np.testing.assert_array_equal(of_mean, [[0.5, 0.0]])  # 2² / (2 · 4)
    np.testing.assert_array_equal(of_variance, [[0.0, 1.0]])  # 8² / (4 · 4²)
