"""Overrides that Hydra would take and nothing would read; and Hydra's own errors in our words."""

import re
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.cli.options import options_of

# Plain mappings whose readers refuse a key that they do not know; so does whatever is built.
_CHECKED = ("columns", "curation", "space")

_FLAGS = ("--cfg", "--info")
_HYDRA_S_OWN = re.compile(r"\+*hydra\b")
_SHAPED = re.compile(r"[^=]+=\s*[{[]")

_NOT_A_KEY = re.compile(r"Could not override '(?P<key>[^']+)'\.")
_SEARCH_PATH = re.compile(r"\s*Config search path:.*", re.DOTALL)
_NO_CHOICE = re.compile(r"Could not find '(?P<group>[^']+)/(?P<option>[^'/]*)'")
_MEANT = {
    "Error parsing override": "options are written key=value",
    "Ambiguous value for argument": "one value is given; of a list, write key=[a,b]",
    "Multiple values for": "a group is given once, without +",
    "Config group override must be": "a group, such as model, takes the name of an option of it",
}


def refuse_unread(verb: str, arguments: Sequence[str], own: Sequence[str], loaded: Any) -> None:
    """Refuse ``+key=value`` where the verb does not read the key.

    Parameters
    ----------
    verb : str
        The verb that `arguments` are for.
    arguments : sequence of str
        The user's overrides.
    own : sequence of str
        Ours, which restate a campaign's settings.
    loaded : DictConfig
        What Hydra composed from all of them.

    Raises
    ------
    ConfigError
        Naming the option, and the one most like it.
    """
    from hydra import compose
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides([a for a in arguments if "=" in a])
    added = [one for one in parsed if one.is_add() or one.is_force_add()]
    if not added:
        return
    kept = [one.input_line for one in parsed if one not in added]
    without = compose(verb, [*own, *kept])
    for one in added:
        if not _is_read(one.key_or_group.split("."), without, loaded):
            raise unknown_option(verb, one.key_or_group, without)


def refuse_foreign(verb: str, arguments: Sequence[str]) -> None:
    """Refuse what Hydra would take of `arguments` and a verb has no use for.

    ``~key`` (a verb reads every option that it has), Hydra's own settings, its flags but for
    those that show the config, and ``group={…}`` or ``group=[…]``, which would leave a group as it
    is, or mix several of its options.

    Raises
    ------
    ConfigError
        Naming the argument.
    """
    for argument in arguments:
        key = argument.partition("=")[0]
        if argument.startswith("~"):
            raise ConfigError(
                f"bo-loop {verb}: {argument!r} would take an option away. Give it another value, "
                "key=value; key=null stands for none."
            )
        if argument.startswith("-") and key not in _FLAGS:
            raise ConfigError(
                f"bo-loop {verb} has no flag {key!r}: options are written key=value. --cfg job "
                f"shows the result, bo-loop {verb} --help lists them."
            )
        if _HYDRA_S_OWN.match(key):
            raise unknown_option(verb, key.lstrip("+"))
        if _SHAPED.match(argument) and key.lstrip("+") in _groups(verb):
            raise _no_name(verb, key.lstrip("+"))


def refuse_mappings(verb: str, arguments: Sequence[str], loaded: Any) -> None:
    """Refuse mappings that would leave what they are given for as it is.

    Parameters
    ----------
    verb : str
    arguments : sequence of str
        The user's overrides.
    loaded : DictConfig
        What Hydra composed from them.

    Raises
    ------
    ConfigError
        For a mapping in place of what is built from a ``_target_``, and for an empty one.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from omegaconf import OmegaConf

    shaped = [argument for argument in arguments if _SHAPED.match(argument)]
    for one in OverridesParser.create().parse_overrides(shaped):
        key, value = one.key_or_group, one.value()
        there = OmegaConf.select(loaded, key, throw_on_missing=False)
        if isinstance(value, list):
            continue
        if hasattr(there, "items") and "_target_" in there:
            raise _no_name(verb, key)
        if not value and there:
            raise ConfigError(
                f"bo-loop {verb}: {key}={{}} changes nothing. Give {key} the values that are to "
                f"be others, or leave it out."
            )


def _groups(verb: str) -> set[str]:
    return {group.name for group in options_of(verb).groups}


def _no_name(verb: str, key: str) -> ConfigError:
    return ConfigError(
        f"bo-loop {verb}: {key} takes one name, not a list or a mapping. Choose one, {key}=NAME, "
        f"and change single values as {key}.VALUE=…; bo-loop {verb} --help lists them."
    )


def _is_read(parts: Sequence[str], without: Any, loaded: Any) -> bool:
    if parts[0] not in without:
        return False
    if len(parts) == 1 or parts[0] in _CHECKED:
        return True
    node = loaded
    for part in parts[:-1]:
        node = node.get(part) if hasattr(node, "get") else None
        if node is None:
            return False
        if "_target_" in node:
            return True
    return False


def unknown_option(verb: str, key: str, config: Any = None) -> ConfigError:
    """Return the error for an option that a verb does not have."""
    names = _names(config) if config is not None else []
    close = get_close_matches(key, names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return ConfigError(
        f"bo-loop {verb} has no option {key!r}.{hint} bo-loop {verb} --help lists all of them."
    )


def _names(config: Any, above: str = "") -> list[str]:
    """Return the dotted names of all options of a config."""
    names = []
    for key in config:
        name = f"{above}{key}"
        names.append(name)
        value = config._get_node(key)
        if hasattr(value, "items") and not value._is_none() and not value._is_missing():
            names += _names(value, f"{name}.")
    return names


def composition_error(verb: str, error: Exception) -> ConfigError:
    """Return what Hydra said as an error that names neither its files nor its grammar."""
    from hydra import compose, initialize_config_dir

    text = _SEARCH_PATH.sub("", str(error)).strip()
    found = _NOT_A_KEY.search(text)
    if found:
        with suppress(Exception), initialize_config_dir(str(packaged_conf()), version_base="1.3"):
            return unknown_option(verb, found["key"], compose(verb))
        return unknown_option(verb, found["key"])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    choice = _NO_CHOICE.search(text)
    if choice:
        return ConfigError(
            f"bo-loop {verb}: there is no {choice['group']}={choice['option']}. Choose one of "
            f"{', '.join(lines[2:])}."
        )
    first = lines[0] if lines else type(error).__name__
    meant = [words for start, words in _MEANT.items() if first.startswith(start)]
    if meant:
        return ConfigError(f"bo-loop {verb}: {first.partition('. ')[0]}: {meant[0]}.")
    return ConfigError(f"bo-loop {verb}: its options cannot be put together: {' '.join(lines)}")
