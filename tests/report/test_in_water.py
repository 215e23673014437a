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
CAMPAIGN = SimpleNamespace(record=None)


def facts(objective):
    return SimpleNamespace(worth=SimpleNamespace(objective=objective), pool=PAIR, state=None)


def test_only_a_best_pair_of_an_objective_about_a_pH_is_drawn(monkeypatch):
    monkeypatch.setattr(page, "last_model", lambda *_: None)
    assert page.in_water(CAMPAIGN, facts(Maximise()), PAIR) is None
    assert page.in_water(CAMPAIGN, facts(Conditional(pH=7.4)), PAIR.head(0)) is None
    assert page.in_water(CAMPAIGN, facts(Conditional(pH=7.4)), PAIR) is None  # no model yet


def test_what_cannot_be_said_is_told(monkeypatch):
    def fail(*_):
        raise ConfigError("the sealed files are gone.")

    monkeypatch.setattr(page, "last_model", fail)
    said = page.in_water(CAMPAIGN, facts(Conditional(pH=7.4)), PAIR)
    assert said["words"].endswith("cannot be said: the sealed files are gone.")
    assert said["drawing"] == ""


@pytest.mark.parametrize("mhl", [True, False])
def test_protonated_complexes_are_those_that_the_objective_counts(monkeypatch, mhl):
    asked = {}

    def predicted(surrogate, pair, **options):
        asked.update(options)
        raise ConfigError("enough.")

    monkeypatch.setattr(page, "last_model", lambda *_: "a model")
    monkeypatch.setattr(page, "predicted", predicted)
    page.in_water(CAMPAIGN, facts(Conditional(pH=7.4, mhl=mhl)), PAIR)
    assert asked == {"mhl": mhl, "temperature_C": 25.0, "ionic_strength_M": 0.1}
