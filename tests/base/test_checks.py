import pytest

from bo_loop.base.checks import require_count, require_number
from bo_loop.base.errors import ConfigError


@pytest.mark.parametrize("value", [1, True, 2.0, "3", None])
def test_counts_that_are_refused(value):
    with pytest.raises(ConfigError, match=rf"rows is {value!r}: .* whole number of at least 2\."):
        require_count("rows", value, 2)


def test_counts_that_are_taken():
    require_count("rows", 2, 2)
    require_count("rows", None, 2, optional=True)
    with pytest.raises(ConfigError, match="at least 2, or null for no limit"):
        require_count("rows", 1, 2, optional=True)


@pytest.mark.parametrize("value", [0.0, 1.5, float("nan"), float("inf"), False, "1", None])
def test_numbers_that_are_refused(value):
    with pytest.raises(ConfigError, match=rf"r is {value!r}: .* a number above 0, of at most 1\."):
        require_number("r", value, above=0.0, most=1.0)


def test_numbers_that_are_taken():
    require_number("r", 1, above=0.0, most=1.0)
    require_number("r", 0.0, least=0.0)
    require_number("r", -1e9)
