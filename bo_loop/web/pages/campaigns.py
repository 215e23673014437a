"""The first page."""

from nicegui import ui

from bo_loop.web.desk import Desk


def add(desk: Desk) -> None:
    """Add the page."""

    @ui.page("/")
    async def campaigns() -> None:
        for name in desk.names():
            ui.label(name)
