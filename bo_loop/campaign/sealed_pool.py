"""A large pool as `start` seals it: a folder of Parquet parts, cut between ligands.

``pool/manifest.json`` says of each part its name, rows and SHA-256; the ledger holds the hash of
the manifest. Smaller pools are one file (`bo_loop.campaign.sealed.POOL`).
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bo_loop.base import files, received, received_tables
from bo_loop.base.errors import CampaignError
from bo_loop.data import large_pools

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FOLDER = "pool"
MANIFEST = "pool/manifest.json"
PART = 100_000
"""Pairs of a part, and those of its last ligand beyond."""

_NAME = re.compile(r"[0-9]{4,}\.parquet")
_REPEATED = 4  # texts that stand so often on average are held once


def parquet(frame: "pd.DataFrame") -> bytes:
    """Return a table as it is sealed."""
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def write(folder: Path, pool: "pd.DataFrame") -> None:
    """Write a pool into the folder of a campaign, in its order.

    Raises
    ------
    CampaignError
        If it cannot be written.
    """
    files.make_folder(folder / FOLDER)
    begins = np.flatnonzero(pool["smiles"].ne(pool["smiles"].shift()).to_numpy())
    at = np.searchsorted(begins, np.arange(0, len(pool), PART))
    starts = np.unique(begins[at[at < len(begins)]])
    parts = []
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(pool)], strict=True)):
        name, content = f"{number:04d}.parquet", parquet(pool.iloc[start:stop])
        files.write_once(folder / FOLDER / name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        parts.append({"name": name, "rows": int(stop - start), "sha256": sha256})
    manifest = {"rows": len(pool), "parts": parts}
    files.write_once(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def parts_of(path: Path, content: bytes) -> list[dict[str, Any]]:
    """Return ``name, rows, sha256`` of each part that a manifest names.

    Raises
    ------
    CampaignError
        If it is no manifest.
    """
    manifest = received.read_json(path, content)
    received.require_keys(path, manifest, {"rows": int, "parts": list})
    for part in manifest["parts"]:
        if not isinstance(part, dict):
            raise received.not_ours(path, "a part of it is not a mapping")
        received.require_keys(path, part, {"name": str, "rows": int, "sha256": str})
    names = [part["name"] for part in manifest["parts"]]
    if not all(map(_NAME.fullmatch, names)) or len(set(names)) < len(names):
        raise received.not_ours(path, "it names parts as bo-loop does not")
    if sum(part["rows"] for part in manifest["parts"]) != manifest["rows"]:
        raise received.not_ours(path, "the rows of its parts do not add up")
    return manifest["parts"]


def problems(folder: Path, parts: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the name and the problem of each part that is not as sealed, and of other files."""
    found = []
    for part in parts:
        name = f"{FOLDER}/{part['name']}"
        try:
            if files.sha256(folder / name) != part["sha256"]:
                found.append((name, f"its SHA-256 is not the one that {MANIFEST} has"))
        except CampaignError as error:
            found.append((name, str(error)))
    return found + [(name, f"{MANIFEST} does not name it") for name in _others(folder, parts)]


def read(folder: Path, parts: Sequence[dict[str, Any]]) -> "pd.DataFrame":
    """Read the parts of a pool.

    Returns
    -------
    DataFrame
        In the order in which it was written; texts that repeat are shared (`large_pools`).

    Raises
    ------
    CampaignError
        Naming the part that is missing, damaged or of other columns, or the file that is none.
    """
    if others := _others(folder, parts):
        raise CampaignError(
            f"{folder / others[0]} is not a part of the pool that was sealed: {MANIFEST} does not "
            "name it. Nothing was changed. Move it away, and repeat the command."
        )
    tables = [_table(folder / FOLDER / part["name"], part) for part in parts]
    for part, table in zip(parts, tables, strict=True):
        if table.schema.names != tables[0].schema.names:
            path = folder / FOLDER / part["name"]
            raise received.not_ours(path, "it has other columns than the first part")
    return _frame(tables)


def _others(folder: Path, parts: Sequence[dict[str, Any]]) -> list[str]:
    known = {Path(MANIFEST).name, *(part["name"] for part in parts)}
    there = (path.name for path in (folder / FOLDER).iterdir())
    return [f"{FOLDER}/{name}" for name in sorted(there) if name not in known]


def _table(path: Path, part: dict[str, Any]) -> "pa.Table":
    try:
        content = received.read_bytes(path)
    except FileNotFoundError as error:
        raise received.unreadable(path, error) from error
    if hashlib.sha256(content).hexdigest() != part["sha256"]:
        raise CampaignError(
            f"{path} is not the part of the pool that was sealed when the campaign started: its "
            f"SHA-256 differs from that in {MANIFEST}. Proposals made from it could not be traced. "
            "Restore it from a backup, or start a new campaign."
        )
    table = received_tables.read_packed(path, content)
    if table.num_rows != part["rows"]:
        raise received.not_ours(path, f"it has {table.num_rows} rows in place of {part['rows']}")
    return table


def _frame(tables: Sequence["pa.Table"]) -> "pd.DataFrame":
    columns, known = {}, {}
    for name in tables[0].schema.names:
        chunks = [chunk for table in tables for chunk in table.column(name).chunks]
        columns[name] = _column(chunks, known)
    return large_pools.framed(columns)


def _column(chunks: Sequence["pa.Array"], known: dict[str, str]) -> Any:
    """Return a column of all parts; of equal texts, `known` holds the one object."""
    import pandas as pd
    import pyarrow as pa

    if not pa.types.is_dictionary(chunks[0].type):
        return np.concatenate([chunk.to_numpy(zero_copy_only=False) for chunk in chunks])
    distinct = sum(len(chunk.dictionary) for chunk in chunks)
    if _REPEATED * distinct > sum(map(len, chunks)):
        texts = [c.dictionary.cast(pa.large_string()).take(c.indices) for c in chunks]
        return pd.array(pa.chunked_array(texts), dtype="str")
    shared = [
        np.array([known.setdefault(t, t) for t in c.dictionary.to_pylist()], dtype=object)[
            c.indices.to_numpy(zero_copy_only=False)
        ]
        for c in chunks
    ]
    return np.concatenate(shared)
