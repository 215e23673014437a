"""What the commands of `bo_loop.cli.verbs.campaign` and `bo_loop.cli.verbs.ledger` share."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from bo_loop.campaign.record import Record
from bo_loop.cli.printing import spelled_out

if TYPE_CHECKING:
    from bo_loop.campaign.campaign import Campaign


class PlainConsole(Console):
    """A console that prints text as it stands: no markup, no emoji, no control characters.

    What it prints may come from anyone's table, folder or ledger: ``[nH]`` is a part of a
    structure, and an escape sequence would act on the user's terminal.
    """

    def __init__(self, **options: Any):
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text with its control characters spelled out."""
        return super().render_str(spelled_out(text), **options)


CONSOLE = PlainConsole()


def open_campaign(config: Mapping[str, Any]) -> "Campaign":
    """Open the campaign that a verb's config names."""
    from bo_loop.campaign.campaign import Campaign  # pandas: `bo-loop status` does without

    return Campaign.open(str(config["name"]), config["directory"])


def open_record(config: Mapping[str, Any]) -> Record:
    """Open the record of the campaign that a verb's config names."""
    return Record.open(str(config["name"]), config["directory"])


def address(campaign: "Campaign | Record") -> str:
    """Return the arguments that name a campaign, to be typed."""
    directory = campaign.path.parent
    elsewhere = "" if directory == Path("campaigns") else f" {typed('directory', directory)}"
    return f" {typed('name', campaign.path.name)}{elsewhere}"


def typed(key: str, value: str | Path) -> str:
    """Return ``key=value`` as it is typed in a shell."""
    return shlex.quote(f"{key}={value}")


def print_next(campaign: "Campaign | Record", verb: str) -> None:
    """Say what to type next."""
    CONSOLE.print(f"  bo-loop {verb}{address(campaign)}", soft_wrap=True)


def print_log(campaign: "Campaign | Record", form: Path) -> None:
    """Print the command that logs a filled-in form."""
    CONSOLE.print(f"  bo-loop log{address(campaign)} {typed('results', form)}", soft_wrap=True)
