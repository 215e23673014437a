import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bo_loop.acquisition import UCB, Maximise
from bo_loop.base.errors import ConfigError
from bo_loop.campaign import options
from bo_loop.campaign.settings import POOL_RULES, started_with
from bo_loop.data import CommonChelators, Csv, KnownPairs, Minteq
from bo_loop.models import PairGP

GIVEN = {
    "batch_size": 5, "seed": 0, "data": "minteq", "features": "chemistry", "model": "pair_gp",
    "objective": "maximise", "acquisition": "log_ei", "pool": CommonChelators(metals=["Ni+2"]),
}  # fmt: skip


def test_a_name_an_object_and_a_node_mean_the_same():
    named = options.node("model", "pair_gp")
    assert options.node("model", PairGP()) == named
    assert options.node("model", named) == named
    assert options.choices({"model": named, "acquisition": options.node("acquisition", UCB())}) == {
        "model": "pair_gp",
        "acquisition": "ucb",
    }


@pytest.mark.parametrize("name", ["log_eii", "../model/pair_gp", "", "ei.yaml"])
def test_a_name_that_is_no_option(name):
    with pytest.raises(ConfigError, match=r"does not exist; it may be auto, ei, greedy, log_ei"):
        options.node("acquisition", name)


@pytest.mark.parametrize(
    ("group", "name", "words"),
    [
        ("pool", "common_chelators", "needs metals: .*pool=CommonChelators(metals=…)"),
        ("pool", "table", "needs path, metals: .*pool=TablePool(path=…, metals=…)"),
        ("data", "csv", "needs path: .*data=Csv(path=…)"),
        ("objective", "range", "needs low, high: .*objective=Range(low=…, high=…)"),
    ],
)
def test_a_name_that_lacks_values_says_what_to_give(group, name, words):
    with pytest.raises(ConfigError, match=words.replace("(", r"\(").replace(")", r"\)")):
        options.node(group, name)


@pytest.mark.parametrize("given", [PairGP, 3, None, pd.DataFrame(), [UCB()]])
def test_what_cannot_be_recorded_is_refused(given):
    with pytest.raises(ConfigError, match=r"cannot be recorded|give the name of an option"):
        options.node("model", given)


def test_numbers_and_paths_become_plain_values():
    found = options.node("data", Csv(path=Path("a/b.csv"), temperature_C=np.float64(25)))
    assert (found["path"], type(found["temperature_C"])) == ("a/b.csv", float)
    found = options.node(
        "pool", KnownPairs(data=Minteq(), metals=("Ni+2",), n_ligands=[np.int64(1)])
    )
    assert found["data"]["_target_"] == "bo_loop.data.Minteq"
    assert (found["metals"], type(found["n_ligands"][0])) == (["Ni+2"], int)


def test_the_rules_of_a_pool_are_given_or_those_of_its_option():
    usual = {"include_known": False, "generated": True, "max_generated_share": 0.5}
    assert rules({}) == usual | {"max_denticity_sum": "usual"}
    assert rules({"max_denticity_sum": None, "include_known": True}) == usual | {
        "max_denticity_sum": None,
        "include_known": True,
    }
    known = KnownPairs(data=Minteq(), metals=["Ni+2"])
    assert rules({}, pool=known) == usual | {"max_denticity_sum": None}
    with pytest.raises(ConfigError, match=re.escape("no use for ['include_knwon']")):
        rules({"include_knwon": True})


def rules(given, **changes):
    pool = started_with({**GIVEN, **changes}, given)["pool"]
    return {key: pool[key] for key in POOL_RULES if key in pool}


@pytest.mark.parametrize("model", ["lightgbm", UCB(), Maximise()])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ConfigError, match=r"model"):
        started_with({**GIVEN, "model": model}, {})
