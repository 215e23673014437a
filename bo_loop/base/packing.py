"""Columns and tables of numbers in few bytes, as they travel between machines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SAMPLE = 4096


@dataclass(frozen=True)
class Packed:
    """A column, by its distinct values where they are few.

    Parameters
    ----------
    values : (u,) array
        The values, whole numbers in as few bytes as they need; or the distinct values.
    codes : (n,) array of uint8 or uint16, optional
        Which of them each row has.
    n : int
        Rows.
    dtype : dtype
        Of the column.
    """

    values: NDArray
    codes: NDArray | None
    n: int
    dtype: np.dtype

    @classmethod
    def of(cls, column: NDArray) -> "Packed":
        """Pack a column (n,)."""
        n, dtype = len(column), column.dtype
        if n and (column == column[0]).all():
            return cls(column[:1], np.zeros(1, dtype=np.uint8), n, dtype)
        if n and np.issubdtype(dtype, np.integer):
            least = np.result_type(*(np.min_scalar_type(x) for x in (column.min(), column.max())))
            return cls(column.astype(least), None, n, dtype)
        if 2 * len(np.unique(column[:_SAMPLE])) < min(n, _SAMPLE):
            values, codes = np.unique(column, return_inverse=True)
            if len(values) <= np.iinfo(np.uint16).max + 1:
                return cls(values, codes.astype(np.min_scalar_type(len(values) - 1)), n, dtype)
        return cls(column, None, n, dtype)

    def column(self) -> NDArray:
        """Return the column (n,)."""
        if self.codes is None:
            return self.values.astype(self.dtype)
        return self.values[np.broadcast_to(self.codes, self.n)]


@dataclass(frozen=True)
class Sparse:
    """A table of counts, by those that are not 0.

    Parameters
    ----------
    gaps : (k,) array of unsigned integers
        How far each of them lies behind the one before it, row after row; the first behind 0.
    values : (k,) array
    shape : tuple of int
        Of the table.
    """

    gaps: NDArray
    values: NDArray
    shape: tuple[int, ...]

    @classmethod
    def of(cls, table: NDArray) -> "Sparse":
        """Pack a table of any shape."""
        at = np.flatnonzero(table)
        gaps = np.diff(at, prepend=0)
        least = np.min_scalar_type(gaps.max(initial=0))
        return cls(gaps.astype(least), table.reshape(-1)[at], table.shape)

    def table(self) -> NDArray:
        """Return the table."""
        table = np.zeros(self.shape, dtype=self.values.dtype)
        table.reshape(-1)[np.cumsum(self.gaps, dtype=np.int64)] = self.values
        return table
