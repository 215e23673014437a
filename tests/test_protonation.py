import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_constants import LIGANDS, observations
from tolerances import OTHER_ROUTE, ROUNDING

from bo_loop.base.errors import DataError
from bo_loop.features import ChemistryRecipe
from bo_loop.models import PairGP
from bo_loop.protonation import (
    pka_columns,
    predict_protonation,
    proton_pairs,
    require_protonation,
    steps,
)
from bo_loop.surrogate import Surrogate

HELD = "propionic acid"


def ligands(*names):
    frame = pd.DataFrame({"ligand": names, "smiles": [LIGANDS[name][0] for name in names]})
    return frame.assign(temperature_C=25.0, ionic_strength_M=0.1)


def table():
    """Glycine has a second proton too, of pK 2.35."""
    known = observations()
    second = known[(known["metal"] == "H") & (known["ligand"] == "glycine")].assign(charge=2)
    second["log_beta"] += 2.35
    return pd.concat([known[known["ligand"] != HELD], second], ignore_index=True)


def fitted(known):
    recipe = ChemistryRecipe()
    return Surrogate.fit(recipe.fit(known), PairGP(max_iter=20), known)


@pytest.fixture(scope="module")
def surrogate():
    return fitted(table())


def test_steps_by_hand():
    # var(b2 − b1) = 0.5 + 0.4 − 2·0.3
    mean, variance = steps(np.array([9.6, 12.0]), np.array([[0.4, 0.3], [0.3, 0.5]]))
    assert mean == pytest.approx([9.6, 2.4], abs=ROUNDING)
    assert variance == pytest.approx([0.4, 0.3], abs=ROUNDING)


@given(st.lists(st.floats(-3, 14), min_size=1, max_size=8))
def test_steps_of_what_was_summed_give_it_back(pka):
    found, _ = steps(np.cumsum(pka), np.eye(len(pka)))
    assert found == pytest.approx(pka, abs=OTHER_ROUTE)


def test_a_ligand_has_as_many_constants_as_basic_sites():
    pairs = proton_pairs(ligands("glycine", "pyridine"))
    assert pairs["charge"].tolist() == [1, 2, 1]
    assert pairs["row"].tolist() == [0, 0, 1]
    assert set(pairs["metal"]) == {"H"}


def test_measured_constants_come_back_and_a_step_is_better_known_than_its_two_sums(surrogate):
    found = predict_protonation(surrogate, ligands("glycine"))
    # The table's law: 4 + 5.8/2 for the first proton; and 2.35 for the second.
    assert found["pka"].tolist() == pytest.approx([6.9, 2.35], abs=0.5)
    apart = np.sqrt((found["log_beta_sd"] ** 2).sum())
    assert found["pka_sd"][1] < apart


def test_a_ligand_that_nobody_measured_is_predicted_with_more_doubt(surrogate):
    held, known = (predict_protonation(surrogate, ligands(x)) for x in (HELD, "acetic acid"))
    assert held["pka"][0] == pytest.approx(4.55, abs=1.0)  # the table's law: 4 + 1.1/2
    assert held["pka_sd"][0] > known["pka_sd"][0]


def test_columns_side_by_side():
    predicted = pd.DataFrame(
        {
            "row": [0, 2, 2],
            "n_protons": [1, 1, 2],
            "pka": [5.0, 9.6, 2.3],
            "pka_sd": [0.1, 0.2, 0.3],
        }
    )
    columns = pka_columns(predicted, 3)
    assert list(columns) == ["pKa_HL", "pKa_HL_sd", "pKa_H2L", "pKa_H2L_sd"]
    assert columns["pKa_HL"].tolist() == pytest.approx([5.0, np.nan, 9.6], nan_ok=True)
    assert columns["pKa_H2L_sd"].tolist() == pytest.approx([np.nan, np.nan, 0.3], nan_ok=True)
    assert pka_columns(predicted.iloc[:0], 2).shape == (2, 0)


def test_a_model_that_knows_no_protons_says_so():
    known = table()
    without = fitted(known[known["metal"] != "H"])
    with pytest.raises(DataError, match="learned from no protonation constants"):
        require_protonation(without)
