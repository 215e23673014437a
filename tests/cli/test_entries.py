"""Lists on the command line, as Hydra composes them."""

import pytest
from hydra import compose, initialize_config_dir

from bo_loop.base.config import packaged_conf
from bo_loop.base.errors import ConfigError
from bo_loop.cli import entries
from bo_loop.cli.overrides import plain, quoted


def contests(*typed):
    arguments = [quoted(argument) for argument in ("out=v", *typed)]
    with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
        return entries.contests(plain("validate", compose("validate", arguments)), arguments)


def test_each_model_gets_its_own_features_and_options():
    found = contests(
        "models=[beta_gp model.max_iter=7,matern_gp features.max_vif=9]", "splits=[ligand,metal]"
    )
    beta, matern = found["models"].values()
    assert list(found["models"]) == ["beta_gp model.max_iter=7", "matern_gp features.max_vif=9"]
    assert beta["model"]["_target_"].endswith("BetaGP")
    assert beta["model"]["max_iter"] == 7
    assert beta["features"]["max_vif"] == 4
    assert matern["model"]["max_iter"] == 200
    assert matern["features"]["max_vif"] == 9
    assert {name: node["_target_"] for name, node in found["splits"].items()} == {
        "ligand": "bo_loop.studies.ByLigand",
        "metal": "bo_loop.studies.ByMetal",
    }


def test_one_model_and_one_split_are_named_for_short():
    found = contests("model=beta_gp", "model.max_iter=7", "split=cluster", "split.distance=0.3")
    assert list(found["models"]) == ["beta_gp"]
    assert found["models"]["beta_gp"]["model"]["max_iter"] == 7
    assert found["splits"] == {
        "cluster": {"_target_": "bo_loop.studies.ByCluster", "distance": 0.3}
    }


def test_an_option_of_a_split_in_its_list():
    found = contests("splits=[cluster split.distance=0.3,cluster]")
    assert [node["distance"] for node in found["splits"].values()] == [0.3, 0.6]


def test_an_option_that_is_a_list():
    alone = contests("models=pair_gp model.terms=[metal * ligand, metal]")
    assert [node["model"]["terms"] for node in alone["models"].values()] == [
        ["metal * ligand", "metal"]
    ]
    found = contests("models=[pair_gp model.terms=[metal * ligand, metal],pair_gp]")
    assert [node["model"]["terms"] for node in found["models"].values()] == [
        ["metal * ligand", "metal"],
        ["metal * ligand * atoms", "metal * ligand", "ligand", "metal"],
    ]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["model=beta_gp", "models=[matern_gp]"], "is short for"),
        (["models=[matern_gp,beta_gp]", "model.max_iter=3"], "write them into the list"),
        (["models=[beta_gp,beta_gp]"], "listed twice"),
        (["models=[beta_gp folds=3]"], "may set model, features"),
        (["models=[gamma_gp]"], "gamma_gp"),
        (["splits=[edge split.seeed=3]"], "seeed"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed, message):
    with pytest.raises(ConfigError, match=message):
        contests(*typed)


def test_tune_takes_the_features_of_its_model():
    def searched(*typed):
        arguments = ["out=t", "name=mine", *typed]
        with initialize_config_dir(str(packaged_conf()), version_base="1.3"):
            config = plain("tune", compose("tune", arguments))
            model = next(a.partition("=")[2] for a in typed if a.startswith("model="))
            return config | entries.searched(config, arguments, {"model": model})

    assert searched("model=beta_gp")["features"]["_target_"].endswith("PublishedRecipe")
    assert searched("model=pair_gp")["features"]["_target_"].endswith("ChemistryRecipe")
    own = searched("model=beta_gp", "features=chemistry")
    assert own["features"]["_target_"].endswith("ChemistryRecipe")
