from types import SimpleNamespace

import numpy as np
import pandas as pd
from model_tables import pairs

from bo_loop.report.model import _own_metal_rows, _spread


def test_an_average_is_taken_over_evenly_spaced_pairs_if_there_are_very_many():
    assert len(_spread(pairs(50))) == 50
    many = pairs(5000)
    kept = _spread(many)
    assert len(kept) == 2000
    np.testing.assert_array_equal(kept.pair[[0, -1]], many.pair[[0, -1]])


def test_ions_of_the_campaign_are_told_from_those_of_the_literature():
    features = pairs(4)
    observations = pd.DataFrame({"metal": ["Ni", "Ni", "Fe", "Cu"], "charge": [2, 3, 3, 2]})
    facts = SimpleNamespace(pool=pd.DataFrame({"metal": ["Ni", "Cu"], "charge": [2, 2]}))
    own = _own_metal_rows(facts, features, observations)
    np.testing.assert_array_equal(own, np.unique(features.metal_row[[0, 3]]))
