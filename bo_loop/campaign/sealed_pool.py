"""A large pool as `start` seals it: a folder of Parquet parts, cut between ligands.

``pool/manifest.json`` holds the SHA-256 of each part by its name; the ledger holds the hash of the
manifest. Smaller pools are one file (`bo_loop.campaign.sealed.POOL`).
"""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bo_loop.base import files, received, received_tables
from bo_loop.base.errors import CampaignError
from bo_loop.campaign import streamed_pool
from bo_loop.data import large_pools

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FOLDER = "pool"
MANIFEST = "pool/manifest.json"
_NAME = re.compile(r"[0-9]{4,}\.parquet")
_REPEATED = 4  # texts that stand so often on average are held once


def parquet(frame: "pd.DataFrame") -> bytes:
    """Return a table as it is sealed."""
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def write(folder: Path, parts: Iterable["pd.DataFrame"]) -> int:
    """Write a pool into the folder of a campaign, part by part, and return how many pairs it has.

    Raises
    ------
    CampaignError
        If it cannot be written.
    """
    files.make_folder(folder / FOLDER)
    hashes, n = {}, 0
    for number, pairs in enumerate(parts):
        name, content = f"{number:04d}.parquet", parquet(pairs)
        files.write_once(folder / FOLDER / name, content)
        hashes[name] = hashlib.sha256(content).hexdigest()
        n += len(pairs)
    files.write_once(folder / MANIFEST, json.dumps({"parts": hashes}, indent=1).encode())
    return n


def cut(pool: "pd.DataFrame") -> Iterator["pd.DataFrame"]:
    """Yield the parts of a pool that is in memory, ligand by ligand."""
    begins = np.flatnonzero(pool["smiles"].ne(pool["smiles"].shift()).to_numpy())
    at = np.searchsorted(begins, np.arange(0, len(pool), streamed_pool.PART))
    starts = np.unique(begins[at[at < len(begins)]])
    for start, stop in zip(starts, [*starts[1:], len(pool)], strict=True):
        yield pool.iloc[start:stop]


def parts_of(path: Path, content: bytes) -> dict[str, str]:
    """Return the SHA-256 of each part that a manifest names, by name.

    Raises
    ------
    CampaignError
        If it is no manifest.
    """
    manifest = received.read_json(path, content)
    received.require_keys(path, manifest, {"parts": dict})
    parts = manifest["parts"]
    received.require_keys(path, parts, dict.fromkeys(parts, str))
    if not parts or not all(map(_NAME.fullmatch, parts)):
        raise received.not_ours(path, "it names parts as bo-loop does not")
    return parts


def problems(folder: Path, parts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the name and the problem of each part that is not as sealed, and of other files."""
    found = []
    for part, sha256 in parts.items():
        name = f"{FOLDER}/{part}"
        try:
            if files.sha256(folder / name) != sha256:
                found.append((name, f"its SHA-256 is not the one that {MANIFEST} has"))
        except CampaignError as error:
            found.append((name, str(error)))
    return found + [(name, f"{MANIFEST} does not name it") for name in _others(folder, parts)]


class Parts(Sequence[bytes]):
    """The parts of a sealed pool, each read when it is asked for.

    Parameters
    ----------
    folder : Path
        The campaign's folder.
    parts : mapping of str to str
        As `parts_of` returns them.

    Raises
    ------
    CampaignError
        Naming a file in the folder that is not one of them; on reading, the part that is missing,
        damaged or of other columns.
    """

    def __init__(self, folder: Path, parts: Mapping[str, str]):
        if others := _others(folder, parts):
            raise CampaignError(
                f"{folder / others[0]} is not a part of the pool that was sealed: {MANIFEST} does "
                "not name it. Nothing was changed. Move it away, and repeat the command."
            )
        self.paths = [folder / FOLDER / name for name in parts]
        self._hashes = list(parts.values())
        self._columns: list[str] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, at: int) -> bytes:
        """Return a part as it is sealed."""
        return received.read_sealed(self.paths[at], self._hashes[at])

    def table(self, at: int) -> "pa.Table":
        """Return a part, its texts as dictionaries."""
        found = received_tables.read_packed(self.paths[at], self[at])
        self._columns = self._columns or found.schema.names
        if found.schema.names != self._columns:
            raise received.not_ours(self.paths[at], "it has other columns than the first part")
        return found

    def whole(self) -> "pd.DataFrame":
        """Return all of the pool, in the order in which it was written.

        Texts that repeat are shared (`bo_loop.data.large_pools`).
        """
        return framed([self.table(at) for at in range(len(self))])


def pairs_of(content: bytes) -> "pd.DataFrame":
    """Return the pairs of a part that was checked, as `Parts` gives it."""
    return framed([received_tables.read_packed(Path(FOLDER), content)])


def _others(folder: Path, parts: Mapping[str, str]) -> list[str]:
    known = {Path(MANIFEST).name, *parts}
    there = (path.name for path in (folder / FOLDER).iterdir())
    return [f"{FOLDER}/{name}" for name in sorted(there) if name not in known]


def framed(tables: Sequence["pa.Table"]) -> "pd.DataFrame":
    """Return the pairs of some parts, in their order."""
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
