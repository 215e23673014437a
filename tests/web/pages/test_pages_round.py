"""The page of a round."""

from nicegui import ui

from bo_loop import Campaign
from bo_loop.base.errors import FitError
from bo_loop.web import texts


def test_proposals_are_shown_left_out_and_taken_back(visit, desk):
    campaign = Campaign.open("small", desk.directory)

    async def story(visitor):
        await visitor.open("/campaign/small/round")
        await visitor.sees("1. Ni²⁺ + ligand A", "log β 10.00 ± 1.00", "=first.", texts.BAR_NOTE)
        visitor.press(texts.LEAVE_OUT)
        await visitor.sees(texts.RESTORE)
        assert campaign.state().state_of("Ni+2:L1:A") == "withdrawn"
        visitor.press(texts.RESTORE)
        await visitor.sees_not(texts.RESTORE)
        assert campaign.state().state_of("Ni+2:L1:A") == "pending"

    visit(story)


def test_the_next_round_is_asked_for_as_the_page_says(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/round")
        visitor.fill(texts.YOUR_NAME, "Ada")
        visitor.fill(texts.BATCH_SIZE, 1)
        visitor.press(texts.SUGGEST)
        await visitor.sees("1. Ni²⁺ + ligand C")
        await visitor.sees_not("Ni²⁺ + ligand D")
        await visitor.open("/campaign/small/round?number=1")
        await visitor.sees("2. Ni²⁺ + ligand B")

    visit(story)
    assert desk.jobs.asked[-1][1]["options"] == {"batch_size": 1, "operator": "Ada"}


def test_why_there_is_no_round_is_told(visit, desk):
    def fails(**_):
        raise FitError("The model cannot be fitted.")

    desk.jobs.answer("suggest", fails)

    async def story(visitor):
        await visitor.open("/campaign/small/round")
        visitor.fill(texts.ACQUISITION, "ucb")
        visitor.fill("beta", "[")
        visitor.press(texts.SUGGEST)
        await visitor.sees("ucb: beta cannot be read: '['.")
        assert desk.jobs.asked == []
        visitor.fill("beta", "4")
        visitor.press(texts.SUGGEST)
        await visitor.sees("The model cannot be fitted.")
        (_, arguments) = desk.jobs.asked[0]
        assert arguments["options"]["acquisition"]["beta"] == 4

    visit(story)


def test_a_closed_campaign_has_nothing_to_ask_for(visit, desk):
    Campaign.open("small", desk.directory).close()

    async def story(visitor):
        await visitor.open("/campaign/small/round")
        await visitor.sees(texts.IS_CLOSED, "1. Ni²⁺ + ligand A")
        assert texts.SUGGEST not in [button.text for button in visitor.all(ui.button)]

    visit(story)
