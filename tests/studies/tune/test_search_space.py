import optuna
import pytest
import yaml

from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.data import Minteq
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
        ({"model._target_": ["bo_loop.x"]}, "is not an option"),
        ({"data.path": ["a"]}, "is not an option"),
        ({"model.fit_rows": []}, "give a list"),
        ({"model.fit_rows": {"low": 3, "high": 2}}, "low is the smaller"),
        ({"model.fit_rows": {"low": 0, "high": 2, "log": True}}, "above 0"),
        ({"model.fit_rows": {"low": 1}}, "give a list"),
        ({"model.fit_rows": {"low": "a", "high": "b"}}, "give a list"),
        ({"model.fit_rows": {"low": 1, "high": float("inf")}}, "give a list"),
        ({"model.fit_rows": {"low": 1, "high": 9, "log": "yes"}}, "give a list"),
        (
            {"model.fit_row": [1], "features.max_vif": []},
            r"(?s)'model.fit_row' is not an option.*features.max_vif is \[\]",
        ),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Space(options, BASE)


REAL = {
    "model": {
        "_target_": "bo_loop.models.PairGP",
        "fit_rows": 2000,
        "terms": ["metal * ligand"],
        "lengthscale_sd": 0.25,
        "source_noise": True,
    },
    "features": {"_target_": "bo_loop.features.PublishedRecipe", "max_vif": 4.0},
}


def test_every_value_is_tried_and_every_bad_one_named():
    space = Space(
        {
            "model.fit_rows": [1000, 1, "many", None],
            "model.terms": [["metal * ligand"], ["metal * ligands"], [], ["metal * atoms"]],
            "model.lengthscale_sd": {"low": 0.0, "high": 1.0},
            "model.source_noise": [True, "no"],
            "features.max_vif": {"low": 0.5, "high": 9.0},
        },
        REAL,
    )
    with pytest.raises(ConfigError) as caught:
        space.require_usable(Minteq().read().head(3))
    _, *listed = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in listed] == [
        "  - model.fit_rows=1",
        "  - model.fit_rows=many",
        "  - model.terms=['metal * ligands']",
        "  - model.terms=[]",
        "  - model.terms=['metal * atoms']",  # of features=chemistry
        "  - model.lengthscale_sd=0.0",
        "  - model.source_noise=no",
        "  - features.max_vif=0.5",
    ]
    assert "at least 2, or null for no limit" in listed[0]


def test_a_whole_number_is_not_searched_between_fractions():
    with pytest.raises(ConfigError, match=r"fit_rows: 10\.5 — expected a whole number"):
        Space({"model.fit_rows": {"low": 10.5, "high": 20.5}}, REAL).require_usable(
            Minteq().read().head(3)
        )


def test_the_spaces_that_come_with_the_program_are_usable():
    conf = packaged_conf()
    spaces = yaml.safe_load((conf / "tune.yaml").read_text(encoding="utf-8"))
    for model, options in spaces["spaces"].items():
        of = {"model": model, "features": spaces["features_of"][model]}
        base = {
            group: yaml.safe_load((conf / group / f"{name}.yaml").read_text(encoding="utf-8"))
            for group, name in of.items()
        }
        Space(options, base).require_usable(Minteq().read().head(3))
