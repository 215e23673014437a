"""The field for a structure."""

from nicegui import ui

from bo_loop.web import texts


def editor(visitor):
    (place,) = [e for e in visitor.every(ui.element) if "editor" in e.classes]
    return place


def test_what_is_drawn_is_written_and_shown(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/what-if")
        place = editor(visitor)
        assert not place.visible
        visitor.press(texts.DRAW)
        assert place.visible
        visitor.trigger(place, "drawn", "NCCN")
        assert visitor.field(texts.SMILES).value == "NCCN"
        assert len([e for e in visitor.all(ui.html) if "<svg" in e.content]) == 1
        visitor.trigger(place, "drawn", "")
        assert visitor.all(ui.html) == []

    visit(story)


def test_what_is_no_structure_is_told_and_not_used(visit, desk):
    async def story(visitor):
        await visitor.open("/new")
        (radio,) = visitor.all(ui.radio)
        radio.value = "listed"
        visitor.fill(texts.SMILES, "C1CC")
        visitor.press(texts.USE_IT)
        assert visitor.notify.contains("C1CC")
        assert visitor.field(texts.LINES).value == ""

    visit(story)
