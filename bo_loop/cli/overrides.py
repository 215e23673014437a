"""What the user typed, as Hydra reads it; and what Hydra composed, as plain Python."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bo_loop.base.config import require_switch
from bo_loop.base.errors import ConfigError

# Keys whose value is text to be taken as it stands, whatever Hydra's grammar makes of it.
TEXT_KEYS = {
    *("name", "directory", "host", "password", "results", "model_dir", "pairs", "path", "out"),
    *("lab", "read", "tags", "sql", "features.measured"),
    *("data.path", "data.protonation", "data.mhl", "pool.path"),
    *("log", "pick", "pair", "ligand", "ligands"),
    *("data.memory", "add"),
    *("curves", "cell"),
    *("operator", "by", "method", "date", "note", "reason"),
    *("log_beta", "log_K_cond", "pM", "log_beta_sd"),
}

_ONE_TEXT = (
    "lab",
    "read",
    "tags",
    "sql",
    "name",
    "directory",
    "host",
    "results",
    "model_dir",
    "pairs",
    "out",
)
_SWITCHES = (
    "json",
    "protonation",
    "void",
    "confirm",
    "replicate",
    "refit",
    "renew_features",
    "demo",
    "open",
)


def touched_keys(arguments: Sequence[str]) -> frozenset[str]:
    """Top-level keys that the user's own overrides name."""
    keys = (argument.partition("=")[0].lstrip("+~") for argument in arguments if "=" in argument)
    return frozenset(key.split(".")[0].split("@")[0] for key in keys)


def plain(verb: str, node: Any) -> dict[str, Any]:
    """Turn a composed config into plain dicts, lists, numbers and strings."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        missing = sorted(OmegaConf.missing_keys(node))
        config = {} if missing else OmegaConf.to_container(node, resolve=True)
    except OmegaConfBaseException as error:
        raise ConfigError(f"bo-loop {verb}: {str(error).splitlines()[0]}.") from error
    if missing:
        raise ConfigError(
            f"bo-loop {verb} needs {', '.join(missing)}: give each as key=value "
            f"(bo-loop {verb} --help lists all keys)."
        )
    for name in _ONE_TEXT:
        if isinstance(config.get(name), Mapping | list):
            raise ConfigError(f"{name} is {config[name]!r}: give one text.")
    for name in _SWITCHES:
        if (verb, name) != ("log", "confirm"):  # which may also name rows
            require_switch(name, config.get(name, False))
    return config


def quoted(argument: str) -> str:
    """Quote a value that Hydra's grammar would refuse, split or turn into a number.

    File names with brackets or in Japanese and pair ids then need no quoting by the user.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    key, equals, value = argument.partition("=")
    if not equals or argument.startswith("-"):
        return argument
    as_text = f"{key}={literal(value)}"
    try:
        parsed = OverridesParser.create().parse_override(argument)
    except HydraException:
        # In a mapping Hydra takes no Δ, and no unit in brackets, without quotes; YAML does.
        mapping = _mapping(value) if key not in TEXT_KEYS else None
        return as_text if mapping is None else f"{key}={literal(mapping)}"
    is_text = parsed.is_sweep_override() or not isinstance(parsed.value(), str | list)
    return as_text if key in TEXT_KEYS and value and is_text and "${" not in value else argument


def _mapping(text: str) -> dict[str, Any] | None:
    """Return the mapping that a text is in YAML, or None."""
    import yaml

    try:
        found = yaml.safe_load(text) if text.startswith("{") else None
    except yaml.YAMLError:
        return None
    return found if isinstance(found, dict) else None


def literal(value: Any) -> str:
    """Write a plain value in Hydra's override grammar."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(literal(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    # In Hydra's quotes a backslash stands for itself, but before a quote.
    escaped = re.sub(r"(\\*)('|\Z)", _doubled, str(value))
    return f"'{escaped}'"


def _doubled(found: re.Match[str]) -> str:
    return found[1] * 2 + ("\\'" if found[2] else "")
