"""Verbs whose config needs no composing: what was typed plainly is read without Hydra.

Hydra takes a second to import and to compose, more than such a verb itself. Whatever is not plain
(quotes, brackets, flags, a misspelt key, a ``./conf`` of the user's own) is left to it, so that
one grammar and one set of messages remain.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bo_loop.base.config import packaged_conf
from bo_loop.cli.overrides import TEXT_KEYS

VERBS = (
    *("app", "new", "status", "history", "suggest", "rank", "log", "report", "verify"),
    *("void", "withdraw", "restore", "close", "reopen"),
)

_PLAIN = re.compile(r"[^'\"\\\[\]{}(),$=]+")
_SWITCHES = {"true": True, "false": False}
_MISSING = "???"
_HYDRA_S_OWN = ("defaults", "hydra")


def read_config(verb: str, arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return the config of a verb, or None where Hydra has to compose it.

    Parameters
    ----------
    verb : str
    arguments : sequence of str
        As they were typed, ``key=value``.
    """
    if verb not in VERBS:
        return None
    packaged, local = packaged_conf() / f"{verb}.yaml", Path("conf", f"{verb}.yaml")
    if local.exists() and local.resolve() != packaged.resolve():
        return None
    content = yaml.safe_load(packaged.read_text(encoding="utf-8"))
    config = {key: value for key, value in content.items() if key not in _HYDRA_S_OWN}
    for argument in arguments:
        key, _, value = argument.partition("=")
        is_plain = _PLAIN.fullmatch(value) and value == value.strip()
        if key in config and key in TEXT_KEYS and is_plain:
            config[key] = value
        elif isinstance(config.get(key), bool) and value in _SWITCHES:
            config[key] = _SWITCHES[value]
        else:
            return None
    return None if _MISSING in config.values() else config
