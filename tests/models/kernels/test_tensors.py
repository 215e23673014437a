from dataclasses import replace

import numpy as np
import pytest
import torch
from model_tables import counted, pairs

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.models.kernels import tensors

FEATURES = pairs(6)
Y = np.arange(6.0)


def test_names_stand_in_the_order_of_the_dense_features():
    names = tensors.qualified_names(FEATURES)
    assert names[0] == "properties.properties0"
    assert names[-1] == "pair.pair1"
    assert len(names) == FEATURES.dense().shape[1]


def test_tables_side_by_side():
    metal, ligand, x = tensors.as_tensors(FEATURES, torch.device("cpu"))
    np.testing.assert_array_equal(metal, FEATURES.metal["properties"])
    np.testing.assert_array_equal(ligand[:, -1], FEATURES.ligand["charge"][:, 0])
    np.testing.assert_array_equal(x, FEATURES.X)


def test_counts_are_refused():
    with pytest.raises(ConfigError, match=r"\(atoms\)"):
        tensors.as_tensors(counted(6), torch.device("cpu"))


def test_noise_that_is_not_stated_is_none():
    y, noise = tensors.checked_targets(FEATURES, Y, None)
    np.testing.assert_array_equal(y, Y)
    np.testing.assert_array_equal(noise, 0.0)


@pytest.mark.parametrize(
    ("y", "noise", "said"),
    [
        (Y[:5], None, "6 pairs"),
        (np.where(Y == 2, np.nan, Y), None, "pair 2: value nan"),
        (Y, np.full(6, -1.0), "noise variance -1"),
    ],
)
def test_values_that_cannot_be_fitted_are_refused(y, noise, said):
    with pytest.raises(DataError, match=said):
        tensors.checked_targets(FEATURES, y, noise)


def test_a_feature_that_is_not_finite_is_named_where_it_is_used():
    table = FEATURES.ligand["charge"].copy()
    used = int(FEATURES.ligand_row[0])
    unused = next(row for row in range(len(table)) if row not in FEATURES.ligand_row)
    table[unused] = np.nan
    spoilt = replace(FEATURES, ligand=FEATURES.ligand | {"charge": table})
    tensors.require_finite(spoilt)
    table[used] = np.inf
    with pytest.raises(DataError, match=f"charge.charge0: row {used}"):
        tensors.require_finite(spoilt)


def test_tables_must_begin_with_those_of_the_model():
    tensors.require_extended_tables(FEATURES, FEATURES)
    charge = FEATURES.ligand["charge"]
    longer = FEATURES.ligand | {"charge": np.vstack([charge, charge[:1]])}
    tensors.require_extended_tables(FEATURES, replace(FEATURES, ligand=longer))
    with pytest.raises(DataError, match="other feature tables"):
        tensors.require_extended_tables(replace(FEATURES, ligand=longer), FEATURES)
