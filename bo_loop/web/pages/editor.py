"""Drawing a ligand: JSME, served from this package; or typing its SMILES, with a live picture."""

from collections.abc import Callable

from nicegui import ui

from bo_loop.base.errors import DataError
from bo_loop.web import texts
from bo_loop.web.pages.frame import as_js, drawing

_HEAD = '<script src="/static/editor.js"></script>'


class Editor:
    """A field for a structure.

    Parameters
    ----------
    added : callable, optional
        Takes the SMILES when it is to be used; then there is a button for that.
    """

    def __init__(self, added: Callable[[str], None] | None = None):
        ui.add_head_html(_HEAD)
        self.smiles = ui.input(texts.SMILES, on_change=self._picture).props(
            "outlined dense stack-label"
        )
        self.smiles.style("width: 100%")
        with ui.row():
            ui.button(texts.DRAW, icon="edit", on_click=self._open).props("outline no-caps dense")
            if added is not None:
                ui.button(texts.USE_IT, icon="add", on_click=lambda: self._use(added)).props(
                    "outline no-caps dense"
                )
        self._place = ui.element("div").classes("editor").props(f'aria-label="{texts.DRAW}"')
        self._place.set_visibility(False)
        self._drawn = ui.element("div")  # below: what is drawn in must not move
        self._place.on("drawn", self._take, js_handler="(event) => emit(event.detail)")

    def _open(self) -> None:
        self._place.set_visibility(not self._place.visible)
        if self._place.visible:
            drawn = as_js((self.smiles.value or "").strip())
            ui.run_javascript(f"boLoopEditor({self._place.html_id!r}, {drawn})")

    def _take(self, event: object) -> None:
        self.smiles.value = str(event.args)[:2000]

    def _picture(self) -> None:
        self._drawn.clear()
        text = (self.smiles.value or "").strip()
        if text:
            with self._drawn:
                drawing(text)

    def _use(self, added: Callable[[str], None]) -> None:
        from bo_loop.chemistry.ligands import standardise

        try:
            added(standardise((self.smiles.value or "").strip()))
        except DataError as error:
            ui.notify(str(error), type="negative", multi_line=True)
