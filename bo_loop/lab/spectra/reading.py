"""Read records from files and folders; what cannot be read is named, and the rest goes on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bo_loop.base import received
from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.base.progress import report
from bo_loop.chemistry.ligands import standardise
from bo_loop.data.cells import read_cells
from bo_loop.data.grids import MAX_FILE_BYTES, SUFFIXES
from bo_loop.data.ligand_cells import ligand_smiles
from bo_loop.lab.spectra.curves import Curve
from bo_loop.lab.spectra.jcampdx import jcamp_curves
from bo_loop.lab.spectra.records import (
    Record,
    absorbance,
    checked_curve,
    in_units,
    method_of,
    sweeps,
)
from bo_loop.lab.spectra.tables import table_curves

JCAMP_SUFFIXES = (".jdx", ".dx", ".jcamp", ".jcm")
READ = (*JCAMP_SUFFIXES, *SUFFIXES)
_TAGS = ("file", "column", "ligand", "smiles", "method")


@dataclass(frozen=True)
class Reading:
    """What was read.

    Parameters
    ----------
    records : list of Record
    problems : list of (str, str)
        File, with the place in it, and why it was left out.
    contents : mapping of str to (str, bytes)
        By SHA-256, name and content of the files that records came from.
    """

    records: list[Record] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    contents: dict[str, tuple[str, bytes]] = field(default_factory=dict)


Tags = dict[str, dict[str, dict[str, str]]]
"""By file, with its folders within the one that is read, and column, what is said of it."""


def read_records(path: Path, tags: Tags | None = None, *, method: str | None = None) -> Reading:
    """Read a file, or every file of a folder that has a suffix of `READ`.

    Parameters
    ----------
    path : Path
    tags : mapping, optional
        As `read_tags` gives them; what they say comes before what files say.
    method : str, optional
        Of the files that do not say theirs.

    Returns
    -------
    Reading

    Raises
    ------
    DataError
        If there is nothing to read.
    """
    paths, known, found = _files(path), tags or {}, Reading()
    for number, each in enumerate(paths):
        if each.stem.casefold() == "tags":
            continue  # says of the others what they are
        report("reading records", number, len(paths), each.name)
        name = _name(each, path)
        try:
            content = received.read_bytes(each, MAX_FILE_BYTES)
        except (FileNotFoundError, BoLoopError) as error:
            found.problems.append((name, str(error)))
            continue
        read_content(found, name, content, known.get(name, {}), method)
    report("reading records", len(paths), len(paths))
    return found


def read_content(
    found: Reading, name: str, content: bytes, tags: Mapping[str, Mapping[str, str]], method: Any
) -> None:
    """Add the records of one file to `found`, or why it has none.

    Parameters
    ----------
    found : Reading
    name : str
        Of the file; its folders and its stem may say method and ligand.
    content : bytes
    tags : mapping of str to mapping
        By column of the file, ``""`` for all of it.
    method : str or None
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 in found.contents:
        found.problems.append((name, f"the same as {found.contents[sha256][0]}: read once"))
        return
    path = Path(name)
    try:
        read = jcamp_curves if path.suffix.lower() in JCAMP_SUFFIXES else table_curves
        curves = read(content, path)
    except BoLoopError as error:
        found.problems.append((name, str(error)))
        return
    unknown = sorted(set(tags) - {""} - {curve.place for curve in curves})
    if unknown:
        found.problems.append((name, f"the tags name columns it lacks: {', '.join(unknown)}"))
    for curve in curves:
        said = {**curve.said, **tags.get("", {}), **tags.get(curve.place, {})}
        try:
            made = _records(replace(curve, said=said), path, method, sha256, len(curves) == 1)
        except DataError as error:
            where = f"{name}, {curve.place}" if curve.place else name
            found.problems.append((where, str(error)))
            continue
        found.records.extend(made)
        found.contents[sha256] = (name, content)


def _name(file: Path, read: Path) -> str:
    return file.name if file == read else file.relative_to(read).as_posix()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        every = [p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith(".")]
        paths = [p for p in every if p.suffix.lower() in READ]
        if not paths:
            raise DataError(f"{path} holds no file that is read: {', '.join(READ)}.")
        return paths
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    if path.suffix.lower() not in READ:
        raise DataError(f"{path}: only {', '.join(READ)} files are read. Save it as one.")
    return [path]


