r"""Tables of a MySQL ``--tab`` dump: a folder, or a zip file that is never unpacked to disk.

For each table X, ``X.sql`` names the columns and ``X.txt`` holds the rows, tab-separated, without
a header, in cp1252, with ``\N`` for null and backslash escapes.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from bo_loop.base.errors import DataError
from bo_loop.data.curation.steps import Step

# The real tables are some tens of MB; a member that unpacks to more is not one of them.
_MAX_TABLE_BYTES = 256 * 2**20

# MySQL's latin1 is cp1252 with the five holes of cp1252 read as control characters.
_CP1252 = {b: bytes([b]).decode("cp1252", errors="replace") for b in range(0x80, 0xA0)}
_CP1252 = {b: char for b, char in _CP1252.items() if char != "\ufffd"}
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
# Stands for an escaped backslash while the text is cut up; not in cp1252, so never in the text.
_BACKSLASH = "\ue000"


@dataclass(frozen=True)
class Wanted:
    """What is read of a table: names in lower case.

    Parameters
    ----------
    needed : collection of str
        Columns without which the table is of no use. A table with none may be absent.
    welcome : collection of str
        Columns that are read if they are there, and empty if not.
    """

    needed: Collection[str] = ()
    welcome: Collection[str] = ()


def read_tables(
    path: Path, wanted: Mapping[str, Wanted], name: str
) -> tuple[dict[str, pd.DataFrame], list[Step]]:
    """Read the tables of a dump, bounded and in memory.

    Parameters
    ----------
    path : Path
        A zip file, or a folder (or one below it).
    wanted : mapping of str to Wanted
        The tables to read, and which of their columns.
    name : str
        What the dump is of, for messages.

    Returns
    -------
    tables : dict of str to DataFrame of str
        The columns wanted, names in lower case; null is a missing value.
    steps : list of Step
        Columns and tables that are not there, and rows left out because they do not have the
        fields that the schema names.

    Raises
    ------
    DataError
        If the file or a table of it is missing, too large or damaged.
    """
    names = {f"{table}.{kind}" for table in wanted for kind in ("sql", "txt")}
    files = _unzipped(path, names) if path.is_file() else _unpacked(path, names, name)
    needed = {f"{t}.{kind}" for t, of in wanted.items() if of.needed for kind in ("sql", "txt")}
    missing = sorted(needed - set(files))
    if missing:
        raise DataError(
            f"{path} is not the distribution of {name}: {', '.join(missing)} is missing. "
            "Give its official zip file, or the folder that unpacks to."
        )
    tables, steps = {}, []
    for table, columns in wanted.items():
        schema, rows = (files.get(f"{table}.{kind}", b"") for kind in ("sql", "txt"))
        tables[table], more = _table(table, columns, _text(schema).lower(), rows, path)
        steps += more
    return tables, steps


def _table(
    table: str, wanted: Wanted, schema: str, content: bytes, path: Path
) -> tuple[pd.DataFrame, list[Step]]:
    names = re.findall(r"^\s*`(\w+)`\s", schema, flags=re.M)
    absent = sorted(set(wanted.needed) - set(names))
    if absent or len(set(names)) < len(names):
        raise DataError(
            f"{path}: {table}.sql does not describe the columns {', '.join(absent) or names}. "
            "The file is damaged: fetch the distribution again."
        )
    rows = _rows(content)
    whole = [row for row in rows if len(row) == len(names)]
    torn = ["\t".join(row)[:80] for row in rows if len(row) != len(names)]
    columns = [*wanted.needed, *wanted.welcome]
    fields = {c: _column(whole, names.index(c)) for c in columns if c in names}
    frame = pd.DataFrame(fields, columns=columns, index=range(len(whole)), dtype="str")
    unknown = [column for column in columns if column not in names]
    steps = []
    if unknown:
        detail = f"not in the file, so taken as empty: {', '.join(unknown)}"
        steps.append(Step(f"{table}: columns", detail, len(rows), len(rows), len(rows)))
    if torn:
        detail = f"rows without the {len(names)} fields that {table}.sql names are left out"
        name = f"{table}: whole rows"
        steps.append(Step(name, detail, len(rows), len(whole), len(torn), tuple(torn[:5])))
    return frame, steps


def _unzipped(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """Contents of the wanted members, by lower-case base name; bounded, and never extracted."""
    files = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = PurePosixPath(member.filename.replace("\\", "/")).name.lower()
                if name in wanted:
                    with archive.open(member) as file:
                        files[name] = _bounded(file.read(_MAX_TABLE_BYTES + 1), f"{path}: {name}")
    # What zipfile and the decompressors raise on damaged, encrypted or exotic archives.
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError,
        ValueError, struct.error, OverflowError,
    ) as error:  # fmt: skip
        raise DataError(
            f"{path} cannot be read as a zip file ({error}). Fetch the distribution again, or give "
            "the folder it unpacks to."
        ) from error
    return files


def _unpacked(path: Path, wanted: set[str], name: str) -> dict[str, bytes]:
    if not path.is_dir():
        raise DataError(
            f"{path} does not exist. Give the zip file of {name}, or the folder it unpacks to."
        )
    files = {}
    for file in sorted([*path.glob("*.*"), *path.glob("*/*.*")]):
        if file.name.lower() in wanted and file.is_file():
            try:
                with file.open("rb") as handle:
                    content = handle.read(_MAX_TABLE_BYTES + 1)
            except OSError as error:
                raise DataError(f"{file} cannot be read: {error}.") from error
            files[file.name.lower()] = _bounded(content, str(file))
    return files


def _bounded(content: bytes, where: str) -> bytes:
    if len(content) > _MAX_TABLE_BYTES:
        raise DataError(
            f"{where} holds more than {_MAX_TABLE_BYTES >> 20} MiB: it is not a table of constants."
        )
    return content


def _text(content: bytes) -> str:
    return content.decode("latin-1").translate(_CP1252)


def _rows(content: bytes) -> list[list[str]]:
    """Cut a table into rows of fields, which keep their escapes."""
    text = _text(content).replace("\\\\", _BACKSLASH)
    lines = (line.rstrip("\r") for line in _cut(text, "\n"))
    return [_cut(line, "\t") for line in lines if line]


def _cut(text: str, at: str) -> list[str]:
    """Split at a character, but not where a backslash escapes it."""
    if f"\\{at}" in text:
        return re.split(rf"(?<!\\){at}", text)
    return text.split(at)


def _column(rows: Sequence[Sequence[str]], at: int) -> list[str | None]:
    read = {text: _field(text) for text in {row[at] for row in rows}}
    return [read[row[at]] for row in rows]


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    if "\\" in text:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.S)
    return text.replace(_BACKSLASH, "\\")
