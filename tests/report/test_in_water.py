from types import SimpleNamespace

import pandas as pd
import pytest

from bo_loop.acquisition import Conditional, Maximise
from bo_loop.base.errors import ConfigError
from bo_loop.report import in_water as page

PAIR = pd.DataFrame(
    {
        "pair_id": ["a"],
        "metal": "Ni",
        "charge": 2,
        "ligand": "glycine",
        "smiles": "NCC(=O)O",
        "n_ligands": 1,
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)
MODEL = SimpleNamespace(surrogate="a model")


def facts(objective):
    worth = SimpleNamespace(objective=objective)
    return SimpleNamespace(worth=worth, pool=PAIR, literature=None)


@pytest.fixture
def asked(monkeypatch):
    """What the model is asked, which then cannot tell."""
    asked = {}

    def predicted(surrogate, pair, **options):
        asked.update(options)
        raise ConfigError("the sealed files are gone.")

    monkeypatch.setattr(page, "mixed_of", lambda literature: "measured MHL")
    monkeypatch.setattr(page, "predicted", predicted)
    return asked


def test_only_a_best_pair_of_an_objective_about_a_pH_is_drawn(asked):
    assert page.in_water(facts(Maximise()), PAIR, MODEL) is None
    assert page.in_water(facts(Conditional(pH=7.4)), PAIR.head(0), MODEL) is None
    assert page.in_water(facts(Conditional(pH=7.4)), PAIR, None) is None  # no model yet
    assert asked == {}


@pytest.mark.parametrize("mhl", [True, False])
def test_protonated_complexes_are_those_that_the_objective_counts(asked, mhl):
    said = page.in_water(facts(Conditional(pH=7.4, mhl=mhl)), PAIR, MODEL)
    conditions = {"temperature_C": 25.0, "ionic_strength_M": 0.1}
    assert asked == {"mhl": mhl, "mixed": "measured MHL"} | conditions
    assert said["words"].endswith("cannot be said: the sealed files are gone.")
    assert said["drawing"] == ""
