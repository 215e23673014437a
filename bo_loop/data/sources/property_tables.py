"""Tables of a property of pairs other than log β, with other people's headers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.cells import read_cells, say
from bo_loop.data.headers import listed
from bo_loop.data.numbers import plain_value
from bo_loop.data.observations import (
    OBSERVATION_COLUMNS,
    PAIR_COLUMNS,
    STATED_SCALES,
    validate_pairs,
)
from bo_loop.data.property import Property, columns_of
from bo_loop.data.property_rows import PROPERTY
from bo_loop.data.sources import srd46
from bo_loop.data.sources.csv import CURATED, Csv
from bo_loop.data.sources.pair_tables import described, refuse_missing, valid


def read_properties(source: object, properties: Sequence[Property]) -> pd.DataFrame:
    """Return observations of several properties, with `bo_loop.data.property_rows.PROPERTY`.

    A table holds a column for each that was measured, and leaves cells empty; none needs them all.

    Raises
    ------
    ConfigError, DataError
        As `read_property`; or if no table has a value of one of them.
    """
    each = [
        read_property(source, of, properties).assign(**{PROPERTY: of.words}) for of in properties
    ]
    return pd.concat(each, ignore_index=True).astype({PROPERTY: "str"})


def read_property(source: object, of: Property, among: Sequence[Property] = ()) -> pd.DataFrame:
    """Return observations of a property; their ``log_beta`` is the value on the modelled scale.

    Parameters
    ----------
    source : Csv
        Its tables hold the property in a column of that name, its sd, if any, in ``<name>_sd``;
        the pairs as tables of constants do, n being 1 where nothing says it. It is not curated:
        the rules are about constants.
    of : Property
    among : sequence of Property
        If it is one of several, all of them: a table may then lack the column, or leave its cells
        empty.

    Raises
    ------
    ConfigError
        If the source is not a table, or asks for what only constants have.
    DataError
        With every bad row, by its row number in the file.
    """
    require_table(source, of)
    about_constants = ("protonation", "mhl")
    asked = [name for name in about_constants if getattr(source, name) not in (None, "none")]
    if asked:
        raise ConfigError(
            f"data.{asked[0]} is about stability constants; the property here is {of.name}. Leave "
            "it out."
        )
    paths = [source.path] if isinstance(source.path, str | Path) else list(source.path)
    tables = [table for path in paths if (table := _table(Path(path), source, of, among)).size]
    if not tables:
        raise DataError(
            f"{', '.join(map(str, paths))}: there is no value of {of.name} to learn from. Give one "
            "or more, in a column of that name."
        )
    return pd.concat(tables, ignore_index=True)


def require_table(source: object, of: Property) -> None:
    """Refuse literature that cannot hold a property.

    Raises
    ------
    ConfigError
        If it is not a table.
    """
    if not isinstance(source, Csv):
        raise ConfigError(
            f"{of.name} is not among the embedded constants: give a table that has it, with some "
            "values to learn from, by data=csv data.path=<table>."
        )


def _table(path: Path, source: Csv, of: Property, among: Sequence[Property]) -> pd.DataFrame:
    header = read_cells(path, encoding=source.encoding).header
    mapping = {key: value for key, value in (source.columns or {}).items() if value is not None}
    mapping = columns_of(header, of) | mapping
    if "log_beta" not in mapping:
        if among:
            return pd.DataFrame()
        raise DataError(
            f"{path} has no column {of.name}; it has {listed(header)}. Rename the header, or say "
            "it with data.columns.log_beta=<header>."
        )
    others = [text for each in among for text in columns_of(header, each).values()]
    wanted = (*PAIR_COLUMNS, "inchi", "log_beta", "log_beta_sd", "source")
    cells = read_cells(
        path,
        wanted,
        needed=("metal", "smiles"),
        mapping=mapping,
        quiet=(*srd46.EXTRA_COLUMNS, CURATED, *others),
        encoding=source.encoding,
    )
    refuse_missing(cells, ("metal", "smiles"), path, "Rename its headers.")
    if among:
        given = np.flatnonzero(cells.frame["log_beta"].ne("")).tolist()
        rows = {"body": [cells.body[i] for i in given], "rows": [cells.rows[i] for i in given]}
        cells = replace(cells, **rows)
    defaults = {name: getattr(source, name) for name in STATED_SCALES}
    frame, notes, problems = described(cells, defaults, trusted=False)
    counts = frame.get("n_ligands", pd.Series("", index=frame.index))
    frame["n_ligands"] = counts.where(counts.ne(""), str(source.n_ligands or 1)).map(plain_value)
    values, wrong = _values(frame, cells.rows, mapping, of)
    say(notes, path)
    problems = [*cells.problems, *problems, *wrong]
    given = frame.get("source", pd.Series("", index=frame.index))
    frame = valid(frame, cells.rows, problems, PAIR_COLUMNS, validate_pairs, path)
    named = given.where(given.ne(""), source.source or path.stem).to_numpy()
    return frame.assign(**values, source=named)[list(OBSERVATION_COLUMNS)]


def _values(
    frame: pd.DataFrame, rows: Sequence[int], mapping: dict[str, str], of: Property
) -> tuple[dict[str, list], list[str]]:
    """Return y, its sd and on which side of it the truth lies, of every row; and what is wrong."""
    found: dict[str, list] = {"log_beta": [], "log_beta_sd": [], "censoring": []}
    problems = []
    sds = frame.get("log_beta_sd", [""] * len(frame))
    for row, text, sd in zip(rows, frame["log_beta"], sds, strict=True):
        y, spread, censoring, column = np.nan, None, "none", "log_beta"
        try:
            reading = of.read(column, text)
            censoring, spread = reading.censoring, reading.sd
            if sd:
                column = "log_beta_sd"
                spread = of.read(column, sd).value
            y, spread = of.scaled(reading.value, spread)
        except ValueError as error:
            cell = text if column == "log_beta" else sd
            problems.append(f"row {row}, {mapping[column]}: {cell!r} — {error}")
        found["log_beta"].append(y)
        found["log_beta_sd"].append(np.nan if spread is None else spread)
        found["censoring"].append(censoring)
    return found, problems
