"""Results that come from curves: rows for the ledger, and the raw files that they rest on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bo_loop.base import files
from bo_loop.base.errors import CampaignError
from bo_loop.campaign.finding import Pairs, UnknownPairError
from bo_loop.campaign.results.reading import ResultsTable, read_results
from bo_loop.data.writing import csv_bytes

if TYPE_CHECKING:
    from bo_loop.lab.titration.refine import Refinement

RAW = "raw"
"""Folder of a campaign that holds raw files, each under its SHA-256."""


def raw_file(folder: Path, sha256: str, name: str) -> Path:
    """Return where a raw file lies."""
    return folder / RAW / f"{sha256}{Path(name).suffix.lower()}"


def keep_raw(folder: Path, done: "Refinement") -> None:
    """Copy the files of a refinement into a campaign's folder; what is there already stays.

    Raises
    ------
    CampaignError
        If the folder holds a link, or they cannot be written.
    """
    from bo_loop.lab.titration.refine import digest

    files.refuse_links(folder)
    for path, content in (*done.curves, *done.cells):
        kept = raw_file(folder, digest(content), path.name)
        if not kept.exists():
            files.make_folder(kept.parent)
            files.write_once(kept, content)


def rows_of(
    done: "Refinement", pool: pd.DataFrame, defaults: Mapping[str, str]
) -> tuple[ResultsTable, list[str]]:
    """Return the ML_n of a refinement as a table of results, and which species are not in it.

    Parameters
    ----------
    done : Refinement
    pool : DataFrame
        Pairs that may be logged.
    defaults : mapping of str to str
        ``operator, date, note``, as of `read_results`.

    Raises
    ------
    CampaignError
        If no species is a pair of the pool, or the curves do not determine one.
    """
    if done.chosen.problem:
        raise CampaignError(f"{done.chosen.problem}: refine fewer species. Nothing was recorded.")
    known, pairs = done.experiment, Pairs(pool)
    ids, left_out = {}, []
    for name in done.chosen.species:
        n = _ligands(done, name)
        if not n:
            left_out.append(f"{name} is not ML_n: it stays in the event's record only")
            continue
        try:
            ids[name] = pairs.of_cells(known.ligand, known.smiles, known.metal, "", n)
        except UnknownPairError as error:
            left_out.append(f"{name} is not logged: {error}")
    if not ids:
        raise CampaignError(
            "none of the refined species is a pair of this campaign: "
            f"{' '.join(f'{each}.' for each in left_out)} Nothing was recorded."
        )
    table = read_results(
        Path("refined.csv"), pool, content=_table(done, ids, defaults), defaults=dict(defaults)
    )
    record = done.record()
    source = ", ".join(path.name for path, _ in done.curves)
    events = [(kind, data | {"source": source, "refined": record}) for kind, data in table.events]
    doubts = {label: [*table.differing.get(label, ()), *done.faults] for label in table.labels}
    doubts = {label: found for label, found in doubts.items() if found}
    return replace(table, events=events, differing=doubts), left_out


def _ligands(done: "Refinement", name: str) -> int:
    """Return n of a species ML_n; 0 if it is none."""
    parts = next(s.parts for s in done.fit.objective.system.species if s.name == name)
    metal = done.experiment.metal
    only = set(parts) == {metal, "L"} and parts[metal] == 1
    return int(parts["L"]) if only else 0


def _table(done: "Refinement", ids: Mapping[str, str], defaults: Mapping[str, str]) -> bytes:
    rows: list[dict[str, Any]] = []
    methods = dict.fromkeys(one.method for one in done.experiment.titrations)
    taken = ", ".join(f"{name} {value:.2f}" for name, value in done.fixed.items())
    for name, pair in ids.items():
        value, sd = done.log_beta[name]
        rows.append(
            {
                "pair_id": pair,
                "log_beta": float(value),
                "log_beta_sd": float(sd),
                "temperature_C": float(done.experiment.temperature_C),
                "ionic_strength_M": float(done.experiment.ionic_strength_M),
                "method": f"{' and '.join(methods)} titration",
                "note": defaults.get("note")
                or f"refined with log β of {taken}; sigma {done.fit.sigma:.3g}",
            }
        )
    return csv_bytes(pd.DataFrame(rows))
