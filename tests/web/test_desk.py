import asyncio
import os
import shutil

import pytest
import small_campaign

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.web.desk import Desk, plain_file_name


@pytest.fixture
def desk(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch)
    small_campaign.start(tmp_path)
    return Desk(tmp_path)


def test_campaigns_are_listed_last_touched_first(desk, tmp_path):
    shutil.copytree(tmp_path / "small", tmp_path / "older")
    os.utime(tmp_path / "older" / "ledger.jsonl", (0, 0))
    (tmp_path / "no campaign").mkdir()
    assert desk.names() == ["small", "older"]
    assert desk.has("small")
    assert not desk.has("no campaign")
    assert Desk(tmp_path / "nowhere").names() == []


@pytest.mark.parametrize("name", ["../small", "a/b", "", ".", "a\x00b"])
def test_a_name_leads_nowhere_else(desk, name):
    with pytest.raises(CampaignError):
        desk.path(name)


def test_the_mark_changes_with_the_ledger(desk):
    before = desk.mark("small")
    asyncio.run(desk.ask("small", lambda campaign: campaign.suggest()))
    assert desk.mark("small") != before
    assert desk.mark("") == desk.mark("absent") == (0, 0)


def test_a_campaign_is_opened_once_and_again_if_another_took_its_place(desk, tmp_path):
    async def both():
        return [await desk.ask("small", lambda campaign: campaign) for _ in range(2)]

    one, other = asyncio.run(both())
    assert one is other
    shutil.move(tmp_path / "small", tmp_path / "gone")
    shutil.copytree(tmp_path / "gone", tmp_path / "small", copy_function=shutil.copyfile)
    assert asyncio.run(desk.ask("small", lambda campaign: campaign)) is not one
    with pytest.raises(CampaignError, match="There is no campaign"):
        asyncio.run(desk.ask("absent", lambda campaign: campaign.state()))


def test_one_at_a_time_for_each_campaign(desk):
    inside, most = [], []

    def work(campaign):
        inside.append(1)
        most.append(len(inside))
        campaign.status()
        inside.pop()

    async def many():
        await asyncio.gather(*(desk.ask("small", work) for _ in range(8)))

    asyncio.run(many())
    assert most == [1] * 8


def test_errors_of_what_is_asked_come_back(desk):
    def fails(campaign):
        raise DataError("no")

    with pytest.raises(DataError, match="no"):
        asyncio.run(desk.ask("small", fails))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\lab\\results.xlsx", "results.xlsx"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "table"),
        (None, "None"),
        ("..", "table"),
        ("x" * 300 + ".csv", "x" * 80 + ".csv"),
    ],
)
def test_names_of_uploads(name, plain):
    assert plain_file_name(name) == plain
