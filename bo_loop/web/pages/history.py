"""Who did what, and what had been predicted at the time."""

from typing import Any

from nicegui import ui

from bo_loop.campaign.campaign import Campaign
from bo_loop.web import shown, texts
from bo_loop.web.desk import Desk
from bo_loop.web.pages.frame import Page, Text, acting, campaign_page


def add(desk: Desk) -> None:
    """Add the page."""

    async def build(page: Page, _: int | None) -> None:
        rows = await page.attempt(desk.ask(page.name, shown.history_rows))
        if rows is not None:
            _table(rows)
            await _ends(page)

    campaign_page(desk, "history", build)


def _table(rows: list[dict[str, Any]]) -> None:
    Text("p", texts.HISTORY_HINT).classes("soft")
    columns = [
        {"field": "seq", "headerName": texts.EVENT, "width": 90},
        {"field": "time", "headerName": texts.TIME, "width": 170},
        {"field": "who", "headerName": texts.WHO, "width": 120},
        {"field": "event", "headerName": texts.KIND, "width": 120},
        {"field": "pair", "headerName": texts.PAIR, "flex": 2, "minWidth": 160},
        {"field": "what", "headerName": texts.WHAT, "flex": 4, "minWidth": 220},
        {"field": "predicted", "headerName": texts.WAS_PREDICTED, "width": 130},
    ]
    options = {
        "columnDefs": [{"filter": "agTextColumnFilter", **column} for column in columns],
        "rowData": rows,
        "defaultColDef": {"resizable": True, "wrapText": True, "autoHeight": True},
    }
    ui.aggrid(options, auto_size_columns=False).classes("grid tall")


async def _ends(page: Page) -> None:
    """Add the buttons that check the record, and that close or reopen the campaign."""
    state = await page.attempt(page.desk.ask(page.name, Campaign.state))
    if state is None:
        return
    closed = bool(state.closed_seq)

    async def end() -> None:
        function = Campaign.reopen if closed else Campaign.close
        if await page.record(function, operator=page.operator) is not None:
            ui.navigate.reload()

    async def verify() -> None:
        found = await page.attempt(page.desk.ask(page.name, Campaign.verify))
        if found is not None:
            for check in found.failures:
                page.say(f"{check.what}: {check.detail}", "wrong")
            if not found.failures:
                page.say(texts.VERIFIED.format(n=len(found.checks)))

    with ui.element("div").classes("row-of"):
        acting(ui.button(texts.VERIFY).props("outline no-caps"), verify)
        label = texts.REOPEN if closed else texts.CLOSE_CAMPAIGN
        acting(ui.button(label).props("flat no-caps"), end)
