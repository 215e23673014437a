"""Build objects from plain dicts: ``{"_target_": "bo_loop.…", **arguments}``.

Knows nothing of Hydra. A target is a public name (`bo_loop.base.names`), so a campaign folder that
came by e-mail cannot run anything else.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bo_loop.base.errors import ConfigError
from bo_loop.base.names import find
from bo_loop.base.types import Source

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", NoneType: "null"}
_TEXTS = {str, Path}


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
        If a target is not a public name, or does not take an argument.
    """
    if isinstance(node, Mapping):
        values = {key: build(value) for key, value in node.items() if key != "_target_"}
        return _call(node["_target_"], values) if "_target_" in node else values
    if isinstance(node, list | tuple):
        return [build(value) for value in node]
    return node


def build_as(kind: type[T], node: Any, group: str) -> T:
    """Build a config node of a known kind.

    Parameters
    ----------
    kind : type
        A class, or a protocol that can be checked at run time.
    node : Any
    group : str
        What a message calls it.

    Raises
    ------
    ConfigError
        As `build`, or if the node builds something else.
    """
    built = build(node)
    if not isinstance(built, kind):
        raise ConfigError(
            f"{group} is {node!r}: not a valid {group}. Give a config node of one, with its "
            "_target_, as in the files of bo_loop's conf/."
        )
    return built


def read(node: Any, group: str) -> "pd.DataFrame":
    """Return the table that a config node of a data source or a pool stands for.

    Raises
    ------
    ConfigError
        As `build_as`.
    """
    return build_as(Source, node, group).read()


def packaged_conf() -> Path:
    """Return ``conf/`` inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def require_switch(name: str, value: Any) -> None:
    """Check that an option is true or false: ``no`` is a text, and would count as true.

    Raises
    ------
    ConfigError
        Naming the option.
    """
    if not isinstance(value, bool):
        raise ConfigError(f"{name} is {value!r}: it must be true or false.")


def _call(target: Any, arguments: dict[str, Any]) -> Any:
    function = find(target)
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise ConfigError(
            f"{target} cannot be built from {sorted(arguments)}: {error}. "
            f"It takes {list(inspect.signature(function).parameters)}."
        ) from error
    require_types(str(target), function, arguments)
    return function(**arguments)


def require_types(target: str, function: Any, arguments: Mapping[str, Any]) -> None:
    """Check arguments by the annotations of what takes them.

    Numbers and true or false must be just that; where lists, mappings or text are expected, only
    what is of another shape is refused: their values are the target's own to check.

    Parameters
    ----------
    target : str
        What a message calls the function.
    function : callable
        Whose annotations are asked.
    arguments : mapping of str to Any

    Raises
    ------
    ConfigError
        Naming each that is not.
    """
    hints = get_type_hints(function.__init__ if inspect.isclass(function) else function)
    problems = []
    for name, value in arguments.items():
        kinds = _alternatives(hints.get(name))
        if not any(_is(value, kind) for kind in kinds):
            expected = " or ".join(dict.fromkeys(map(_word, kinds)))
            problems.append(f"{name}: {value!r} — expected {expected}")
    if problems:
        raise ConfigError(f"{target} does not take {'; '.join(problems)}.")


def _alternatives(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, UnionType) else [hint]


def _is(value: Any, kind: Any) -> bool:
    """Return whether a plain value may be of a kind; kinds that are not known take any."""
    shape = get_origin(kind) or kind
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    if kind in (bool, NoneType):
        return isinstance(value, kind)
    if kind in _TEXTS:  # a bare number may be meant as text
        return not isinstance(value, Mapping | list | tuple | NoneType)
    if shape is Sequence:
        plain = value is None or isinstance(value, str)
        return plain or (isinstance(value, list | tuple) and _hold(value, get_args(kind)))
    if shape is Mapping:
        return isinstance(value, Mapping) and _hold(value.values(), get_args(kind)[1:])
    return True


def _hold(values: Iterable[Any], kinds: tuple[Any, ...]) -> bool:
    """Return whether values are text, or null, where nothing else may be."""
    if not {one for kind in kinds for one in _alternatives(kind)} <= _TEXTS:
        return True
    return all(value is None or isinstance(value, str | Path) for value in values)


def _word(kind: Any) -> str:
    texts = "" if _hold([0], get_args(kind)[-1:]) else " of texts"
    shapes = {Sequence: f"a list{texts}", Mapping: f"a mapping{texts}"}
    return _WORDS.get(kind) or shapes.get(get_origin(kind) or kind, "text")
