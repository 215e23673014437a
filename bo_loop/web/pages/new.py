"""A new campaign: a form, a look at its pool, and the start."""

from pathlib import Path
from typing import Any

from nicegui import ui

from bo_loop.base.errors import BoLoopError
from bo_loop.base.folders import safe_name
from bo_loop.web import texts, wanted
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages.editor import Editor
from bo_loop.web.pages.frame import PATIENCE_S, Page, Text, Watched, address, drawing, framed
from bo_loop.web.pages.option_form import OptionForm
from bo_loop.web.pages.uploads import table_upload
from bo_loop.web.wanted import COMMON, LISTED, STRONGEST, UPLOADED, Upload, Wanted

_MOST_SHOWN = 60
_OUTLINED = "outlined dense stack-label"
_HINTED = f"{_OUTLINED} hide-bottom-space"


def add(desk: Desk, scratch: Path) -> None:
    """Add the page."""

    @ui.page("/new", response_timeout=PATIENCE_S)
    async def new() -> None:
        page = Page(desk)
        with framed(page, texts.NEW):
            _Form(page, scratch)


class _Form:
    """The form, and what it was filled in with."""

    def __init__(self, page: Page, scratch: Path):
        self._page, self._scratch = page, scratch
        self._uploads: dict[str, Upload] = {}
        with ui.element("form").classes("form").on("submit.prevent", lambda: None):
            self._name = ui.input(texts.NAME).props(_OUTLINED)
            self._metals = ui.input(texts.METALS, placeholder="Ni+2").props(_HINTED)
            self._metals.props["hint"] = texts.METALS_HINT
            self._objective = OptionForm("objective", texts.WISH, STRONGEST)
            with ui.element("div"):
                Text("p", texts.LIGANDS).classes("label").props("aria-hidden=true")
                self._kind = ui.radio(texts.LIGAND_KINDS, value=COMMON).props(
                    f'aria-label="{texts.LIGANDS}"'
                )
            self._listed()
            self._uploaded()
            self._n = ui.input(texts.N_LIGANDS, value="1").props(_OUTLINED)
            with ui.element("div"):
                Text("p", texts.LITERATURE_HINT).classes("small soft")
                self._upload("literature", texts.LITERATURE)
                Text("p", texts.ACIDS_HINT).classes("small soft")
                self._upload("acids", texts.ACIDS)
            self._q = ui.number(texts.BATCH_SIZE, value=5, min=1, precision=0).props(_OUTLINED)
        with ui.element("div").classes("row-of"):
            ui.button(texts.PREVIEW, on_click=self._preview).props("outline no-caps")
            ui.button(texts.START, on_click=self._start).props("unelevated no-caps")
        self._previewed = Watched(page, "preview", self._show)
        self._started = Watched(page, "start", self._go)
        self._shown = ui.element("div")

    def _listed(self) -> None:
        with ui.element("div").classes("form") as listed:
            self._lines = ui.textarea(texts.LINES).props(f"{_HINTED} autogrow")
            self._lines.props["hint"] = texts.LINES_HINT
            Editor(self._add_line)
        listed.bind_visibility_from(self._kind, "value", value=LISTED)

    def _add_line(self, smiles: str) -> None:
        lines = [line for line in (self._lines.value or "").splitlines() if line.strip()]
        self._lines.value = "\n".join([*lines, smiles])

    def _uploaded(self) -> None:
        with ui.element("div") as uploaded:
            Text("p", texts.TABLE_HINT).classes("small soft")
            self._upload("table", texts.TABLE)
        uploaded.bind_visibility_from(self._kind, "value", value=UPLOADED)

    def _upload(self, key: str, label: str) -> None:
        async def take(name: str, content: bytes) -> None:
            self._uploads[key] = Upload(name, content)

        table_upload(self._page, label, take)

    def _wanted(self) -> Wanted:
        return Wanted(
            metals=self._metals.value or "",
            ligands=self._kind.value,
            lines=self._lines.value or "",
            table=self._uploads.get("table"),
            literature=self._uploads.get("literature"),
            acids=self._uploads.get("acids"),
            n_ligands=self._n.value or "",
            objective=self._objective.option,
            objective_values=self._objective.values,
            batch_size=int(self._q.value or 0),
        )

    def _preview(self) -> None:
        self._shown.clear()
        if (pool := self._understood(wanted.pool)) is not None:
            self._previewed.begin(pool=pool)

    def _start(self) -> None:
        given = self._understood(wanted.given)
        if given is not None and self._understood(lambda *_: self._free_name()):
            directory = str(self._page.desk.directory)
            self._started.begin(name=self._name.value, directory=directory, given=given)

    def _free_name(self) -> str:
        return safe_name(self._name.value or "")

    def _understood(self, read: Any) -> Any:
        self._page.clear()
        try:
            return read(self._wanted(), self._scratch)
        except BoLoopError as error:
            self._page.say(str(error), "wrong")
            return None

    async def _show(self, job: Job) -> None:
        if job.error:
            return
        ligands = job.result["ligands"]
        with self._shown:
            Text("h2", texts.PREVIEWED.format(pairs=job.result["pairs"], ligands=len(ligands)))
            if len(ligands) > _MOST_SHOWN:
                Text("p", texts.FIRST_SHOWN.format(n=_MOST_SHOWN)).classes("soft")
            with ui.element("div").classes("cards small-ones"):
                for ligand in ligands[:_MOST_SHOWN]:
                    with ui.element("div").classes("card"):
                        drawing(ligand["smiles"], 160, 110)
                        Text("h3", ligand["ligand"] or ligand["smiles"])
                        told = texts.DENTICITY.format(**ligand)
                        Text("p", told).classes("small soft")

    async def _go(self, job: Job) -> None:
        if not job.error:
            ui.navigate.to(address(job.result["name"]))
