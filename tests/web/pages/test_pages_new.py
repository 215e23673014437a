"""The form of a new campaign."""

from pathlib import Path

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload

from bo_loop.web import texts
from bo_loop.web.wanted import LISTED, UPLOADED


def filled(visitor, **more):
    for label, value in {texts.NAME: "new_one", texts.METALS: "Ni2+", **more}.items():
        visitor.fill(label, value)


def listed(visitor, kind=LISTED):
    (radio,) = visitor.all(ui.radio)
    radio.value = kind


def test_a_name_that_leads_out_is_refused(visit, desk):
    async def story(visitor):
        await visitor.open("/new")
        visitor.press(texts.START)
        await visitor.sees(texts.NO_METAL)
        filled(visitor, **{texts.NAME: "../escape"})
        visitor.press(texts.START)
        await visitor.sees("The campaign name '../escape' is refused")

    visit(story)
    assert desk.jobs.asked == []


def test_a_pool_is_shown_before_it_is_sealed(visit, desk):
    async def story(visitor):
        await visitor.open("/new")
        filled(visitor, **{texts.N_LIGANDS: "1, 2"})
        listed(visitor)
        visitor.fill(texts.LINES, "EDTA\nmine; NCC(=O)O\nwrong")
        visitor.press(texts.PREVIEW)
        await visitor.sees("line 3: 'wrong'")
        visitor.fill(texts.LINES, "EDTA\nmine; NCC(=O)O")
        visitor.press(texts.PREVIEW)
        await visitor.sees("3 pairs of 2 ligands", "denticity 6; donors: 2 N, 4 O", "mine")

    visit(story)


def test_it_starts_with_what_was_filled_in(visit, desk):
    desk.jobs.answer("start", lambda name, directory, given: {"name": "small"})

    async def story(visitor):
        await visitor.open("/new")
        filled(visitor, **{texts.WISH: "conditional", "pH": "7.4", texts.BATCH_SIZE: 3})
        listed(visitor, UPLOADED)
        tables = {texts.TABLE: "ligands.csv", texts.LITERATURE: "lit.csv", texts.ACIDS: "pka.csv"}
        for upload, name in zip(visitor.every(ui.upload), tables.values(), strict=True):
            await upload.handle_uploads([SmallFileUpload(name, "text/csv", name.encode())])
        await visitor.goes_on()
        visitor.press(texts.START)
        await visitor.sees("1. Ni²⁺ + ligand A")  # the page of the campaign

    visit(story)
    asked = desk.jobs.asked[0][1]
    assert (asked["name"], asked["directory"]) == ("new_one", str(desk.directory))
    given = asked["given"]
    assert (given["objective"]["pH"], given["batch_size"]) == (7.4, 3)
    kept = (given["pool"]["path"], given["data"]["path"], given["data"]["protonation"])
    assert [Path(path).read_text() for path in kept] == ["ligands.csv", "lit.csv", "pka.csv"]
    assert given["data"]["curation"]["quarantine_only"] is True


def test_a_drawing_becomes_a_line(visit, desk):
    async def story(visitor):
        await visitor.open("/new")
        listed(visitor)
        visitor.fill(texts.LINES, "EDTA\n")
        visitor.fill(texts.SMILES, "OC(=O)CN")
        visitor.press(texts.USE_IT)
        await visitor.goes_on()
        assert visitor.field(texts.LINES).value == "EDTA\nNCC(=O)O"

    visit(story)
