"""The campaign in figures."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from bo_loop.web import texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages.frame import Page, Text, Watched, campaign_page, drawing, fresh


def add(desk: Desk) -> None:
    """Add the page."""

    async def build(page: Page, _: int | None) -> None:
        _Look(page)

    campaign_page(desk, "look", build)


class _Look:
    """The figures: made in another process, unless nothing has changed since."""

    def __init__(self, page: Page):
        self._page = page
        self._path = str(page.desk.path(page.name))
        Text("p", texts.LOOK_HINT).classes("soft")
        with ui.element("div").classes("row-of"):
            ui.button(texts.WRITE_REPORT, on_click=self._report).props("outline no-caps")
            self._links = ui.element("div")
        self._written = Watched(page, "report", self._open)
        looked = Watched(page, "look", self._over)
        self._place = ui.element("div")
        if (found := fresh(page, "look")) is not None:
            self._show(found)
        elif "look" not in page.following:
            looked.begin(path=self._path)

    def _report(self) -> None:
        self._written.begin(path=self._path)

    async def _open(self, job: Job) -> None:
        if not job.error:
            report = f"/files/{self._page.name}/report.html"
            self._links.clear()
            with self._links:  # browsers open no window long after the click
                ui.link(texts.OPEN_REPORT, report, new_tab=True)
            ui.navigate.to(report, new_tab=True)

    async def _over(self, job: Job) -> None:
        if not job.error:
            self._show(job.result)

    def _show(self, found: Mapping[str, Any]) -> None:
        parts = {
            "progress": (texts.PROGRESS, _figures),
            "calibration": (texts.CALIBRATION, _figures),
            "model": (texts.MODEL, _model),
            "space": (texts.SPACE, _space),
            "water": (texts.WATER, _figures),
        }
        with self._place, ui.element("div").classes("figures"):
            for part, (title, show) in parts.items():
                self._part(title, found[part], show)

    def _part(self, title: str, own: Any, show: Callable[[Any], None]) -> None:
        with ui.element("section").props(f'aria-label="{title}"'):
            Text("h2", title)
            if own is None:
                Text("p", texts.NOTHING_YET[title]).classes("soft")
            else:
                show(own)


def _plot(figure: dict[str, Any]) -> ui.plotly:
    return ui.plotly(figure).style("width: 100%")


def _figures(own: Mapping[str, Any]) -> None:
    if own["words"]:
        Text("p", own["words"])
    for figure in own["figures"]:
        _plot(figure)


def _model(own: Mapping[str, Any]) -> None:
    _figures(own)
    Text("h3", texts.MOVES)
    for figure in own["moves"]:
        _plot(figure)


def _space(own: Mapping[str, Any]) -> None:
    Text("p", texts.SPACE_HINT).classes("small soft")
    plot = _plot(own["figures"][0])
    place = ui.element("div").classes("row-of").props("role=status").style("min-height: 150px")

    def hovered(event: GenericEventArguments) -> None:
        points = event.args.get("points") or [{}]
        row = points[0].get("customdata")
        if isinstance(row, int) and 0 <= row < len(own["smiles"]):
            place.clear()
            with place:
                drawing(own["smiles"][row])
                Text("p", own["ligand"][row] or own["smiles"][row])

    plot.on("plotly_hover", hovered, ["points"])
    plot.on("plotly_click", hovered, ["points"])
