import numpy as np
import pytest

from bo_loop.base.types import PairFeatures


def features(n_pair_features=1, name="n"):
    return PairFeatures(
        metal={"properties": np.array([[1.0, 2.0], [3.0, 4.0]])},
        ligand={
            "mordred": np.array([[5.0], [6.0], [7.0]]),
            "charge": np.array([[0.0], [-1.0], [-2.0]]),
        },
        ligand_group=np.array([7, 7, 9]),
        metal_row=np.array([0, 1, 1]),
        ligand_row=np.array([2, 0, 1]),
        pair=np.arange(3.0 * n_pair_features).reshape(3, n_pair_features),
        names={
            "properties": ("Z", "r"),
            "mordred": ("SLogP",),
            "charge": ("charge",),
            "pair": (name,),
        },
    )


def test_dense_and_X_are_the_gathered_tables():
    table = features()
    assert table.dense().tolist() == [[1, 2, 7, -2, 0], [3, 4, 5, 0, 1], [3, 4, 6, -1, 2]]
    assert table.dense_names() == ("Z", "r", "SLogP", "charge", "n")
    assert table.X.tolist() == [[0, 2, 0], [1, 0, 1], [1, 1, 2]]


def test_take_shares_the_tables():
    table = features()
    taken = table.take(np.array([2, 0]))
    assert taken.metal["properties"] is table.metal["properties"]
    assert taken.dense().tolist() == table.dense()[[2, 0]].tolist()
    assert len(taken) == 2


def test_concat_stacks_tables_and_keeps_every_pair():
    both = features().concat(features())
    assert both.dense().tolist() == 2 * features().dense().tolist()
    assert both.metal_row.tolist() == [0, 1, 1, 2, 3, 3]
    assert both.ligand_group.tolist() == [7, 7, 9, 7, 7, 9]


def test_concat_refuses_another_schema():
    with pytest.raises(ValueError, match="different schemas"):
        features().concat(features(name="T"))
