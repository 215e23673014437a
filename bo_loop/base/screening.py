"""Which rows of a pool may score highest, by a mean and a variance bound of each.

A screen knows both of every row of a set, here or elsewhere, and is asked for the few rows of the
highest ceilings: bounds of their scores. What it does not list lies below all that it does.

Symbols
-------
k   rows
m   rows listed
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bo_loop.base.types import Floats, Rows

Bounded = Callable[[Floats, Floats], Floats]
"""From posterior means and variance bounds of certain rows, (k,) each, to ceilings (k,)."""


class Ceiling(Protocol):
    """A bound of the score of every row of a pool."""

    def of(self, rows: Rows) -> Bounded:
        """Return what says the ceilings of `rows` (k,); picklable."""


@dataclass(frozen=True)
class Listed:
    """The rows of the highest ceilings.

    Parameters
    ----------
    rows : (m,) int64
        In any order, all with the ceiling of the last among them.
    mean, variance_bound : (m,) float64
        Of log β.
    ceiling : (m,) float64
    n_rest : int
        How many rows are not listed.
    rest : float
        The highest of their ceilings, below that of every row listed; −inf without any.
    """

    rows: Rows
    mean: Floats
    variance_bound: Floats
    ceiling: Floats
    n_rest: int = 0
    rest: float = -np.inf

    def above(self, least: float) -> "Listed":
        """Return the rows with a ceiling above `least`; the others join the rest."""
        kept = self.ceiling > least
        n_rest = self.n_rest + int(np.count_nonzero(~kept))
        rest = max(self.rest, self.ceiling[~kept].max(initial=-np.inf))
        taken = (a[kept] for a in (self.rows, self.mean, self.variance_bound, self.ceiling))
        return Listed(*taken, n_rest, rest)


def merged(lists: Sequence[Listed]) -> Listed:
    """Merge the lists of different rows to one of all of them."""
    columns = zip(*((x.rows, x.mean, x.variance_bound, x.ceiling) for x in lists), strict=True)
    n_rest, rest = sum(x.n_rest for x in lists), max(x.rest for x in lists)
    whole = Listed(*(np.concatenate(column) for column in columns), n_rest, rest)
    return whole.above(rest) if n_rest else whole


class Screen(Protocol):
    """Means and variance bounds of a set of rows."""

    def highest(self, most: int, ceiling: Ceiling, besides: Rows) -> Listed:
        """List the rows of the highest ceilings.

        Parameters
        ----------
        most : int
            So many rows at least, if there are as many.
        ceiling : Ceiling
        besides : (b,) int64
            Rows that are left out, in ascending order.
        """

    def non_finite(self) -> Rows:
        """Return the rows of which mean or bound is no finite number."""


@dataclass(frozen=True)
class Screened:
    """The `Screen` of rows whose means and bounds are here.

    Parameters
    ----------
    rows : (k,) int64
        In ascending order.
    mean, variance_bound : (k,) float64
    """

    rows: Rows
    mean: Floats
    variance_bound: Floats

    def __sizeof__(self) -> int:  # what Dask weighs before it moves one
        return self.rows.nbytes + self.mean.nbytes + self.variance_bound.nbytes

    def highest(self, most: int, ceiling: Ceiling, besides: Rows) -> Listed:
        """List the rows of the highest ceilings; see `Screen`."""
        return self.listed(most, ceiling.of(self.rows), np.searchsorted(self.rows, besides))

    def listed(self, most: int, bounded: Bounded, besides: Rows) -> Listed:
        """Do the same by the ceilings of these very rows, `besides` given by their places."""
        values = bounded(self.mean, self.variance_bound)
        left = np.ones(len(values), dtype=bool)
        left[besides] = False
        if len(besides):
            at = np.flatnonzero(left)
            values = values[at]
        else:
            at = np.arange(len(values))
        if most < len(values):
            cut = np.partition(values, len(values) - most)[len(values) - most]
            kept = ~(values < cut)  # and what is no number
            rest = float(values[~kept].max(initial=-np.inf))
            at, values, n_rest = at[kept], values[kept], len(values) - int(kept.sum())
        else:
            n_rest, rest = 0, -np.inf
        return Listed(self.rows[at], self.mean[at], self.variance_bound[at], values, n_rest, rest)

    def non_finite(self) -> Rows:
        """Return the rows of which mean or bound is no finite number."""
        return self.rows[~(np.isfinite(self.mean) & np.isfinite(self.variance_bound))]
