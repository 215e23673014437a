"""Lists whose entries are written as options are: strategies, models and splits to compare.

``'strategies=[log_ei,ucb acquisition.beta=1]'``: a bare word names an option of the list's own
group, the other words set what belongs to that entry alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bo_loop.base.errors import ConfigError
from bo_loop.cli.overrides import plain, quoted, touched_keys
from bo_loop.cli.refusals import refuse_foreign, refuse_mappings

# Outside the brackets of an option whose value is a list.
_COMMA = re.compile(r",(?![^\[]*\])")
_SPACE = re.compile(r"\s+(?![^\[]*\])")

# What a strategy of `simulate` may set for itself.
_STRATEGY_KEYS = ("features", "model", "objective", "acquisition", "batch_size", "design")


def strategies(config: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Compose the config of each strategy of a simulation, by what was written.

    What an entry sets comes on top of the user's own `arguments`.

    Returns
    -------
    dict
        ``strategies``, by entry the config nodes and options of `_STRATEGY_KEYS`.
    """
    found = {}
    for entry in _listed(config["strategies"]):
        words = _words(entry, "acquisition", _STRATEGY_KEYS)
        composed = _composed("simulate", entry, words, arguments)
        found[entry] = {key: composed[key] for key in _STRATEGY_KEYS}
    return {"strategies": found}


def contests(config: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Compose ``models`` and ``splits`` of a validation, by what was written.

    ``model=beta_gp`` is short for ``models=[beta_gp]``, and ``split=edge`` for ``splits=[edge]``.
    A model gets the features that ``features_of`` names, unless others are asked for.

    Returns
    -------
    dict
        ``models``, by entry its config nodes ``model`` and ``features``; ``splits``, by entry its
        config node.
    """
    shared = [a for a in arguments if a.partition("=")[0] not in ("models", "splits")]
    models, splits = {}, {}
    for entry in _contestants(config, arguments, "model"):
        words = _words(entry, "model", ("model", "features"))
        option = next(word for word in words if word.startswith("model=")).partition("=")[2]
        words += _own_features(config, option, [*shared, *words])
        composed = _composed("validate", entry, words, shared, keep={"model", "features"})
        models[entry] = {key: composed[key] for key in ("model", "features")}
    for entry in _contestants(config, arguments, "split"):
        words = _words(entry, "split", ("split",))
        splits[entry] = _composed("validate", entry, words, shared, keep={"split"})["split"]
    return {"models": models, "splits": splits}


def searched(
    config: Mapping[str, Any], arguments: Sequence[str], choices: Mapping[str, str]
) -> dict[str, Any]:
    """Compose the ``features`` of the model that is tuned, if ``features_of`` names any."""
    words = _own_features(config, choices["model"], arguments)
    if not words:
        return {}
    composed = _composed("tune", choices["model"], words, arguments, keep={"features"})
    return {"features": composed["features"]}


COMPOSED = {"simulate": strategies, "validate": contests, "tune": searched}
"""What completes the config of a verb, if anything does; what it returns replaces those keys."""


def _own_features(config: Mapping[str, Any], option: str, given: Sequence[str]) -> list[str]:
    """Return the override that names a model's own features, unless others were `given`.

    They are those that ``features_of`` names, or that have the model's name: `tune` writes both.
    """
    from hydra.core.global_hydra import GlobalHydra

    if any(argument.startswith("features=") for argument in given):
        return []
    named = GlobalHydra.instance().config_loader().get_group_options("features")
    own = config["features_of"].get(option, option if option in named else None)
    return [f"features={own}"] if own else []


def _contestants(config: Mapping[str, Any], arguments: Sequence[str], group: str) -> list[str]:
    """Return the entries of ``models`` or ``splits``, or the one that ``model=`` names."""
    many, keys = f"{group}s", {argument.partition("=")[0] for argument in arguments}
    given = [a.partition("=")[2] for a in arguments if a.startswith(f"{group}=")]
    if given and many in keys:
        raise ConfigError(f"{group}= is short for {many}=[…]; give one of the two.")
    if not given and group in touched_keys(arguments):
        raise ConfigError(
            f"With several {many}, each has its own options: write them into the list, "
            f"'{many}=[name {group}.option=value,…]', or name one, {group}=name."
        )
    return given or _listed(config[many])


def _listed(entries: Sequence[str] | str) -> list[str]:
    """Return what is listed; Hydra's grammar has no list of unquoted words with "="."""
    if isinstance(entries, str):
        entries = _COMMA.split(entries[1:-1] if entries.startswith("[") else entries)
    found = [str(entry).strip() for entry in entries]
    twice = sorted({entry for entry in found if found.count(entry) > 1})
    if twice:
        raise ConfigError(f"{', '.join(map(repr, twice))} is listed twice.")
    return found


def _words(entry: str, group: str, allowed: Sequence[str]) -> list[str]:
    """Split an entry into overrides; a bare word names an option of `group`."""
    words = [word if "=" in word else f"{group}={word}" for word in _SPACE.split(entry)]
    if not touched_keys(words) <= set(allowed):
        raise ConfigError(
            f"The entry {entry!r} may set {', '.join(allowed)}; what all entries share is given to "
            "the verb itself."
        )
    return words


def _composed(
    verb: str,
    entry: str,
    words: Sequence[str],
    arguments: Sequence[str],
    keep: frozenset[str] | set[str] = frozenset(),
) -> dict[str, Any]:
    """Compose a verb's config with an entry's words on top of the user's own arguments.

    What the user set of a group that the entry swaps is the other option's, and is left out,
    but for the groups in `keep`.
    """
    from hydra import compose
    from hydra.errors import HydraException

    swapped = touched_keys([word for word in words if "." not in word.partition("=")[0]])
    keys = {word.partition("=")[0] for word in words}
    shared = [
        argument
        for argument in arguments
        if "=" in argument
        and not touched_keys([argument]) & (swapped - keep)
        and argument.partition("=")[0] not in keys
    ]
    words = [quoted(word) for word in words]
    refuse_foreign(verb, words)
    try:
        loaded = compose(verb, [*shared, *words])
        refuse_mappings(verb, words, loaded)
        return plain(verb, loaded)
    except HydraException as error:
        raise ConfigError(f"{entry!r}: {str(error).splitlines()[0]}") from error
