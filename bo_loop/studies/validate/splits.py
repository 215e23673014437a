"""Which pairs train a model, and on which ones it is judged.

Symbols
-------
k       complexes on the map: distinct combinations of metal ion, ligand and n
d       features
D       Mahalanobis distance from the centre of the map       (k,)

Kanahashi et al., Sci. Rep. 2022, 12, 11159: complexes at the edge of the applicability domain are
those farthest from the centre of a UMAP map of the standardised features.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import Floats, PairFeatures, Rows
from bo_loop.models.stages import numbers, only, own_names

# A data set of few ligands keeps most of them for training.
_LARGEST_SHARE = 0.2
_FEWEST_ON_A_MAP = 5


@dataclass(frozen=True)
class DomainMap:
    """Complexes on a plane.

    Parameters
    ----------
    rows : (k,) int64
        A pair for each complex.
    xy : (k, 2) float64
    distance : (k,) float64
        D.
    picked : (p,) int64
        Positions on the map of those at the edge that were chosen, the farthest first.
    """

    rows: Rows
    xy: Floats
    distance: Floats
    picked: Rows


@dataclass(frozen=True)
class Split:
    """Positions of rows by use.

    Parameters
    ----------
    train : (t,) int64
    sets : mapping of str to int64 array
        What the model is judged on.
    repeat, fold : int
        Which one it is of several.
    choose_on : str, optional
        The set that the number of features may be chosen on; the others stay untouched.
    maps : mapping of str to DomainMap
        ``beta_1`` and ``beta_n``, if there are such pairs, where the domain was mapped.
    """

    train: Rows
    sets: Mapping[str, Rows]
    repeat: int = 0
    fold: int = 0
    choose_on: str | None = None
    maps: Mapping[str, DomainMap] = field(default_factory=dict)

    @property
    def judged(self) -> Rows:
        """Every row of the sets, ascending."""
        return np.unique(np.concatenate(list(self.sets.values())))

    def of(self, rows: Rows) -> "Split":
        """Return the same split of a table in which the pairs stand at `rows`."""
        return replace(
            self,
            train=rows[self.train],
            sets={name: rows[at] for name, at in self.sets.items()},
            maps={name: replace(each, rows=rows[each.rows]) for name, each in self.maps.items()},
        )


class Splitter(Protocol):
    """A way to split, built from a config node."""

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: rows with the same number are never on two sides."""


@dataclass(frozen=True)
class EdgeOfDomain:
    """Complexes at the edge of the domain, a test set of other ligands, and the rest to train.

    The sets are ``edge``, the chosen complexes; ``edge_ligands``, all pairs of their ligands; and
    ``test``, all pairs of ligands drawn at random from the rest.

    Parameters
    ----------
    beta_1, beta_n : int
        How many complexes of n = 1 and n > 1 are taken at the edge, each of another ligand; at
        most a fifth of the ligands.
    test_share : float
        Share of the other ligands that goes into the test set.
    neighbours : int
        Neighbours of each point for UMAP.
    seed : int
    """

    beta_1: int = 20
    beta_n: int = 5
    test_share: float = 0.1
    neighbours: int = 15
    seed: int = 0

    def __post_init__(self):
        if min(self.beta_1, self.beta_n) < 1:
            raise ConfigError("split.beta_1 and split.beta_n must be at least 1.")
        if not 0.0 < self.test_share < 1.0:
            raise ConfigError(f"split.test_share is {self.test_share}; give a share in (0, 1).")
        if self.neighbours < 2:
            raise ConfigError(f"split.neighbours is {self.neighbours}; give at least 2.")

    def keys(self, pairs: pd.DataFrame) -> Rows:
        """(n,) int64: the ligand's group."""
        return pairs["ligand_group"].to_numpy(np.int64)

    def split(self, features: PairFeatures) -> Split:
        """Split pairs by their ligands.

        Parameters
        ----------
        features : PairFeatures

        Returns
        -------
        Split

        Raises
        ------
        DataError
            If there are too few complexes for a map, or no ligands are left to train on.
        """
        n, group = numbers(features), features.ligand_group[features.ligand_row]
        stages = {"beta_1": (n == 1, self.beta_1), "beta_n": (n > 1, self.beta_n)}
        maps = {
            name: self._map(only(features, own_names(features, name)), np.flatnonzero(mask), count)
            for name, (mask, count) in stages.items()
            if mask.any()
        }
        edge = np.concatenate([_same_complexes(features, each) for each in maps.values()])
        held = np.isin(group, group[edge])
        rest = np.unique(group[~held])
        size = max(1, round(self.test_share * len(rest)))
        if len(rest) <= size:
            raise DataError(
                f"{len(rest)} ligands are left once those at the edge are set apart: too few to "
                "train and to test on. Validate with more data."
            )
        drawn = np.random.default_rng(self.seed).choice(rest, size, replace=False)
        test = np.isin(group, drawn)
        sets = {"edge": edge, "edge_ligands": np.flatnonzero(held), "test": np.flatnonzero(test)}
        return Split(np.flatnonzero(~held & ~test), sets, choose_on="edge", maps=maps)

    def _map(self, features: PairFeatures, rows: Rows, count: int) -> DomainMap:
        key = _complexes(features)[rows]
        rows = rows[np.sort(np.unique(key, axis=0, return_index=True)[1])]
        if len(rows) < _FEWEST_ON_A_MAP:
            raise DataError(
                f"A map of the domain needs {_FEWEST_ON_A_MAP} complexes, and there are "
                f"{len(rows)}. Validate with more data."
            )
        xy = _umap(standardised(features.take(rows).dense()), self.neighbours, self.seed)
        distance = mahalanobis(xy)
        group = features.ligand_group[features.ligand_row[rows]]
        most = max(1, int(_LARGEST_SHARE * len(np.unique(group))))
        farthest = np.argsort(-distance, kind="stable")
        first = np.sort(np.unique(group[farthest], return_index=True)[1])
        return DomainMap(rows, xy, distance, farthest[first[: min(count, most)]])


