from dataclasses import replace

import numpy as np
import pytest
from model_tables import pairs

from bo_loop.base.errors import DataError
from bo_loop.models.stages import numbers, scaling_of


def test_inputs_without_spread_are_not_blown_up():
    assert scaling_of(np.array([[2.0, 1.0], [4.0, 1.0]])) == {"centre": [3.0, 1.0], "scale": [1, 1]}


def test_scaled_numbers_of_ligands_are_refused():
    features = pairs(5)
    scaled = replace(features, pair=features.pair - [0.3, 0.0])
    with pytest.raises(DataError, match=r"pair 0: 0\.7|pair 0: 1\.7"):
        numbers(scaled)
    names = {**features.names, "pair": ("other", "pair1")}
    with pytest.raises(DataError, match="no feature 'n_ligands'"):
        numbers(replace(features, names=names))
