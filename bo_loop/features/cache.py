"""On-disk cache of descriptor vectors, shared by all campaigns and processes of a user.

One SQLite file, ``descriptors.sqlite3``, keyed by (descriptor-set version, canonical SMILES). It
lies in the user's cache folder; the environment variable ``BO_LOOP_CACHE`` names another folder.
The cache only saves time: a broken file is set aside and a folder that cannot be written is done
without, each with a warning.

``described.npz`` in this package holds the same for the ligands that come with bo_loop, of its pool
and of its memory, so that a fresh install need not describe them first. It serves as long as the
versions in it are those installed.
"""

import io
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bo_loop.base.parallel import Serial, cluster
from bo_loop.base.progress import report
from bo_loop.base.types import Floats

ENVIRONMENT_VARIABLE = "BO_LOOP_CACHE"
FILE_NAME = "descriptors.sqlite3"
PACKAGED = "described.npz"

_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    version TEXT NOT NULL, smiles TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (version, smiles)
)
"""
_WAIT_SECONDS = 60.0
# SQLite takes a limited number of parameters in one statement.
_KEYS_PER_QUERY = 500
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def folder() -> Path:
    """Folder of the cache: ``BO_LOOP_CACHE``, else the user's cache folder."""
    stated = os.environ.get(ENVIRONMENT_VARIABLE)
    if stated:
        return Path(stated)
    from platformdirs import user_cache_path

    return user_cache_path("bo_loop", appauthor=False)


class DescriptorCache:
    """Vectors of one descriptor set, by canonical SMILES; a context manager.

    Safe for several processes at once: each vector is its own transaction, and a vector that two
    processes compute is stored once.

    Parameters
    ----------
    version : str
        Names the descriptor set and the packages that computed it.
    size : int
        Length of every vector; a stored vector of another length counts as absent.
    dtype : str
        Of the numbers: "f8", or "u1" for counts up to 255.
    """

    def __init__(self, version: str, size: int, dtype: str = "f8"):
        self._version = version
        self._size = size
        self._dtype = np.dtype(dtype)
        self._path = folder() / FILE_NAME
        self._connection = _usable(self._path, _connect_or_rebuild)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def vectors(self, smiles: Sequence[str], compute: Callable[[str], Floats]) -> Floats:
        """Return the vector of each of `smiles`, (n, size): the stored one, or a new one, stored.

        Parameters
        ----------
        smiles : sequence of str
        compute : callable
            Gives the vector (size,) of one SMILES, on the cluster in use if there is one.
        """
        known = self.load(smiles)
        missing = [text for text in dict.fromkeys(smiles) if text not in known]
        answers = (cluster() or Serial()).run(compute, missing)
        for done, (at, vector) in enumerate(answers, start=1):
            known[missing[at]] = vector
            self.store(missing[at], vector)
            report("describing ligands", done, len(missing))
        vectors = [known[text] for text in smiles]
        return np.array(vectors, dtype=self._dtype).reshape(-1, self._size)

    def load(self, smiles: Iterable[str]) -> dict[str, Floats]:
        """Return the stored vectors among `smiles`, each (size,), nan for undefined."""
        wanted = list(dict.fromkeys(smiles))
        found = {}
        packaged = _packaged().get(self._version)
        if packaged is not None:
            found = {text: packaged[text] for text in wanted if text in packaged}
            wanted = [text for text in wanted if text not in found]
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            keys = wanted[start : start + _KEYS_PER_QUERY]
            query = (
                "SELECT smiles, vector FROM vectors WHERE version = ? "
                f"AND smiles IN ({','.join('?' * len(keys))})"
            )
            for key, blob in self._execute(query, [self._version, *keys]):
                if len(blob) == self._dtype.itemsize * self._size:
                    found[key] = np.frombuffer(blob, dtype=self._dtype).copy()
        return found

    def store(self, smiles: str, vector: Floats) -> None:
        """Store a vector (size,) at once, so that a killed run keeps what it has computed."""
        blob = np.ascontiguousarray(vector, dtype=self._dtype).tobytes()
        insert = "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)"
        try:
            self._execute(insert, [self._version, smiles, blob])
        except sqlite3.OperationalError as error:  # disk full, or locked for too long
            _warn_unusable(self._path, error)

    def _execute(self, statement: str, values: list) -> list[tuple]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_broken(error):
                raise
        self._connection.close()
        self._connection = _usable(self._path, _rebuild)
        return self._connection.execute(statement, values).fetchall()


@cache
def _packaged() -> dict[str, dict[str, Floats]]:
    """Return the vectors that come with the package, by version and SMILES."""
    content = resources.files("bo_loop.features").joinpath(PACKAGED).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        smiles = found["smiles"].tolist()
        return {
            version: dict(zip(smiles, found[version], strict=True))
            for version in found.files
            if version != "smiles"
        }


def _usable(path: Path, connect: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
    """Connect, or make do with memory where the file system does not allow a cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return connect(path)
    except (OSError, sqlite3.OperationalError) as error:
        _warn_unusable(path, error)
        return _connect(":memory:")


def _connect_or_rebuild(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if not _is_broken(error):
            raise
    return _rebuild(path)


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        # With a write-ahead log readers never wait for a writer. File systems that cannot hold one
        # (network shares) keep the rollback journal: slower, still safe.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_TABLE)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _rebuild(path: Path) -> sqlite3.Connection:
    """Set a broken file aside and start again; one process does it, the others find it done."""
    from filelock import FileLock

    with FileLock(path.with_name(path.name + ".lock"), timeout=_WAIT_SECONDS):
        if not _is_sound(path):
            aside = _free_name(path)
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.replace(aside.with_name(aside.name + suffix))
            warnings.warn(
                f"The descriptor cache {path} is damaged; it was set aside as {aside.name} and a "
                "new one begun. Descriptors will be computed again.",
                stacklevel=2,
            )
        return _connect(path)


def _is_sound(path: Path) -> bool:
    try:
        connection = _connect(path)
        try:
            return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if not _is_broken(error):
            raise
        return False


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    # The low byte is the primary code; some errors that Python itself raises carry none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _free_name(path: Path) -> Path:
    number = 1
    while path.with_name(f"{path.name}.broken-{number}").exists():
        number += 1
    return path.with_name(f"{path.name}.broken-{number}")


def _warn_unusable(path: Path, error: Exception) -> None:
    warnings.warn(
        f"The descriptor cache {path} cannot be used ({error}): descriptors of this run are not "
        f"kept. Set {ENVIRONMENT_VARIABLE} to a folder that can be written.",
        stacklevel=3,
    )
