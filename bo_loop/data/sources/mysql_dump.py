r"""Tables of a MySQL ``--tab`` dump: a folder, or a zip file that is never unpacked to disk.

For each table X, ``X.sql`` names the columns and ``X.txt`` holds the rows, tab-separated, without
a header, in cp1252, with ``\N`` for null and backslash escapes.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
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


def read_tables(
    path: Path, columns: Mapping[str, Collection[str]], name: str
) -> tuple[dict[str, pd.DataFrame], list[Step]]:
    """Read the tables of a dump, bounded and in memory.

    Parameters
    ----------
    path : Path
        A zip file, or a folder (or one below it).
    columns : mapping of str to collection of str
        The tables wanted and the columns that each must have, in lower case.
    name : str
        What the dump is of, for messages.

    Returns
    -------
    tables : dict of str to DataFrame of str
        All columns, names in lower case; null is a missing value.
    steps : list of Step
        Rows left out because they do not have the fields that the schema names.

    Raises
    ------
    DataError
        If the file or a table of it is missing, too large or damaged.
    """
    wanted = {f"{table}.{kind}" for table in columns for kind in ("sql", "txt")}
    files = _unzipped(path, wanted) if path.is_file() else _unpacked(path, wanted, name)
    missing = sorted(wanted - set(files))
    if missing:
        raise DataError(
            f"{path} is not the distribution of {name}: {', '.join(missing)} is missing. "
            "Give its official zip file, or the folder that unpacks to."
        )
    tables, steps = {}, []
    for table, needed in columns.items():
        schema = _text(files[f"{table}.sql"]).lower()
        names = re.findall(r"^\s*`(\w+)`\s", schema, flags=re.M)
        absent = sorted(set(needed) - set(names))
        if absent or len(set(names)) < len(names):
            raise DataError(
                f"{path}: {table}.sql does not describe the columns {', '.join(absent) or names}. "
                "The file is damaged: fetch the distribution again."
            )
        rows = _rows(files[f"{table}.txt"])
        whole = [row for row in rows if len(row) == len(names)]
        torn = ["\t".join(map(str, row))[:80] for row in rows if len(row) != len(names)]
        tables[table] = pd.DataFrame(whole, columns=names, dtype="str")
        steps.append(
            Step(
                f"{table}: whole rows",
                f"rows without the {len(names)} fields that {table}.sql names are left out",
                len(rows),
                len(whole),
                len(torn),
                tuple(torn[:5]),
            )
        )
    return tables, [step for step in steps if step.concerned]


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
            f"{where} holds more than {_MAX_TABLE_BYTES >> 20} MiB: it is no table of constants."
        )
    return content


def _text(content: bytes) -> str:
    return content.decode("latin-1").translate(_CP1252)


def _rows(content: bytes) -> list[list[str | None]]:
    text = _text(content).replace("\\\\", _BACKSLASH)
    lines = (line.rstrip("\r") for line in re.split(r"(?<!\\)\n", text))
    return [[_field(field) for field in re.split(r"(?<!\\)\t", line)] for line in lines if line]


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    if "\\" in text:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.S)
    return text.replace(_BACKSLASH, "\\")
