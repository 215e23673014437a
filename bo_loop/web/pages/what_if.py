"""What if: any pair predicted; other settings, and what a round would then propose."""

from typing import Any

from nicegui import ui

from bo_loop.base.errors import BoLoopError
from bo_loop.chemistry.ions import parse_ion
from bo_loop.chemistry.ligands import standardise
from bo_loop.data.property_rows import PROPERTY
from bo_loop.web import shown, texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages import proposals
from bo_loop.web.pages.editor import Editor
from bo_loop.web.pages.frame import Page, Text, Watched, address, campaign_page, drawing
from bo_loop.web.pages.option_form import OptionForm
from bo_loop.web.shown import Card, scale_of

_OUTLINED = "outlined dense stack-label"


def add(desk: Desk) -> None:
    """Add the page."""

    async def build(page: Page, _: int | None) -> None:
        found = await page.attempt(desk.ask(page.name, shown.settings_of))
        if found is not None:
            with ui.element("div").classes("two"):
                with ui.element("section"):
                    _Predict(page, found["metals"], found["about"][0].words)
                with ui.element("section"):
                    compare = _Compare(page, found)
            compare.place = ui.element("div")

    campaign_page(desk, "what-if", build)


class _Predict:
    """Any metal ion with any ligand."""

    def __init__(self, page: Page, metals: list[str], quantity: str):
        self._page, self._quantity = page, quantity
        Text("h2", texts.PREDICT)
        with ui.element("div").classes("form"):
            self._metal = ui.input(texts.METAL, value=metals[0]).props(_OUTLINED)
            self._n = ui.number(texts.N, value=1, min=1, max=6, precision=0).props(_OUTLINED)
            self._editor = Editor()
            ui.button(texts.PREDICT_IT, on_click=self._begin).props("unelevated no-caps")
        self._predicted = Watched(page, "predict", self._over)
        self._place = ui.element("div")

    def _begin(self) -> None:
        self._page.clear()
        try:
            ion = parse_ion(self._metal.value or "")
            smiles = standardise((self._editor.smiles.value or "").strip())
        except BoLoopError as error:
            self._page.say(str(error), "wrong")
            return
        pair = {"metal": ion.metal, "charge": ion.charge, "n_ligands": int(self._n.value or 1)}
        pair["smiles"] = smiles
        path = str(self._page.desk.path(self._page.name))
        self._predicted.begin(path=path, pairs=[pair])

    async def _over(self, job: Job) -> None:
        if job.error:
            return
        with self._place:
            for row in job.result:
                with ui.element("div").classes("card"):
                    drawing(row["smiles"])
                    number = f"{row['n_ligands']} " if row["n_ligands"] > 1 else ""
                    Text("h3", f"{row['metal']}{row['charge']:+d} + {number}{row['smiles']}")
                    quantity = row.get(PROPERTY) or self._quantity
                    predicted = texts.PREDICTED.format(quantity=quantity, **row)
                    Text("p", predicted).classes("key")
                    if row["outside_domain"]:
                        Text("p", f"† {texts.OUTSIDE_NOTE}")
                    near = shown.shown_nearest(row["nearest"], quantity)
                    Text("p", texts.NEAREST.format(nearest=near)).classes("small soft")


class _Compare:
    """What the campaign's own settings and others would propose, side by side in `place`."""

    place: ui.element

    def __init__(self, page: Page, found: dict[str, Any]):
        self._page, self._about = page, found["about"]
        Text("h2", texts.COMPARE)
        Text("p", texts.COMPARE_HINT).classes("soft")
        with ui.element("div").classes("form"):
            self._acquisition = OptionForm(
                "acquisition", texts.ACQUISITION, unchanged=found["acquisition"]
            )
            self._objective = OptionForm("objective", texts.WISH, unchanged=found["objective"])
            self._q = ui.number(
                texts.BATCH_SIZE, value=found["batch_size"], min=1, precision=0
            ).props(_OUTLINED)
            ui.button(texts.COMPARE_THEM, on_click=self._begin).props("unelevated no-caps")
        self._compared = Watched(page, "compare", self._over)
        self._suggested = Watched(page, "suggest", self._recorded)

    def _begin(self) -> None:
        self._page.clear()
        self.place.clear()
        try:
            nodes = {"acquisition": self._acquisition.node(), "objective": self._objective.node()}
        except BoLoopError as error:
            self._page.say(str(error), "wrong")
            return
        q = {"batch_size": int(self._q.value or 0)}
        other = {key: node for key, node in nodes.items() if node} | q
        path = str(self._page.desk.path(self._page.name))
        self._compared.begin(path=path, options=[q, other])

    async def _over(self, job: Job) -> None:
        if job.error:
            return
        titles = texts.OWN_SETTINGS, texts.OTHER_SETTINGS
        both = [shown.cards_of_rows(rows, self._about) for rows in job.result]
        ends = scale_of([card for cards in both for card in cards])
        common = set.intersection(*({card.pair_id for card in cards} for cards in both))

        def mark(card: Card) -> None:
            if card.pair_id in common:
                Text("p", texts.IN_BOTH).classes("small")

        with self.place:
            with ui.element("div").classes("two"):
                for title, options, cards in zip(
                    titles, job.arguments["options"], both, strict=True
                ):
                    with ui.element("section").props(f'aria-label="{title}"'):
                        Text("h2", title)
                        ui.button(
                            texts.RECORD_ROUND,
                            on_click=lambda _, options=options: self._record(options),
                        ).props("outline no-caps")
                        proposals.add(cards, mark, ends)
            proposals.note([card for cards in both for card in cards])

    def _record(self, options: dict[str, Any]) -> None:
        path = str(self._page.desk.path(self._page.name))
        said = options | {"operator": self._page.operator}
        self._suggested.begin(path=path, options=said)

    async def _recorded(self, job: Job) -> None:
        if not job.error:
            ui.navigate.to(address(self._page.name))
