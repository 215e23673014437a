"""Read files that anyone may have written: of bounded size, depth and content.

A campaign's or a model's folder may have come by e-mail, with hashes that agree. Whatever its
files hold, the answer is their content or one `CampaignError`; nothing in them is ever executed.
"""

import hashlib
import json
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bo_loop.base.errors import CampaignError

MAX_BYTES = 1 << 30
DEEPEST = 64
_MAX_YAML_BYTES = 1 << 18
_MAX_YAML_NODES = 20_000
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


def read_sealed(path: Path, sha256: str | None) -> bytes:
    """Read a file that was sealed when the campaign started.

    Raises
    ------
    CampaignError
        As `read_bytes`; if there is no such file, or it has another hash.
    """
    try:
        content = read_bytes(path)
    except FileNotFoundError as error:
        raise unreadable(path, error) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CampaignError(
            f"{path} is not the file that was sealed when the campaign started: its SHA-256 "
            "differs. Proposals made from it could not be traced. Restore it from a backup, "
            "or start a new campaign."
        )
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
        raise not_ours(path, f"it is not plain JSON ({short(error)})") from error
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
        raise not_ours(path, f"it is not plain YAML ({short(error)})") from error
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


def short(error: Exception) -> str:
    """Return what an error says, in one line of at most 200 characters."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
