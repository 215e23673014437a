"""What all pages share."""

import json
import re

import pytest
from nicegui import ui

from bo_loop import Campaign
from bo_loop.web import texts
from bo_loop.web.pages.frame import address, as_js


def test_no_value_ends_a_script():
    text = "</script><!--\u2028\"'"
    assert "<" not in as_js(text)
    assert json.loads(as_js(text)) == text


def test_an_address_holds_any_name():
    assert address("a b/ü", "pool") == "/campaign/a%20b%2F%C3%BC/pool"


@pytest.mark.parametrize("name", ["absent", "a%00b", "~", "a b"])
def test_a_campaign_that_is_not_there_is_told(visit, name):
    async def story(visitor):
        await visitor.open(f"/campaign/{name}/round")
        assert len(visitor.told()) == 1
        assert texts.SUGGEST not in [button.text for button in visitor.all(ui.button)]

    visit(story)


def test_what_somebody_else_records_is_told(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/results")
        await visitor.goes_on()
        Campaign.open("small", desk.directory).withdraw("Ni+2:L1:B", operator="Ada")
        await visitor.sees("Something was recorded meanwhile", "Ada: withdrawn")
        visitor.press(texts.SHOW)
        await visitor.sees_not("Something was recorded meanwhile")

    visit(story)


def test_what_is_recorded_here_is_no_news(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/round")
        visitor.press(texts.LEAVE_OUT)
        await visitor.sees(texts.RESTORE)
        await visitor.goes_on(1.2)
        await visitor.sees_not("Something was recorded meanwhile")

    visit(story)


def test_the_name_of_who_works_here_is_kept_by_the_browser(visit, desk):
    async def story(visitor):
        visitor.javascript_rules = {re.compile("localStorage.getItem"): lambda _: "Ada" * 100}
        await visitor.open("/")
        await visitor.goes_on()
        assert visitor.field(texts.YOUR_NAME).value == ("Ada" * 100)[:80]

    visit(story)


def test_work_goes_on_when_the_page_is_loaded_again_and_can_be_cancelled(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/pool")
        visitor.press(texts.RANK)  # which never ends here
        job = desk.jobs.of("small", "rank")
        job.progress = ("ranking", 1, 4, "the first pairs")
        await visitor.open("/campaign/small/pool")
        await visitor.sees("ranking, the first pairs")
        (bar,) = visitor.all(ui.linear_progress)
        assert bar.value == 0.25
        visitor.press(texts.RANK)
        await visitor.sees(texts.UNDER_WAY.format(task="rank"))
        visitor.press(texts.CANCEL)
        assert job.cancelled
        job.done.set()
        job.error, job.notes = None, ["one thing was noted"]
        job.result = {"rows": [], "total": 0, "reference": "", "measured": "", "quantity": ""}
        await visitor.sees("one thing was noted")

    visit(story)
