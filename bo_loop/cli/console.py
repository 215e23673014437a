"""What the commands of `bo_loop.cli.verbs.campaign` and `bo_loop.cli.verbs.ledger` share."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bo_loop.campaign.campaign import Campaign
from bo_loop.cli.printing import spelled_out


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


def open_campaign(config: Mapping[str, Any]) -> Campaign:
    """Open the campaign that a verb's config names."""
    return Campaign.open(str(config["name"]), config["directory"])


def address(campaign: Campaign) -> str:
    """Return the arguments that name a campaign, to be typed."""
    directory = campaign.path.parent
    elsewhere = "" if directory == Path("campaigns") else f" {typed('directory', directory)}"
    return f" {typed('name', campaign.path.name)}{elsewhere}"


def typed(key: str, value: str | Path) -> str:
    """Return ``key=value`` as it is typed in a shell."""
    return shlex.quote(f"{key}={value}")


def print_next(campaign: Campaign, verb: str) -> None:
    """Say what to type next."""
    CONSOLE.print(f"  bo-loop {verb}{address(campaign)}", soft_wrap=True)
