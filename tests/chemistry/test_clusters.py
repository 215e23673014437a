import numpy as np

from bo_loop.chemistry.clusters import butina_clusters

ACIDS = ["CCCCCCC(=O)O", "CCCCCCCC(=O)O", "CCCCCCCCC(=O)O"]
RINGS = ["c1ccc(-c2ccccn2)nc1", "Cc1ccc(-c2ccccn2)nc1"]


def test_homologues_are_together_and_others_apart():
    found = butina_clusters([*ACIDS, *RINGS, "NCCN"], 0.6)
    assert len(set(found[:3])) == 1
    assert len(set(found[3:5])) == 1
    assert len(set(found)) == 3
    assert found[0] == 0  # the largest


def test_the_order_does_not_matter():
    smiles = [*ACIDS, *RINGS, "NCCN", "NCC(=O)O"]
    forwards = butina_clusters(smiles, 0.5)
    backwards = butina_clusters(smiles[::-1], 0.5)[::-1]
    together = forwards[:, None] == forwards[None]
    np.testing.assert_array_equal(together, backwards[:, None] == backwards[None])


def test_nothing_and_one():
    assert butina_clusters([], 0.5).tolist() == []
    assert butina_clusters(["NCCN"], 0.5).tolist() == [0]
