import pytest
from small_campaign import CONFIG

from bo_loop.acquisition import UCB, LogEI
from bo_loop.base.errors import ConfigError
from bo_loop.campaign.settings import (
    as_nodes,
    changed,
    check_lasting,
    check_round,
    check_targets,
    check_values,
    with_overrides,
)

LOG_EI = {"_target_": "bo_loop.acquisition.LogEI"}


def test_of_the_pool_what_is_not_overridden_stays():
    settings = {"seed": 0, "pool": {"include_known": False, "generated": True}}
    found = with_overrides(settings, {"seed": 3, "pool": {"include_known": True}})
    assert found == {"seed": 3, "pool": {"include_known": True, "generated": True}}
    assert settings["pool"]["include_known"] is False


def test_groups_become_nodes_and_numbers_stay():
    assert as_nodes({"seed": 3, "acquisition": UCB(beta=2.0)}) == {
        "seed": 3,
        "acquisition": as_nodes({"acquisition": UCB(beta=2.0)})["acquisition"],
    }
    assert as_nodes({"acquisition": LogEI()})["acquisition"]["_target_"] == LOG_EI["_target_"]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"data": {}}, "data cannot be set for a round"),
        ({"pool": {"metals": [], "include_known": True}}, r"^pool\.metals cannot be set"),
        ({"seed": True}, "seed is True; it must be a whole number from 0"),
        ({"batch_size": 2.0}, "batch_size is 2.0; it must be a whole number from 1"),
        ({"pool": {"max_generated_share": 1.5}}, "max_generated_share is 1.5"),
        ({"pool": {"generated": "yes"}}, "generated is 'yes': it must be true or false"),
    ],
)
def test_what_a_round_does_not_take(overrides, words):
    with pytest.raises(ConfigError, match=words):
        check_round(overrides)


def test_what_a_round_takes():
    check_round({"seed": 7, "batch_size": 1, "acquisition": LOG_EI, "pool": {"generated": False}})
    check_lasting({"batch_size": 6, "acquisition": LOG_EI})
    check_values({key: value for key, value in CONFIG.items() if key != "name"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Nothing cannot be changed for good"),
        ({"seed": 3}, "seed cannot be changed for good"),
        ({"pool": {"include_known": True}}, "pool cannot be changed for good"),
        ({"acquisition": {"_target_": "bo_loop.acquisition.Maximise"}}, "not a valid acquisition"),
    ],
)
def test_what_cannot_be_changed_for_good(changes, words):
    with pytest.raises(ConfigError, match=words):
        check_lasting(changes)


@pytest.mark.parametrize(
    "node",
    [
        {"_target_": "os.system"},
        {"_target_": "bo_loop.data.Csv", "path": "/etc/passwd"},
        LOG_EI | {"inner": [{"deep": {"_target_": "bo_loop.base.files.cut"}}]},
    ],
)
def test_nothing_but_what_computes_is_built_however_deep(node):
    for group in ("model", "objective", "acquisition"):
        with pytest.raises(ConfigError, match=f"{group}: _target_ .* is refused"):
            check_targets({group: node})
    check_targets({"data": node})  # read at the start only, by whoever started it


def test_what_was_changed_is_told_as_it_is_typed():
    maximise = {"_target_": "bo_loop.acquisition.Maximise", "constraints": [], "tolerance": 0.1}
    before = {"batch_size": 5, "model": {}, "objective": maximise, "acquisition": LOG_EI}
    ucb = {"_target_": "bo_loop.acquisition.UCB", "beta": 2.5, "max_per_ligand": None}
    limit = "log_beta(Ca+2, n=1) < 5"
    after = {
        "batch_size": 3,
        "model": {},
        "objective": maximise | {"constraints": [limit]},
        "acquisition": ucb,
    }
    assert changed(before, before) == {}
    assert changed(before, after) == {
        "batch_size": "5 → 3",
        "objective.constraints": f'[] → ["{limit}"]',
        "acquisition": "log_ei → ucb",
        "acquisition.beta": "2.5",
    }
    assert changed(after, after | {"acquisition": ucb | {"beta": 0}}) == {
        "acquisition.beta": "2.5 → 0"
    }
