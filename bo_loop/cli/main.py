"""The ``bo-loop`` command: verbs, Hydra, exit codes.

Only this module, `bo_loop.cli.overrides` and `bo_loop.cli.entries` know Hydra.

``bo-loop VERB key=value …`` composes ``conf/VERB.yaml`` and hands a plain dict to the verb's
function in `bo_loop.cli.verbs.campaign`. Bad input ends with one message and exit code 2.
"""

import difflib
import inspect
import keyword
import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import BoLoopError, ConfigError
from bo_loop.cli import entries
from bo_loop.cli.overrides import literal, plain, quoted, touched_keys

VERBS = {
    "start": "open a campaign: seal the literature, the pool and the features",
    "suggest": "propose the next pairs to measure",
    "log": "take the lab's results into the ledger",
    "status": "where a campaign stands, and what to type next",
    "report": "write a campaign down as one page for people",
    "history": "who did what, and what had been predicted at the time",
    "correct": "correct a result, or void it; the ledger keeps both",
    "withdraw": "take a pair out of the campaign",
    "restore": "take a withdrawal back",
    "extend": "add ligands or metal ions to the pool",
    "expand": "make new ligands, for a campaign's pool or a table",
    "config": "change settings for all rounds to come",
    "close": "end a campaign",
    "reopen": "go on with a closed campaign",
    "verify": "check that the record holds, and that all else follows from it",
    "fit": "fit a model outside any campaign",
    "predict": "predict log beta for a table of pairs",
    "import": "read and curate literature: NIST SRD 46, or your own tables",
    "simulate": "replay campaigns on known constants, and compare strategies",
    "validate": "compare models on ligands or metals they have not seen",
    "tune": "search the options of a model, and keep the best",
    "demo": "watch a closed loop on embedded constants",
}

# What `suggest` may change for a round, and `config` for good; the rest was sealed at `start`.
_ROUND_GROUPS = ("model", "objective", "acquisition")

# The name of a config option; a campaign's file that names anything else is not followed.
_OPTION = re.compile(r"\w[\w-]*")


def main() -> None:
    """Run the command line; exits with 2 on bad input."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return
    if arguments[0] == "--version":
        from bo_loop import __version__

        print(f"bo-loop {__version__}")
        return
    warnings.showwarning = lambda message, *_: print(f"note: {message}", file=sys.stderr)
    try:
        _run(arguments[0], [quoted(argument) for argument in arguments[1:]])
        sys.stdout.flush()
    except BoLoopError as error:
        _fail(error)
    except BrokenPipeError:
        _hush()


def _help() -> str:
    lines = [
        "bo-loop: choose ligands by active learning",
        "",
        "usage: bo-loop VERB key=value …",
        "",
    ]
    lines += [f"  {verb:<10}{summary}" for verb, summary in VERBS.items()]
    lines += ["", "bo-loop VERB --help shows a verb's options; --cfg job shows the whole config."]
    return "\n".join(lines)


def _hush() -> None:
    """Say no more: whoever read our output has had enough, which is no error of ours."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: BoLoopError) -> NoReturn:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(2)


def _run(verb: str, arguments: Sequence[str]) -> None:
    if verb not in VERBS:
        close = difflib.get_close_matches(verb, VERBS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else " See bo-loop --help."
        raise ConfigError(f"there is no verb {verb!r}.{hint}")
    own = _campaign_arguments(verb, arguments) if verb in {"suggest", "config", "expand"} else []
    _compose(verb, [*own, *arguments], touched_keys(arguments))


def _compose(verb: str, arguments: Sequence[str], touched: frozenset[str]) -> None:
    """Let Hydra compose ``conf/<verb>.yaml`` with `arguments` and run the verb."""
    import hydra
    from hydra.core.hydra_config import HydraConfig

    entered = False
    refused: list[BoLoopError] = []  # Hydra would add its own words to what a task raises

    def task(node: Any) -> None:
        nonlocal entered
        entered = True
        from bo_loop.cli.verbs import campaign as commands

        name = f"{verb}_" if keyword.iskeyword(verb) else verb
        function = getattr(commands, name)
        try:
            given = {"config": plain(verb, node), "touched": touched, "arguments": arguments}
            runtime = HydraConfig.get().runtime.choices
            given["choices"] = {key: value for key, value in runtime.items() if "/" not in key}
            if verb in entries.COMPOSED:
                given["config"] |= _called(entries.COMPOSED[verb], given)
            _called(function, given)
        except BoLoopError as error:
            refused.append(error)
        except BrokenPipeError:
            _hush()

    _search_local_conf_first()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # let exceptions reach us: Hydra would print and exit
    sys.argv = [f"bo-loop {verb}", *arguments]
    try:
        hydra.main(version_base="1.3", config_path=str(packaged_conf()), config_name=verb)(task)()
    except Exception as error:
        if entered:  # a bug of ours, not a config that cannot be composed
            raise
        raise ConfigError(f"bo-loop {verb}: {error}") from error
    if refused:
        raise refused[0]


def _called(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with those of the `given` that it takes, by name."""
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
    settings, choices = campaign.settings(state), {**campaign.choices, **state.choices}
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
            own.append(f"{group}={_option(choices[group], campaign.path)}")
            own += [
                f"++{group}.{_option(key, campaign.path)}={literal(value)}"
                for key, value in settings[group].items()
            ]
    return [item for item in own if item.partition("=")[0] not in given]


def _option(name: Any, folder: Path) -> str:
    """Return a name read from a campaign's folder, which may have come from anyone."""
    if not _OPTION.fullmatch(str(name)):
        raise _not_ours(folder, f"{name!r}, which is no name of an option,")
    return str(name)


def _not_ours(folder: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{folder} holds {what} that was not written by bo-loop. The campaign is not used: if it "
        "came from someone else, ask where it has been."
    )


if __name__ == "__main__":
    main()
