"""What was recorded is corrected, voided, undone."""

import pytest
import small_campaign
from nicegui import ui

from bo_loop import Campaign
from bo_loop.web import texts
from bo_loop.web.pages import corrections


@pytest.fixture
def campaign(desk, tmp_path):
    made = Campaign.open("small", desk.directory)
    made.log(small_campaign.results(tmp_path, {"A": "9.5", "B": "9.75"}))
    return made


def test_a_result_is_corrected_and_what_is_doubtful_has_to_be_confirmed(visit, campaign):
    async def story(visitor):
        await visitor.open("/campaign/small/results")
        await visitor.sees("Ni²⁺ + ligand B", "log β 9.75", "10.00 ± 1.00")
        visitor.press(texts.CORRECT)
        await visitor.sees("Ni²⁺ + ligand B: log β 9.75")
        visitor.fill("New log β", "19,5")
        visitor.fill(texts.REASON, "a slip of the pen")
        change = max((b for b in visitor.all(ui.button) if b.text == texts.CORRECT),
                     key=lambda b: b.id)  # fmt: skip
        visitor.click(change)
        await visitor.sees("9.5 sd away")  # in the dialog, which keeps what was typed
        assert visitor.field("New log β").value == "19,5"
        assert campaign.measurements()["log_beta"].tolist() == [9.5, 9.75]
        (box,) = visitor.all(ui.checkbox)
        box.value = True
        visitor.click(change)
        await visitor.sees("log β 19.5")

    visit(story)
    assert campaign.measurements()["log_beta"].tolist() == [9.5, 19.5]


def test_a_result_is_voided_and_a_log_undone(visit, campaign):
    async def story(visitor):
        await visitor.open("/campaign/small/results")
        visitor.press(texts.CORRECT)
        visitor.press(texts.VOID)
        await visitor.sees_not("log β 9.75")
        assert campaign.measurements()["log_beta"].tolist() == [9.5]
        visitor.press(texts.UNDO)
        await visitor.sees(texts.NO_RESULTS)

    visit(story)
    assert campaign.measurements().empty


def test_a_result_at_a_pH_can_only_be_voided(visit, campaign):
    row = {"name": "Ni²⁺ + A", "result": "log K′ 8 at pH 7", "quantity": "log_K_cond", "seq": 3}

    async def story(visitor):
        await visitor.open("/campaign/small/history")
        with visitor:
            corrections._dialog(None, row, "log β")
        buttons = [button.text for button in visitor.all(ui.button)]
        assert texts.VOID in buttons
        assert texts.CORRECT not in buttons
        await visitor.sees_not("New log β")

    visit(story)
