"""The pages, one file each, on NiceGUI."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bo_loop.web.desk import Desk


_PATIENCE_S = 20.0
"""How long a visitor may be away, or take to load the page, before what it shows is forgotten."""


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

    from bo_loop.web.pages import (
        campaigns,
        files,
        history,
        look,
        new,
        ranked,
        results,
        round,
        what_if,
    )

    files.add(app, desk)
    campaigns.add(desk, with_demo=demo)
    new.add(desk, scratch)
    for module in (round, results, look, ranked, what_if, history):
        module.add(desk)
    ui.run_with(
        app,
        title="bo_loop",
        language="en-US",
        show_welcome_message=False,
        tailwind=False,  # 400 kB of script, for class names that are not used
        reconnect_timeout=_PATIENCE_S,
    )
