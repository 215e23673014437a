"""Results: typed, pasted or uploaded; looked at row by row; recorded; taken back."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from bo_loop.campaign.campaign import Campaign, Checked, Logged
from bo_loop.data.property_rows import PROPERTY
from bo_loop.web import shown, texts
from bo_loop.web.desk import Desk
from bo_loop.web.pages.corrections import results_table
from bo_loop.web.pages.frame import Page, Text, acting, address, as_js, campaign_page
from bo_loop.web.pages.review import Review
from bo_loop.web.pages.uploads import table_upload
from bo_loop.web.results_table import pasted, table_of
from bo_loop.web.shown import Waiting

_TYPED = "typed in the browser.csv"
_LONGEST_CELL = 1000
_FIRST_ROW = 2  # as spreadsheets and messages number them, behind the header
_NAMES = ("pair_id", "ligand", "smiles", "metal", "log_beta")


def add(desk: Desk) -> None:
    """Add the page."""

    async def build(page: Page, _: int | None) -> None:
        found = await page.attempt(desk.ask(page.name, shown.waiting))
        if found is not None:
            _Results(page, found)

    campaign_page(desk, "results", build)


class _Results:
    """The page; what is typed is kept in the browser until it is recorded."""

    def __init__(self, page: Page, found: Waiting):
        self._page, self._found = page, found
        self._rows = {
            row["pair_id"]: dict.fromkeys(found.columns, "") | row | {"row": number}
            for number, row in enumerate(found.rows, start=_FIRST_ROW)
        }
        self._draft: dict[str, dict[str, str]] = {}
        if found.rows:
            Text("p", texts.RESULTS_HINT).classes("soft")
            self._grid = self._make_grid()
            self._read = ui.label().classes("small soft lines").props("role=status")
            with ui.element("div").classes("row-of"):
                check = ui.button(texts.CHECK, icon="fact_check").props("unelevated no-caps")
                acting(check, self._check)
                if found.known:
                    button = ui.button(texts.TAKE_KNOWN).props("outline no-caps")
                    acting(button, self._take_known)
            ui.timer(0.2, self._restore, once=True)
        else:
            Text("p", texts.NOTHING_WAITS_YET)
            ui.link(texts.TO_ROUND, address(page.name))
        with ui.expansion(texts.UPLOAD).style("width: 100%"):
            Text("p", texts.UPLOAD_HINT).classes("soft")
            table_upload(page, texts.UPLOAD_TABLE, self._uploaded)
        self._review = Review(page, self._record)
        results_table(page, found.results, found.names["log_beta"])

    def _make_grid(self) -> ui.aggrid:
        editable = {"editable": True, "cellClass": "typed"}
        columns: list[dict[str, Any]] = [
            {"field": "row", "headerName": texts.ROW, "width": 65},
            {
                "field": "name",
                "headerName": texts.PAIR,
                "flex": 2,
                "minWidth": 150,
                "wrapText": True,
                "autoHeight": True,
            },
        ]
        for name in self._found.columns:
            column = {"field": name, "headerName": self._called(name), **editable}
            column |= {"width": 110} if name != "note" else {"flex": 1, "minWidth": 120}
            if name == "status":
                column |= {
                    "cellEditor": "agSelectCellEditor",
                    "cellEditorParams": {"values": ["", "measured", "failed", "in_progress"]},
                }
            columns.append(column)
        predicted = {"field": "predicted", "headerName": texts.WAS_PREDICTED, "width": 130}
        columns.insert(3, predicted)  # behind what is typed: a phone shows three columns
        options = {
            "columnDefs": columns,
            "rowData": list(self._rows.values()),
            "defaultColDef": {"sortable": False, "resizable": True},
            "singleClickEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "domLayout": "autoHeight",
            ":getRowId": "(params) => params.data.pair_id",
        }
        with ui.element("div").style("width: 100%") as around:
            grid = ui.aggrid(options, auto_size_columns=False).classes("typed-grid")
        grid.on("cellValueChanged", self._typed, ["rowId", "colId", "newValue"])
        around.on(
            "paste",
            self._pasted,
            js_handler=f"""(event) => {{
                if (event.target.closest("input, textarea, select")) return;
                const cell = getElement({grid.id}).api.getFocusedCell();
                event.preventDefault();
                emit({{text: event.clipboardData.getData("text/plain"),
                      row: cell ? cell.rowIndex : 0, column: cell ? cell.column.colId : ""}});
            }}""",
        )
        return grid

    def _typed(self, event: GenericEventArguments) -> None:
        pair_id, column = str(event.args["rowId"]), str(event.args["colId"])
        self._read.text = self._set(pair_id, column, event.args.get("newValue"))
        self._keep()

    def _set(self, pair_id: str, column: str, value: Any) -> str:
        """Take a cell in; return how it is read."""
        if pair_id not in self._rows or column not in self._found.columns:
            return ""
        text = "" if value is None else str(value)[:_LONGEST_CELL]
        self._rows[pair_id][column] = text
        self._review.clear()  # it showed what was there before
        self._draft.setdefault(pair_id, {})[column] = text
        said = shown.read_as(column, text)
        return f"{self._rows[pair_id]['name']}: {said}" if said else ""

    def _keep(self) -> None:
        ui.run_javascript(f"localStorage.setItem({self._key()}, {as_js(as_js(self._draft))})")

    def _key(self) -> str:
        return as_js(f"bo_loop draft {self._page.desk.path(self._page.name).resolve()}")

    async def _restore(self) -> None:
        """Bring back what was typed before the page was loaded again."""
        try:
            kept = await ui.run_javascript(
                f"JSON.parse(localStorage.getItem({self._key()}) || '{{}}')", timeout=5.0
            )
        except TimeoutError:  # the visitor has gone
            return
        older = [
            (pair_id, column, text)
            for pair_id, cells in dict(kept or {}).items()
            for column, text in dict(cells).items()
            if pair_id in self._rows
            and column in self._found.columns
            and column not in self._draft.get(pair_id, {})  # typed since the page is there: newer
        ]
        for cell in older:
            self._set(*cell)
        if older:
            self._read.text = texts.RESTORED
            self._refresh()

    def _refresh(self) -> None:
        self._grid.run_grid_method("setGridOption", "rowData", list(self._rows.values()))

    def _called(self, column: str) -> str:
        return self._found.names.get(column) or texts.COLUMNS.get(column, column)

    async def _pasted(self, event: GenericEventArguments) -> None:
        cells = pasted(str(event.args["text"]))
        if not cells:
            return
        if any(name in _NAMES for name in map(str.lower, cells[0])):
            await self._whole(cells)
            return
        columns, ids = self._found.columns, list(self._rows)
        column = str(event.args["column"])
        left = columns.index(column) if column in columns else 0
        said = []
        for at, line in enumerate(cells, start=int(event.args["row"])):
            for name, text in zip(columns[left:], line, strict=False):
                if at < len(ids):
                    said.append(self._set(ids[at], name, text))
        self._read.text = "\n".join(filter(None, said))
        self._keep()
        self._refresh()

    async def _whole(self, cells: list[list[str]]) -> None:
        """Check a table that was pasted with its header."""
        head, *lines = cells
        rows = [dict(zip(head, line, strict=False)) for line in lines]
        await self._look_at(lambda: table_of("pasted in the browser.csv", rows))

    async def _uploaded(self, name: str, content: bytes) -> None:
        await self._look_at(lambda: (name, content))

    async def _check(self) -> None:
        await self._look_at(lambda: table_of(_TYPED, self._filled()))

    def _filled(self) -> list[Mapping[str, Any]]:
        """Return all rows: one in which nothing was typed is still pending."""
        several = [PROPERTY] if any(PROPERTY in row for row in self._rows.values()) else []
        wanted = ("pair_id", *several, *self._found.columns)
        called = {name: self._found.fields.get(name, name) for name in wanted}
        return [
            {theirs: row.get(name, "") for name, theirs in called.items()}
            for row in self._rows.values()
        ]

    async def _look_at(self, table: Any) -> None:
        self._review.clear()

        async def checked() -> tuple[str, bytes, Checked]:
            name, content = table()
            found = await self._page.desk.ask(
                self._page.name, Campaign.check, name, content=content, replicate=False
            )
            return name, content, found

        done = await self._page.attempt(checked())
        if done is not None:
            self._review.show(*done)

    async def _record(self, name: str, content: bytes, confirm: list[int]) -> None:
        done = await self._page.record(
            Campaign.log,
            name,
            content=content,
            confirm=confirm or False,
            operator=self._page.operator,
        )
        if isinstance(done, Logged):
            ui.run_javascript(f"localStorage.removeItem({self._key()})")
            ui.navigate.reload()

    async def _take_known(self) -> None:
        """Let the literature play the laboratory, as in the demo."""
        from bo_loop.campaign.known import known_answers

        answers = await self._page.attempt(
            self._page.desk.ask(self._page.name, lambda c: known_answers(c))
        )
        if answers is not None:
            for pair_id in self._rows:
                if pair_id in answers.index:
                    self._set(pair_id, "log_beta", f"{answers[pair_id]:g}")
            self._keep()
            self._refresh()
