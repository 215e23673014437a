"""Build objects from plain dicts: ``{"_target_": "bo_loop.…", **arguments}``.

Knows nothing of Hydra. Only names below ``bo_loop.`` are ever imported, so a campaign folder
that came by e-mail cannot run code that is not ours.
"""

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from bo_loop.errors import ConfigError

_ROOT = "bo_loop."


def build(node: Any) -> Any:
    """Build a config node, innermost first.

    Parameters
    ----------
    node : Any
        A mapping with ``_target_`` is called with its other keys as keyword arguments; other
        mappings and lists are walked; anything else is returned as it is.

    Returns
    -------
    Any
        What the target returned, or the node with its children built.

    Raises
    ------
    ConfigError
        If a target lies outside ``bo_loop.``, does not exist, or does not take an argument.
    """
    if isinstance(node, Mapping):
        values = {key: build(value) for key, value in node.items() if key != "_target_"}
        return _call(node["_target_"], values) if "_target_" in node else values
    if isinstance(node, list | tuple):
        return [build(value) for value in node]
    return node


def _call(target: Any, arguments: dict[str, Any]) -> Any:
    function = _resolve(target)
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise ConfigError(
            f"{target} cannot be built from {sorted(arguments)}: {error}. "
            f"It takes {list(inspect.signature(function).parameters)}."
        ) from error
    return function(**arguments)


def _resolve(target: Any) -> Any:
    parts = str(target).split(".")
    if not str(target).startswith(_ROOT) or any(part.startswith("_") for part in parts):
        raise ConfigError(
            f"_target_ {target!r} is refused: only public names below {_ROOT!r} are built."
        )
    module_name, _, name = str(target).rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"_target_ {target!r} does not exist ({error}).") from error
    # `bo_loop.config.importlib` is a name below bo_loop, but not ours.
    if not getattr(found, "__module__", "").startswith(_ROOT):
        raise ConfigError(f"_target_ {target!r} is refused: it is not defined in bo_loop.")
    return found
