"""The ranked pool as a table: sorted, filtered, picked from, written down."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from bo_loop.web import shown, texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages.frame import Page, Text, Watched, campaign_page, drawing, fresh

_NUMBER = {
    "filter": "agNumberColumnFilter",
    "type": "rightAligned",
    "width": 110,
    ":getQuickFilterText": "() => ''",  # the filter above the table looks for words
}
_DECIMALS = _NUMBER | {":valueFormatter": "(cell) => cell.value?.toFixed(2) ?? ''"}
_TEXT = {"filter": "agTextColumnFilter"}


def add(desk: Desk) -> None:
    """Add the page of the pool."""

    async def build(page: Page, _: int | None) -> None:
        Text("p", texts.POOL_HINT).classes("soft")
        Ranked(page)

    campaign_page(desk, "pool", build)


class Ranked:
    """The table, made when it is asked for.

    Parameters
    ----------
    page : Page
    pick : callable, optional
        Takes the pairs that a person picked; then rows can be selected.
    """

    def __init__(self, page: Page, pick: Callable[[list[str]], None] | None = None):
        self._page, self._pick = page, pick
        with ui.element("div").classes("row-of") as self._ask:
            ui.button(texts.RANK, on_click=self._begin).props("outline no-caps")
        self._ranked = Watched(page, "rank", self._over)
        self._place = ui.element("div")
        if (found := fresh(page, "rank")) is not None:
            self._show(found)

    def _begin(self) -> None:
        self._place.clear()
        self._ranked.begin(path=str(self._page.desk.path(self._page.name)))

    async def _over(self, job: Job) -> None:
        if not job.error:
            self._show(job.result)

    def _show(self, found: dict[str, Any]) -> None:
        rows = shown.ranked_rows(found)
        with self._place:
            Text("p", texts.RANKED.format(n=found["total"], reference=found["reference"]))
            with ui.element("div").classes("row-of"):
                search = ui.input(texts.FILTER).props("outlined dense clearable")
                ui.link(texts.EXPORT, f"/files/{self._page.name}/ranking.csv")
                if self._pick:
                    ui.button(texts.RECORD_PICKS, on_click=self._take).props("unelevated no-caps")
            self._grid = _grid(
                rows, found["measured"], found["quantity"], picking=self._pick is not None
            )
            search.on(  # in the browser, which has all rows: there is nothing to ask the server
                "update:value",
                js_handler=f"""(text) =>
                    getElement({self._grid.id}).api.setGridOption("quickFilterText", text ?? "")""",
            )
            self._drawn = ui.element("div").classes("row-of").props("role=status")
            self._grid.on("cellFocused", self._draw, ["rowIndex", "data"])
            self._grid.on("cellClicked", self._draw, ["data"])

    def _draw(self, event: GenericEventArguments) -> None:
        row = event.args.get("data")
        if not row:
            return
        self._drawn.clear()
        with self._drawn:
            drawing(str(row["smiles"]))
            with ui.element("div"):
                Text("h3", str(row["name"]))
                Text("p", str(row["nearest"])).classes("small soft")
                Text("p", str(row["smiles"])).classes("small soft")

    async def _take(self) -> None:
        rows = await self._grid.get_selected_rows()
        if not rows:
            self._page.clear()
            self._page.say(texts.NOTHING_PICKED, "wrong")
        elif self._pick:
            self._pick([str(row["pair_id"]) for row in rows])


def _grid(rows: list[dict[str, Any]], measured: str, quantity: str, picking: bool) -> ui.aggrid:
    by_value = quantity != measured and any(row["value"] is not None for row in rows)
    with_cost = any(row["cost"] is not None for row in rows)
    columns: list[dict[str, Any]] = [
        {"field": "rank", "headerName": texts.RANK_COLUMN, "width": 85, "type": "rightAligned"},
        {"field": "name", "headerName": texts.PAIR, "flex": 3, "minWidth": 200, **_TEXT},
        {"field": "mean", "headerName": measured, **_DECIMALS},
        {"field": "sd", "headerName": "± sd", **_DECIMALS},
        {"field": "value", "headerName": quantity, "hide": not by_value, **_DECIMALS},
        {"field": "chance", "headerName": texts.CHANCE, **_NUMBER, "width": 135},
        {"field": "outside", "headerName": "†", "width": 70},
        {"field": "allowed", "headerName": texts.ALLOWED, "width": 100, "hide": _all_yes(rows)},
        {"field": "cost", "headerName": texts.COST, "hide": not with_cost, **_NUMBER},
        {
            "field": "nearest",
            "headerName": texts.NEAREST_KNOWN,
            "flex": 3,
            "minWidth": 180,
            **_TEXT,
        },
        {"field": "smiles", "headerName": "SMILES", "flex": 2, "minWidth": 120, **_TEXT},
    ]
    options: dict[str, Any] = {
        "columnDefs": columns,
        "rowData": rows,
        "defaultColDef": {"sortable": True, "resizable": True},
        "cacheQuickFilter": True,
        "animateRows": False,  # of 20,000, it would be most of what a filter takes
        ":getRowId": "(params) => params.data.pair_id",
    }
    if picking:
        options["rowSelection"] = {"mode": "multiRow", "headerCheckbox": False}
    return ui.aggrid(options, auto_size_columns=False).classes("grid tall")


def _all_yes(rows: list[dict[str, Any]]) -> bool:
    return all(row["allowed"] == texts.YES for row in rows)
