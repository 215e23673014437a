"""The ligands of a pool's table: one file, or a folder of Parquet parts read in order of name.

Each structure is there once, can be read, and has a donor atom; all rows that are not so are
listed, by part and row.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.donors import donor_sites
from bo_loop.chemistry.ligands import inchikey
from bo_loop.data import observations as schema
from bo_loop.data.cells import Cells, bad_rows, read_cells
from bo_loop.data.headers import listed
from bo_loop.data.quantities import read_quantity

_NEEDED = ("ligand", "smiles")


def read_ligands(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Read the ligands of a pool.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.parquet`` or ``.xlsx``, or a folder of ``.parquet`` files.
    encoding : str, optional
        Of a ``.csv``.

    Returns
    -------
    DataFrame
        ``ligand``, ``smiles`` (standard ones), and ``cost`` if there is one.

    Raises
    ------
    DataError
        If there is no such table, a part of it is damaged or has other columns, or rows cannot be
        used.
    """
    files = _parts(path) if path.is_dir() else [path]
    tables, places, problems = [], [], []
    for file in files:
        cells = read_cells(file, (*_NEEDED, "inchi", "cost"), needed=_NEEDED, encoding=encoding)
        part = f"{file.name}, " if path.is_dir() else ""
        problems += [f"{part}{problem}" for problem in cells.problems]
        places += [f"{part}row {row}" for row in cells.rows]
        tables.append(_columns(cells, file))
    ligands = _joined(tables, files)
    if "cost" in ligands:
        cost, wrong = _costs(ligands["cost"], places)
        problems += wrong
        ligands = ligands.assign(cost=cost)
    problems += _unusable(ligands["smiles"], places)
    if problems:
        raise bad_rows(path, problems)
    return schema.standardised(ligands, f"pool table {path}")


def _parts(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.parquet"))
    others = sorted({f.name for f in folder.iterdir() if f.name[0] not in "._"} -
                    {f.name for f in files})  # fmt: skip
    if not files or others:
        found = f"{listed(others[:5])} in it" if others else "nothing in it"
        raise DataError(
            f"The pool's folder {folder} has {found}: it must hold the .parquet files of one "
            "table, and nothing else."
        )
    return files


def _columns(cells: Cells, file: Path) -> pd.DataFrame:
    """Return the columns of a file that are read."""
    ligands = cells.frame
    if "smiles" not in ligands and "inchi" in ligands:
        ligands = ligands.rename(columns={"inchi": "smiles"})
    if not set(_NEEDED) <= set(ligands):
        raise DataError(
            f"pool table {file} has the columns {listed(cells.header)}: it needs 'smiles' (or "
            "'inchi') and 'ligand' (or 'name'). Correct the header, its first row."
        )
    return ligands[[*_NEEDED, *(["cost"] if "cost" in ligands else [])]]


def _joined(tables: Sequence[pd.DataFrame], files: Sequence[Path]) -> pd.DataFrame:
    for table, file in zip(tables, files, strict=True):
        if list(table) != list(tables[0]):
            raise DataError(
                f"{file} has the columns {listed(list(table))}, and {files[0]} has "
                f"{listed(list(tables[0]))}: parts of one table have the same."
            )
    return pd.concat(tables, ignore_index=True)


def _unusable(texts: pd.Series, places: Sequence[str]) -> list[str]:
    """Say of each row whose structure no pool can hold why: unreadable, no donor, or a repeat."""
    written, reasons = schema.structures(texts)
    for text, smiles in written.items():
        if not donor_sites(smiles):
            reasons[text] = f"{smiles} has no donor atom, so no metal ion binds it in water"
    first: dict[str, str] = {}
    problems = []
    for place, text in zip(places, texts, strict=True):
        if text in reasons:
            problems.append(f"{place}, smiles: {reasons[text]}")
            continue
        try:
            same = first.setdefault(inchikey(written[text]), place)
        except DataError as error:
            same = place
            problems.append(f"{place}, smiles: {error}")
        if same != place:
            problems.append(
                f"{place}, smiles: {written[text]} is the ligand of {same} (same InChIKey). "
                "Keep one of the two"
            )
    return problems


def _costs(texts: pd.Series, places: Sequence[str]) -> tuple[list[float], list[str]]:
    costs, problems = [], []
    for place, text in zip(places, texts, strict=True):
        try:
            reading, _ = read_quantity("cost", text)
            costs.append(reading.value)
        except ValueError as error:
            problems.append(f"{place}, cost: {text!r} — {error}")
            costs.append(np.nan)
    return costs, problems
