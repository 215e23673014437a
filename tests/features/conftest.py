import pytest


@pytest.fixture(autouse=True, scope="package")
def descriptor_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache; one folder serves the whole folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BO_LOOP_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
