"""What a person says of peaks, in a table beside the database; replayed whenever it changes.

Columns: ``action, record, method, position, to, label, by, note``.

name    peaks of a method between ``position`` and ``to`` are called ``label``, in every record
label   the peak of ``record`` nearest to ``position`` is called ``label``
drop    the peak of ``record`` nearest to ``position`` is none

Peaks of one label share a column, whatever the alignment would do; of several in one record, the
largest counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.cells import read_cells
from bo_loop.data.numbers import plain_value

ACTIONS = {"name": ("method", "position", "to", "label"), "label": ("record", "position", "label"),
           "drop": ("record", "position")}  # fmt: skip
"""What a row may do, and the columns that it needs."""


@dataclass(frozen=True)
class Correction:
    """A row of the table; `row` is its number in a spreadsheet."""

    row: int
    action: str
    record: str
    method: str
    position: float
    to: float
    label: str


def read_corrections(path: Path) -> list[Correction]:
    """Read the table.

    Raises
    ------
    DataError
        Naming each row that cannot be used.
    """
    cells = read_cells(path)
    frame, problems, found = cells.frame, list(cells.problems), []
    if "action" not in frame:
        raise DataError(f"{path} has no column 'action': {', '.join(ACTIONS)}.")
    for number, row in zip(cells.rows, frame.to_dict("records"), strict=True):
        text = {name: str(row.get(name, "")).strip() for name in
                ("action", "record", "method", "position", "to", "label")}  # fmt: skip
        if text["action"] not in ACTIONS:
            problems.append(f"row {number}: action is {text['action']!r}; write one of "
                            f"{', '.join(ACTIONS)}")  # fmt: skip
            continue
        lacking = [name for name in ACTIONS[text["action"]] if not text[name]]
        values = {name: plain_value(text[name] or None) for name in ("position", "to")}
        wrong = [n for n in values if n in ACTIONS[text["action"]] and np.isnan(values[n])]
        if lacking or wrong:
            what = f"needs {', '.join(lacking)}" if lacking else f"{wrong[0]} is not a number"
            problems.append(f"row {number}: {text['action']} {what}")
            continue
        found.append(Correction(number, **{**text, **values}))
    if problems:
        raise DataError(f"The corrections in {path} cannot be used.", problems)
    return found


def corrected(peaks: pd.DataFrame, rules: Sequence[Correction]) -> pd.DataFrame:
    """Apply corrections, in their order, to peaks as they were fitted.

    Parameters
    ----------
    peaks : DataFrame
        With ``record, method, position, width, area, label``.
    rules : sequence of Correction

    Raises
    ------
    DataError
        If a row speaks of a record or a peak that is not there.
    """
    peaks, problems = peaks.copy(), []
    for rule in rules:
        if rule.action == "name":
            low, high = sorted((rule.position, rule.to))
            inside = peaks["method"].eq(rule.method) & peaks["position"].between(low, high)
            peaks.loc[inside, "label"] = rule.label
            continue
        own = peaks[peaks["record"].eq(rule.record)]
        apart = (own["position"] - rule.position).abs()
        if own.empty or apart.min() > own.loc[apart.idxmin(), "width"]:
            problems.append(
                f"row {rule.row}: record {rule.record!r} has no peak at {rule.position:g}"
            )
        elif rule.action == "drop":
            peaks = peaks.drop(index=apart.idxmin())
        else:
            peaks.loc[apart.idxmin(), "label"] = rule.label
    if problems:
        raise DataError("Corrections speak of peaks that are not there.", problems)
    order = peaks.sort_values("area", ascending=False)
    named = order["label"] != ""
    second = order[named].duplicated(["record", "label"])
    return peaks.drop(index=second.index[second])
