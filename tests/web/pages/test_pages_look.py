"""Figures: asked for once, shown until something is recorded."""

from nicegui import ui
from shown_figures import CALIBRATION, MODEL, PROGRESS, SPACE, STAGE, WATER

from bo_loop import Campaign
from bo_loop.web import plots, texts

NOTHING = dict.fromkeys(["progress", "calibration", "model", "space", "water"])
ALL = {
    "progress": [PROGRESS],
    "calibration": [CALIBRATION | {"words": "Of 2 results", "errors": [0.5, -1.0]}],
    "model": {"parities": [MODEL], "words": "left out", "stages": [STAGE]},
    "space": SPACE,
    "water": WATER | {"words": "in water"},
}


def test_what_is_not_there_yet_says_why(visit, desk):
    desk.jobs.answer("look", lambda path: NOTHING)

    async def story(visitor):
        await visitor.open("/campaign/small/look")
        await visitor.sees(*texts.NOTHING_YET.values())
        assert visitor.all(ui.plotly) == []

    visit(story)


def test_figures_are_made_once_for_what_the_ledger_holds(visit, desk):
    desk.jobs.answer("look", lambda path: plots.figures(ALL))

    async def story(visitor):
        await visitor.open("/campaign/small/look")
        await visitor.sees("Of 2 results", "left out", "in water")
        assert len(visitor.all(ui.plotly)) == 7
        await visitor.open("/campaign/small/look")
        assert len(desk.jobs.asked) == 1
        Campaign.open("small", desk.directory).withdraw("Ni+2:L1:B")
        await visitor.open("/campaign/small/look")
        assert len(desk.jobs.asked) == 2

    visit(story)


def test_the_report_has_a_link_when_it_is_written(visit, desk):
    desk.jobs.answer("look", lambda path: NOTHING)
    desk.jobs.answer("report", lambda path: {"path": path})

    async def story(visitor):
        await visitor.open("/campaign/small/look")
        visitor.press(texts.WRITE_REPORT)
        visitor.navigate.to = lambda target, new_tab: None  # not a page of the simulation
        await visitor.sees(texts.OPEN_REPORT)
        (link,) = [link for link in visitor.all(ui.link) if link.text == texts.OPEN_REPORT]
        assert link.props["href"] == "/files/small/report.html"

    visit(story)


def test_a_dot_of_the_map_shows_its_ligand(visit, desk):
    found = plots.figures({"space": SPACE | {"ligand": ["EDTA", ""]}})
    desk.jobs.answer("look", lambda path: NOTHING | found)

    async def story(visitor):
        await visitor.open("/campaign/small/look")
        await visitor.sees(texts.SPACE_HINT)
        (plot,) = visitor.all(ui.plotly)
        for customdata, name in ((0, "EDTA"), (1, "CC")):
            points = {"points": [{"customdata": customdata}]}
            visitor.trigger(plot, "plotly_hover", points)
            await visitor.sees(name)
        beside = {"points": [{"customdata": 7}]}
        visitor.trigger(plot, "plotly_click", beside)
        await visitor.sees("CC")

    visit(story)
