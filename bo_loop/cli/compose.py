"""Compose a verb's config with Hydra, and run the verb.

``conf/VERB.yaml`` with the user's overrides on top; `./conf` is searched before the packaged one.
"""

import importlib
import inspect
import keyword
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bo_loop.base.config import build_as, packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.base.parallel import Compute
from bo_loop.cli import direct, entries
from bo_loop.cli.overrides import literal, plain, quoted, touched_keys
from bo_loop.cli.progress import shown
from bo_loop.cli.refusals import (
    composition_error,
    refuse_foreign,
    refuse_mappings,
    refuse_unread,
)

# What `suggest` may change for a round, and `config` for good; the rest was sealed at `start`.
_ROUND_GROUPS = ("model", "objective", "acquisition")

# Verbs whose first word says which of several things is to be done.
_WITH_ACTION = ("structures",)

# Verbs without the group `compute` do all of their work here.
_HERE = {"_target_": "bo_loop.base.Local"}

# The name of a config option; a campaign's file that names anything else is not followed.
_OPTION = re.compile(r"\w[\w-]*")


def run(verb: str, arguments: Sequence[str]) -> None:
    """Compose the config of a verb with `arguments`, and run the verb.

    Raises
    ------
    BoLoopError
        If the config cannot be composed, or as the verb does.
    """
    if verb in _WITH_ACTION and arguments and arguments[0].isalpha():
        arguments = [f"action={arguments[0]}", *arguments[1:]]
    if (config := direct.read_config(verb, arguments)) is not None:
        with shown():
            _called(_function_of(verb), {"config": config, "touched": touched_keys(arguments)})
        return
    arguments = [quoted(argument) for argument in arguments]
    refuse_foreign(verb, arguments)
    own = _campaign_arguments(verb, arguments) if verb in {"suggest", "config", "expand"} else []
    _compose(verb, own, arguments)


def _compose(verb: str, own: Sequence[str], theirs: Sequence[str]) -> None:
    """Let Hydra compose ``conf/<verb>.yaml`` with `own` and the user's arguments; run the verb."""
    from hydra import compose, initialize_config_dir
    from omegaconf import open_dict

    _search_local_conf_first()
    if any(argument.startswith("-") for argument in theirs):
        _show(verb, [*own, *theirs])
        return
    failed: Exception | None = None
    with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
        try:
            node = compose(verb, [*own, *theirs], return_hydra_config=True)
        except Exception as error:  # Hydra and YAML fail in many ways on what is not a config
            failed = error
        else:
            runtime = node.hydra.runtime.choices
            with open_dict(node):
                del node["hydra"]
            given = _given(verb, node, runtime, own, theirs)
    if failed is not None:
        raise composition_error(verb, failed) from failed
    compute = build_as(Compute, given["config"].pop("compute", _HERE), "compute")
    with shown(), compute.session():
        _called(_function_of(verb), given)


def _given(
    verb: str, node: Any, runtime: Mapping[str, str], own: Sequence[str], theirs: Sequence[str]
) -> dict[str, Any]:
    """Return what the function of a verb may take, by name."""
    refuse_unread(verb, theirs, own, node)
    refuse_mappings(verb, theirs, node)
    given = {
        "config": plain(verb, node),
        "touched": touched_keys(theirs),
        "arguments": [*own, *theirs],
        "choices": {key: value for key, value in runtime.items() if "/" not in key},
    }
    if verb in entries.COMPOSED:
        given["config"] |= _called(entries.COMPOSED[verb], given)
    return given


def _show(verb: str, arguments: Sequence[str]) -> None:
    """Let Hydra show what its flags among `arguments` ask of a verb's config: ``--cfg job``."""
    import hydra

    logging.raiseExceptions = False  # Hydra logs what --info shows, and the pipe may be closed
    os.environ["HYDRA_FULL_ERROR"] = "1"  # let exceptions reach us: Hydra would print and exit
    sys.argv = [f"bo-loop {verb}", *arguments]
    shows = hydra.main(version_base="1.3", config_path=str(packaged_conf()), config_name=verb)
    try:
        shows(lambda _: None)()
    except BrokenPipeError:
        raise
    except Exception as error:  # as above
        raise composition_error(verb, error) from error


def _function_of(verb: str) -> Callable[..., None]:
    """Return the function of a verb; those that only read a record start without pandas."""
    name = f"{verb}_" if keyword.iskeyword(verb) else verb
    module = "read" if verb in ("status", "history") else "campaign"
    return getattr(importlib.import_module(f"bo_loop.cli.verbs.{module}"), name)


def _called(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with the arguments among `given` that it takes, by name."""
    return function(**{name: given[name] for name in inspect.signature(function).parameters})


def _search_local_conf_first() -> None:
    from hydra.core.config_search_path import ConfigSearchPath
    from hydra.core.plugins import Plugins
    from hydra.plugins.search_path_plugin import SearchPathPlugin

    class LocalConf(SearchPathPlugin):
        def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
            local = Path.cwd() / "conf"
            if local.is_dir() and local.resolve() != packaged_conf().resolve():
                search_path.prepend(provider="./conf", path=f"file://{local}")

    Plugins.instance().register(LocalConf)


def _campaign_arguments(verb: str, arguments: Sequence[str]) -> list[str]:
    """Restate a campaign's settings as overrides, for the user's own to come on top.

    A group that the user swaps (``acquisition=ucb``) starts from its own option file; of any
    other group, the choice and values in force are restated.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    given: dict[str, Any] = {}
    for argument in arguments:
        if "=" in argument and not argument.startswith("-"):
            override = OverridesParser.create().parse_override(argument)
            given[override.key_or_group] = override.value()
    if "name" not in given:
        return []
    from bo_loop.campaign.campaign import Campaign
    from bo_loop.campaign.settings import POOL_FOR_A_ROUND

    campaign = Campaign.open(str(given["name"]), given.get("directory", "campaigns"))
    state = campaign.state()
    settings, choices = campaign.settings(state), {**campaign.record.choices, **state.choices}
    if "${" in repr(settings):  # `start` resolves them: this one would look something up here
        raise _not_ours(campaign.path, "${…} in its settings")
    own = [] if verb == "expand" else [f"batch_size={literal(settings['batch_size'])}"]
    if verb == "suggest":
        own.append(f"seed={literal(settings['seed'])}")
        own += [
            f"pool.{key}={literal(settings['pool'][key])}"
            for key in POOL_FOR_A_ROUND
            if key in settings["pool"]
        ]
    for group in _ROUND_GROUPS:
        if group not in given:
            own.append(f"{group}={_option(choices.get(group, 'null'), campaign.path)}")
            own += [
                f"++{group}.{_option(key, campaign.path)}={literal(value)}"
                for key, value in settings[group].items()
            ]
    return [item for item in own if item.partition("=")[0] not in given]


def _option(name: Any, folder: Path) -> str:
    """Return a name read from a campaign's folder, which may have come from anyone."""
    if not _OPTION.fullmatch(str(name)):
        raise _not_ours(folder, f"{name!r}, which is not the name of an option,")
    return str(name)


def _not_ours(folder: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{folder} holds {what} that was not written by bo-loop. The campaign is not used: if it "
        "came from someone else, ask where it has been."
    )
