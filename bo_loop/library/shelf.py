"""The library: memories that come with bo-loop, and those that were added.

``log_beta`` comes with it. Others lie in the user's data folder; the environment variable
``BO_LOOP_LIBRARY`` names another one. Wherever a memory is asked for, its name or its folder will
do.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bo_loop.base.errors import BoLoopError, CampaignError, DataError
from bo_loop.base.folders import require_new, safe_name
from bo_loop.library import memory
from bo_loop.library.memory import Memory

ENVIRONMENT_VARIABLE = "BO_LOOP_LIBRARY"
PREFIX = "library:"
"""May stand before a name, where campaigns and folders can be named too."""

_FILES = (memory.CARD, memory.MODEL, memory.PAIRS)


@dataclass(frozen=True)
class Listed:
    """A memory of the library.

    Parameters
    ----------
    name : str
    folder : Path
    card : mapping
        Empty where it cannot be read.
    problem : str
        What is wrong with it; empty if nothing is known to be.
    """

    name: str
    folder: Path
    card: Mapping[str, Any]
    problem: str = ""


def packaged() -> Path:
    """Return the folder of the memories that come with bo-loop."""
    return Path(__file__).parent


def added() -> Path:
    """Return the folder of those that were added: ``BO_LOOP_LIBRARY``, or the user's own."""
    stated = os.environ.get(ENVIRONMENT_VARIABLE)
    if stated:
        return Path(stated)
    from platformdirs import user_data_path

    return user_data_path("bo_loop", appauthor=False) / "library"


def listed() -> list[Listed]:
    """List all memories by name, those that come with bo-loop first."""
    found = []
    for shelf in (packaged(), added()):
        paths = sorted(shelf.glob(f"*/{memory.CARD}")) if shelf.is_dir() else []
        for path in paths:
            try:
                card, problem = memory.load_card(path.parent), ""
            except BoLoopError as error:
                card, problem = {}, str(error)
            found.append(Listed(path.parent.name, path.parent, card, problem))
    return found


def find(name: str) -> Path:
    """Return the folder of a memory.

    Parameters
    ----------
    name : str
        ``log_beta``, ``library:log_beta``, or a folder.

    Raises
    ------
    DataError
        If there is none; the message names those that there are.
    """
    own = name.removeprefix(PREFIX)
    for shelf in (packaged(), added()):
        if (shelf / own / memory.CARD).is_file():
            return shelf / own
    if name == own and Path(own).is_dir():
        return Path(own)
    at_hand = ", ".join(one.name for one in listed()) or "none"
    raise DataError(
        f"There is no model {name!r} in the library ({at_hand}), and no such folder. Add one with "
        "bo-loop library add=FOLDER, or make one with bo-loop distil."
    )


def load(name: str) -> Memory:
    """Return a memory, named as `find` takes it.

    Raises
    ------
    DataError, CampaignError
        As `find` and `bo_loop.library.memory.load`.
    """
    return _loaded(find(name))


@lru_cache(maxsize=2)
def _loaded(folder: Path) -> Memory:
    return memory.load(folder)


def add(folder: Path) -> list[Path]:
    """Copy memories into the library, each whole or not at all.

    Parameters
    ----------
    folder : Path
        That of a memory, or one that holds those of several.

    Returns
    -------
    list of Path
        Where they lie now.

    Raises
    ------
    DataError
        If the folder holds none, or the library has one of that name.
    CampaignError
        If one is damaged. Nothing is added then.
    """
    several = sorted(path.parent for path in folder.glob(f"*/{memory.CARD}"))
    found = several if several and not (folder / memory.CARD).is_file() else [folder]
    names = []
    for one in found:
        name = safe_name(str(memory.load(one).card["name"]))
        if any((shelf / name).exists() for shelf in (packaged(), added())):
            raise DataError(
                f"The library has a model {name!r} already. Take {added() / name} away, or give "
                "the new one another name in its card with bo-loop distil name=…."
            )
        names.append(name)
    targets = [added() / name for name in names]
    for one, target in zip(found, targets, strict=True):
        _copied(one, target)
    return targets


def _copied(folder: Path, target: Path) -> None:
    require_new(target, "add")
    staged = target.with_name(f".tmp-{os.getpid()}-{target.name}")
    try:
        staged.mkdir(parents=True)
        for name in _FILES:
            shutil.copyfile(folder / name, staged / name)
        staged.rename(target)
    except OSError as error:
        raise CampaignError(f"{target} cannot be written ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def verify(folder: Path) -> list[tuple[str, str]]:
    """Check a memory: its files are those that the card names, and a model follows from them.

    Returns
    -------
    list of (str, str)
        What was looked at, and what is wrong with it; "" if nothing is.

    Raises
    ------
    DataError, CampaignError
        If there is no card, or it cannot be read.
    """
    card = memory.load_card(folder)
    found = [(memory.CARD, "")]
    for name in (memory.MODEL, memory.PAIRS):
        try:
            memory.checked(folder, card, name)
            found.append((name, ""))
        except BoLoopError as error:
            found.append((name, str(error)))
    if not any(problem for _, problem in found):
        try:
            memory.load(folder).surrogate()
            found.append(("the model", ""))
        except BoLoopError as error:
            found.append(("the model", str(error)))
    return found
