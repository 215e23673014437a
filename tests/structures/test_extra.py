import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.structures.extra import structures_package


def test_a_package_that_is_there_is_imported():
    assert structures_package("json").dumps({}) == "{}"


def test_a_missing_package_is_named_with_the_extra():
    with pytest.raises(ConfigError, match=r"nowhere_at_all is not.*'bo-loop\[structures\]'"):
        structures_package("nowhere_at_all")
