"""What a campaign is made of, given as a name, an object or a config node.

``model="pair_gp"``, ``model=PairGP()`` and ``model={"_target_": "bo_loop.models.PairGP"}`` mean the
same. A name is that of a file of ``conf/<group>/`` in this package; records hold the node.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.base.names import current, plain

GROUPS = ("data", "features", "model", "objective", "acquisition", "pool")
_NAME = re.compile(r"\w[\w-]*")
MISSING = "???"
"""What a config has in place of a value that has to be given."""

_COMMENT = re.compile(r"^(?P<key>\w+):.*?\s#\s*(?P<said>.*)$", re.MULTILINE)


def node(group: str, given: Any) -> dict[str, Any]:
    """Return the config node of what was given for a group.

    Parameters
    ----------
    group : str
        One of `GROUPS`.
    given : str, mapping or object
        The name of an option, a config node, or an object of a public class.

    Raises
    ------
    ConfigError
        If there is no such option, it needs values that it does not have, or the object's class
        has no public name.
    """
    if not isinstance(given, str):
        found = plain(given)
        if not isinstance(found, dict):
            raise ConfigError(
                f"{group} is {given!r}: give the name of an option ({', '.join(names(group))}), "
                "an object, or a config node."
            )
        return found
    if not _NAME.fullmatch(given) or given not in names(group):
        raise ConfigError(f"{group}={given!r} does not exist; it may be {_listed(group)}.")
    found = _read(group, given)
    missing = [key for key, value in found.items() if value == MISSING]
    if missing:
        kind = current(found["_target_"])
        arguments = ", ".join(f"{key}=…" for key in missing)
        raise ConfigError(
            f"{group}={given!r} needs {', '.join(missing)}: give an object in place of the name, "
            f"{group}={kind.rpartition('.')[2]}({arguments}) of {kind.rpartition('.')[0]}."
        )
    return found


def name_of(group: str, made: Mapping[str, Any]) -> str | None:
    """Return the option whose ``_target_`` is that of a config node; None if none has it."""
    target = current(str(made.get("_target_")))
    return next((n for n in names(group) if _read(group, n).get("_target_") == target), None)


def choices(nodes: Mapping[str, Any]) -> dict[str, str]:
    """Return the option of each group in `nodes`, of those that have one."""
    found = {group: name_of(group, nodes[group]) for group in GROUPS if group in nodes}
    return {group: name for group, name in found.items() if name}


def defaults(group: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return all values of the option that a config node belongs to; empty if it has none."""
    name = name_of(group, made)
    return _read(group, name) if name else {}


def described(group: str, name: str) -> list[tuple[str, Any, str]]:
    """Return the values of an option: of each its key, default (or `MISSING`), and its comment."""
    text = (packaged_conf() / group / f"{name}.yaml").read_text(encoding="utf-8")
    said = {found["key"]: found["said"] for found in _COMMENT.finditer(text)}
    values = yaml.safe_load(text).items()
    return [(key, value, said.get(key, "")) for key, value in values if key != "_target_"]


def target(group: str, name: str) -> str:
    """Return the public name of what an option builds."""
    return _read(group, name)["_target_"]


def summary(group: str, name: str) -> str:
    """Return what an option says of itself: the first sentence of its config."""
    first = (packaged_conf() / group / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ").rstrip(".;:")


def names(group: str) -> list[str]:
    """Return what the options of a group are called."""
    return sorted(path.stem for path in (packaged_conf() / group).glob("*.yaml"))


def _listed(group: str) -> str:
    return ", ".join(names(group))


def _read(group: str, name: str) -> dict[str, Any]:
    return yaml.safe_load((packaged_conf() / group / f"{name}.yaml").read_text(encoding="utf-8"))
