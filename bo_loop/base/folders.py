"""Folders that verbs write into: what may be there, and how files are called."""

import re
from pathlib import Path

from bo_loop.base.errors import DataError


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
