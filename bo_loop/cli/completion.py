"""Completion in a shell: verbs, options, choices, campaigns, files.

``eval "$(bo-loop --completion bash)"`` in ``~/.bashrc`` switches it on; for zsh, ``zsh``.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from bo_loop.base.errors import ConfigError
from bo_loop.cli.options import options_of

_BASH = """\
_bo_loop() {
    local IFS=$'\\n'
    COMPREPLY=($(bo-loop --complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
}
complete -o nospace -F _bo_loop bo-loop
"""
SCRIPTS = {"bash": _BASH, "zsh": f"autoload -U +X bashcompinit && bashcompinit\n{_BASH}"}

_FILES = frozenset({"results", "out", "pairs", "ligands", "path", "model_dir", "directory"})
_BREAKS = "=:"  # at which bash breaks words


def script(shell: str) -> str:
    """Return what a shell has to run, once, to complete bo-loop's words.

    Raises
    ------
    ConfigError
        If it is none of `SCRIPTS`.
    """
    if shell not in SCRIPTS:
        raise ConfigError(f"--completion {shell!r}: give one of {', '.join(SCRIPTS)}.")
    return SCRIPTS[shell]


def completions(line: str, verbs: Collection[str]) -> list[str]:
    """Return what the last word of a command line may become, from its last ``=`` or ``:`` on."""
    words = line.split(" ")
    word, before = words[-1], [w for w in words[1:-1] if w]
    if not before:
        found = [f"{verb} " for verb in verbs]
    elif before[0] not in verbs:
        found = []
    else:
        found = _of_verb(before[0], word, before[1:])
    at = max(word.rfind(sign) for sign in _BREAKS) + 1
    return sorted(each[at:] for each in found if each.startswith(word))


def _of_verb(verb: str, word: str, typed: Sequence[str]) -> list[str]:
    known = options_of(verb, typed)
    groups = {group.name: group.choices for group in known.groups}
    key, equals, value = word.partition("=")
    if not equals:
        options = [*known.options, *(o for group in known.groups for o in group.options)]
        done = {each.partition("=")[0] for each in typed}
        names = [*(option.name for option in options), *groups]
        return [f"{name}=" for name in names if name not in done]
    if key in groups:
        values = [f"{choice} " for choice in groups[key]]
    elif key == "name":
        places = [t.partition("=")[2] for t in typed if t.startswith("directory=")]
        ledgers = Path((places or ["campaigns"])[-1]).glob("*/ledger.jsonl")
        values = [f"{path.parent.name} " for path in ledgers]
    elif key.rpartition(".")[2] in _FILES:
        values = _files(value)
    else:
        defaults = {option.name: option.default for option in known.options}
        switch = defaults.get(key) in ("true", "false")
        values = ["true ", "false "] if switch else []
    return [f"{key}={each}" for each in values]


def _files(start: str) -> list[str]:
    folder, name = Path(start).parent if not start.endswith("/") else Path(start), start
    prefix = name[: name.rfind("/") + 1]
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [f"{prefix}{path.name}{'/' if path.is_dir() else ' '}" for path in found]
