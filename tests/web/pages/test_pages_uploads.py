"""A table that is sent: taken under a plain name, or refused with the reason."""

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload

from bo_loop.web.pages.uploads import table_upload


def test_a_file_is_taken_without_its_folder_and_refusals_are_told(visit, desk):
    taken, said = [], []

    class Page:
        def clear(self):
            said.clear()

        def say(self, text, kind):
            said.append((text, kind))

    async def take(name, content):
        taken.append((name, content))

    async def story(visitor):
        await visitor.open("/new")
        with visitor:
            table_upload(Page(), "The table", take)
        upload = visitor.every(ui.upload)[-1]
        file = SmallFileUpload("..\\..\\ä\x00.csv", "text/csv", b"1" * 2_500_000)
        await upload.handle_uploads([file])
        await visitor.sees("ä.csv (2.5 MB) is here.")
        visitor.trigger(upload, "rejected")
        await visitor.goes_on()

    visit(story)
    assert [(name, len(content)) for name, content in taken] == [("ä.csv", 2_500_000)]
    assert [kind for _, kind in said] == ["wrong"]
    assert ".xlsx" in said[0][0]
