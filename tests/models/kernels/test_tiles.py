import numpy as np
import pytest
import torch

from bo_loop.models.kernels import tiles


def test_squared_distances_by_hand():
    a = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_array_equal(tiles.squared_distance(a, a[:1]), [[0.0], [25.0]])


def test_no_distance_is_negative():
    a = torch.full((50, 3), 1e6 + 0.1, dtype=torch.float64)
    assert float(tiles.squared_distance(a, a).min()) >= 0.0


@pytest.mark.parametrize("lower", [False, True])
def test_tiles_cover_the_matrix_once(monkeypatch, lower):
    monkeypatch.setattr(tiles, "_TILE_CPU", 12)
    covered = np.zeros((7, 5 if not lower else 7), dtype=int)
    width = covered.shape[1]
    cut = list(tiles.tiles(7, width, torch.device("cpu"), lower=lower))
    for rows, columns in cut:
        covered[rows, columns] += 1
        assert (rows.stop - rows.start) * width <= 14
    assert len(cut) > 2
    assert (covered.max(), covered[np.tril_indices(7, 0, width)].min()) == (1, 1)
    assert lower or covered.min() == 1


def test_a_row_wider_than_a_tile_is_one_tile(monkeypatch):
    monkeypatch.setattr(tiles, "_TILE_CPU", 2)
    assert len(list(tiles.tiles(3, 5, torch.device("cpu")))) == 3
