"""Peaks of the same origin in one column: clusters of positions, one peak a record and column.

Symbols
-------
p, w    position and width of a peak
t       position in widths: ∫ dp / w(p), so that a peak is about one wide everywhere    (n,)

HDBSCAN (Campello, Moulavi, Sander, PAKDD 2013, 160) finds the clusters of t. A cluster that holds
two or more peaks of most of its records is two or more columns, and is cut by k-means. Each record
then gives its peaks to the columns so that the sum of distances is least, each column taking one
peak at most, within its reach (Kuhn, Naval Res. Logist. 1955, 2, 83).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from bo_loop.base.types import Floats, Rows

_NEAR = 0.7  # widths within which peaks of different records are not told apart
_REACH = 1.0  # widths from a column's centre, at least
_SPREAD = 4.0  # or sds of its positions, if these are more


@dataclass(frozen=True)
class Columns:
    """Columns of one method.

    Parameters
    ----------
    centre, reach : (c,) float64
        Position of each, and how far from it a peak may lie.
    names : tuple of str
    """

    centre: Floats
    reach: Floats
    names: tuple[str, ...]

    def assign(self, record: Sequence[Any], position: Floats) -> Rows:
        """Give the n peaks of some records their columns; -1 where none is near.

        What a record's peaks get does not depend on other records.
        """
        found = np.full(len(position), -1, dtype=np.int64)
        record = np.asarray(record)
        for each in np.unique(record):
            mine = np.flatnonzero(record == each)
            apart = np.abs(position[mine, None] - self.centre) / self.reach
            # Out of reach costs as much as any number of peaks within it.
            cost = np.where(apart <= 1.0, apart, 1.0 + len(mine))
            rows, columns = linear_sum_assignment(cost)
            near = apart[rows, columns] <= 1.0
            found[mine[rows[near]]] = columns[near]
        return found


def align(method: str, record: Sequence[Any], position: Floats, width: Floats) -> Columns:
    """Find the columns of the n peaks of a method.

    Parameters
    ----------
    method : str
        Part of the columns' names.
    record : (n,) sequence
        Which record each peak is of.
    position, width : (n,) float64

    Returns
    -------
    Columns
        By position. A cluster needs peaks of two records; a record alone is aligned with itself.
    """
    record = np.asarray(record)
    order = np.argsort(position, kind="stable")
    record, position, width = record[order], position[order], width[order]
    if len(np.unique(record)) <= 1:
        label = np.arange(len(position))
    else:
        label = _clusters(record, _in_widths(position, width))
    made = [position[label == each] for each in range(label.max(initial=-1) + 1)]
    widths = [float(np.median(width[label == each])) for each in range(len(made))]
    centre = np.array([np.median(each) for each in made])
    spread = np.array([np.std(each) for each in made])
    reach = np.maximum(_REACH * np.array(widths), _SPREAD * spread) if made else np.empty(0)
    names = tuple(f"{method}@{value:.5g}" for value in centre)
    return Columns(centre, reach, _distinct(names))


def _in_widths(position: Floats, width: Floats) -> Floats:
    """Stretch rising positions so that a peak is about one wide everywhere."""
    if len(position) < 2:
        return np.zeros(len(position))
    local = pd.Series(width).rolling(9, center=True, min_periods=1).median().to_numpy()
    steps = np.diff(position) / (0.5 * (local[1:] + local[:-1]))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _clusters(record: np.ndarray, t: Floats) -> Rows:
    """Return the number of each peak's cluster, by position; -1 for what belongs to none."""
    from sklearn.cluster import HDBSCAN, KMeans  # a second, which other campaigns do without

    # The tree of HDBSCAN, cut where peaks are told apart: its own choice of clusters would split a
    # pattern of one column, which it cannot see as one.
    tree = HDBSCAN(min_cluster_size=2, min_samples=2, copy=True).fit(t[:, None])
    labels = tree.dbscan_clustering(_NEAR, min_cluster_size=2)
    label, total = np.full(len(t), -1, dtype=np.int64), 0
    clusters = [np.flatnonzero(labels == each) for each in range(labels.max() + 1)]
    for members in sorted(clusters, key=lambda rows: rows[0]):
        counts = pd.Series(record[members]).value_counts()
        if len(counts) < 2:
            continue
        parts = int(np.median(counts))
        cut = np.zeros(len(members), dtype=np.int64)
        if parts > 1:
            ends = np.linspace(t[members[0]], t[members[-1]], parts)[:, None]
            cut = KMeans(parts, init=ends, n_init=1).fit(t[members, None]).labels_
        for each in range(parts):
            if (cut == each).any():
                label[members[cut == each]] = total
                total += 1
    return label


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, numbered where they are the same."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return tuple(out)


def align_all(peaks: pd.DataFrame) -> Mapping[str, Columns]:
    """Find the columns of every method of a table of peaks.

    Parameters
    ----------
    peaks : DataFrame
        With ``method``, ``record``, ``position``, ``width``; those with a ``label`` are left out,
        since a person has said which column they belong to.
    """
    free = peaks[peaks["label"] == ""] if "label" in peaks else peaks
    return {
        str(method): align(
            str(method), rows["record"].to_numpy(), *rows[["position", "width"]].to_numpy().T
        )
        for method, rows in free.groupby("method", sort=True)
    }
