"""The pages, one file each, on NiceGUI."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bo_loop.web.desk import Desk


def add_to(app: "FastAPI", desk: "Desk", scratch: Path, *, demo: bool) -> None:
    """Add the pages to an application, behind all that it serves already.

    Parameters
    ----------
    app : FastAPI
    desk : Desk
    scratch : Path
        A folder for uploads.
    demo : bool
        Begin a campaign of embedded constants, if there is none.
    """
    from nicegui import ui

    from bo_loop.web.pages import campaigns

    campaigns.add(desk)
    ui.run_with(app, title="bo_loop", language="en-US", show_welcome_message=False, tailwind=False)
