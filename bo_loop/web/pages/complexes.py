"""A complex, turning: built in another process if it has not been yet, drawn by 3Dmol.js."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from bo_loop.campaign.campaign import Campaign
from bo_loop.web import texts
from bo_loop.web.jobs import Job
from bo_loop.web.pages.frame import Page, Text, Watched

_HEAD = '<script src="/static/complex.js"></script>'


class Complexes:
    """A dialog that shows one complex of a campaign.

    Parameters
    ----------
    page : Page
    """

    def __init__(self, page: Page):
        ui.add_head_html(_HEAD)
        self._page = page
        self._built = Watched(page, "structure", self._over)
        self._dialog = ui.dialog().props(f'aria-label="{texts.IN_3D}"')

    async def see(self, pair_id: str, name: str) -> None:
        """Show the complex of a pair, once it has been built."""
        found = await self._page.attempt(
            self._page.desk.ask(self._page.name, _at_hand, pair_id, name)
        )
        if found:
            self._show(found)
        elif found is not None:
            path = str(self._page.desk.path(self._page.name))
            self._built.begin(path=path, pair_id=pair_id, name=name)

    async def _over(self, job: Job) -> None:
        if not job.error:
            self._show(job.result)

    def _show(self, found: Mapping[str, Any]) -> None:
        self._dialog.clear()
        with self._dialog, ui.card().classes("complex"):
            Text("h2", found["name"])
            place = ui.element("div").classes("place").props(f'role=img aria-label="{texts.IN_3D}"')
            Text("p", texts.IN_3D_HINT).classes("small soft")
            for warning in found["warnings"]:
                Text("p", warning).classes("mark")
            Text("p", found["words"]).classes("small")
            ui.button(texts.CLOSE, on_click=self._dialog.close).props("flat dense no-caps")
        self._dialog.open()
        drawn = found["drawn"].replace("<", "\\u003c")
        ui.run_javascript(f"boLoopDraw({place.html_id!r}, {drawn})")


def _at_hand(campaign: Campaign, pair_id: str, name: str) -> dict[str, Any]:
    """Return what is shown of a complex; nothing if it has not been built."""
    from bo_loop.report.complexes import built, shown

    found = built(campaign.path, pair_id)
    return {} if found is None else shown(name, found)
