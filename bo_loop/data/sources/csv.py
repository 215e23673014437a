"""A lab's own tables as observations: CSV, Parquet or Excel, with other people's headers.

Cells are read as text and handed to `bo_loop.data.observations`, which says what a value must be.
What
is wrong is reported together, by the row number that a spreadsheet shows (the header is row 1).
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.data.cells import Cells, bad_rows, read_cells, spreadsheet_rows
from bo_loop.data.curation.curate import curate_as
from bo_loop.data.curation.steps import examples
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    PAIR_COLUMNS,
    standardised,
    validate_observations,
    validate_pairs,
)
from bo_loop.data.sources import srd46
from bo_loop.data.sources.protonation import as_observations
from bo_loop.data.sources.protonation import load as load_protonation

REQUIRED = ("metal", "smiles", "n_ligands", "log_beta")
CURATED = "curated"  # the column that `bo-loop import` writes: such rows are not curated again


@dataclass(frozen=True, kw_only=True)
class Csv:
    """Observations from one table, or from several.

    Parameters
    ----------
    path : str, Path, or sequence of them
        ``.csv`` (UTF-8 or cp932; comma, semicolon or tab), ``.parquet`` or ``.xlsx`` (its first
        sheet). Columns are those of an observation; ``metal``, ``smiles``, ``n_ligands`` and
        ``log_beta`` must be there. Without a column ``charge``, ``metal`` carries it ("Cu+2").
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
        path = self.path
        paths = [path] if isinstance(path, str | Path) else list(path)
        if not paths:
            raise ConfigError("data.path is an empty list: give at least one table.")
        defaults = {
            name: str(getattr(self, name)) for name in ("temperature_C", "ionic_strength_M")
        }
        defaults |= {"ligand": "", "log_beta_sd": "", "censoring": "none"}
        tables, failures = [], []
        for one in map(Path, paths):
            try:
                stands_in = {**defaults, "source": self.source or one.stem}
                tables.append(_observations(one, columns, stands_in))
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
            protons = _protonation(self.protonation, self.temperature_C, self.ionic_strength_M)
            observations = pd.concat([observations, protons], ignore_index=True)
        return observations


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


def _protonation(
    path: str | Path | Sequence[str | Path], temperature_C: float, ionic_strength_M: float
) -> pd.DataFrame:
    distribution = isinstance(path, str | Path) and (
        Path(path).is_dir() or Path(path).suffix.lower() == ".zip"
    )
    constants = srd46.protonation(path) if distribution else load_protonation(path=path)
    return as_observations(
        constants, temperature_C=temperature_C, ionic_strength_M=ionic_strength_M
    )


def pairs_of(
    cells: Cells, where: str | Path, *, temperature_C: float, ionic_strength_M: float
) -> pd.DataFrame:
    """Pairs of a table, valid and with standard SMILES.

    Parameters
    ----------
    cells : Cells
        With columns ``metal``, ``smiles`` and ``n_ligands``; without ``charge``, ``metal`` carries
        it ("Cu+2"). Other columns than those of a pair are ignored.
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
        If a column is missing, or with every bad row, by its row number in the file.
    """
    needed = [column for column in REQUIRED if column in PAIR_COLUMNS]
    missing = [column for column in needed if column not in cells.frame]
    if missing:
        raise DataError(
            f"{where} has no column {', '.join(missing)}; it has "
            f"{', '.join(map(repr, cells.frame))}. Rename its headers: pairs need "
            f"{', '.join(needed)}."
        )
    _refuse_lookalikes(cells.frame, PAIR_COLUMNS, where)
    defaults = {"temperature_C": str(temperature_C), "ionic_strength_M": str(ionic_strength_M)}
    return _valid(cells, {**defaults, "ligand": ""}, PAIR_COLUMNS, validate_pairs, where)


def _observations(path: Path, columns: dict[str, str], defaults: dict[str, str]) -> pd.DataFrame:
    cells = read_cells(path)
    cells = replace(cells, frame=_renamed(cells.frame, columns, path))
    frame = _valid(cells, defaults, OBSERVATION_COLUMNS, validate_observations, path)
    curated = cells.frame.get(CURATED, "")
    return frame.assign(**{CURATED: pd.Series(curated, index=frame.index, dtype="str")})


def _valid(
    cells: Cells,
    defaults: Mapping[str, str],
    columns: Sequence[str],
    validate: Callable[[pd.DataFrame, str], pd.DataFrame],
    where: str | Path,
) -> pd.DataFrame:
    """Fill in defaults, validate and standardise, and raise one error for all that is wrong."""
    frame, problems = _charges_from_metals(cells.frame, cells.rows)
    problems = [*cells.problems, *problems]
    for column, value in defaults.items():
        present = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame = frame.assign(**{column: present.where(present.ne(""), value)})
    frame = frame[list(columns)]
    for check in (validate, standardised):
        try:
            frame = check(frame, str(where))
        except DataError as error:
            problems += _not_said(spreadsheet_rows(error.problems, cells.rows), problems)
    if problems:
        raise bad_rows(where, problems)
    return frame


def _not_said(lines: Sequence[str], said: Sequence[str]) -> list[str]:
    """Leave out the lines about a cell that has one already."""
    cells = {line.partition(":")[0] for line in said}
    return [line for line in lines if line.partition(":")[0] not in cells]


def _renamed(frame: pd.DataFrame, columns: dict[str, str], path: Path) -> pd.DataFrame:
    headers = ", ".join(map(repr, frame.columns))
    absent = [theirs for theirs in columns.values() if theirs not in frame]
    if absent:
        raise DataError(
            f"{path} has no column {', '.join(map(repr, absent))}, which columns= names. It "
            f"has {headers}."
        )
    kept = {c: frame[c] for c in frame.columns if c not in columns.values()}
    frame = pd.DataFrame({**kept, **{ours: frame[theirs] for ours, theirs in columns.items()}})
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(missing)}; it has {headers}. Rename its headers, or "
            f"map them: data.columns.{missing[0]}=<header>, or in bo-loop import "
            f"columns.{missing[0]}=<header>."
        )
    _refuse_lookalikes(frame, OBSERVATION_COLUMNS, path)
    return frame


def _refuse_lookalikes(frame: pd.DataFrame, columns: Sequence[str], where: str | Path) -> None:
    """Raise if a column that would be passed over is nearly named like one that is not there."""
    optional = {column.lower(): column for column in columns if column not in frame}
    for header in frame.columns.difference(list(columns), sort=False):
        meant = get_close_matches(header.lower(), optional, n=1, cutoff=0.85)
        if meant:
            column = optional[meant[0]]
            raise DataError(
                f"{where}: column {header!r} is not one that is read; {column!r} is. If that is "
                "what it holds, rename it; if not, rename it to something less alike."
            )


def _charges_from_metals(
    frame: pd.DataFrame, rows: Sequence[int]
) -> tuple[pd.DataFrame, list[str]]:
    """Split "Cu+2" into metal and charge where the table has no column of charges."""
    if "charge" in frame:
        return frame, []
    ions, problems = {}, []
    for text in frame["metal"].unique():
        try:
            ions[text] = parse_ion(text)
        except DataError as error:
            found = frame["metal"].eq(text)
            problems += [f"row {rows[i]}, metal: {error}" for i in range(len(rows)) if found.iat[i]]
    # A metal that is reported already shall not be reported for its charge as well.
    metals = frame["metal"].map(lambda text: ions[text].metal if text in ions else "Cu")
    charges = frame["metal"].map(lambda text: str(ions[text].charge) if text in ions else "1")
    return frame.assign(metal=metals, charge=charges), problems
