"""Read Parquet tables that anyone may have written, as `bo_loop.base.received` reads files."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bo_loop.base.received import not_ours, read_json, short

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

T = TypeVar("T")

_MAX_CELLS = 100_000_000
_MAX_TEXT = 1 << 30


def read_parquet(path: Path, content: bytes) -> "pd.DataFrame":
    """Return the table that a Parquet file holds.

    Raises
    ------
    CampaignError
        If it is not Parquet, or too large once it is unpacked.
    """
    return _parquet(path, content, lambda table: _unpacked(table).to_pandas(use_threads=False))


def read_described(path: Path, content: bytes, key: bytes) -> tuple["pd.DataFrame", dict[str, Any]]:
    """Return the table that a Parquet file holds, and the JSON in its metadata under `key`.

    Raises
    ------
    CampaignError
        As `read_parquet` and `read_json`.
    """
    frame, metadata = _parquet(
        path,
        content,
        lambda table: (_unpacked(table).to_pandas(use_threads=False), table.schema.metadata or {}),
    )
    return frame, read_json(path, metadata.get(key, b""))


def read_packed(path: Path, content: bytes) -> "pa.Table":
    """Return the table that a Parquet file holds, its texts as dictionaries, none of them missing.

    Raises
    ------
    CampaignError
        As `read_parquet`.
    """
    return _parquet(path, content, _whole_texts)


def read_columns(path: Path, content: bytes) -> dict[str, list[Any]]:
    """Return the columns of a Parquet file, as `read_parquet` but without pandas."""
    return _parquet(path, content, _lists)


def opened(content: bytes, texts: Sequence[str] = ()) -> "ParquetFile":
    """Open a Parquet file, to be read by `whole`; columns of `texts` stay dictionaries.

    Errors are those of Arrow.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    return ParquetFile(pa.BufferReader(content), read_dictionary=list(texts), pre_buffer=False)


def whole(file: "ParquetFile") -> "pa.Table":
    """Read a Parquet file, on this thread alone.

    Threads of Arrow's own may outlive the interpreter, which then aborts at its end, its work done.
    """
    return file.read(use_threads=False)


def _parquet(path: Path, content: bytes, convert: Callable[["pa.Table"], T]) -> T:
    import pyarrow as pa

    try:
        file = opened(content)
        n_cells = file.metadata.num_rows * file.metadata.num_columns
        if n_cells > _MAX_CELLS:
            raise ValueError(f"it holds {n_cells:,} values")
        texts = [
            field.name
            for field in file.schema_arrow
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        # A few bytes can stand for one long text in millions of rows: look before it is unpacked
        packed = whole(opened(content, texts))
        if len(set(packed.column_names)) < packed.num_columns:
            raise ValueError("it has a column twice")
        return convert(packed)
    except Exception as error:  # Arrow fails in many ways on bytes that are not Parquet
        raise not_ours(path, f"it is not a Parquet table ({short(error)})") from error


def _unpacked(table: "pa.Table") -> "pa.Table":
    """Return a table with its texts as texts, unless they would not fit."""
    import pyarrow as pa
    from pyarrow import compute

    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            column = table.column(i)
            total = sum(
                compute.sum(compute.binary_length(c.dictionary).take(c.indices)).as_py() or 0
                for c in column.chunks
            )
            _require_text_fits(field.name, total)
            table = table.set_column(i, field.name, column.cast(field.type.value_type))
    return table


def _lists(table: "pa.Table") -> dict[str, list[Any]]:
    """Return the columns of a table as lists, unless their texts would not fit.

    As `_unpacked` and `to_pydict`, but without pyarrow.compute, which is slow to import.
    """
    import pyarrow as pa

    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if not pa.types.is_dictionary(column.type):
            columns[name] = column.to_pylist()
            continue
        columns[name], total = [], 0
        for chunk in column.chunks:
            texts, rows = chunk.dictionary.to_pylist(), chunk.indices.to_pylist()
            lengths = [len(text.encode()) for text in texts]
            total += sum(lengths[i] for i in rows if i is not None)
            _require_text_fits(name, total)
            columns[name] += [None if i is None else texts[i] for i in rows]
    return columns


def _whole_texts(table: "pa.Table") -> "pa.Table":
    """Return a table of which no text is missing."""
    import pyarrow as pa

    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_dictionary(field.type) and column.null_count:
            raise ValueError(f"its column {field.name} has gaps")
    return table


def _require_text_fits(column: str, n_bytes: int) -> None:
    if n_bytes > _MAX_TEXT:
        raise ValueError(f"its column {column} holds {n_bytes:,} bytes of text")


def require_columns(path: Path, frame: "pd.DataFrame", kinds: Mapping[str, str]) -> "pd.DataFrame":
    """Return `frame` if it has the columns that bo-loop writes, whole and of their kind.

    Parameters
    ----------
    path : Path
        Where it was read from.
    frame : DataFrame
    kinds : mapping of str to {"text", "integer", "number"}
        By column.

    Raises
    ------
    CampaignError
        Naming columns that are missing, or hold something else.
    """
    if frame.columns.has_duplicates:
        raise not_ours(path, "it has a column twice")
    if missing := [name for name in kinds if name not in frame]:
        raise not_ours(path, f"it lacks the columns {', '.join(missing)}")
    if wrong := [name for name, kind in kinds.items() if not _is_kind(frame[name], kind)]:
        raise not_ours(path, f"the columns {', '.join(wrong)} hold other values than expected")
    return frame


def _is_kind(column: "pd.Series", kind: str) -> bool:
    from pandas.api import types

    if column.isna().any():
        return False
    if kind == "text":
        return types.infer_dtype(column, skipna=False) in ("string", "empty")
    if kind == "integer":
        return types.is_integer_dtype(column.dtype)
    number = types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype)
    return number and bool((abs(column) < math.inf).all())


def require_values(path: Path, columns: Mapping[str, list[Any]], kinds: Mapping[str, str]) -> None:
    """Check columns of plain values as `require_columns` checks a table.

    Raises
    ------
    CampaignError
        Naming columns that are missing, or hold something else.
    """
    if missing := [name for name in kinds if name not in columns]:
        raise not_ours(path, f"it lacks the columns {', '.join(missing)}")
    if wrong := [name for name, kind in kinds.items() if not _are(columns[name], kind)]:
        raise not_ours(path, f"the columns {', '.join(wrong)} hold other values than expected")


_TYPES = {"text": {str}, "integer": {int}, "number": {int, float}}


def _are(values: list[Any], kind: str) -> bool:
    """Return whether plain values, as JSON and Parquet give them, are all of a kind."""
    if not {*map(type, values)} <= _TYPES[kind]:
        return False
    try:
        return kind != "number" or all(map(math.isfinite, values))
    except OverflowError:  # an integer beyond all floats
        return False
