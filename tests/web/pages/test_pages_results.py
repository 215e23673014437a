"""Results: typed, pasted, uploaded, brought back; nothing is recorded before it is said."""

import re

import pandas as pd
import pytest
import small_campaign
from nicegui import ui

from bo_loop import Campaign
from bo_loop.campaign import known
from bo_loop.web import texts

RESULTS = "/campaign/small/results"


@pytest.fixture
def campaign(desk):
    return Campaign.open("small", desk.directory)


def pasted(visitor, text, row=0, column="log_beta"):
    (grid,) = visitor.all(ui.aggrid)
    data = {"text": text, "row": row, "column": column}
    visitor.trigger(grid.parent_slot.parent, "paste", data)


def test_what_labs_type_is_read_checked_and_recorded(visit, campaign):
    async def story(visitor):
        await visitor.open(RESULTS)
        visitor.fill(texts.YOUR_NAME, "Ada")
        visitor.types("Ni+2:L1:A", "log_beta", "9,5 ± 0.2")
        await visitor.sees("Ni²⁺ + ligand A: read as 9.5, sd 0.2")
        visitor.types("Ni+2:L1:B", "log_beta", ">10")
        visitor.types("not a pair", "log_beta", "1")
        visitor.press(texts.CHECK)
        await visitor.sees("Record 2 results", "9.50 ± 0.20", "> 10.00")
        assert campaign.measurements().empty
        visitor.press("Record 2 results")
        await visitor.sees(texts.NOTHING_WAITS_YET, "Ada")

    visit(story)
    found = campaign.measurements()
    assert found["log_beta"].tolist() == [9.5, 10.0]
    assert found["censoring"].tolist() == ["none", "lower"]


def test_what_was_checked_is_not_recorded_once_something_else_is_typed(visit, campaign):
    async def story(visitor):
        await visitor.open(RESULTS)
        visitor.types("Ni+2:L1:A", "log_beta", "9.5")
        visitor.press(texts.CHECK)
        await visitor.sees("Record 1 result")
        visitor.types("Ni+2:L1:A", "log_beta", "9.6")
        await visitor.sees_not("Record 1 result")

    visit(story)


def test_a_value_that_is_none_is_told_with_its_row(visit, campaign):
    async def story(visitor):
        await visitor.open(RESULTS)
        visitor.types("Ni+2:L1:B", "log_beta", "twelve")
        visitor.press(texts.CHECK)
        await visitor.sees("row 3, log_beta: 'twelve'")
        assert "Nothing was recorded" in visitor.told()[0]

    visit(story)


def test_a_column_is_pasted_onto_a_cell_and_a_table_anywhere(visit, campaign):
    async def story(visitor):
        await visitor.open(RESULTS)
        pasted(visitor, "9,5\t0.1\r\n8.25\t\r\n7\r\n")  # the third row finds no pair
        await visitor.sees("Ni²⁺ + ligand B: read as 8.25")
        visitor.press(texts.CHECK)
        await visitor.sees("9.50 ± 0.10", "Record 2 results")
        pasted(visitor, "ligand\tmetal\tlog_beta\nligand F\tNi+2\t9.75")
        await visitor.sees("Ni²⁺ + ligand F", "Record 1 result")
        pasted(visitor, "  \n")

    visit(story)


def test_a_table_is_uploaded_and_another_takes_its_place(visit, campaign):
    from nicegui.elements.upload_files import SmallFileUpload

    async def story(visitor):
        await visitor.open(RESULTS)
        (upload,) = [e for e in visitor.every(ui.upload)]
        wrong, right = b"a,b\n1,2\n", b"pair_id,log_beta\nNi+2:L1:A,9.5\n"
        await upload.handle_uploads([SmallFileUpload("wrong.csv", "text/csv", wrong)])
        await visitor.sees("wrong.csv: missing columns")
        await upload.handle_uploads([SmallFileUpload("../right.csv", "text/csv", right)])
        await visitor.sees("Record 1 result")
        assert visitor.told() == []
        visitor.press("Record 1 result")
        await visitor.sees(texts.UNDO)

    visit(story)
    assert campaign.measurements()["log_beta"].tolist() == [9.5]


def test_what_was_typed_is_brought_back(visit, campaign):
    async def story(visitor):
        draft = {"Ni+2:L1:A": {"log_beta": "9.5", "no column": "x"}, "gone": {"log_beta": "1"}}
        visitor.javascript_rules = {re.compile(r"JSON\.parse"): lambda _: draft}
        await visitor.open(RESULTS)
        await visitor.sees(texts.RESTORED)
        visitor.press(texts.CHECK)
        await visitor.sees("Record 1 result")

    visit(story)


def test_what_is_typed_at_once_is_not_replaced_by_an_older_draft(visit, campaign):
    async def story(visitor):
        draft = {"Ni+2:L1:A": {"log_beta": "1"}}
        visitor.javascript_rules = {re.compile(r"JSON\.parse"): lambda _: draft}
        await visitor.open(RESULTS)
        visitor.types("Ni+2:L1:A", "log_beta", "9.5")
        visitor.press(texts.CHECK)
        await visitor.sees("Record 1 result", "9.50")
        await visitor.goes_on()
        await visitor.sees("Record 1 result", "9.50")

    visit(story)


def test_known_constants_can_play_the_laboratory(visit, desk, monkeypatch):
    answers = pd.Series({"Ni+2:L1:A": 9.5, "Ni+2:L1:B": 10.25})
    monkeypatch.setattr(known, "known_answers", lambda campaign: answers)
    pool = {"_target_": "bo_loop.data.KnownPairs", "data": {}, "include_known": False}
    small_campaign.start(desk.directory, name="played", pool=pool).suggest()

    async def story(visitor):
        await visitor.open("/campaign/played/results")
        visitor.press(texts.TAKE_KNOWN)
        await visitor.goes_on()
        visitor.press(texts.CHECK)
        await visitor.sees("10.25", "Record 2 results")

    visit(story)
