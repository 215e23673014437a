"""A table that a visitor sends: chosen by a button, or dropped beside it."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import UploadEventArguments

from bo_loop.data.grids import MAX_FILE_BYTES
from bo_loop.web import texts
from bo_loop.web.desk import plain_file_name
from bo_loop.web.pages.frame import Page

_ENDINGS = ".csv,.xlsx,.parquet"

Take = Callable[[str, bytes], Awaitable[None]]
"""Takes the name of a file, without any folder, and its content."""


def table_upload(page: Page, label: str, take: Take) -> None:
    """Add a place for a table; the next one takes the place of the last.

    Parameters
    ----------
    page : Page
        Where it is said if a file is refused.
    label : str
        Of the button.
    take : Take
    """

    async def taken(event: UploadEventArguments) -> None:
        name = plain_file_name(event.file.name)
        content = await event.file.read()
        said.text = texts.UPLOADED.format(name=name, size=_shown_size(len(content)))
        await take(name, content)

    def refused() -> None:
        page.clear()
        page.say(texts.NOT_UPLOADED.format(endings=_ENDINGS.replace(",", ", ")), "wrong")

    made = ui.upload(
        on_upload=taken, on_rejected=refused, auto_upload=True, max_file_size=MAX_FILE_BYTES
    )
    made.props(f'accept="{_ENDINGS}" flat bordered').classes("upload")
    with made.add_slot("header"), ui.element("div").classes("row-of"):
        button = ui.button(label, icon="upload_file").props("outline no-caps")
        with button:  # the browser's own field for files; a key reaches the button, not the field
            ui.element("q-uploader-add-trigger")
        pick = f'(event) => event.target.matches("input") || runMethod({made.id}, "pickFiles", [])'
        button.on("click", js_handler=pick)
        said = ui.label(texts.OR_DROP).classes("small soft").props("role=status")


def _shown_size(n: int) -> str:
    return f"{n / 1e6:.1f} MB" if n >= 1e6 else f"{max(n, 1000) / 1e3:.0f} kB"
