import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tolerances import ROUNDING, SOLVED

from bo_loop.models.kernels.product_tables import min_max


def test_min_max_by_hand():
    # Shared 1 + 2 of 3 + 4: Σ min / Σ max = 3 / 7; nothing with nothing is the same.
    a, b = torch.tensor([[1.0, 4.0, 0.0], [0, 0, 0]]), torch.tensor([[3.0, 2.0, 0.0], [0, 0, 0]])
    assert min_max(a, b).tolist() == [[3 / 7, 0.0], [0.0, 1.0]]


@given(arrays.arrays(np.int64, (5, 4), elements=st.integers(0, 9)))
def test_min_max_is_its_definition_and_a_covariance(counts):
    found = min_max(*[torch.as_tensor(counts, dtype=torch.float32)] * 2).numpy()
    least = np.minimum(counts[:, None], counts).sum(2)
    most = np.maximum(counts[:, None], counts).sum(2)
    np.testing.assert_allclose(
        found, np.where(most, least / np.maximum(most, 1), 1.0), rtol=ROUNDING
    )
    assert np.linalg.eigvalsh(found).min() > -SOLVED
