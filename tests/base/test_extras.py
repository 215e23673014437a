import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.base.extras import optional


def test_an_installed_package_is_imported():
    assert optional("lab", "json").dumps({}) == "{}"


@pytest.mark.parametrize("extra", ["app", "dask", "lab", "structures"])
def test_a_missing_one_is_said_with_the_way_to_install_it(extra):
    with pytest.raises(ConfigError, match=rf"nowhere_at_all is not .*'bo-loop\[{extra}\]'"):
        optional(extra, "nowhere_at_all")
