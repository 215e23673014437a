"""The settings of a campaign: which there are, which may change when, what they may build."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bo_loop.acquisition.objectives.base import Objective
from bo_loop.acquisition.scores.base import Acquisition
from bo_loop.base import config as configs
from bo_loop.base.errors import ConfigError
from bo_loop.base.names import current, plain
from bo_loop.base.types import ModelRecipe
from bo_loop.campaign import options
from bo_loop.data.property import Property
from bo_loop.data.property_rows import named, properties_of, stated, words_of

SETTINGS = ("batch_size", "seed", "data", "features", "model", "objective", "acquisition", "pool")
FOR_A_ROUND = ("batch_size", "seed", "model", "objective", "acquisition", "pool")
"""What `suggest` may change for one round; of the pool, only `POOL_FOR_A_ROUND`."""

_NAMED = ("Maximise", "Minimise", "Target", "Range", "Selectivity")
OF_ANY_PROPERTY = (*_NAMED, "Cost", "Pareto", "WeightedSum")
"""Objectives that make sense of any property of a pair."""

FOR_GOOD = ("batch_size", "model", "objective", "acquisition")
"""What `configure` may change."""

POOL_FOR_A_ROUND = ("include_known", "generated", "max_generated_share")

POOL_RULES = (*POOL_FOR_A_ROUND, "max_denticity_sum")
"""The keys of ``pool`` that are rules of the campaign, not arguments of the pool's class."""

# A campaign folder may have come by e-mail. What is built from it on later verbs computes and
# does nothing else: elsewhere in bo_loop there are functions that write and delete files.
_HARMLESS = ("bo_loop.models.", "bo_loop.acquisition.")
_KINDS: Mapping[str, type] = {
    "model": ModelRecipe,
    "objective": Objective,
    "acquisition": Acquisition,
}
"""What a campaign's settings build on later verbs."""


