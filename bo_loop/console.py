"""What the commands of `bo_loop.commands` and `bo_loop.ledger_commands` share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from bo_loop.campaign.campaign import Campaign

CONSOLE = Console(highlight=False)


def open_campaign(config: Mapping[str, Any]) -> Campaign:
    """Open the campaign that a verb's config names."""
    return Campaign.open(str(config["name"]), config["directory"])


def address(campaign: Campaign) -> str:
    """Return the arguments that name a campaign, to be typed."""
    directory = campaign.path.parent
    elsewhere = "" if directory == Path("campaigns") else f" directory={directory}"
    return f" name={campaign.path.name}{elsewhere}"


def print_next(campaign: Campaign, verb: str) -> None:
    """Say what to type next."""
    CONSOLE.print(f"  bo-loop {verb}{address(campaign)}", soft_wrap=True)
