"""The pages as NiceGUI simulates them: no browser, no other process, and no guard before them."""

import asyncio
import functools
import re
import warnings

import pytest
import small_campaign

from bo_loop.base.errors import BoLoopError
from bo_loop.web import tasks
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Jobs

_PATIENCE = 30  # tenths of a second


class JobsHere(Jobs):
    """Work that is done here and at once; what takes long is answered by tests, or never ends."""

    def __init__(self):
        super().__init__()
        self._tasks = {name: tasks.TASKS[name] for name in ("suggest", "preview")}
        self.asked = []

    def answer(self, task, function):
        self._tasks[task] = function

    async def _run(self, job):
        self.asked.append((job.task, job.arguments))
        if job.task not in self._tasks:
            return
        try:
            job.result = self._tasks[job.task](**job.arguments)
        except BoLoopError as error:
            job.error = error
        finally:
            job.done.set()


@functools.cache
def visitor_class():
    """Return the class of visitors: NiceGUI is imported where its pages are tested."""
    from nicegui import ElementFilter, ui
    from nicegui.elements.mixins.value_element import ValueElement
    from nicegui.testing import User, UserInteraction

    class Visitor(User):
        def __init__(self, client):
            super().__init__(client)
            self.javascript_rules[re.compile("localStorage.getItem|JSON.parse")] = lambda _: None

        async def sees(self, *words):
            for each in words:
                await self.should_see(each, retries=_PATIENCE)

        async def sees_not(self, word):
            await self.should_not_see(word, retries=_PATIENCE)

        def press(self, label):
            self.find(kind=ui.button, content=label).click()

        def every(self, kind):
            with self._client:
                return list(ElementFilter(kind=kind, local_scope=False))

        def all(self, kind):
            return [element for element in self.every(kind) if element.visible]

        def click(self, element):
            UserInteraction(self, {element}, None).click()

        def trigger(self, element, event, arguments=None):
            UserInteraction(self, {element}, None).trigger(event, arguments)

        def types(self, pair_id, column, text):
            """Type into a cell of the grid of results."""
            (grid,) = self.all(ui.aggrid)
            said = {"rowId": pair_id, "colId": column, "newValue": text}
            self.trigger(grid, "cellValueChanged", said)

        async def goes_on(self, seconds=0.4):
            """Let what was begun end."""
            await asyncio.sleep(seconds)

        def field(self, label):
            (found,) = [e for e in self.all(ValueElement) if e.props.get("label") == label]
            return found

        def fill(self, label, value):
            self.field(label).value = value

        def told(self):
            return [e.text for e in self.all(ui.label) if "said" in e.classes]

    return Visitor


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """One server for all tests, as NiceGUI has one; its loop stands still between them."""
    from fastapi import FastAPI

    from bo_loop.web.pages import add_to

    app, desk = FastAPI(), Desk(tmp_path_factory.mktemp("site"))
    add_to(app, desk, tmp_path_factory.mktemp("uploads"), demo=True)
    with asyncio.Runner() as runner:
        life = app.router.lifespan_context(app)
        with warnings.catch_warnings():  # NiceGUI looks at every object, and torch has old ones
            warnings.simplefilter("ignore", FutureWarning)
            runner.run(life.__aenter__())
        yield app, desk, runner.run
        runner.run(life.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """A campaign of which a round is proposed."""
    with pytest.MonkeyPatch.context() as patch:
        small_campaign.cheapen(patch)
        campaign = small_campaign.start(tmp_path_factory.mktemp("begun"))
        campaign.suggest()
    return campaign


@pytest.fixture
def desk(site, begun, tmp_path, monkeypatch):
    """A folder with that campaign, before which the site's visitors come."""
    small_campaign.cheapen(monkeypatch)
    vars(site[1]).update(vars(Desk(tmp_path / "campaigns")))
    site[1].jobs = JobsHere()
    small_campaign.copy(begun, tmp_path / "campaigns" / "small")
    return site[1]


@pytest.fixture
def visit(site, desk):
    """Let a story happen: a coroutine function that takes a `Visitor`."""
    from httpx import ASGITransport, AsyncClient
    from nicegui import Client

    app, _, run = site

    async def happen(story):
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            visitor = visitor_class()(client)
            try:
                await story(visitor)
            finally:
                for client in list(Client.instances.values()):
                    client.delete()

    return lambda story: run(happen(story))
