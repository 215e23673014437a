"""Five questions, and the ``bo-loop start`` command that follows from them."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.cli import compose

_EMBEDDED, _COMMON = "the embedded constants", "198 purchasable chelators"


def run(config: Mapping[str, Any], console: Console) -> None:
    """Ask, show the command, and start.

    Raises
    ------
    ConfigError
        If the answers end before the questions do.
    BoLoopError
        As ``bo-loop start``.
    """
    arguments = _answered(config, console)
    console.print("The command:")
    console.print(f"  {shlex.join(['bo-loop', 'start', *arguments])}", soft_wrap=True)
    if _ask(console, "Start it?", "yes").lower() not in ("yes", "y"):
        console.print("Nothing was started.")
        return
    compose.run("start", arguments)


def _answered(config: Mapping[str, Any], console: Console) -> list[str]:
    """Return the overrides that follow from five answers."""
    metal = _checked(console, "1. Which metal ion? (Ni+2)", "", _ion)
    others = _checked(
        console, "2. Bind it as strongly as possible, or rather than others? (none, or Zn+2,Ca+2)",
        "none", _ions,
    )  # fmt: skip
    ligands = _checked(console, "3. Which ligands? (a table with ligand, smiles)", _COMMON, _file)
    data = _checked(
        console, "4. Your literature? (a table, or what import wrote)", _EMBEDDED, _file
    )
    q = _checked(console, "5. How many pairs a round?", "5", _count)
    name = config["name"] or "_over_".join([metal, *others]).lower().replace("+", "")
    found = [f"name={name}", f"pool.metals=[{','.join([metal, *others])}]", f"batch_size={q}"]
    if config["directory"] != "campaigns":
        found.append(f"directory={config['directory']}")
    if others:
        found += ["objective=selectivity", f"objective.metal={metal}"]
        found.append(f"objective.competitors=[{','.join(others)}]")
    if ligands:
        found += ["pool=table", f"pool.path={ligands}"]
    if data:
        found += ["data=csv", f"data.path={data}"]
    return found


def _ask(console: Console, question: str, usual: str) -> str:
    console.print(f"{question}{f' [{usual}]' if usual else ''} ", end="")
    try:
        return input().strip() or usual
    except EOFError:
        raise ConfigError(
            "The answers ended before the questions: bo-loop new asks at a terminal. In a script, "
            "type bo-loop start (bo-loop start --help)."
        ) from None


def _checked(console: Console, question: str, usual: str, read: Callable[[str], Any]) -> Any:
    """Ask until the answer can be used."""
    while True:
        try:
            return read(_ask(console, question, usual))
        except (DataError, ValueError) as error:
            console.print(f"   {error}")


def _ion(text: str) -> str:
    return str(parse_ion(text))


def _ions(text: str) -> list[str]:
    if text.lower() in ("none", "no", "strongly"):
        return []
    return [_ion(each) for each in text.replace(";", ",").split(",")]


def _file(text: str) -> str:
    if text in (_EMBEDDED, _COMMON):
        return ""
    if not Path(text).is_file():
        raise ValueError(f"there is no file {text}")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number of at least 1")
    return int(text)
