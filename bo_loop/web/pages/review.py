"""A look at results before they are recorded: how each row was read, and what is doubtful."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bo_loop.campaign.campaign import Checked
from bo_loop.report.wording import pair_name
from bo_loop.web import texts
from bo_loop.web.pages.frame import Page, Text, acting

Record = Callable[[str, bytes, list[int]], Awaitable[None]]
"""Takes the name of a table, its content, and the rows that are confirmed."""


class Review:
    """Rows that would be recorded, with a box for each doubt.

    Parameters
    ----------
    page : Page
    record : Record
    """

    def __init__(self, page: Page, record: Record):
        self._page, self._record = page, record
        self._place = ui.element("section").props(f'aria-label="{texts.REVIEW}" aria-live=polite')
        self._boxes: dict[int, ui.checkbox] = {}

    def clear(self) -> None:
        """Take it away."""
        self._place.clear()
        self._boxes = {}

    def show(self, name: str, content: bytes, found: Checked) -> None:
        """Show what a table says."""
        self.clear()
        with self._place:
            Text("h2", texts.REVIEW)
            for line in found.understood:
                Text("p", line).classes("small soft")
            if found.n_known:
                Text("p", texts.KNOWN_ALREADY.format(n=found.n_known))
            if found.rows.empty:
                Text("p", texts.NOTHING_TO_RECORD)
                return
            self._table(found)
            n = texts.counted(len(found.rows), texts.RESULTS_OF)
            button = ui.button(texts.RECORD.format(n=n), icon="check").props("unelevated no-caps")
            acting(button, lambda: self._confirmed(name, content))

    def _table(self, found: Checked) -> None:
        with ui.element("div").classes("wide"), ui.element("table").classes("review"):
            with ui.element("tr"):
                for head in texts.REVIEW_COLUMNS:
                    Text("th", head).props("scope=col")
            for row in found.rows.itertuples():
                with ui.element("tr"):
                    Text("td", str(row.row))
                    Text("td", pair_name(row))
                    Text("td", row.result)
                    with ui.element("td"):
                        for doubt in row.doubts:
                            Text("p", doubt).classes("small")
                        if row.doubts:
                            self._boxes[row.row] = ui.checkbox(texts.IT_IS_RIGHT)

    async def _confirmed(self, name: str, content: bytes) -> None:
        open_ = [row for row, box in self._boxes.items() if not box.value]
        if open_:
            self._page.clear()
            rows = ", ".join(map(str, open_))
            self._page.say(texts.STILL_DOUBTFUL.format(rows=rows), "wrong")
            return
        await self._record(name, content, list(self._boxes))
