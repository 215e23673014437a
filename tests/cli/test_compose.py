from pathlib import Path
from types import SimpleNamespace

import pytest


def test_a_choice_from_a_campaign_folder_is_only_a_name():
    from bo_loop.base.errors import ConfigError
    from bo_loop.cli.compose import _option

    assert _option("log_ei", Path("c")) == "log_ei"
    for evil in ("../evil", "ucb hydra.run.dir=/", "ucb,ei", "${oc.env:HOME}", "/etc/x", ""):
        with pytest.raises(ConfigError, match="not written by bo-loop"):
            _option(evil, Path("c"))


def test_a_setting_from_a_campaign_folder_looks_nothing_up(tmp_path, monkeypatch):
    """An interpolation in it would copy the reader's environment into the ledger."""
    from bo_loop.base.errors import ConfigError
    from bo_loop.campaign.campaign import Campaign
    from bo_loop.cli.compose import _campaign_arguments

    settings = {"batch_size": 1, "seed": 0, "pool": {"include_known": False}}
    groups = {group: {"_target_": "t", "x": "plain"} for group in ("model", "objective")}
    settings |= groups | {"acquisition": {"_target_": "t", "x": ["${oc.env:SECRET}"]}}

    class FromAnywhere:
        path = tmp_path
        record = SimpleNamespace(choices=dict.fromkeys(groups | {"acquisition": {}}, "c"))

        def state(self):
            from bo_loop.campaign.ledger.state import CampaignState

            return CampaignState()

        def settings(self, state):
            return settings

    monkeypatch.setattr(Campaign, "open", lambda *_: FromAnywhere())
    with pytest.raises(ConfigError, match="not written by bo-loop"):
        _campaign_arguments("suggest", ["name=c"])
    settings["acquisition"] = groups["model"]
    assert "++acquisition.x='plain'" in _campaign_arguments("suggest", ["name=c"])


def test_a_verb_runs_where_compute_says_and_is_not_told_of_it(monkeypatch):
    from contextlib import contextmanager

    from bo_loop.base import parallel
    from bo_loop.base.cluster import Dask
    from bo_loop.cli import compose

    @contextmanager
    def session(dask):
        with parallel.using(dask):
            yield

    heard = []
    monkeypatch.setattr(Dask, "session", session)
    monkeypatch.setattr(
        compose, "_function_of", lambda _: lambda config: heard.append((config, parallel.cluster()))
    )
    compose.run("start", ["campaign=nickel_chelators", "compute=dask", "compute.workers=2"])
    compose.run("start", ["campaign=nickel_chelators"])
    compose.run("log", ["name=x", "results=y.csv"])
    assert [where for _, where in heard] == [Dask(workers=2), None, None]
    assert all("compute" not in config for config, _ in heard)
    assert parallel.cluster() is None
