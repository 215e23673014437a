"""Steps of a report: what was looked at, how many rows it concerned, and some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Step:
    """One line of the curation report.

    Parameters
    ----------
    name, detail : str
        What was looked at, and what was done.
    before, after : int
        Rows before and after.
    concerned : int
        Rows that the step left out, merged, renamed or flagged.
    examples : tuple of str
        Some of those rows (all of them where each needs a look).
    """

    name: str
    detail: str
    before: int
    after: int
    concerned: int
    examples: tuple[str, ...] = ()


def drop(
    rows: pd.DataFrame,
    out: Any,
    name: str,
    detail: str,
    show: Sequence[str],
    limit: int | None = 5,
) -> tuple[pd.DataFrame, Step]:
    """Leave out the rows marked in `out` (one bool a row), and count them."""
    out = np.asarray(out, dtype=bool)
    kept = rows[~out]
    shown = examples(rows[out], show, limit)
    step = Step(name, detail, len(rows), len(kept), int(out.sum()), shown)
    return kept, step


def note(
    rows: pd.DataFrame,
    marked: Any,
    name: str,
    detail: str,
    show: Sequence[str],
    limit: int | None = 5,
) -> Step:
    """Count the rows in `marked` (one bool a row) without leaving any out."""
    marked = np.asarray(marked, dtype=bool)
    shown = examples(rows[marked], show, limit)
    return Step(name, detail, len(rows), len(rows), int(marked.sum()), shown)


def examples(rows: pd.DataFrame, show: Sequence[str], limit: int | None) -> tuple[str, ...]:
    """Write the columns `show` of distinct rows as text, at most `limit` of them."""
    shown = rows[list(show)].drop_duplicates().head(len(rows) if limit is None else limit)
    return tuple(
        ", ".join(f"{column} {value}" for column, value in zip(show, row, strict=True))
        for row in shown.itertuples(index=False)
    )
