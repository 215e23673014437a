"""The first page."""

import small_campaign

from bo_loop.web import demo, texts


def test_each_campaign_says_where_it_stands(visit, desk, tmp_path):
    campaign = small_campaign.start(tmp_path / "campaigns", name="ended")
    campaign.suggest()
    campaign.log(small_campaign.results(tmp_path, {"A": "9.5", "B": "11.25"}))
    campaign.close()

    async def story(visitor):
        await visitor.open("/")
        await visitor.sees("6 pairs, 1 round, 0 measured", "Waiting for 2 results")
        await visitor.sees("6 pairs, 1 round, 2 measured, closed", "Best: log β 11.25, ligand B")
        await visitor.sees_not(texts.NO_CAMPAIGNS.format(directory=desk.directory))

    visit(story)


def test_the_demo_is_begun_where_it_is_not_there(visit, desk):
    asked = []
    desk.jobs.answer("start", lambda **given: asked.append(given) or {"name": demo.NAME})

    async def story(visitor):
        await visitor.open("/")
        await visitor.sees(texts.DEMO)
        assert [each["name"] for each in asked] == [demo.NAME]
        await visitor.sees(f"There is no campaign {demo.NAME!r}.")  # it was not really begun

    visit(story)


def test_a_campaign_that_cannot_be_read_is_told_and_the_others_are_shown(visit, desk):
    broken = desk.directory / "broken"
    broken.mkdir()
    (broken / "ledger.jsonl").write_text("no ledger\n")

    async def story(visitor):
        await visitor.open("/")
        await visitor.sees("broken", "6 pairs, 1 round, 0 measured")
        assert len(visitor.told()) == 1

    visit(story)
