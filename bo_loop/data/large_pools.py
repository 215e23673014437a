"""Pools of very many pairs, in few bytes a pair.

A pool is a product of ligands, metal ions and numbers of ligands. A frame of more than `LARGE`
pairs holds each text that repeats once: its columns are pointers to these, 8 bytes a pair. What
differs from pair to pair, the ``pair_id``, is held by Arrow. The pairs of a ligand stand side by
side, so that a pool can be cut into parts that have ligands of their own.

Symbols
-------
n       pairs
l       ligands
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

LARGE = 1_000_000
"""A pool of more pairs is held, and sealed, as is said above."""

_IDS_AT_ONCE = 1_000_000


def crossed(ions: "pd.DataFrame", ligands: "pd.DataFrame", counts: Sequence[int]) -> "pd.DataFrame":
    """Return every ligand with every metal ion and number of ligands, ligand by ligand.

    Parameters
    ----------
    ions : DataFrame
        ``metal`` and ``charge``.
    ligands : DataFrame, l rows
        Columns of a ligand.
    counts : sequence of int
        Numbers of ligands.

    Returns
    -------
    DataFrame, n rows
        The columns of both, texts shared, and ``n_ligands``.
    """
    of_ion = np.repeat(np.arange(len(ions)), len(counts))
    columns = {
        **{name: np.tile(_values(ions[name])[of_ion], len(ligands)) for name in ions},
        **{name: np.repeat(_values(ligands[name]), len(of_ion)) for name in ligands},
        "n_ligands": np.tile(np.array(counts, dtype=np.int64), len(ions) * len(ligands)),
    }
    return framed(columns)


def framed(columns: Mapping[str, Any]) -> "pd.DataFrame":
    """Return a table of columns held as they are; pandas would make Arrow's of shared texts."""
    import pandas as pd

    held = {name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()}
    return pd.DataFrame(held, copy=False)


def _values(column: "pd.Series") -> NDArray:
    import pandas as pd

    return column.to_numpy() if pd.api.types.is_numeric_dtype(column) else column.to_numpy(object)


def distinct(frame: "pd.DataFrame") -> tuple[NDArray, "pd.DataFrame"]:
    """Give each row of a table a number, equal rows the same.

    Returns
    -------
    number : (n,) int64
    rows : DataFrame
        The distinct ones, in the order of their numbers, that of first appearance.
    """
    number = frame.groupby(list(frame), sort=False).ngroup().to_numpy(np.int64)
    return number, frame.drop_duplicates()


def each(column: "pd.Series", read: Callable[[Any], str]) -> "pd.Series":
    """Return a text for each value of a column, read once for equal ones; held as `taken` does."""
    import pandas as pd

    codes, values = pd.factorize(column)
    return taken([read(value) for value in values], codes, column)


def taken(texts: Sequence[str], at: NDArray, beside: "pd.Series") -> "pd.Series":
    """Return one of some texts for each row of a table.

    They are shared where those of a column `beside` them are, and else held by Arrow.

    Parameters
    ----------
    texts : sequence of str
    at : (n,) int64
        Which one each row has.
    beside : Series, n rows
        Gives the index.
    """
    import pandas as pd

    if beside.dtype == object:
        values = np.array(texts, dtype=object)[at]
    else:
        values = pd.array(texts, dtype="str").take(at)
    return pd.Series(values, index=beside.index, dtype=values.dtype)


def joined_ids(begin: NDArray, begins: Sequence[str], end: NDArray, ends: Sequence[str]) -> Any:
    """Join beginnings and ends of texts, as Arrow holds them.

    Parameters
    ----------
    begin, end : (n,) int64
        Which of the `begins`, and of the `ends`, each text has.

    Returns
    -------
    (n,) array of str
    """
    import pandas as pd
    import pyarrow as pa
    from pyarrow import compute

    first, last = (pa.array(list(texts), pa.large_string()) for texts in (begins, ends))
    chunks = [
        compute.binary_join_element_wise(
            first.take(pa.array(begin[i : i + _IDS_AT_ONCE])),
            last.take(pa.array(end[i : i + _IDS_AT_ONCE])),
            pa.scalar("", pa.large_string()),
        )
        for i in range(0, len(begin), _IDS_AT_ONCE)
    ]
    return pd.array(pa.chunked_array(chunks, pa.large_string()), dtype="str")


def rows_of(column: Any, wanted: Collection[Hashable]) -> dict[Any, int]:
    """Return the row of each value wanted that a column has.

    Parameters
    ----------
    column : sequence, Series or array of pandas, length n
        Of different values.
    wanted : collection
    """
    if not len(wanted):
        return {}
    if hasattr(column, "isin"):
        values = getattr(column, "array", column)
        at = np.flatnonzero(values.isin(list(wanted)))
        return {values[row]: row for row in at.tolist()}
    wanted = set(wanted)
    return {value: row for row, value in enumerate(column) if value in wanted}
