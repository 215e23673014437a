"""What all pages share: the bar, messages, progress, and the watch on the ledger."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import quote

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.web import texts
from bo_loop.web.desk import Desk
from bo_loop.web.jobs import Job

T = TypeVar("T")

_EVERY_S = 1.0
PATIENCE_S = 60.0  # until a large campaign has been opened for the first time
_HEAD = '<link rel="stylesheet" href="/static/style.css">'
_INTO_VIEW = (
    "setTimeout(() => document.getElementById('{id}')?.scrollIntoView({{block: 'nearest'}}), 50)"
)
_TABS = {
    "round": texts.ROUND,
    "results": texts.RESULTS,
    "look": texts.LOOK,
    "pool": texts.POOL,
    "what-if": texts.WHAT_IF,
    "history": texts.HISTORY,
}


def campaign_page(
    desk: Desk, tab: str, build: Callable[["Page", int | None], Awaitable[None]]
) -> None:
    """Add a page of every campaign.

    Parameters
    ----------
    desk : Desk
    tab : str
        A key of `_TABS`.
    build : callable
        Builds the page; takes it and the number of a round, if the address has one.
    """

    @ui.page(f"/campaign/{{name}}/{tab}", response_timeout=PATIENCE_S)
    async def shown(name: str, number: int | None = None) -> None:
        try:
            problem = "" if desk.has(name) else texts.NO_CAMPAIGN.format(name=name)
        except BoLoopError as error:
            problem = str(error)
        page = Page(desk, "" if problem else name)
        with framed(page, _TABS[tab], tab):
            if problem:
                page.say(problem, "wrong")
            else:
                await build(page, number)


def address(name: str, tab: str = "round") -> str:
    """Return where a page of a campaign is."""
    return f"/campaign/{quote(name, safe='')}/{tab}"


class Page:
    """A page of one visitor.

    Parameters
    ----------
    desk : Desk
    name : str
        The campaign; "" for none.
    """

    def __init__(self, desk: Desk, name: str = ""):
        self.desk, self.name = desk, name
        self._mark = desk.mark(name)
        self.following: set[str] = set()
        self._messages: ui.element
        self._operator: ui.input

    @property
    def operator(self) -> str | None:
        """Who works at this page; None: the login name of who started it."""
        return (self._operator.value or "").strip() or None

    def clear(self) -> None:
        """Take earlier messages away."""
        self._messages.clear()

    def say(self, text: str, kind: str = "") -> None:
        """Show a message, read out to those who hear the page, where it can be seen."""
        with self._messages:
            label = ui.label(text).classes(f"said {kind}")
            label.props(f"role={'alert' if kind else 'status'}")
            ui.run_javascript(_INTO_VIEW.format(id=label.html_id))

    def note_own(self) -> None:
        """Take what the ledger holds now as known here."""
        self._mark = self.desk.mark(self.name)

    async def attempt(self, work: Awaitable[T]) -> T | None:
        """Wait for something; say what is wrong if it fails, and return None."""
        self.clear()
        try:
            return await work
        except BoLoopError as error:
            self.say(str(error), "wrong")
            return None

    async def record(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T | None:
        """Call a function that records something in the campaign; None if it fails."""
        done = await self.attempt(self.desk.ask(self.name, function, *arguments, **options))
        self.note_own()
        return done

    def watch(self) -> None:
        """Say so as soon as somebody else records something."""

        async def look() -> None:
            mark = self.desk.mark(self.name)
            if mark == self._mark or self.following:
                return
            self._mark = mark
            rows = await self.attempt(
                self.desk.ask(self.name, lambda c: c.record.history_rows()[-1:])
            )
            self.clear()
            with self._messages, ui.element("div").classes("said elsewhere").props("role=alert"):
                ui.label(texts.ELSEWHERE.format(what=_told(rows[0]) if rows else ""))
                ui.button(texts.SHOW, on_click=ui.navigate.reload).props("flat dense no-caps")

        ui.timer(_EVERY_S, look)


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['who']}: {row['event']} {row['what']}".strip(": ")


@contextmanager
def framed(page: Page, title: str, tab: str = "") -> Iterator[None]:
    """Build a page within its bar."""
    ui.add_head_html(_HEAD)
    ui.page_title(f"{title} · {page.name}" if page.name else title)
    ui.colors(primary="#2b6cb0", secondary="#c05621", negative="#c53030", positive="#2f855a")
    with (
        ui.header(elevated=False),
        ui.element("nav").classes("bar").props(f'aria-label="{texts.PAGES}"'),
    ):
        ui.link("bo_loop", "/").classes("home")
        if page.name:
            ui.label(page.name).classes("name")
            for key, label in _TABS.items():
                link = ui.link(label, address(page.name, key))
                if key == tab:
                    link.props("aria-current=page")
        page._operator = ui.input(texts.YOUR_NAME).props("dense borderless").classes("who")
        page._operator.on_value_change(lambda event: _keep(event.value))
    with ui.element("div").classes("content") as content:
        ui.skip_link(texts.SKIP, target=content)
        Text("h1", title)
        page._messages = ui.element("div")
        yield
    if page.name:
        page.watch()
    ui.timer(0.1, lambda: _restore(page), once=True)


class Text(TextElement):
    """An element that holds a text, which is never taken for HTML.

    Parameters
    ----------
    tag : str
        ``h2``, ``p`` …
    text : str
    """

    def __init__(self, tag: str, text: str):
        super().__init__(tag=tag, text=text)


def drawing(smiles: str, width: int = 200, height: int = 140) -> None:
    """Add a ligand's structure; nothing where it cannot be drawn."""
    from bo_loop.report.drawings import draw

    with suppress(DataError):
        ui.html(draw(smiles, width, height))  # a SMILES may carry labels of its own


