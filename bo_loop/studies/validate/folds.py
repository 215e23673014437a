"""Splits into folds: rows that share a key are never on two sides.

Symbols
-------
n       rows of the data
key     what a splitter keeps together: a pair, a ligand, a metal, a cluster of ligands   (n,)

Only scored rows are dealt out and judged. The others (protonation constants, other sources) may
train, unless their key is among those held back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Rows
from bo_loop.chemistry.clusters import butina_clusters
from bo_loop.chemistry.ions import PROTON, MetalIon
from bo_loop.studies.validate.splits import Split


@dataclass(frozen=True)
class Random:
    """Pairs at random: other pairs of the same ligand and metal train.

    The constants of one pair, whatever their conditions and source, stay together.
    """

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: equal for the constants of one metal ion, ligand and n."""
        return pairs.groupby(["metal", "charge", "ligand_group", "n_ligands"]).ngroup().to_numpy()


@dataclass(frozen=True)
class ByLigand:
    """Ligands that the model has never seen, whatever their stereochemistry or tautomer."""

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: the ligand's group."""
        return pairs["ligand_group"].to_numpy(np.int64)


@dataclass(frozen=True)
class ByMetal:
    """Metals that the model has never seen, in whatever oxidation state or oxo-cation."""

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: equal for the ions of one element."""
        metals = {name: MetalIon(name, 1).element for name in pairs["metal"].unique()}
        return pd.factorize(pairs["metal"].map(metals))[0].astype(np.int64)


@dataclass(frozen=True)
class ByCluster:
    """Ligands unlike those that the model has seen: whole clusters are held back.

    Parameters
    ----------
    distance : float
        Tanimoto distance of Morgan fingerprints within which a ligand belongs to a cluster's
        centre (`bo_loop.chemistry.clusters`).

    Raises
    ------
    ConfigError
        If it does not lie between 0 and 1.
    """

    distance: float = 0.6

    def __post_init__(self):
        if not 0.0 < self.distance < 1.0:
            raise ConfigError(f"split.distance is {self.distance}; give a number in (0, 1).")

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: the cluster of the ligand."""
        shown = pairs.groupby("ligand_group")["smiles"].min()
        clusters = pd.Series(butina_clusters(list(shown), self.distance), index=shown.index)
        return pairs["ligand_group"].map(clusters).to_numpy(np.int64)


@dataclass(frozen=True)
class Plan:
    """How often the data are split.

    Parameters
    ----------
    folds : int
        Each key is in the test set of one of so many folds.
    repeats : int
        How many times the folds are drawn.
    test_share : float, optional
        Instead of folds, each repeat draws this share of the rows as its one test set.
    seed : int

    Raises
    ------
    ConfigError
        If an option has a value it cannot take.
    """

    folds: int = 5
    repeats: int = 1
    test_share: float | None = None
    seed: int = 0

    def __post_init__(self):
        if self.folds < 2:
            raise ConfigError(f"folds is {self.folds}; give at least 2.")
        if self.repeats < 1:
            raise ConfigError(f"repeats is {self.repeats}; give at least 1.")
        if self.seed < 0:
            raise ConfigError(f"seed is {self.seed}; give a whole number from 0.")
        if self.test_share is not None and not 0.0 < self.test_share < 1.0:
            raise ConfigError(f"test_share is {self.test_share}; give a share in (0, 1).")

    def splits(self, keys: Rows, scored: Rows) -> list[Split]:
        """Deal the keys out.

        Parameters
        ----------
        keys : (n,) int64
        scored : int64 array
            Positions of the rows that may be judged.

        Returns
        -------
        list of Split
            The folds of each repeat; ``train`` holds scored rows only.

        Raises
        ------
        DataError
            If there are fewer keys than folds; or than two, for ``test_share``.
        """
        distinct, counts = np.unique(keys[scored], return_counts=True)
        least = self.folds if self.test_share is None else 2
        if len(distinct) < least:
            raise DataError(
                f"{len(distinct)} groups cannot be dealt out to {least} folds. Validate with "
                "more data, or with fewer folds."
            )
        return [
            Split(
                train=scored[~held],
                sets={"test": scored[held]},
                repeat=repeat,
                fold=fold,
            )
            for repeat in range(self.repeats)
            for fold, chosen in enumerate(self._tests(counts, repeat))
            for held in [np.isin(keys[scored], distinct[chosen])]
        ]

    def _tests(self, counts: Rows, repeat: int) -> Iterator[Rows]:
        """Yield the keys of each test set, as positions in `counts`, the rows of each key."""
        order = np.random.default_rng([self.seed, repeat]).permutation(len(counts))
        if self.test_share is not None:
            before = np.cumsum(counts[order]) - counts[order]
            # The first is always held, the last never.
            held = before < self.test_share * counts.sum()
            held[-1] = False
            yield order[held]
            return
        fold = np.empty(len(counts), dtype=np.int64)
        rows = np.zeros(self.folds, dtype=np.int64)
        for key in order:  # each to the fold with the fewest rows so far
            fold[key] = np.argmin(rows)
            rows[fold[key]] += counts[key]
        for number in range(self.folds):
            yield np.flatnonzero(fold == number)


def training_rows(
    split: Split, keys: Rows, pairs: pd.DataFrame, scored: Rows, *, own_protonation: bool
) -> Rows:
    """Rows that may train a model for `split`: its own, and what is not scored at all.

    Parameters
    ----------
    split : Split
    keys : (n,) int64
        Of every row; no metal constant trains that shares a key with a row of the split's sets.
    pairs : DataFrame, n rows
    scored : int64 array
    own_protonation : bool
        Whether the protonation constants of ligands that are held back may train.

    Returns
    -------
    int64 array
        Ascending.
    """
    extra = np.setdiff1d(np.arange(len(keys)), scored)
    held = np.isin(keys[extra], keys[split.judged])
    if own_protonation:
        held &= (pairs["metal"] != PROTON).to_numpy()[extra]
    return np.sort(np.concatenate([split.train, extra[~held]]))
