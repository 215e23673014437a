"""What was recorded, and how it is corrected or taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.campaign import Campaign
from bo_loop.web import texts
from bo_loop.web.pages.frame import Page, Text, acting


def results_table(page: Page, results: Sequence[Mapping[str, Any]], quantity: str) -> None:
    """Add the standing results, the last first, with a button to correct each."""
    Text("h2", texts.RECORDED)
    if not results:
        Text("p", texts.NO_RESULTS).classes("soft")
        return
    undo = ui.button(texts.UNDO, icon="undo").props("outline no-caps")
    acting(undo, lambda: _voided(page))
    with ui.element("div").classes("wide"), ui.element("table").classes("review"):
        with ui.element("tr"):
            for head in texts.RECORDED_COLUMNS:
                Text("th", head).props("scope=col")
        for row in results:
            with ui.element("tr"):
                for name in ("seq", "name", "result", "predicted", "who"):
                    Text("td", str(row[name]))
                with ui.element("td"):
                    ui.button(
                        texts.CORRECT, on_click=lambda _, row=row: _dialog(page, row, quantity)
                    ).props(f'flat dense no-caps aria-label="{texts.CORRECT} {row["seq"]}"')


async def _voided(page: Page) -> None:
    done = await page.record(
        Campaign.void, "last", reason=texts.UNDONE_HERE, operator=page.operator
    )
    if done is not None:
        ui.navigate.reload()


def _dialog(page: Page, row: Mapping[str, Any], quantity: str) -> None:
    is_log_beta = row["quantity"] == "log_beta"
    with ui.dialog(value=True) as dialog, ui.card():
        Text("h3", f"{row['name']}: {row['result']}")
        value = ui.input(texts.NEW_VALUE.format(quantity=quantity)).props("outlined dense")
        reason = ui.input(texts.REASON).props("outlined dense")
        sure = ui.checkbox(texts.RIGHT_THOUGH_DOUBTFUL)
        for made in (value, sure):  # log K′ is voided, and logged anew
            made.set_visibility(is_log_beta)
        problem = ui.label().classes("said wrong").props("role=alert")
        problem.bind_visibility_from(problem, "text", backward=bool)

        async def correct(**changes: Any) -> None:
            said = {"reason": reason.value or "", "by": page.operator, "confirm": sure.value}
            try:
                await page.desk.ask(page.name, Campaign.correct, row["seq"], **said, **changes)
            except BoLoopError as error:  # said here: what was typed is not lost
                problem.text = str(error)
                return
            ui.navigate.reload()

        with ui.row():
            if is_log_beta:
                change = ui.button(texts.CORRECT).props("unelevated no-caps")
                acting(change, lambda: correct(log_beta=(value.value or "").strip()))
            void = ui.button(texts.VOID).props("outline no-caps")
            acting(void, lambda: correct(void=True))
            ui.button(texts.CLOSE, on_click=dialog.close).props("flat no-caps")
