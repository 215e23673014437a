import numpy as np
from fakes import FakePosterior, pool_pairs

from bo_loop.acquisition.batch.caps import Cap, Limits
from bo_loop.acquisition.batch.select import select
from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.acquisition.scores.functions import UCB, LogEI


def test_capped_rows_fill_only_their_part_of_a_batch():
    posterior = FakePosterior.independent(np.arange(8.0), np.ones(8))
    best_half = np.arange(8) >= 4

    def picks(cap):
        return select(
            posterior, Maximise(), UCB(beta=1.0), rows=np.arange(8), pairs=pool_pairs(8),
            incumbent=0.0, q=5, rng=np.random.default_rng(0), noise=0.1, cap=cap,
        ).rows.tolist()  # fmt: skip

    assert picks(None) == [7, 6, 5, 4, 3]
    assert picks(Cap(best_half, 2)) == [7, 6, 3, 2, 1]
    assert picks(Cap(np.ones(8, dtype=bool), 2)) == [7, 6]


def test_items_are_counted_by_ligand_by_metal_and_by_pairs_under_the_cap():
    pairs = pool_pairs(4, metals=["Cu+2", "Zn+2", "Cu+2", "Ni+2"], ligands=list("AABB"))
    every = np.arange(4)
    limits = Limits(LogEI(max_per_ligand=1, max_per_metal=1), pairs, Cap(every == 3, 2))
    assert limits.allow(every).tolist() == [True] * 4
    limits.count(0, 1)  # ligand A and copper are full
    assert limits.allow(every).tolist() == [False, False, False, True]
    limits = Limits(LogEI(), pairs, Cap(every >= 2, 2))
    limits.count(2, 1)
    assert limits.allow(every).tolist() == [True] * 4
    limits.count(3, 3)  # an item that is begun is finished, beyond the cap too
    assert limits.allow(every).tolist() == [True, True, False, False]
