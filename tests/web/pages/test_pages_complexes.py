"""Complexes on the page of a round."""

from nicegui import ui

from bo_loop.base.errors import ConfigError
from bo_loop.web import texts

SHOWN = {
    "name": "Ni²⁺ + ligand A",
    "drawn": "{}",
    "warnings": ["It does not fit."],
    "words": "Far.",
}


def test_a_complex_is_built_and_shown(visit, desk):
    desk.jobs.answer("structure", lambda **_: SHOWN)

    async def story(visitor):
        await visitor.open("/campaign/small/round")
        await visitor.sees("1. Ni²⁺ + ligand A")
        visitor.click(next(b for b in visitor.all(ui.button) if b.text == texts.IN_3D))
        await visitor.sees("It does not fit.", "Far.", texts.IN_3D_HINT)

    visit(story)
    task, arguments = desk.jobs.asked[-1]
    assert task == "structure"
    assert arguments["pair_id"] == "Ni+2:L1:A"
    assert arguments["name"] == "Ni²⁺ + ligand A"


def test_without_the_extra_one_sentence_says_so(visit, desk):
    def missing(**_):
        raise ConfigError("The package tblite is not installed.")

    desk.jobs.answer("structure", missing)

    async def story(visitor):
        await visitor.open("/campaign/small/round")
        await visitor.sees("1. Ni²⁺ + ligand A")
        visitor.click(next(b for b in visitor.all(ui.button) if b.text == texts.IN_3D))
        await visitor.sees("The package tblite is not installed.", texts.LEAVE_OUT)

    visit(story)
