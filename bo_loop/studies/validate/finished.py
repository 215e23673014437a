"""What a validation has done so far, so that an interrupted one goes on where it stopped.

``state.json`` names the data and keeps what is slow to find again (the map of the domain, the
progress of a selection of features). ``folds/`` holds a Parquet file for each finished fold of each
model: its predictions, and in the file's metadata how they came about. A file's name ends with the
fingerprint of everything that its predictions follow from.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from bo_loop.base import received, received_tables
from bo_loop.base.errors import CampaignError, DataError
from bo_loop.base.folders import readable, require_new
from bo_loop.base.types import Rows
from bo_loop.studies.validate.splits import Split, split_from_json, split_to_json

STATE, FOLDS, LOCK = "state.json", "folds", "lock"
_KEY = b"bo_loop"
_SEAL = "sha256"
_PREDICTED = {"row": "integer", "set": "text", "mean": "number", "sd": "number"}

Note = Callable[[str, int, int, float | None], None]


@dataclass(frozen=True)
class Result:
    """A finished fold of a model.

    Parameters
    ----------
    predictions : DataFrame
        ``row`` (position in the data), ``set``, ``mean``, ``sd`` (predictive), ``sd_latent`` (nan
        for a model without a posterior), ``beta_1`` (the β1 input of a βn model; NaN elsewhere).
    facts : mapping
        ``hyperparameters``, ``fit`` (report), ``seconds``; where there are any, ``relevances``,
        ``selections``, ``contributions``, ``model`` (the recipe with the features chosen).
    """

    predictions: pd.DataFrame
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Memory:
    """What a validation has done so far.

    Parameters
    ----------
    folder : Path
    contents : dict
        Of ``state.json``; filled in place, and written by `save`.
    n_rows : int
        Pairs of the data.
    """

    folder: Path
    contents: dict[str, Any]
    n_rows: int

    @classmethod
    def open(cls, folder: Path, data: pd.DataFrame) -> "Memory":
        """Open the memory in `folder`, or begin one there.

        Raises
        ------
        DataError
            If the folder holds something else, or a validation of other data.
        """
        digest = hashlib.sha256(data.to_csv(index=False).encode()).hexdigest()
        path = folder / STATE
        if not path.exists():
            require_new(folder, "out")
            folder.mkdir(parents=True, exist_ok=True)
            begun = cls(folder, {"data": digest}, len(data))
            begun.save()
            return begun
        try:
            contents = received.load_json(path)
        except CampaignError as error:
            raise _damaged(path, str(error)) from error
        seal = contents.pop(_SEAL, None)
        if seal not in (None, _sealed(contents)):  # None: by an earlier version
            raise _damaged(path, "its content is not what was written")
        if contents.get("data") != digest:
            raise DataError(
                f"{folder} holds a validation of other data. Give a new folder as out. Models, "
                "splits and repeats may be added to a folder; data may not change."
            )
        return cls(folder, contents, len(data))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out of the folder; a process that is killed lets go of it.

        Raises
        ------
        DataError
            If another process is at work there.
        """
        lock = FileLock(self.folder / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise DataError(
                f"Another bo-loop is at work in {self.folder}: wait for it, or give another out."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def part(self, name: str) -> dict[str, Any]:
        """Return what is known of one step so far, to be filled in place."""
        return self.contents.setdefault(name, {})

    def save(self) -> None:
        """Write ``state.json`` to disk."""
        save_json(self.folder / STATE, {**self.contents, _SEAL: _sealed(self.contents)})

    def split(self, node: Any, scored: Any, make: Callable[[], Split]) -> Split:
        """Return a split that is slow to make, made at most once for `node` and `scored` rows."""
        part = self.part(f"split {self.fingerprint(node, scored)}")
        if not part:
            part |= split_to_json(make())
            self.save()
        return split_from_json(part)

    def fingerprint(self, *made_of: Any) -> str:
        """Return 16 hexadecimal digits that stand for the data and `made_of` (JSON-able)."""
        text = json.dumps([self.contents["data"], made_of], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def recalled(self, name: str, fingerprint: str, judged: Rows) -> Result | None:
        """Return a finished fold, or None if it is not there, or damaged: then that is warned of.

        Parameters
        ----------
        name, fingerprint : str
            As for `keep`.
        judged : (k,) int
            Positions of the pairs that it must predict.
        """
        path = self._path(name, fingerprint)
        try:
            frame, facts = received_tables.read_described(path, received.read_bytes(path), _KEY)
            received_tables.require_columns(path, frame, _PREDICTED)
            received.require_keys(path, facts, {"fit": dict, "seconds": float})
            rows = frame["row"]
            if rows.duplicated().any() or not rows.between(0, self.n_rows - 1).all():
                raise received.not_ours(path, "it predicts a pair twice, or one that is not there")
            if not np.isin(judged, rows).all() or not {"sd_latent", "beta_1"} <= {*frame}:
                raise received.not_ours(path, "it lacks predictions")
        except FileNotFoundError:
            return None
        except CampaignError as error:
            warnings.warn(f"{error} This fold is computed again.", stacklevel=2)
            return None
        return Result(frame, facts)

    def keep(self, name: str, fingerprint: str, result: Result) -> None:
        """Write a finished fold, whole or not at all."""
        path = self._path(name, fingerprint)
        path.parent.mkdir(exist_ok=True)
        table = pa.Table.from_pandas(result.predictions, preserve_index=False)
        facts = json.dumps(dict(result.facts), ensure_ascii=False, allow_nan=False)
        metadata = {**(table.schema.metadata or {}), _KEY: facts.encode()}
        unfinished = path.with_suffix(".part")
        pq.write_table(table.replace_schema_metadata(metadata), unfinished)
        os.replace(unfinished, path)

    def _path(self, name: str, fingerprint: str) -> Path:
        return self.folder / FOLDS / f"{readable(name)}_{fingerprint}.parquet"


def _sealed(contents: Mapping[str, Any]) -> str:
    as_read = json.loads(json.dumps(contents))  # where all keys are texts
    return hashlib.sha256(json.dumps(as_read, sort_keys=True).encode()).hexdigest()


def _damaged(path: Path, problem: str) -> DataError:
    return DataError(f"{path} is damaged ({problem}); give a new folder as out.")


def save_json(path: Path, content: Any) -> None:
    """Write JSON so that a power cut leaves the old file or the new one."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(unfinished, path)
