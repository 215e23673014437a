import numpy as np
import torch
from model_tables import counted

from bo_loop.models.kernels.sides import Tables

FEATURES = counted(40)
TABLES = Tables.of(FEATURES, torch.device("cpu"))
X = torch.as_tensor(FEATURES.X)


def test_counts_stay_whole_numbers_beside_the_other_features():
    assert TABLES.ligand.shape == (12, 5)  # mordred and the charge
    assert TABLES.counts["atoms"].dtype == torch.uint8
    assert TABLES.setting == (0, 2, 3)
    assert TABLES.number == 0


def test_distinct_settings_and_ligands_make_up_every_pair():
    side = TABLES.gather(X)
    assert len(side.metal) == len(np.unique(FEATURES.X[:, [0, 2, 3]], axis=0)) < len(X)
    assert len(side.ligand) == len(np.unique(FEATURES.ligand_row))
    for found in (side, TABLES.each(X)):
        metal, ligand = found.metal[found.setting_row], found.ligand[found.ligand_row]
        np.testing.assert_array_equal(
            metal, FEATURES.metal["properties"][FEATURES.metal_row].astype(float)
        )
        np.testing.assert_array_equal(
            ligand, np.hstack([FEATURES.ligand[b] for b in ("mordred", "charge")])[
                FEATURES.ligand_row
            ],
        )  # fmt: skip
        np.testing.assert_array_equal(found.pair[found.setting_row], FEATURES.pair)
    assert len(TABLES.each(X).metal) == len(X)


def test_log_n_of_each_setting():
    side = TABLES.gather(X)
    np.testing.assert_allclose(
        side.log_n[side.setting_row], np.log(FEATURES.pair[:, 0]), rtol=1e-12
    )
