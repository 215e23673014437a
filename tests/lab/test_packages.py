import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.lab.packages import lab_package


def test_a_package_that_is_there_is_imported():
    assert lab_package("json").dumps({}) == "{}"


def test_a_missing_package_is_named_with_the_extra():
    with pytest.raises(ConfigError, match=r"nowhere_at_all is not installed.*'bo-loop\[lab\]'"):
        lab_package("nowhere_at_all")
