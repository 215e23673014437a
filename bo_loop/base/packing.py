"""Columns of numbers in few bytes, as they travel between machines."""

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
        The values, or the distinct ones.
    codes : (n,) uint8 or uint16, optional
        Which of them each row has.
    n : int
        Rows.
    """

    values: NDArray
    codes: NDArray | None
    n: int

    @classmethod
    def of(cls, column: NDArray) -> "Packed":
        """Pack a column (n,)."""
        if len(column) and (column == column[0]).all():
            return cls(column[:1], np.zeros(1, dtype=np.uint8), len(column))
        most = np.iinfo(np.uint16).max + 1
        if 2 * len(np.unique(column[:_SAMPLE])) < min(len(column), _SAMPLE):
            values, codes = np.unique(column, return_inverse=True)
            if len(values) <= most:
                size = np.uint8 if len(values) <= 256 else np.uint16
                return cls(values, codes.astype(size), len(column))
        return cls(column, None, len(column))

    def column(self) -> NDArray:
        """Return the column (n,)."""
        if self.codes is None:
            return self.values
        return self.values[np.broadcast_to(self.codes, self.n)]
