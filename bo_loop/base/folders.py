"""Folders that verbs write into: what may be there, and how files are called."""

import re
import unicodedata
from pathlib import Path

from bo_loop.base.errors import CampaignError, DataError

_MAX_CHARACTERS = 80
_MAX_BYTES = 240  # file systems stop at 255 bytes a name
_FORBIDDEN = '/\\:*?"<>|'  # separators, and what Windows refuses on a shared drive
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Windows takes these for devices, whatever the extension and the case.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return `name` if it can be the name of a campaign, that is, of one folder.

    Raises
    ------
    CampaignError
        If it is empty or too long, holds a path separator, "..", a control character or a
        character that Windows refuses, is the name of a device there (``CON``, ``aux.txt``),
        begins with a dot, or begins or ends with a space.
    """
    reason = _name_problem(name)
    if reason:
        raise CampaignError(
            f"The campaign name {name!r} is refused: it {reason}. "
            "Use letters of any script, digits, '-' and '_', for example nickel_chelators."
        )
    return name


def _name_problem(name: str) -> str:
    bad = [c for c in name if c in _FORBIDDEN or unicodedata.category(c) in _UNPRINTABLE]
    rules = {
        "is empty": not name,
        f"holds {bad[:1]}, which a folder's name cannot hold": bool(bad),
        "holds '..'": ".." in name,
        "is what Windows calls a device": bool(_DEVICE.match(name)),
        "begins with a dot": name.startswith("."),
        "begins or ends with a space, or ends with a dot": name.strip() != name or name[-1:] == ".",
        f"is longer than {_MAX_CHARACTERS} characters ({_MAX_BYTES} bytes)": (
            len(name) > _MAX_CHARACTERS or len(name.encode("utf-8", "replace")) > _MAX_BYTES
        ),
    }
    return next((reason for reason, broken in rules.items() if broken), "")


def require_new(folder: Path, option: str) -> None:
    """Refuse a folder that holds anything.

    Raises
    ------
    DataError
        If it does, or is a file; `option` is what gave it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder} is not an empty folder; give a new one as {option}.")


def readable(text: str, longest: int = 80) -> str:
    """Return `text` as a part of a file's name, cut to `longest`; others may become the same."""
    return re.sub(r"[^\w.]+", "-", text)[:longest].strip("-")
