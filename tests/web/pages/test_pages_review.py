"""Doubts are confirmed row by row."""

from nicegui import ui

from bo_loop import Campaign
from bo_loop.web import texts

RESULTS = "/campaign/small/results"


def test_nothing_is_recorded_before_each_doubt_is_ticked(visit, desk):
    campaign = Campaign.open("small", desk.directory)

    async def story(visitor):
        await visitor.open(RESULTS)
        visitor.types("Ni+2:L1:A", "log_beta", "18")
        visitor.types("Ni+2:L1:B", "log_beta", "19")
        visitor.press(texts.CHECK)
        await visitor.sees("18 where 10.00 ± 1.00 was predicted, 8.0 sd away")
        first, second = visitor.all(ui.checkbox)
        first.value = True
        visitor.press("Record 2 results")
        await visitor.sees(texts.STILL_DOUBTFUL.format(rows="3"))
        assert campaign.measurements().empty
        second.value = True
        visitor.press("Record 2 results")
        await visitor.sees(texts.UNDO)

    visit(story)
    assert campaign.measurements()["log_beta"].tolist() == [18.0, 19.0]


def test_an_empty_table_has_nothing_to_record(visit, desk):
    async def story(visitor):
        await visitor.open(RESULTS)
        visitor.press(texts.CHECK)
        await visitor.sees(texts.NOTHING_TO_RECORD)
        await visitor.sees_not("Record 0 results")

    visit(story)
