import torch

from bo_loop.models.kernels.matern_tiles import gather
from bo_loop.models.kernels.ordering import farthest_first


def test_farthest_first_by_hand():
    # One metal, ligands on a line at 0, 1, 2, 10, 11: from 0 to 11, then to 10 or 2, whichever
    # is farther from what is chosen (2 from 0 is 2, 10 from 11 is 1).
    metal = torch.zeros(1, 1, dtype=torch.float64)
    ligand = torch.tensor([[0.0], [1.0], [2.0], [10.0], [11.0]], dtype=torch.float64)
    x = torch.tensor([[0.0, float(i), 0.0] for i in range(5)], dtype=torch.float64)
    order = farthest_first(gather(x, metal, ligand), torch.ones(3, dtype=torch.float64), 5)
    assert order.tolist() == [0, 4, 2, 1, 3]