def read_tags(path: Path, records: Path) -> Tags:
    """Read a table of what is said of files.

    Parameters
    ----------
    path : Path
        A table with a column ``file`` (its name, or with its folders, as in ``IR/edta.jdx``) and
        any of ``column``, ``ligand``, ``smiles`` and ``method``; its other columns are metadata.
    records : Path
        The file or folder that it speaks of.

    Raises
    ------
    DataError
        If it cannot be read, or names a file that is not there, or one twice, or one of several
        of a name.
    """
    called: dict[str, list[str]] = {}
    for each in _files(records):
        name = _name(each, records)
        for text in {name, each.name}:
            called.setdefault(text, []).append(name)
    cells = read_cells(path)
    if cells.problems:
        raise DataError(f"The tags in {path} cannot be used.", cells.problems)
    frame = cells.frame
    if "file" not in frame:
        raise DataError(f"{path} has no column 'file', which says what each row is about.")
    found: Tags = {}
    problems = []
    for number, row in zip(cells.rows, frame.to_dict("records"), strict=True):
        file, column = str(row.pop("file")).strip(), str(row.pop("column", "")).strip()
        meant = called.get(file.replace("\\", "/"), [])
        if len(meant) != 1:
            which = f"which of {', '.join(meant)}?" if meant else "there is no such file"
            problems.append(f"row {number}: {file!r}: {which}")
            continue
        (file,) = meant
        if column in found.setdefault(file, {}):
            problems.append(f"row {number}: {file} {column} is there twice")
        else:
            found[file][column] = {k: str(v).strip() for k, v in row.items() if str(v).strip()}
    if problems:
        raise DataError(f"The tags in {path} cannot be used.", problems)
    return found


def _records(
    curve: Curve, path: Path, method: str | None, sha256: str, alone: bool
) -> list[Record]:
    """Make records of a curve: in the units of its method, of a ligand that is known."""
    said = {key.casefold(): value for key, value in curve.said.items()}
    name, smiles = _ligand(said, path, curve.place, alone)
    which = _method(said, path, method)
    x = in_units(curve.x, curve.x_unit, which, said)
    y, y_unit = (
        absorbance(curve.y, curve.y_unit) if which in ("UV-vis", "IR") else (curve.y, curve.y_unit)
    )
    metadata = {key: value for key, value in curve.said.items() if key.casefold() not in _TAGS}
    parts = {which: (x, y)}
    if which == "CV":
        parts = {f"CV {name}": sweep for name, sweep in sweeps(x, y).items()}
    return [
        Record(*checked_curve(*xy), label, smiles, name, y_unit, sha256, curve.place, metadata)
        for label, xy in parts.items()
    ]


def _method(said: Mapping[str, str], path: Path, otherwise: str | None) -> str:
    """Return what the tags or the file say, else the option, else what a folder is called."""
    if text := said.get("method"):
        return method_of(text)
    if otherwise is not None:
        return method_of(otherwise)
    for folder in reversed(path.parts[:-1]):
        try:
            return method_of(folder)
        except DataError:
            continue
    raise DataError(
        "nothing says which method it is: tag it, put it in a folder of that name, or give method=."
    )


def _ligand(said: Mapping[str, str], path: Path, place: str, alone: bool) -> tuple[str, str]:
    """Return name and standardised SMILES: as tagged, else as the column, title or file say."""
    if text := said.get("smiles"):
        return said.get("ligand", ""), standardise(text)
    if text := said.get("ligand"):
        return text, ligand_smiles(text)
    candidates = [place] if place else []
    if alone or not place:
        candidates += [said.get("title", ""), path.stem]
    for text in filter(None, candidates):
        try:
            return text, ligand_smiles(text)
        except DataError:
            continue
    shown = ", ".join(repr(text) for text in dict.fromkeys(filter(None, candidates)))
    raise DataError(f"no known ligand is named by {shown}: tag it with ligand= or smiles=.")
