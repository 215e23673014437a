import pytest

from bo_loop.base import folders
from bo_loop.base.errors import CampaignError, DataError


@pytest.mark.parametrize(
    "name", ["nickel_chelators", "ニッケル-2", "Énergie libre", "a", "x" * 80, "console", "nul-1"]
)
def test_names_of_folders_are_taken(name):
    assert folders.safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("../x", "cannot hold"),
        ("a/b", "cannot hold"),
        ("a\\b", "cannot hold"),
        ("C:", "cannot hold"),
        ("a\nb", "cannot hold"),
        ("a\x00", "cannot hold"),
        ("a\u202eb", "cannot hold"),
        ("..", "holds '..'"),
        ("a..b", "holds '..'"),
        (".hidden", "begins with a dot"),
        (" a", "begins or ends with a space"),
        ("a.", "ends with a dot"),
        ("CON", "is what Windows calls a device"),
        ("nul", "is what Windows calls a device"),
        ("aux.txt", "is what Windows calls a device"),
        ("Com1 .tar.gz", "is what Windows calls a device"),
        ("LPT²", "is what Windows calls a device"),
        ("x" * 81, "is longer than 80"),
        ("𠀀" * 61, "240 bytes"),
    ],
)
def test_names_that_are_no_folder_are_refused(name, reason):
    with pytest.raises(CampaignError) as caught:
        folders.safe_name(name)
    assert reason in str(caught.value)
    assert "for example" in str(caught.value)


def test_a_folder_that_holds_something_is_not_new(tmp_path):
    folders.require_new(tmp_path, "out")
    folders.require_new(tmp_path / "missing", "out")
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(DataError, match="not an empty folder; give a new one as out"):
            folders.require_new(path, "out")


def test_a_readable_part_of_a_name():
    assert folders.readable("Cu+2 / [18]aneN6: β") == "Cu-2-18-aneN6-β"
    assert folders.readable("x" * 100) == "x" * 80
