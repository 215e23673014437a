"""A lab's own tables as observations: CSV, Parquet or Excel, with other people's headers.

Cells are read as text and handed to `bo_loop.data.observations`, which says what a value must be.
What is wrong is reported together, by the row number that a spreadsheet shows.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bo_loop.base.checks import require_count
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.cells import read_cells, say
from bo_loop.data.curation.curate import curate_as
from bo_loop.data.curation.steps import examples
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    STATED_SCALES,
    validate_observations,
)
from bo_loop.data.sources import srd46
from bo_loop.data.sources.constants import constants_of
from bo_loop.data.sources.pair_tables import described, refuse_missing, valid
from bo_loop.data.sources.protonated import load_protonated
from bo_loop.data.sources.protonation import as_observations
from bo_loop.data.sources.protonation import load as load_protonation

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
    memory : str, optional
        As of `bo_loop.data.Minteq`.
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
    memory: str | None = None

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
    refuse_missing(
        cells,
        needed,
        path,
        f"Rename its headers, or map them: data.columns.{example}=<header>, or in bo-loop import "
        f"columns.{example}=<header>.",
    )
    constants = constants_of(cells, str(path), n_ligands=reader.n_ligands)
    defaults = {name: getattr(reader, name) for name in STATED_SCALES}
    others, notes, problems = described(cells, defaults, trusted=CURATED in cells.frame)
    say([*notes, *constants.understood], path)
    source = others.get("source", pd.Series("", index=others.index))
    others["source"] = source.where(source.ne(""), reader.source or path.stem)
    rows = [cells.rows[at] for at in constants.at]
    problems = [*cells.problems, *problems, *constants.problems]
    frame = constants.frame(others)
    curated = frame.get(CURATED, pd.Series("", index=frame.index))
    frame = valid(frame, rows, problems, OBSERVATION_COLUMNS, validate_observations, path)
    return frame.assign(**{CURATED: curated.astype("str")})