def split_to_json(split: Split) -> dict[str, Any]:
    """Return what `split_from_json` reads."""
    return {
        "train": split.train.tolist(),
        "sets": {name: rows.tolist() for name, rows in split.sets.items()},
        "repeat": split.repeat,
        "fold": split.fold,
        "choose_on": split.choose_on,
        "maps": {
            name: {key: values.tolist() for key, values in vars(each).items()}
            for name, each in split.maps.items()
        },
    }


def split_from_json(stored: Mapping[str, Any]) -> Split:
    """Read a split."""
    return Split(
        train=np.array(stored["train"], dtype=np.int64),
        sets={name: np.array(rows, dtype=np.int64) for name, rows in stored["sets"].items()},
        repeat=stored["repeat"],
        fold=stored["fold"],
        choose_on=stored["choose_on"],
        maps={
            name: DomainMap(
                rows=np.array(each["rows"], dtype=np.int64),
                xy=np.array(each["xy"], dtype=np.float64),
                distance=np.array(each["distance"], dtype=np.float64),
                picked=np.array(each["picked"], dtype=np.int64),
            )
            for name, each in stored["maps"].items()
        },
    )


def standardised(values: Floats) -> Floats:
    """Columns of (k, d) to mean 0 and sd 1; those without spread are left out."""
    spread = values.std(axis=0)
    kept = spread > 1e-9
    return (values[:, kept] - values[:, kept].mean(axis=0)) / spread[kept]


def mahalanobis(xy: Floats) -> Floats:
    """Distance of points (k, 2) from their mean, in units of their covariance; (k,)."""
    centred = xy - xy.mean(axis=0)
    inverse = np.linalg.pinv(np.cov(centred.T))
    return np.sqrt(np.einsum("ki,ij,kj->k", centred, inverse, centred))


def _complexes(features: PairFeatures) -> Rows:
    return np.column_stack([features.metal_row, features.ligand_row, numbers(features)])


def _same_complexes(features: PairFeatures, domain: DomainMap) -> Rows:
    """Every pair, whatever its conditions, of the complexes picked on a map."""
    key = _complexes(features)
    picked = key[domain.rows[domain.picked]]
    return np.flatnonzero((key[:, None] == picked[None]).all(axis=2).any(axis=1))


def _umap(values: Floats, neighbours: int, seed: int) -> Floats:
    from umap import UMAP  # compiles for seconds: only where a map is drawn

    neighbours = min(neighbours, len(values) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a seed costs threads, and its dependencies' own
        return (
            UMAP(
                n_neighbors=neighbours,
                n_components=2,
                init="pca",
                random_state=seed,
                n_jobs=1,
            )
            .fit_transform(values)
            .astype(np.float64)
        )
