import shutil

import pytest
from small_memory import cut

from bo_loop.base.errors import CampaignError, DataError
from bo_loop.library import shelf


@pytest.fixture
def shelves(monkeypatch, tmp_path):
    monkeypatch.setenv(shelf.ENVIRONMENT_VARIABLE, str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def test_a_memory_is_added_found_and_checked(folder, shelves):
    assert shelf.add(folder) == [shelves / "small"]
    assert shelf.find("small") == shelf.find("library:small") == shelves / "small"
    assert "small" in [one.name for one in shelf.listed()]
    assert {problem for _, problem in shelf.verify(shelves / "small")} == {""}
    with pytest.raises(DataError, match="already"):
        shelf.add(folder)
    cut("pairs.parquet")(shelves / "small")
    assert [what for what, problem in shelf.verify(shelves / "small") if problem] == [
        "pairs.parquet"
    ]


def test_all_of_a_folder_are_added_or_none(folder, sent, shelves, tmp_path):
    both = tmp_path / "both"
    shutil.copytree(folder, both / "one")
    shutil.copytree(sent, both / "two")
    cut("pairs.parquet")(both / "two")
    with pytest.raises(CampaignError, match="SHA-256"):
        shelf.add(both)
    assert not shelves.exists()


def test_what_is_not_there_is_named(shelves):
    with pytest.raises(DataError, match="no model 'gold' in the library"):
        shelf.find("gold")
