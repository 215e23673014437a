"""The first page: the campaigns of a folder."""

from nicegui import ui

from bo_loop.base.errors import BoLoopError
from bo_loop.campaign.campaign import Campaign
from bo_loop.campaign.views.status import Status
from bo_loop.campaign.views.views import shown_values
from bo_loop.web import demo, texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job
from bo_loop.web.pages.frame import PATIENCE_S, Page, Text, Watched, address, framed


def add(desk: Desk, *, with_demo: bool) -> None:
    """Add the page; `with_demo`: begin the campaign of embedded constants if there is none."""

    @ui.page("/", response_timeout=PATIENCE_S)
    async def campaigns() -> None:
        page = Page(desk)
        with framed(page, texts.CAMPAIGNS):
            names = desk.names()
            ui.button(texts.NEW, icon="add", on_click=lambda: ui.navigate.to("/new")).props(
                "unelevated no-caps"
            )
            if not names:
                Text("p", texts.NO_CAMPAIGNS.format(directory=desk.directory))
            if with_demo:
                _demo(page, names)
            with ui.element("div").classes("cards").props("role=list"):
                for name in names:
                    with ui.element("div").classes("card").props("role=listitem"):
                        await _card(page, name)


def _demo(page: Page, names: list[str]) -> None:
    """Begin the demo's campaign, or show how far its start is."""

    async def started(job: Job) -> None:
        if not job.error:
            ui.navigate.to(address(demo.NAME))

    if demo.NAME in names:
        return
    Text("p", texts.DEMO).classes("soft")
    watched = Watched(page, "start", started)
    if not page.following:
        watched.begin(name=demo.NAME, directory=str(page.desk.directory), given=demo.given())


async def _card(page: Page, name: str) -> None:
    with Text("h3", ""):
        ui.link(name, address(name))
    try:
        found = await page.desk.ask(name, Campaign.status)
    except BoLoopError as error:  # of this one; the others are shown
        ui.label(str(error)).classes("said wrong")
        return
    Text("p", _state(found)).classes("small")
    best = [found.best] if found.best else found.front[:1]
    for pair in best:
        Text("p", texts.BEST.format(value=shown_values(pair), ligand=pair["ligand"]))
    Text("p", _waiting(found)).classes("small soft")


def _state(found: Status) -> str:
    counts = (
        texts.counted(found.n_pool, texts.PAIRS),
        texts.counted(found.rounds, texts.ROUNDS),
        texts.counted(found.counts.get("measured", 0), texts.MEASURED),
        *([texts.CLOSED] if found.closed else []),
    )
    return ", ".join(counts)


def _waiting(found: Status) -> str:
    if found.pending:
        return texts.WAITING.format(n=texts.counted(len(found.pending), texts.RESULTS_OF))
    return "" if found.closed else texts.NOTHING_WAITS