def _keep(name: str | None) -> None:
    ui.run_javascript(f"localStorage.setItem('bo_loop who', {as_js(name or '')})")


async def _restore(page: Page) -> None:
    try:
        kept = await ui.run_javascript("localStorage.getItem('bo_loop who')", timeout=5.0)
    except TimeoutError:  # the visitor has gone
        return
    if kept and not page._operator.value:
        page._operator.value = str(kept)[:80]


def as_js(value: Any) -> str:
    """Return a value as JavaScript reads it, wherever it stands."""
    return json.dumps(value).replace("<", "\\u003c")


@contextmanager
def _busy(button: ui.button) -> Iterator[None]:
    button.disable()
    try:
        yield
    finally:
        button.enable()


def acting(button: ui.button, action: Callable[[], Awaitable[None]]) -> ui.button:
    """Let a button do something, once at a time."""

    async def act() -> None:
        with _busy(button):
            await action()

    return button.on_click(act)


def fresh(page: Page, task: str) -> Any:
    """Return the result of a job, if nothing was recorded since it was begun; else None."""
    job = page.desk.jobs.of(page.name, task)
    known = job and job.done.is_set() and not job.error and job.mark == page.desk.mark(page.name)
    return job.result if known else None


class Watched:
    """A job's progress on a page, with a button to cancel it.

    Parameters
    ----------
    page : Page
    task : str
    done : callable
        Takes the job when it is over; it is not called on a page that was closed.
    """

    def __init__(self, page: Page, task: str, done: Callable[[Job], Awaitable[None]]):
        self._page, self._task, self._done = page, task, done
        with ui.element("div").props("role=status").classes("said") as self._box:
            self._label = ui.label()
            self._bar = ui.linear_progress(0, show_value=False).props("rounded")
            ui.button(texts.CANCEL, on_click=self._cancel).props("flat dense no-caps")
        self._box.set_visibility(False)
        self._job: Job | None = None
        self._timer = ui.timer(0.4, self._look, active=False)
        job = page.desk.jobs.of(page.name, task)
        if job and not job.done.is_set():
            self.follow(job)

    def begin(self, **arguments: Any) -> None:
        """Begin the job, and follow it."""
        self._page.clear()
        try:
            mark = self._page.desk.mark(self._page.name)
            job = self._page.desk.jobs.begin(self._page.name, self._task, **arguments)
            job.mark = mark
            self.follow(job)
        except BoLoopError as error:
            self._page.say(str(error), "wrong")

    def follow(self, job: Job) -> None:
        """Show how far a job is."""
        self._job = job
        self._page.following.add(self._task)
        self._label.text = texts.WORKING
        self._box.set_visibility(True)
        self._timer.activate()

    def _cancel(self) -> None:
        self._page.desk.jobs.cancel(self._page.name, self._task)

    async def _look(self) -> None:
        job = self._job
        if job is None:
            return
        what, at, total, remark = job.progress
        self._label.text = ", ".join(filter(None, [what or texts.WORKING, remark]))
        self._bar.value = at / total if total else 0.0
        self._bar.props(**{"remove" if total else "add": "indeterminate"})
        if job.done.is_set():
            self._timer.deactivate()
            self._box.set_visibility(False)
            self._job = None
            self._page.note_own()
            self._page.following.discard(self._task)
            for note in job.notes:
                self._page.say(note)
            if job.error:
                self._page.say(str(job.error), "wrong")
            await self._done(job)
