import hashlib

import pytest
from small_campaign import CONFIG, cheapen, start

from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.campaign import starting
from bo_loop.campaign.ledger.ledger import Ledger, read


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    cheapen(monkeypatch)


def test_the_first_event_says_what_was_sealed(tmp_path):
    path = start(tmp_path).path
    (event,) = read(path / "ledger.jsonl").events
    assert event.event == "started"
    assert (event.data["name"], event.data["n_observations"], event.data["n_pool"]) == (
        "small", 1, 6,
    )  # fmt: skip
    for name, digest in event.data["sealed"].items():
        assert hashlib.sha256((path / name).read_bytes()).hexdigest() == digest
    assert {"bo-loop", "torch", "rdkit"} <= set(event.data["versions"])


def test_a_taken_name_is_refused_and_says_how_to_go_on(tmp_path):
    start(tmp_path)
    with pytest.raises(
        CampaignError, match=r"exists already. Go on with bo-loop suggest name=small"
    ):
        start(tmp_path)


@pytest.mark.parametrize("error", [CampaignError("disk full"), KeyboardInterrupt()])
def test_a_start_that_breaks_off_leaves_nothing(tmp_path, monkeypatch, error):
    def broken(*_):
        raise error

    monkeypatch.setattr(Ledger, "append", broken)
    with pytest.raises(type(error)):
        start(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(starting, "prepare", broken)
    with pytest.raises(type(error)):
        start(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_option_that_nobody_asked_for_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"no use for \['max_denticity'\]"):
        start(tmp_path, max_denticity=6)
    assert CONFIG["name"] == "small"
    assert list(tmp_path.iterdir()) == []
