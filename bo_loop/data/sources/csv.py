"""A lab's own tables as observations: CSV, Parquet or Excel, with other people's headers.

Cells are read as text and handed to `bo_loop.data.observations`, which says what a value must be.
What is wrong is reported together, by the row number that a spreadsheet shows.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ions import MetalIon, ion_of_cells
from bo_loop.data.cells import Cells, bad_rows, quantities_of, read_cells, say, spreadsheet_rows
from bo_loop.data.curation.curate import curate_as
from bo_loop.data.curation.steps import examples
from bo_loop.data.headers import listed
from bo_loop.data.numbers import plain_value
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    PAIR_COLUMNS,
    STATED_SCALES,
    standardised,
    validate_observations,
    validate_pairs,
)
from bo_loop.data.sources import srd46
from bo_loop.data.sources.constants import constants_of
from bo_loop.data.sources.protonated import load_protonated
from bo_loop.data.sources.protonation import as_observations
from bo_loop.data.sources.protonation import load as load_protonation

REQUIRED = ("metal", "smiles", "n_ligands")
CURATED = "curated"  # the column that `bo-loop import` writes: yes, such rows are not curated again
_NOT_NAMED = (*srd46.EXTRA_COLUMNS, "note")  # an import writes them; a table may say it freely


@dataclass(frozen=True, kw_only=True)
class Csv:
    """Observations from one table, or from several.

    Parameters
    ----------
    path : str, Path, or sequence of them
        ``.csv`` (comma, semicolon or tab), ``.parquet`` or ``.xlsx`` (the first sheet that has the
        columns). Columns are those of an observation, as `bo_loop.data.headers` recognises them;
        ``metal``, ``smiles`` (or ``inchi``), ``n_ligands`` and ``log_beta`` must be there. Without
        a column ``charge``, ``metal`` carries it ("Cu+2"). Columns log K1, log K2, log β3 … say n
        themselves; stepwise ones are summed.
    columns : mapping of str to str, optional
        What the table calls a column: ``{"log_beta": "lg K", "smiles": "SMILES string"}``. A
        column mapped to None goes by its own name.
    temperature_C, ionic_strength_M : float
        Stand in for condition cells that are empty or columns that are absent; and protonation
        constants are taken at the conditions nearest to these.
    source : str, optional
        Stands in for ``source`` cells that are empty or absent; else the name of the file does.
    protonation : str, Path, or sequence of them, optional
        Tables of protonation constants (`bo_loop.data.sources.protonation.load`), or the
        distribution of NIST SRD 46. They come behind the others, as observations of metal ``H``.
    mhl : str or Path, optional
        Constants of protonated complexes MHL, as ``bo-loop import source=srd46`` writes them, or
        the distribution of NIST SRD 46: `protonated` returns them.
    n_ligands : int, optional
        Stands in for ``n_ligands`` cells that are empty or a column that is absent.
    encoding : str, optional
        Of ``.csv`` tables, protonation constants included, as `bo_loop.data.encodings.decoded`
        takes it.
    curation : mapping, optional
        Options of `bo_loop.data.curation.curate.curate`, ``{}`` for its defaults: curate the tables
        (not the protonation constants), with a warning that says what is set apart. Rows that
        ``bo-loop import`` wrote are curated already: they are taken as they are.
    """

    path: str | Path | Sequence[str | Path]
    columns: Mapping[str, str] | None = None
    temperature_C: float = 25.0
    ionic_strength_M: float = 0.1
    source: str | None = None
    protonation: str | Path | Sequence[str | Path] | None = None
    mhl: str | Path | None = None
    n_ligands: int | None = None
    encoding: str | None = None
    curation: Mapping[str, Any] | None = None

    def read(self) -> pd.DataFrame:
        """Return valid observations with standard SMILES, tables in the order given.

        Raises
        ------
        ConfigError
            If `columns` names a column that observations do not have, or curation has no such
            option.
        DataError
            One for all tables: a missing file, a wrong type, and every bad row, with its row
            number, column, value and what is expected.
        """
        columns = {
            ours: theirs for ours, theirs in (self.columns or {}).items() if theirs is not None
        }
        unknown = sorted(set(columns) - set(OBSERVATION_COLUMNS))
        if unknown:
            raise ConfigError(
                f"data.columns names {', '.join(unknown)}: its keys are columns of an observation "
                f"({', '.join(OBSERVATION_COLUMNS)}), its values the table's own headers."
            )
        if self.n_ligands is not None:
            require_count("n_ligands", self.n_ligands)
        path = self.path
        paths = [path] if isinstance(path, str | Path) else list(path)
        for name in ("path", "protonation"):
            if getattr(self, name) in ([], ()):
                raise ConfigError(f"data.{name} is an empty list: give at least one table.")
        tables, failures = [], []
        for one in map(Path, paths):
            try:
                tables.append(_observations(one, columns, self))
            except DataError as error:
                failures.append(error)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            lines = [line for e in failures for line in (str(e).partition("\n")[0], *e.problems)]
            raise DataError(f"{len(failures)} of {len(paths)} tables cannot be used.", lines)
        observations = pd.concat(tables, ignore_index=True)
        if self.curation is not None:
            observations = _curated(observations, self.curation)
        observations = observations[list(OBSERVATION_COLUMNS)]
        if self.protonation is not None:
            observations = pd.concat([observations, self._protons()], ignore_index=True)
        return observations

    def _protons(self) -> pd.DataFrame:
        path = self.protonation
        distribution = isinstance(path, str | Path) and _is_distribution(Path(path))
        constants = (
            srd46.protonation(path)
            if distribution
            else load_protonation(path=path, encoding=self.encoding)
        )
        return as_observations(
            constants, temperature_C=self.temperature_C, ionic_strength_M=self.ionic_strength_M
        )

    def protonated(self) -> pd.DataFrame:
        """Return the constants of MHL; `bo_loop.data.sources.srd46.MHL_COLUMNS`, no row without.

        Raises
        ------
        DataError
            If the table cannot be read.
        """
        if self.mhl is None:
            return pd.DataFrame(columns=list(srd46.MHL_COLUMNS))
        path = Path(self.mhl)
        if _is_distribution(path):
            return srd46.protonated_complexes(path)
        return load_protonated(path, encoding=self.encoding)


def _is_distribution(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


def _curated(observations: pd.DataFrame, options: Mapping[str, Any]) -> pd.DataFrame:
    done = observations[CURATED].str.lower().isin(("true", "yes", "1"))
    if done.all():
        return observations
    curated = curate_as(observations[~done], options)
    held, kept = curated.quarantine, curated.observations
    if len(held) or len(kept) < (~done).sum():
        shown = examples(held, ("metal", "charge", "ligand", "smiles", "log_beta", "reason"), 10)
        more = f"; and {len(held) - len(shown)} more" if len(held) > len(shown) else ""
        warnings.warn(
            f"curation keeps {len(kept)} of {(~done).sum()} observations; {len(held)} look "
            "suspicious" + "".join(f"\n  {line}" for line in shown) + more + "\n  "
            "data.curation=null keeps everything; bo-loop import lists it all",
            stacklevel=3,
        )
    return pd.concat([observations[done], kept], ignore_index=True)


def read_pairs(path: Path, *, encoding: str | None = None) -> Cells:
    """Read a table of pairs as text, for `pairs_of`.

    Raises
    ------
    DataError
        As `bo_loop.data.cells.read_cells`, or if a column is missing.
    """
    needed = [column for column in REQUIRED if column in PAIR_COLUMNS]
    cells = read_cells(path, (*PAIR_COLUMNS, "inchi"), needed=needed, encoding=encoding)
    _refuse_missing(cells, needed, path, f"Rename its headers: pairs need {', '.join(needed)}.")
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
    frame, notes, problems = _described(cells, defaults, trusted=False)
    say(notes, where)
    frame = frame.assign(n_ligands=frame["n_ligands"].map(plain_value))
    problems = [*cells.problems, *problems]
    return _valid(frame, cells.rows, problems, PAIR_COLUMNS, validate_pairs, where)


def _observations(path: Path, columns: dict[str, str], reader: "Csv") -> pd.DataFrame:
    cells = read_cells(
        path,
        (*OBSERVATION_COLUMNS, "inchi", CURATED),
        needed=("metal", "smiles", "log_beta"),
        mapping=columns,
        quiet=_NOT_NAMED,
        encoding=reader.encoding,
    )
    needed = [
        c
        for c in ("metal", "smiles", "log_beta")
        if not (c == "log_beta" and cells.found.constants)
    ]
    example = next((c for c in needed if c not in cells.frame), "log_beta")
    _refuse_missing(
        cells,
        needed,
        path,
        f"Rename its headers, or map them: data.columns.{example}=<header>, or in bo-loop import "
        f"columns.{example}=<header>.",
    )
    constants = constants_of(cells, str(path), n_ligands=reader.n_ligands)
    defaults = {name: getattr(reader, name) for name in STATED_SCALES}
    others, notes, problems = _described(cells, defaults, trusted=CURATED in cells.frame)
    say([*notes, *constants.understood], path)
    source = others.get("source", pd.Series("", index=others.index))
    others["source"] = source.where(source.ne(""), reader.source or path.stem)
    rows = [cells.rows[at] for at in constants.at]
    problems = [*cells.problems, *problems, *constants.problems]
    frame = constants.frame(others)
    curated = frame.get(CURATED, pd.Series("", index=frame.index))
    frame = _valid(frame, rows, problems, OBSERVATION_COLUMNS, validate_observations, path)
    return frame.assign(**{CURATED: curated.astype("str")})


def _described(
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


def _refuse_missing(cells: Cells, needed: Sequence[str], where: str | Path, way_out: str) -> None:
    columns = {*cells.found.columns} | ({"smiles"} if "inchi" in cells.found.columns else set())
    missing = [column for column in needed if column not in columns]
    if missing:
        structures = " (or inchi; names are not read)" if "smiles" in missing else ""
        raise DataError(
            f"{where} has no column {', '.join(missing)}{structures}; it has "
            f"{listed(cells.header)}. {way_out}"
        )


def _valid(
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
