import pytest

from bo_loop.base.errors import BoLoopError, CampaignError, ConfigError, DataError, FitError


@pytest.mark.parametrize("kind", [CampaignError, ConfigError, DataError, FitError])
def test_all_are_caught_as_one(kind):
    with pytest.raises(BoLoopError, match="what is wrong"):
        raise kind("what is wrong")


def test_every_bad_row_is_a_line_of_the_message():
    error = DataError("2 rows cannot be used.", ["row 2: no metal", "row 5: no ligand"])
    assert str(error) == "2 rows cannot be used.\n  - row 2: no metal\n  - row 5: no ligand"
    assert error.problems == ("row 2: no metal", "row 5: no ligand")
    assert str(DataError("No rows.")) == "No rows."
