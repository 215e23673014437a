"""The campaigns below a folder, opened once each; what they are asked for runs in threads."""

import asyncio
import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from bo_loop.base.errors import BoLoopError
from bo_loop.base.folders import safe_name
from bo_loop.campaign.record import LEDGER
from bo_loop.campaign.sealed import CONFIG
from bo_loop.web.jobs import Jobs

if TYPE_CHECKING:
    from bo_loop.campaign.campaign import Campaign

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST_NAME = 80


@dataclass
class _Opened:
    campaign: "Campaign"
    sealed: tuple[int, int]
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desk:
    """The campaigns below a folder.

    Parameters
    ----------
    directory : Path
    """

    def __init__(self, directory: Path):
        self.directory = directory
        self.jobs = Jobs()
        self._opened: dict[str, _Opened] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """Return what the campaigns are called, the one that was worked on last first."""
        if not self.directory.is_dir():
            return []
        found = [path for path in self.directory.iterdir() if (path / LEDGER).is_file()]
        found.sort(key=lambda path: (path / LEDGER).stat().st_mtime_ns, reverse=True)
        return [path.name for path in found if _is_name(path.name)]

    def has(self, name: str) -> bool:
        """Whether there is such a campaign.

        Raises
        ------
        CampaignError
            If the name cannot be a campaign's.
        """
        return (self.path(name) / LEDGER).is_file()

    def path(self, name: str) -> Path:
        """Return the folder of a campaign, which need not exist.

        Raises
        ------
        CampaignError
            If the name cannot be a campaign's.
        """
        return self.directory / safe_name(name)

    def mark(self, name: str) -> tuple[int, int]:
        """Return what changes whenever something is recorded in a campaign; "" is none."""
        if not name:
            return 0, 0
        try:
            found = (self.path(name) / LEDGER).stat()
        except OSError:
            return 0, 0
        return found.st_size, found.st_mtime_ns

    async def ask(
        self,
        name: str,
        function: Callable[Concatenate["Campaign", P], T],
        *arguments: P.args,
        **options: P.kwargs,
    ) -> T:
        """Call a function with a campaign, in a thread; one at a time for each campaign.

        Raises
        ------
        BoLoopError
            If there is no such campaign, or as the function does.
        """

        def asked() -> T:
            opened = self._open(name)
            with opened.lock:
                return function(opened.campaign, *arguments, **options)

        return await asyncio.to_thread(asked)

    def _open(self, name: str) -> _Opened:
        """Open a campaign, again if another took its place."""
        from bo_loop.campaign.campaign import Campaign  # pandas: not before a page needs it

        path = self.path(name)
        with self._lock:
            try:
                found = (path / CONFIG).stat()
                sealed = found.st_ino, found.st_mtime_ns
            except OSError:
                sealed = 0, 0  # the campaign itself says what is wrong
            known = self._opened.get(name)
            if known is None or known.sealed != sealed:
                known = self._opened[name] = _Opened(Campaign(path), sealed)
            return known


def _is_name(name: str) -> bool:
    try:
        return safe_name(name) == name
    except BoLoopError:
        return False


def plain_file_name(name: Any) -> str:
    """Return the name of an uploaded file without any folder, control character or great length.

    It only names the file in the record, and says by its ending what kind of table it is.
    """
    last = re.split(r"[/\\]", str(name))[-1]
    text = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ")
    stem, dot, ending = text.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:_LONGEST_NAME]}" or "table"
