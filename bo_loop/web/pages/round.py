"""A round: what is proposed, and why; asking for the next."""

from nicegui import ui

from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.campaign import Campaign
from bo_loop.web import shown, texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages import proposals
from bo_loop.web.pages.complexes import Complexes
from bo_loop.web.pages.frame import Page, Text, Watched, acting, address, campaign_page
from bo_loop.web.pages.option_form import OptionForm
from bo_loop.web.pages.ranked import Ranked
from bo_loop.web.shown import Card, RoundShown


def add(desk: Desk) -> None:
    """Add the page."""

    async def build(page: Page, number: int | None) -> None:
        found = await page.attempt(desk.ask(page.name, shown.round_of, number))
        if found is not None:
            _Round(page, found)

    campaign_page(desk, "round", build)


class _Round:
    """The page of one round."""

    def __init__(self, page: Page, found: RoundShown):
        self._page = page
        self._suggested = Watched(page, "suggest", self._over)
        self._complexes = Complexes(page)
        if found.closed:
            Text("p", texts.IS_CLOSED)
        else:
            self._ask(found)
        if found.rounds:
            self._chooser(found)
            for line in filter(None, [found.to_beat, found.advice]):
                Text("p", line)
            proposals.add(found.cards, self._actions)
            proposals.note(found.cards)
            self._links(found)
        if not found.closed:
            with ui.expansion(texts.PICK_OTHERS).style("width: 100%"):
                Text("p", texts.PICK_HINT).classes("soft")
                Ranked(page, pick=self._pick)

    def _ask(self, found: RoundShown) -> None:
        with ui.element("div").classes("row-of"):
            ui.button(texts.SUGGEST, icon="auto_awesome", on_click=self._begin).props(
                "unelevated no-caps"
            )
            self._q = ui.number(
                texts.BATCH_SIZE, value=int(found.own["batch_size"]), min=1, precision=0
            ).props("outlined dense")
        with ui.expansion(texts.THIS_ROUND_ONLY).style("width: 100%"):
            self._acquisition = OptionForm(
                "acquisition", texts.ACQUISITION, unchanged=found.own["acquisition"]
            )
            self._objective = OptionForm("objective", texts.WISH, unchanged=found.own["objective"])
        self._own_q = int(found.own["batch_size"])

    def _options(self) -> dict[str, object]:
        """Return what was changed for this round; errors as of `OptionForm.node`."""
        nodes = {"acquisition": self._acquisition.node(), "objective": self._objective.node()}
        options: dict[str, object] = {key: node for key, node in nodes.items() if node}
        q = int(self._q.value or 0)
        return options | ({"batch_size": q} if q != self._own_q else {})

    def _begin(self, pick: list[str] | None = None) -> None:
        try:
            options = self._options()
        except BoLoopError as error:
            self._page.clear()
            self._page.say(str(error), "wrong")
            return
        if isinstance(pick, list):
            options = {key: node for key, node in options.items() if key != "batch_size"}
            options["pick"] = pick
        path = str(self._page.desk.path(self._page.name))
        self._suggested.begin(path=path, options=options | {"operator": self._page.operator})

    def _pick(self, pairs: list[str]) -> None:
        self._begin(pairs)

    async def _over(self, job: Job) -> None:
        if not job.error:
            ui.navigate.to(address(self._page.name))

    def _chooser(self, found: RoundShown) -> None:
        numbers = {n: texts.ROUND_N.format(n=n) for n in range(found.rounds, 0, -1)}

        def go(number: int) -> None:
            ui.navigate.to(f"{address(self._page.name)}?number={number}")

        ui.select(
            numbers, value=found.number, label=texts.SHOWN_ROUND, on_change=lambda e: go(e.value)
        ).props("outlined dense").style("max-width: 12rem")

    def _links(self, found: RoundShown) -> None:
        with ui.element("div").classes("row-of"):
            ui.link(texts.TO_RESULTS, address(self._page.name, "results"))
            form = f"/files/{address(self._page.name, f'form/{found.number}')[len('/campaign/') :]}"
            ui.link(texts.WORKBOOK, form)

    def _actions(self, card: Card) -> None:
        seen = ui.button(texts.IN_3D).props("flat dense no-caps")
        acting(seen, lambda: self._complexes.see(card.pair_id, card.name))
        if card.state in ("pending", "in_progress", "open"):
            button = ui.button(texts.LEAVE_OUT).props("flat dense no-caps")
            acting(button, lambda: self._amend(Campaign.withdraw, card))
        elif card.state == "withdrawn":
            button = ui.button(texts.RESTORE).props("flat dense no-caps")
            acting(button, lambda: self._amend(Campaign.restore, card))

    async def _amend(self, function: object, card: Card) -> None:
        done = await self._page.record(function, card.pair_id, operator=self._page.operator)
        if done is not None:
            ui.navigate.reload()
