"""Read files that anyone may have written: of bounded size, depth and content.

A campaign's or a model's folder may have come by e-mail, with hashes that agree. Whatever its
files hold, the answer is their content or one `CampaignError`; nothing in them is ever executed.
"""

import io
import json
import math
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bo_loop.base.errors import CampaignError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

T = TypeVar("T")

MAX_BYTES = 1 << 30
DEEPEST = 64
_MAX_YAML_BYTES = 1 << 18
_MAX_YAML_NODES = 20_000
_MAX_CELLS = 100_000_000
_MAX_TEXT = 1 << 30
_LONGEST_INTEGER = 30
# Opening a pipe would wait for a writer
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path : Path
    most : int
        Bytes that it may have.

    Raises
    ------
    FileNotFoundError
        If there is no such file: the caller knows what that means.
    CampaignError
        If it cannot be read, is too large, or is not a file but a folder, a pipe or a device.
    """
    try:
        with os.fdopen(os.open(path, _READ), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise CampaignError(f"{path} cannot be read: it is not a file.")
            content = stream.read(min(found.st_size, most) + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    if len(content) > most:
        raise not_ours(path, f"it has more than {most:,} bytes")
    return content


def unreadable(path: Path, error: OSError) -> CampaignError:
    """Return the error that says why a file or folder cannot be read."""
    mend = " Mend its permissions, or ask its owner." if isinstance(error, PermissionError) else ""
    return CampaignError(f"{path} cannot be read ({error.strerror or error}).{mend}")


def not_ours(path: Path, problem: str) -> CampaignError:
    """Return the error that says why a file is not one that bo-loop wrote."""
    return CampaignError(
        f"{path} is damaged, or was not written by bo-loop: {problem}. Nothing was changed. "
        "Restore it from a backup; if the folder came from someone else, ask where it has been."
    )


def load_json(path: Path) -> dict[str, Any]:
    """Return the mapping that the JSON file at `path` holds.

    Raises
    ------
    FileNotFoundError, CampaignError
        As `read_bytes` and `read_json`.
    """
    return read_json(path, read_bytes(path))


def read_json(path: Path, content: bytes) -> dict[str, Any]:
    """Return the mapping that a JSON file holds.

    Raises
    ------
    CampaignError
        If it does not hold one, or values nested too deeply, NaN or infinite numbers.
    """
    try:
        value = _JSON.decode(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise not_ours(path, f"it is not plain JSON ({_short(error)})") from error
    if not isinstance(value, dict) or is_deep(value):
        raise not_ours(path, f"it is not a mapping of at most {DEEPEST} levels")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:_LONGEST_INTEGER]} is too large")
    return value


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError(f"an integer has {len(text)} digits")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


_JSON = json.JSONDecoder(parse_float=_finite, parse_int=_integer, parse_constant=_no_number)


_NESTING = frozenset({dict, list})


def is_deep(value: Any) -> bool:
    """Return whether plain values are nested more than `DEEPEST` levels deep."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) in _NESTING
        ]
        if not level:
            return False
    return True


def read_yaml(path: Path, content: bytes) -> dict[str, Any]:
    """Return the mapping that a YAML file holds, of plain values.

    Raises
    ------
    CampaignError
        If it does not hold one, is too large, nested too deeply, or grows too large once its
        aliases are followed; or if it names a type to be built.
    """
    import yaml

    if len(content) > _MAX_YAML_BYTES:
        raise not_ours(path, f"it has more than {_MAX_YAML_BYTES:,} bytes")
    try:
        loader = yaml.SafeLoader(content.decode("utf-8"))
        node = loader.get_single_node()
        _require_small(node)
        value = loader.construct_document(node)
    except Exception as error:  # the parser fails in many ways on bytes that are not YAML
        raise not_ours(path, f"it is not plain YAML ({_short(error)})") from error
    if not isinstance(value, dict):
        raise not_ours(path, "it is not a mapping")
    return value


def _require_small(root: Any) -> None:
    """Refuse a YAML node that is deep, holds itself, or is large once aliases are followed."""
    import yaml

    sizes: dict[int, int] = {}

    def size(node: Any, above: tuple[int, ...]) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        if id(node) in above or len(above) > DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} levels")
        total, inside = 1, (*above, id(node))
        if isinstance(node, yaml.MappingNode):
            total += sum(size(child, inside) for pair in node.value for child in pair)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(child, inside) for child in node.value)
        if total > _MAX_YAML_NODES:
            raise ValueError(f"it holds more than {_MAX_YAML_NODES:,} values")
        sizes[id(node)] = total
        return total

    size(root, ())


def read_parquet(path: Path, content: bytes) -> "pd.DataFrame":
    """Return the table that a Parquet file holds.

    Raises
    ------
    CampaignError
        If it is not Parquet, or too large once it is unpacked.
    """
    return _parquet(path, content, lambda table: _unpacked(table).to_pandas())


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
        lambda table: (_unpacked(table).to_pandas(), table.schema.metadata or {}),
    )
    return frame, read_json(path, metadata.get(key, b""))


def read_columns(path: Path, content: bytes) -> dict[str, list[Any]]:
    """Return the columns of a Parquet file, as `read_parquet` but without pandas."""
    return _parquet(path, content, _lists)


def _parquet(path: Path, content: bytes, convert: Callable[["pa.Table"], T]) -> T:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        n_cells = file.metadata.num_rows * file.metadata.num_columns
        if n_cells > _MAX_CELLS:
            raise ValueError(f"it holds {n_cells:,} values")
        texts = [
            field.name
            for field in file.schema_arrow
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        # A few bytes can stand for one long text in millions of rows: look before it is unpacked
        packed = parquet.ParquetFile(io.BytesIO(content), read_dictionary=texts).read()
        if len(set(packed.column_names)) < packed.num_columns:
            raise ValueError("it has a column twice")
        return convert(packed)
    except Exception as error:  # Arrow fails in many ways on bytes that are not Parquet
        raise not_ours(path, f"it is not a Parquet table ({_short(error)})") from error


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


def require_keys(path: Path, values: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Refuse a mapping that lacks keys, or holds values of other kinds.

    Raises
    ------
    CampaignError
        Naming the first one.
    """
    for name, kind in kinds.items():
        value = values.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise not_ours(path, f"{name} is missing, or is not a {kind.__name__}")


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
