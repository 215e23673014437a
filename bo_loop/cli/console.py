"""What the commands of `bo_loop.cli.verbs.campaign` and `bo_loop.cli.verbs.ledger` share."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from bo_loop.campaign.campaign import Campaign

CONSOLE = Console(highlight=False)


def open_campaign(config: Mapping[str, Any]) -> Campaign:
    """Open the campaign that a verb's config names."""
    return Campaign.open(str(config["name"]), config["directory"])


def address(campaign: Campaign) -> str:
    """Return the arguments that name a campaign, to be typed."""
    directory = campaign.path.parent
    elsewhere = "" if directory == Path("campaigns") else f" {typed('directory', directory)}"
    return f" {typed('name', campaign.path.name)}{elsewhere}"


def typed(key: str, value: str | Path) -> str:
    """Return ``key=value`` as it is typed in a shell, and printed by rich."""
    return escape(shlex.quote(f"{key}={value}"))


def print_next(campaign: Campaign, verb: str) -> None:
    """Say what to type next."""
    CONSOLE.print(f"  bo-loop {verb}{address(campaign)}", soft_wrap=True)
