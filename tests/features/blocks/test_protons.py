"""Protonation constants are left out by features that describe metal ions only."""

import numpy as np
import pandas as pd
import pytest

from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.models.matern_gp import MaternGP
from bo_loop.surrogate import Surrogate

LIGANDS = ["NCC(=O)O", "NCCN", "OC(=O)C(O)=O", "O=C(O)CO"]


@pytest.fixture
def observations():
    rows = [
        (metal, 2, "", smiles, 1, 25.0, 0.1, 4.0 + i + len(metal), np.nan, "none", "book")
        for i, smiles in enumerate(LIGANDS)
        for metal in ("Ni", "Cu", "V")
    ]
    rows.append(("H", 2, "", "NCC(=O)O", 1, 25.0, 0.1, 11.93, np.nan, "none", "book"))
    return pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))


def test_are_left_out_of_schema_and_training_and_counted(observations):
    recipe = PublishedRecipe()
    with pytest.warns(UserWarning, match="1 protonation constants are left out"):
        schema = recipe.fit(observations)
    assert schema == recipe.fit(observations.iloc[:-1])
    with pytest.warns(UserWarning, match="1 protonation constants are left out"):
        usable = recipe.usable(observations)
    surrogate = Surrogate.fit(schema, MaternGP(max_iter=1), usable)
    assert surrogate.y.tolist() == observations["log_beta"].tolist()[:-1]


def test_features_of_protons_keep_them(observations):
    assert ChemistryRecipe().usable(observations) is observations
