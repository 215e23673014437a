import numpy as np
import pandas as pd
import pytest

from bo_loop.base.types import PairFeatures
from bo_loop.features import schema
from bo_loop.features.blocks.pair import PAIR_NAMES
from bo_loop.features.recipes import published

# Columns by ligand: five ligands, the last of which has no constants of n > 1.
MORDRED = {
    "a": [0, 1, 0, 1, 0],
    "b": [0, 1, 1, 0, 0],  # n = 1: the same as a; n > 1: r = 0 with a
    "c": [0, 0, 0, 1, 0],  # n = 1: constant; n > 1: r = 0.58 and -0.58 with a and b, VIF 3
    "d": [0, 0, 0, 0, 1],  # n = 1: r = -0.5 with a; n > 1: constant
    "e": [5, 5, 5, 5, 5],  # constant
    "f": [1, 3, 1, 3, 1],  # 2 a + 1
    "g": [2, 2, 2, 2, 4],  # n = 1: r = 1 with d; n > 1: constant
}


LIGAND_ROW = np.array([0, 1, 4, 0, 1, 2, 3])


NUMBERS = np.array([1, 1, 1, 2, 2, 2, 2])


def raw(pairs, *_):
    rows = pairs["smiles"].to_numpy(dtype=np.int64)
    n = len(rows)
    whole = PairFeatures(
        metal={"properties": np.array([[2.0]])},
        ligand={
            "charge": np.zeros((5, 1)),
            "mordred": np.array(list(MORDRED.values()), dtype=float).T,
        },
        ligand_group=np.arange(5) + 10,
        metal_row=np.zeros(n, dtype=np.int64),
        ligand_row=rows,
        pair=np.column_stack([pairs["n_ligands"], np.full((n, 4), [25.0, 0.1, 2.0, 0.0])]),
        names={
            "properties": ("electronegativity",),
            "charge": ("ligand_charge",),
            "mordred": tuple(MORDRED),
            "pair": PAIR_NAMES,
        },
    )
    return whole.take(np.arange(n)).compact()


@pytest.fixture
def pairs(monkeypatch):
    for module in (published, schema):
        monkeypatch.setattr(module, "raw_features", raw)
    return pd.DataFrame({"metal": "Cu", "smiles": LIGAND_ROW, "n_ligands": NUMBERS})


def test_a_part_has_no_other_metals_and_ligands(pairs):
    whole = raw(pairs)
    found = whole.take(np.array([5, 2, 5])).compact()
    assert found.ligand["mordred"].shape == (2, 7)
    assert found.ligand_group.tolist() == [12, 14]
    np.testing.assert_array_equal(found.dense(), whole.dense()[[5, 2, 5]])
