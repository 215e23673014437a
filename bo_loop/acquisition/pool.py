"""What acquisition is asked about, the rows of a pool, and what it answers, the proposals."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bo_loop.base.types import Floats, Mask, Rows


@dataclass(frozen=True)
class PoolPairs:
    """What the N rows of a posterior are.

    Parameters
    ----------
    pair_ids : sequence of str, length N
        Break ties; name the picks.
    n_ligands : (N,) int64
        Number of ligands of each pair.
    metals : sequence of str, length N
        Metal ions, written ``Cu+2``.
    ligands : sequence of str, length N
        A key that is equal where the ligand is the same, stereochemistry aside.
    own : (N,) bool
        Whether a row may be scored: false for pairs that are only predicted, such as those that a
        constraint speaks of.
    cost : (N,) float64, optional
        Price of each pair's ligand.
    log_success : (N,) float64, optional
        Log of the probability that a first experiment on the pair succeeds; 0 where none is due.
    isomers : sequence of str, length N, optional
        Tells the isomers of one of `ligands` apart, mirror images being one; empty where the
        stereochemistry is not known.
    mhl : (N,) float64, optional
        Measured log10 [MHL]/[ML][H] of each pair; NaN where there is none.
    properties : sequence of str, length N, optional
        Which property of its pair each row is a value of; None where all are of one.
    same_pair : (N,) int64, optional
        Equal where rows are values of one pair; None where every row is a pair of its own.
    """

    pair_ids: Sequence[str]
    n_ligands: Rows
    metals: Sequence[str]
    ligands: Sequence[str]
    own: Mask
    cost: Floats | None = None
    log_success: Floats | None = None
    isomers: Sequence[str] | None = None
    mhl: Floats | None = None
    properties: Sequence[str] | None = None
    same_pair: Rows | None = None

    def __len__(self) -> int:
        return len(self.pair_ids)

    def of(self, name: str) -> Mask:
        """Return which rows are values of a property; (N,)."""
        if self.properties is None:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.properties, dtype=object) == name

    def mhl_of(self, rows: Rows) -> Floats:
        """Return `mhl` of rows, NaN where none is measured; of the shape of `rows`."""
        return np.full(rows.shape, np.nan) if self.mhl is None else self.mhl[rows]

    @cached_property
    def place(self) -> Rows:
        """Place of each row in the order of `pair_ids`; (N,)."""
        ids = self.pair_ids
        if hasattr(ids, "argsort"):  # Arrow's, of which no object is made
            order = ids.argsort()
        else:
            order = np.array(sorted(range(len(self)), key=ids.__getitem__), dtype=np.int64)
        place = np.empty(len(self), dtype=np.int64)
        place[order] = np.arange(len(self))
        return place

    @cached_property
    def memory(self) -> dict[Hashable, NDArray]:
        """What was looked up in these rows, and is dear to look up again."""
        return {}


@dataclass(frozen=True)
class Proposal:
    """A pair to measure next, and why.

    Parameters
    ----------
    row : int
        Position in the rows of the posterior.
    mean : float
        Predicted log β.
    sd : float
        Predictive standard deviation (with noise).
    sd_latent : float
        Standard deviation without noise: what acquisition used.
    acquisition : float
        Score at the time of the pick, given the picks before it.
    rank : int
        1 for the first pick.
    reason : str
        A sentence for the chemist.
    role : str
        ``target`` or ``competitor``, where an item needs several pairs; empty otherwise.
    again : bool
        The pair was measured before: this is a replicate.
    allowed : bool
        Its ligand is predicted to keep the constraints.
    """

    row: int
    mean: float
    sd: float
    sd_latent: float
    acquisition: float
    rank: int
    reason: str
    role: str = ""
    again: bool = False
    allowed: bool = True
