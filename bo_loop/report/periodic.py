"""The periodic table as a grid: where an element stands, and what is known of its ions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rdkit.Chem import GetPeriodicTable

_NOBLE = (2, 10, 18, 36, 54, 86, 118)
_LANTHANIDES, _ACTINIDES = range(57, 72), range(89, 104)
_ELEMENT = re.compile(r"[A-Z][a-z]?")


def place(number: int) -> tuple[int, int]:
    """Row and column of an element, both from 1; lanthanides stand in row 9, actinides in row 10.

    Parameters
    ----------
    number : int
        Atomic number.
    """
    for row, series in ((9, _LANTHANIDES), (10, _ACTINIDES)):
        if number in series:
            return row, 3 + number - series[0]
    period = next(i for i, last in enumerate(_NOBLE, start=1) if number <= last)
    first = 1 if period == 1 else _NOBLE[period - 2] + 1
    from_the_end = _NOBLE[period - 1] - number
    column = number - first + 1
    is_left = column <= 2 and not (period == 1 and number == 2)
    return period, column if is_left else 18 - from_the_end


def element_of(metal: str) -> str:
    """Return the element of a metal ion's formula: U of UO2."""
    return _ELEMENT.match(metal)[0]


def cells(ions: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the elements of ions, each with its ions.

    Parameters
    ----------
    ions : DataFrame
        ``metal, charge, mean``, and what else of each ion is to be shown.

    Returns
    -------
    list of dict
        ``symbol, row, column``, ``value`` (the largest mean) and ``ions``: the rows.
    """
    table = GetPeriodicTable()
    by_element: Mapping[str, pd.DataFrame] = dict(iter(ions.groupby(ions["metal"].map(element_of))))
    found = []
    for symbol, rows in by_element.items():
        row, column = place(table.GetAtomicNumber(symbol))
        own: Sequence[Any] = list(rows.sort_values("charge").itertuples())
        found.append(
            {
                "symbol": symbol,
                "row": row,
                "column": column,
                "value": float(rows["mean"].max()),
                "ions": own,
            }
        )
    return sorted(found, key=lambda cell: (cell["row"], cell["column"]))
