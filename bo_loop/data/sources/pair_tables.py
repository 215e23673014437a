"""Tables of pairs, with other people's headers: metal ion, ligand, n and conditions of each row."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.chemistry.ions import MetalIon, ion_of_cells
from bo_loop.data.cells import Cells, bad_rows, quantities_of, read_cells, say, spreadsheet_rows
from bo_loop.data.headers import listed
from bo_loop.data.numbers import plain_value
from bo_loop.data.observations import PAIR_COLUMNS, standardised, validate_pairs


def read_pairs(path: Path, *, encoding: str | None = None) -> Cells:
    """Read a table of pairs as text, for `pairs_of`.

    Raises
    ------
    DataError
        As `bo_loop.data.cells.read_cells`, or if a column is missing.
    """
    needed = ["metal", "smiles", "n_ligands"]
    cells = read_cells(path, (*PAIR_COLUMNS, "inchi"), needed=needed, encoding=encoding)
    refuse_missing(cells, needed, path, f"Rename its headers: pairs need {', '.join(needed)}.")
    return cells


def pairs_of(
    cells: Cells, where: str | Path, *, temperature_C: float, ionic_strength_M: float
) -> pd.DataFrame:
    """Pairs of a table, valid and with standard SMILES.

    Parameters
    ----------
    cells : Cells
        As `read_pairs` returns it.
    where : str or Path
        The table, for messages.
    temperature_C, ionic_strength_M : float
        Stand in for condition cells that are empty or columns that are absent.

    Returns
    -------
    DataFrame
        `PAIR_COLUMNS`, one row for each row of `cells`.

    Raises
    ------
    DataError
        With every bad row, by its row number in the file.
    """
    defaults = {"temperature_C": temperature_C, "ionic_strength_M": ionic_strength_M}
    frame, notes, problems = described(cells, defaults, trusted=False)
    say(notes, where)
    frame = frame.assign(n_ligands=frame["n_ligands"].map(plain_value))
    problems = [*cells.problems, *problems]
    return valid(frame, cells.rows, problems, PAIR_COLUMNS, validate_pairs, where)


def described(
    cells: Cells, defaults: Mapping[str, float], *, trusted: bool
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return all that a table says but for constants; what was understood; what is wrong.

    Where the rows are `trusted`, their degrees are not doubted.
    """
    frame = cells.frame.copy()
    if "inchi" in frame:
        drawn = frame.get("smiles", pd.Series("", index=frame.index))
        frame["smiles"] = drawn.where(drawn.ne(""), frame["inchi"])
    if "ligand" not in frame:
        frame["ligand"] = ""
    ions, notes, problems = _ions(frame, cells.rows)
    frame["metal"], frame["charge"] = ions
    for column, default in defaults.items():
        frame[column], understood, wrong = quantities_of(
            cells, column, default=default, trusted=trusted
        )
        notes += understood
        problems += wrong
    return frame, notes, problems


def _ions(
    frame: pd.DataFrame, rows: Sequence[int]
) -> tuple[tuple[list[str], list[int]], list[str], list[str]]:
    """Return metals and charges; what was not written as here; and what cannot be read."""
    charges = frame["charge"] if "charge" in frame else [""] * len(frame)
    found: dict[tuple[str, str], MetalIon] = {}
    notes, problems, reasons = [], [], {}
    written = list(zip(frame["metal"], charges, strict=True))
    for metal, charge in dict.fromkeys(written):
        try:
            ion = found[metal, charge] = ion_of_cells(metal, charge)
        except DataError as error:
            reasons[metal, charge] = str(error)
            continue
        if metal not in (ion.metal, str(ion)):
            notes.append(f"metal {metal!r} as {ion}")
    for number, cell in zip(rows, written, strict=True):
        if cell in reasons:
            where = "charge" if reasons[cell].startswith("expected the ion's charge") else "metal"
            reason = f"{cell[1]!r} — {reasons[cell]}" if where == "charge" else reasons[cell]
            problems.append(f"row {number}, {where}: {reason}")
    # A metal that is reported already shall not be reported for its charge as well.
    ions = [found.get(cell, MetalIon("Cu", 1)) for cell in written]
    return ([ion.metal for ion in ions], [ion.charge for ion in ions]), notes, problems


def refuse_missing(cells: Cells, needed: Sequence[str], where: str | Path, way_out: str) -> None:
    """Raise, saying the `way_out`, if a table lacks columns; an InChI stands for a structure."""
    columns = {*cells.found.columns} | ({"smiles"} if "inchi" in cells.found.columns else set())
    missing = [column for column in needed if column not in columns]
    if missing:
        structures = " (or inchi; names are not read)" if "smiles" in missing else ""
        raise DataError(
            f"{where} has no column {', '.join(missing)}{structures}; it has "
            f"{listed(cells.header)}. {way_out}"
        )


def valid(
    frame: pd.DataFrame,
    rows: Sequence[int],
    problems: Sequence[str],
    columns: Sequence[str],
    validate: Callable[[pd.DataFrame, str], pd.DataFrame],
    where: str | Path,
) -> pd.DataFrame:
    """Validate and standardise, and raise one error for all that is wrong."""
    problems = list(problems)
    frame = frame[list(columns)]
    for check in (validate, standardised):
        try:
            frame = check(frame, str(where))
        except DataError as error:
            problems += _not_said(spreadsheet_rows(error.problems, rows), problems)
    if problems:
        raise bad_rows(where, problems)
    return frame


def _not_said(lines: Sequence[str], said: Sequence[str]) -> list[str]:
    """Leave out the lines about a cell that has one already; a row of several constants has one."""
    cells = {line.partition(":")[0] for line in said}
    return [line for line in dict.fromkeys(lines) if line.partition(":")[0] not in cells]
