import numpy as np
import pandas as pd

from bo_loop.features.blocks.pair import pair_features


def test_pair_features_by_hand():
    frame = pd.DataFrame(
        {
            "metal": "Fe",
            "charge": 3,
            "smiles": ["A", "B"],
            "n_ligands": 2,
            "temperature_C": 25.0,
            "ionic_strength_M": 0.1,
        }
    )
    found = pair_features(frame, np.array([-3.0, 0.0]))
    np.testing.assert_array_equal(found[:, :4], [[2, 25, 0.1, -3], [2, 25, 0.1, 3]])
    # The medium is the usual one.
    np.testing.assert_array_equal(found[:, 4], 0.0)
