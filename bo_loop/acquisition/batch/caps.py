"""Limits on what a batch may hold: items of a ligand, of a metal ion, pairs of some rows.

Symbols
-------
N           rows of the posterior
k           items
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bo_loop.acquisition.pool import PoolPairs
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.base.types import Mask, Rows


@dataclass(frozen=True)
class Cap:
    """A limit on how much of a batch some of the rows may fill.

    Parameters
    ----------
    rows : (N,) bool
        The rows that are limited.
    most : int
        Most pairs of them in a batch, at least 1. An item of several pairs that is begun is
        finished.
    """

    rows: Mask
    most: int


class Limits:
    """Counts a batch's items by ligand and metal, and the pairs of those under a cap."""

    def __init__(self, acquisition: Acquisition, pairs: PoolPairs, cap: Cap | None):
        keyed = (
            (acquisition.max_per_ligand, pairs.ligands),
            (acquisition.max_per_metal, pairs.metals),
        )
        self._limits = [(most, keys, Counter()) for most, keys in keyed if most is not None]
        self._cap, self._capped = cap, 0

    def count(self, item: int, n_pairs: int) -> None:
        """Count an item that was taken into the batch with so many pairs."""
        for _, keys, counts in self._limits:
            counts[keys[item]] += 1
        if self._cap is not None and self._cap.rows[item]:
            self._capped += n_pairs

    def allow(self, items: Rows) -> Mask:
        """Return which of the items (k,) the batch may still take; (k,)."""
        allowed = np.ones(len(items), dtype=bool)
        if self._cap is not None and self._capped >= self._cap.most:
            allowed &= ~self._cap.rows[items]
        for most, keys, counts in self._limits:
            full = {key for key, n in counts.items() if n >= most}
            allowed &= np.array([keys[item] not in full for item in items], dtype=bool)
        return allowed
