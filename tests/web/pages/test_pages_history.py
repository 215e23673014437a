"""The ledger as a table; the record is verified, a campaign closed and reopened."""

from nicegui import ui

from bo_loop import Campaign
from bo_loop.web import texts


def test_who_did_what_the_last_first(visit, desk):
    Campaign.open("small", desk.directory).withdraw("Ni+2:L1:B", operator="Ada")

    async def story(visitor):
        await visitor.open("/campaign/small/history")
        (grid,) = visitor.all(ui.aggrid)
        rows = grid.options["rowData"]
        assert [row["event"] for row in rows] == ["withdrawn", "proposed", "proposed", "started"]
        assert rows[0]["who"] == "Ada"
        assert rows[0]["pair"] == "Ni²⁺ + ligand B"
        assert rows[1]["predicted"] == "10.00 ± 1.00"

    visit(story)


def test_the_record_is_verified(visit, desk):
    async def story(visitor):
        await visitor.open("/campaign/small/history")
        visitor.press(texts.VERIFY)
        await visitor.sees("The record holds in all")
        pool = desk.directory / "small" / "pool.parquet"
        pool.write_bytes(pool.read_bytes() + b"x")
        visitor.press(texts.VERIFY)
        await visitor.sees("pool.parquet")

    visit(story)


def test_a_campaign_is_closed_and_reopened(visit, desk):
    campaign = Campaign.open("small", desk.directory)

    async def story(visitor):
        await visitor.open("/campaign/small/history")
        visitor.press(texts.CLOSE_CAMPAIGN)
        await visitor.sees(texts.REOPEN)
        assert campaign.state().closed_seq
        visitor.press(texts.REOPEN)
        await visitor.sees(texts.CLOSE_CAMPAIGN)
        assert not campaign.state().closed_seq

    visit(story)