def started_with(given: Mapping[str, Any], pool_rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sealed of what `Campaign.start` was given, as plain values.

    Parameters
    ----------
    given : mapping
        `SETTINGS`; each group as a name, an object or a config node.
    pool_rules : mapping
        Some of `POOL_RULES`; the others come from the pool's node or option.

    Raises
    ------
    ConfigError
        If a setting is unknown or of a value it cannot take.
    """
    unknown = sorted(set(pool_rules) - set(POOL_RULES))
    if unknown:
        raise ConfigError(
            f"Campaign.start has no use for {unknown}. It takes name, directory, "
            f"{', '.join((*SETTINGS, *POOL_RULES))}."
        )
    nodes = as_nodes(given)
    settings = {key: nodes[key] for key in SETTINGS}
    if sources := nodes.get("sources"):
        settings["sources"] = sources
    if said := stated(properties_of(nodes.get("property"))):
        settings["property"] = plain(said)
        settings = called(settings)
    settings["pool"] = {**_pool_rules(settings["pool"]), **settings["pool"], **pool_rules}
    check_values(settings)
    return settings


def as_nodes(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as plain values, each group as its config node."""
    return {
        key: options.node(key, value) if key in options.GROUPS else plain(value)
        for key, value in settings.items()
    }


def _pool_rules(pool: Mapping[str, Any]) -> dict[str, Any]:
    own = options.defaults("pool", pool)
    return {"include_known": False} | {key: own[key] for key in POOL_RULES if key in own}


def with_overrides(settings: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of one round; of the pool, what is not overridden stays."""
    pool = {**settings["pool"], **overrides.get("pool", {})}
    return called({**settings, **overrides, "pool": pool})


def called(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings whose objective goes by the names of the campaign's properties.

    Raises
    ------
    ConfigError
        If the objective is one of the chemistry of log β, and the property is another; or if it
        does not say which of several properties it is about.
    """
    properties = properties_of(settings.get("property"))
    if len(properties) == 1 and properties[0].is_log_beta:
        return dict(settings)
    return {**settings, "objective": _called(settings["objective"], properties)}


def _called(given: Any, properties: Sequence[Property]) -> dict[str, Any]:
    node = _read_out(given) if isinstance(given, str) else given
    name = current(str(node.get("_target_"))).rpartition(".")[2]
    if name not in OF_ANY_PROPERTY or node.get("pH") is not None or node.get("constraints"):
        what = "constraints" if node.get("constraints") else f"objective {name}"
        raise ConfigError(
            f"{what}: this asks for stability constants, and the campaign is about "
            f"{words_of(properties)}. It takes {', '.join(OF_ANY_PROPERTY)}, without pH and "
            "constraints."
        )
    if "objectives" in node:
        if len(properties) > 1 and node["objectives"] == options.defaults("objective", node).get(
            "objectives"
        ):
            raise _unsaid("objective=pareto weighs", properties)
        return {**node, "objectives": [_called(each, properties) for each in node["objectives"]]}
    return {**node, "of": _which(node, name, properties)} if name in _NAMED else dict(node)


def _read_out(text: str) -> dict[str, Any]:
    """Return the config node of an objective in two words: ``maximise log D``."""
    verb, _, what = text.strip().partition(" ")
    kind = {"maximise": "Maximise", "minimise": "Minimise"}.get(verb.casefold())
    if kind is None or not what.strip():
        raise ConfigError(
            f"objective.objectives: {text!r} is none. Write maximise or minimise and the property, "
            "such as maximise log D; or a config node with its own _target_."
        )
    if what.strip() == "cost":
        return {"_target_": "bo_loop.acquisition.Cost"}
    return {"_target_": f"bo_loop.acquisition.{kind}", "of": what.strip()}


def _which(node: Mapping[str, Any], name: str, properties: Sequence[Property]) -> str:
    """Return the words of the property that an objective is about."""
    if len(properties) == 1:
        return properties[0].words
    found = named(str(node.get("of") or ""), properties)
    if found is None:
        said = f"of {node['of']}" if node.get("of") else "does not say which it is about"
        raise _unsaid(f"objective {name} {said},", properties)
    return found.words


def _unsaid(what: str, properties: Sequence[Property]) -> ConfigError:
    names = [of.name for of in properties]
    example = ", ".join(f"maximise {name}" for name in names)
    return ConfigError(
        f"{what} properties of the campaign, which are {', '.join(names)}. Say what is wanted of "
        f"which: objective=maximise objective.of='{names[0]}', or objective=pareto "
        f"'objective.objectives=[{example}]' (or minimise)."
    )


def check_round(overrides: Mapping[str, Any]) -> None:
    """Refuse what cannot be set for one round.

    Raises
    ------
    ConfigError
        Naming it, and what can be set.
    """
    fixed = set(overrides) - set(FOR_A_ROUND)
    fixed |= {f"pool.{key}" for key in overrides.get("pool", {}) if key not in POOL_FOR_A_ROUND}
    if fixed:
        raise ConfigError(
            f"{', '.join(sorted(fixed))} cannot be set for a round: it was sealed at start, or is "
            f"not a setting. A round takes {', '.join(FOR_A_ROUND)}; of the pool, only "
            f"{', '.join(POOL_FOR_A_ROUND)}."
        )
    check_values(overrides)


def check_lasting(changes: Mapping[str, Any]) -> None:
    """Refuse what cannot be changed for good.

    Raises
    ------
    ConfigError
        Naming it, and what can be changed.
    """
    fixed = sorted(set(changes) - set(FOR_GOOD))
    if fixed or not changes:
        raise ConfigError(
            f"{', '.join(fixed) or 'Nothing'} cannot be changed for good. Give one or more of "
            f"{', '.join(FOR_GOOD)}; the rest was sealed at start."
        )
    check_values(changes)


def check_values(settings: Mapping[str, Any]) -> None:
    """Refuse values that a setting cannot take, before they are needed.

    Raises
    ------
    ConfigError
        If a number is out of range, or a model, objective or acquisition cannot be built.
    """
    for key, least in (("batch_size", 1), ("seed", 0)):
        value = settings.get(key, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ConfigError(f"{key} is {value!r}; it must be a whole number from {least}.")
    share = settings.get("pool", {}).get("max_generated_share", 1)
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise ConfigError(f"pool.max_generated_share is {share!r}; it must lie between 0 and 1.")
    for name in ("include_known", "generated"):
        configs.require_switch(f"pool.{name}", settings.get("pool", {}).get(name, False))
    sources = settings.get("sources", [])
    if not isinstance(sources, list) or not all(isinstance(name, str) for name in sources):
        raise ConfigError(f"sources is {sources!r}: give a list, such as [model:m].")
    check_targets(settings)
    for group, kind in _KINDS.items():
        if group in settings:
            configs.build_as(kind, settings[group], group)


def require_learner(model: Mapping[str, Any]) -> None:
    """Refuse a model that would not look at what sources predict.

    Raises
    ------
    ConfigError
        If it is not `bo_loop.models.Transfer`.
    """
    if not is_learner(model):
        raise ConfigError("sources are for model=transfer; choose it, or leave sources out.")


def is_learner(model: Mapping[str, Any]) -> bool:
    """Whether a model looks at what sources predict."""
    return current(str(model.get("_target_"))) == "bo_loop.models.Transfer"


def check_targets(settings: Mapping[str, Any]) -> None:
    """Refuse a model, objective or acquisition from outside the packages that only compute.

    Raises
    ------
    ConfigError
        If a ``_target_`` in them lies outside the packages that only compute.
    """
    for group in _KINDS:
        for target in _targets(settings.get(group)):
            if not current(str(target)).startswith(_HARMLESS):
                raise ConfigError(
                    f"{group}: _target_ {target!r} is refused: only what lies below "
                    f"{' and '.join(_HARMLESS)} is built from a campaign's settings. "
                    f"Choose another {group}=."
                )


def _targets(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        if "_target_" in node:
            yield node["_target_"]
        for child in node.values():
            yield from _targets(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _targets(child)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Return what differs between settings, as it is typed: the option, and its old and new value.

    Parameters
    ----------
    before, after : mapping
        Settings in force, as `Record.settings` returns them.

    Returns
    -------
    dict of str to str
        Of a group of which another option was chosen, that, and each value that is not its default.
    """
    found: dict[str, str] = {}
    for key in FOR_GOOD:
        old, new = before[key], after[key]
        if old == new:
            continue
        if not isinstance(new, Mapping):
            found[key] = f"{_typed(old)} → {_typed(new)}"
            continue
        name, was = (options.name_of(key, node) or node["_target_"] for node in (new, old))
        if name != was:
            found[key] = f"{was} → {name}"
        usual = options.defaults(key, new) if name != was else old
        for option, value in new.items():
            if option != "_target_" and value != usual.get(option):
                arrow = "" if name != was else f"{_typed(usual.get(option))} → "
                found[f"{key}.{option}"] = f"{arrow}{_typed(value)}"
    return found


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
