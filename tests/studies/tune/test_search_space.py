import optuna
import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.studies.tune.search_space import Space

BASE = {
    "model": {"_target_": "x", "fit_rows": 2000, "terms": ["a", "b"], "noise": True},
    "features": {"_target_": "y", "max_vif": 4.0},
}
OPTIONS = {
    "model.fit_rows": {"low": 10, "high": 4000, "log": True},
    "model.terms": [["a"], ["a", "b"]],
    "model.noise": [True, False, 1],
    "features.max_vif": {"low": 2.0, "high": 9.0},
}


def test_what_is_suggested_has_its_type_and_lands_in_its_node():
    space = Space(OPTIONS, BASE)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(30):
        chosen = space.suggested(study.ask())
        nodes = space.nodes(chosen)
        assert isinstance(nodes["model"]["fit_rows"], int)
        assert nodes["model"]["terms"] in (["a"], ["a", "b"])
        assert type(nodes["model"]["noise"]) in (bool, int)
        assert 2.0 <= nodes["features"]["max_vif"] <= 9.0
        assert nodes["model"]["_target_"] == "x"
    assert BASE["model"]["terms"] == ["a", "b"]


def test_the_base_is_a_point_of_the_space():
    space = Space(OPTIONS, BASE)
    trial = optuna.trial.FixedTrial(space.as_it_stands())
    assert space.nodes(space.suggested(trial)) == {k: dict(v) for k, v in BASE.items()}


def test_a_base_outside_the_space_is_left_out():
    options = {"model.fit_rows": [1, 2], "features.max_vif": {"low": 5.0, "high": 9.0}}
    assert Space(options, BASE).as_it_stands() == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "is empty"),
        ({"model.fit_row": [1]}, "model.fit_rows"),
        ({"model._target_": ["bo_loop.x"]}, "is no option"),
        ({"data.path": ["a"]}, "is no option"),
        ({"model.fit_rows": []}, "give a list"),
        ({"model.fit_rows": {"low": 3, "high": 2}}, "low is the smaller"),
        ({"model.fit_rows": {"low": 0, "high": 2, "log": True}}, "above 0"),
        ({"model.fit_rows": {"low": 1}}, "give a list"),
        ({"model.fit_rows": {"low": "a", "high": "b"}}, "give a list"),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Space(options, BASE)
