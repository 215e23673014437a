"""Campaigns that cost nothing, made once and copied: starting one and its first round take long."""

import pytest
import small_campaign


@pytest.fixture(scope="session")
def small_template(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        small_campaign.cheapen(patch)
        return small_campaign.measured(tmp_path_factory.mktemp("small"))


@pytest.fixture
def small(small_template, tmp_path, monkeypatch):
    """A campaign to be changed: 1 started, 2 proposed A and B, 3 measured A."""
    small_campaign.cheapen(monkeypatch)
    return small_campaign.copy(small_template, tmp_path / "small")
