"""Records as rows of the database: cleaned, their peaks fitted, and aligned between records."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from bo_loop.base.errors import BoLoopError
from bo_loop.base.progress import report
from bo_loop.features.blocks.alignment import align_all
from bo_loop.lab.spectra.cleaning import Cleaned, Cleaning
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.records import UNITS, Record
from bo_loop.lab.spectra.shapes import Pattern

Rows = list[tuple[dict[str, Any], list[list[Any]]]]
"""Of each record, its columns and the rows of its peaks."""


def fitted_rows(
    jobs: Sequence[tuple[Record, Cleaning, PeakSearch]],
) -> tuple[Rows, list[tuple[str, str]]]:
    """Clean and fit records: the row of each with those of its peaks, and what went wrong."""
    rows: Rows = []
    problems = []
    for done, (record, cleaning, search) in enumerate(jobs):
        report("fitting peaks", done, len(jobs), record.ligand or record.smiles)
        try:
            cleaned = cleaning.apply(record.x, record.y)
            pattern = search.fit(cleaned)
        except BoLoopError as error:
            problems.append((f"{record.ligand or record.smiles}, {record.method}", str(error)))
            continue
        rows.append((_row(record, cleaned, pattern), _peak_rows(record, pattern)))
    report("fitting peaks", len(jobs), len(jobs))
    return rows, problems


def _row(record: Record, cleaned: Cleaned, pattern: Pattern) -> dict[str, Any]:
    return {
        "record": record.key,
        "sha256": record.sha256,
        "place": record.place,
        "ligand": record.ligand,
        "smiles": record.smiles,
        "method": record.method,
        "x_unit": UNITS[record.method.split()[0]],
        "y_unit": record.y_unit,
        "x": record.x.tolist(),
        "y": record.y.tolist(),
        "background": cleaned.background.tolist(),
        "noise": cleaned.noise,
        "shape": pattern.shape,
        "residual_sd": pattern.residual_sd,
        "metadata": json.dumps(dict(record.metadata), ensure_ascii=False),
    }


def _peak_rows(record: Record, pattern: Pattern) -> list[list[Any]]:
    return [
        [record.key, i, p.position, p.position_sd, p.width, p.width_sd, p.area, p.area_sd,
         p.height, p.fraction, ""]
        for i, p in enumerate(pattern.peaks, start=1)
    ]  # fmt: skip


def aligned_rows(peaks: pd.DataFrame, records: pd.DataFrame) -> list[list[Any]]:
    """Return record, feature, position and area of every record and column of its method."""
    columns = align_all(peaks)
    rows = []
    for method, own in records.groupby("method", sort=True):
        here = peaks[peaks["method"] == method]
        named = here[here["label"] != ""]
        names = {f"{method}@{label}" for label in named["label"]}
        values = {
            (r, f"{method}@{label}"): (float(p), float(a))
            for r, label, p, a in named[["record", "label", "position", "area"]].itertuples(
                index=False
            )
        }
        if method in columns:
            free = here[here["label"] == ""]
            found = columns[method].assign(free["record"].to_numpy(), free["position"].to_numpy())
            names |= set(columns[method].names)
            for at, (r, p, a) in zip(
                found, free[["record", "position", "area"]].itertuples(index=False), strict=True
            ):
                if at >= 0:
                    values[r, columns[method].names[at]] = (float(p), float(a))
        for record in own["record"]:
            for name in sorted(names):
                position, area = values.get((record, name), (None, 0.0))
                rows.append([record, name, position, area])
    return rows
