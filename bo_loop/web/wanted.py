"""What a form asks for, as what `Campaign.start` takes."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.campaign import options
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.ligands import standardise
from bo_loop.data import ligand_names
from bo_loop.data.writing import csv_bytes
from bo_loop.web import texts
from bo_loop.web.desk import plain_file_name

COMMON, LISTED, UPLOADED = "common", "listed", "uploaded"
EMBEDDED = "embedded"
STRONGEST = "maximise"

_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class Upload:
    """A file that a visitor sent."""

    name: str
    content: bytes

    def kept(self, scratch: Path) -> Path:
        """Return where it lies below `scratch`, in a folder of its own."""
        folder = scratch / secrets.token_hex(8)
        folder.mkdir(parents=True)
        path = folder / plain_file_name(self.name)
        path.write_bytes(self.content)
        return path


@dataclass(frozen=True)
class Wanted:
    """What a person wants of a new campaign.

    Parameters
    ----------
    metals : str
        Metal ions, the first the one that counts: ``Ni+2, Zn+2``.
    ligands : str
        `COMMON`, `LISTED` or `UPLOADED`.
    lines : str
        Of `LISTED`: a ligand a line, see `ligand_table`.
    table, literature, acids : Upload, optional
        Tables of ligands; of constants in place of the embedded ones; and of protonation constants
        beside these.
    n_ligands : str
        Numbers of ligands: ``1, 2``.
    objective, acquisition : str
        Options of these groups.
    objective_values, acquisition_values : mapping of str to str
        Their values as typed; see `node`.
    batch_size : int
    """

    metals: str
    ligands: str = COMMON
    lines: str = ""
    table: Upload | None = None
    literature: Upload | None = None
    acids: Upload | None = None
    n_ligands: str = "1"
    objective: str = STRONGEST
    objective_values: Mapping[str, str] | None = None
    acquisition: str = "auto"
    acquisition_values: Mapping[str, str] | None = None
    batch_size: int = 5


def pool(wanted: Wanted, scratch: Path) -> dict[str, Any]:
    """Return the config node of a pool.

    Raises
    ------
    ConfigError, DataError
        If metal ions, numbers or ligands cannot be read.
    """
    metals = [str(parse_ion(each)) for each in filter(None, _BETWEEN.split(wanted.metals.strip()))]
    if not metals:
        raise ConfigError(texts.NO_METAL)
    counts = [_count(each) for each in filter(None, _BETWEEN.split(wanted.n_ligands.strip()))]
    own = {"metals": metals, "n_ligands": counts or [1]}
    if wanted.ligands == COMMON:
        return _option("pool", "common_chelators", own)
    table = wanted.table
    if wanted.ligands == LISTED:
        table = Upload("ligands.csv", ligand_table(wanted.lines))
    if table is None:
        raise ConfigError(texts.NO_TABLE)
    return _option("pool", "table", own | {"path": str(table.kept(scratch).resolve())})


def _option(group: str, name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config node of an option with one's own values on top."""
    node = {field.name: field.value for field in fields(group, name)}
    return {"_target_": options.target(group, name)} | node | dict(own)


def given(wanted: Wanted, scratch: Path) -> dict[str, Any]:
    """Return what `Campaign.start` takes, but for name and folder.

    Raises
    ------
    ConfigError, DataError
        If something cannot be read.
    """
    found: dict[str, Any] = {
        "pool": pool(wanted, scratch),
        "objective": node("objective", wanted.objective, wanted.objective_values or {}),
        "acquisition": node("acquisition", wanted.acquisition, wanted.acquisition_values or {}),
        "batch_size": wanted.batch_size,
    }
    if wanted.acids is not None and wanted.literature is None:
        raise ConfigError(texts.ACIDS_ALONE)
    tables = {"path": wanted.literature, "protonation": wanted.acids}
    kept = {key: str(table.kept(scratch).resolve()) for key, table in tables.items() if table}
    if kept:
        found["data"] = _option("data", "csv", kept)
    return found


def ligand_table(lines: str) -> bytes:
    """Return a table of ligands from a list: a name, a structure, or both with a tab or ``;``.

    Raises
    ------
    DataError
        With each line that is neither.
    """
    rows: list[tuple[str, str]] = []
    problems: list[str] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        words = [word.strip() for word in re.split(r"[\t;]", line) if word.strip()]
        if not words:
            continue
        try:
            rows.append(_named(words))
        except DataError as error:
            problems.append(f"line {number}: {error}")
    if problems or not rows:
        raise DataError(texts.BAD_LIGANDS if problems else texts.NO_LIGANDS, problems)
    return csv_bytes(pd.DataFrame(rows, columns=["ligand", "smiles"]))


def _named(words: Sequence[str]) -> tuple[str, str]:
    """Return name and structure of a line of a list."""
    if len(words) > 1:
        return words[0], standardise(words[1])
    known = ligand_names.by_name().get(ligand_names.key(words[0]), ())
    if len(known) == 1:
        return words[0], known[0]
    if known:
        raise DataError(texts.SEVERAL_STRUCTURES.format(name=words[0], smiles=", ".join(known)))
    try:
        return "", standardise(words[0])
    except DataError as error:
        raise DataError(texts.NO_LIGAND.format(text=words[0])) from error


@dataclass(frozen=True)
class Field:
    """A value of an option that a person may set.

    Parameters
    ----------
    name : str
    value
        Its default; None where it is null or has to be given.
    needed : bool
        Whether it has to be given.
    said : str
        What it is: the comment of its config.
    """

    name: str
    value: Any
    needed: bool
    said: str


def fields(group: str, option: str) -> list[Field]:
    """Return the values of an option, as its config has them."""
    found = []
    for name, value, said in options.described(group, option):
        needed = value == options.MISSING
        found.append(Field(name, None if needed else value, needed, said))
    return found


def node(group: str, option: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the config node of an option with values as typed: ``7.4``, ``[Zn+2, Ca+2]``.

    A text that is empty leaves the default.

    Raises
    ------
    ConfigError
        If a value that is needed is missing, or cannot be read.
    """
    found: dict[str, Any] = {"_target_": options.target(group, option)}
    for field in fields(group, option):
        text = str(values.get(field.name) or "").strip()
        if not text and field.needed:
            raise ConfigError(texts.VALUE_NEEDED.format(option=option, name=field.name))
        try:
            found[field.name] = yaml.safe_load(text) if text else field.value
        except yaml.YAMLError as error:
            raise ConfigError(
                texts.VALUE_UNREADABLE.format(option=option, name=field.name, text=text)
            ) from error
        if field.name == "competitors" and isinstance(found[field.name], str):
            found[field.name] = [each for each in _BETWEEN.split(text.strip("[] ")) if each]
    return found


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(texts.BAD_COUNT.format(text=text))
    return int(text)
