"""Censored results in a surrogate, on embedded data."""

import numpy as np
import pandas as pd
import pytest
from tolerances import SOLVED

from bo_loop.base.errors import DataError
from bo_loop.data import Minteq
from bo_loop.data.observations import standardised
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.library.model_folder import load, save
from bo_loop.models.matern_gp import MaternGP
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.surrogate import Surrogate


@pytest.fixture(scope="module")
def table():
    frame = Minteq().read()
    frame = frame[frame["metal"].isin(["Ni", "Cu", "Zn"]) & (frame["n_ligands"] == 1)]
    return frame.reset_index(drop=True)


@pytest.fixture(scope="module")
def schema(table):
    return PublishedRecipe().fit(table)


def fitted(schema, table):
    return Surrogate.fit(schema, MaternGP(max_iter=200), table)


def test_a_bound_moves_the_prediction_beyond_itself(schema, table):
    at = int(table["log_beta"].argsort().iloc[len(table) // 2])
    without = table.drop(index=at)
    model = fitted(schema, without)
    before = model.predict(table.iloc[[at]]).iloc[0]
    bound = before["mean"] + 2.0 * before["sd_latent"]
    row = table.iloc[[at]].assign(log_beta=bound, log_beta_sd=np.nan, censoring="lower")
    after = fitted(schema, pd.concat([without, row]))
    told = after.predict(table.iloc[[at]]).iloc[0]
    assert told["mean"] > bound - 0.2 * before["sd_latent"]
    assert told["sd_latent"] < before["sd_latent"]
    assert after.model.fit_report["n_censored"] == 1
    assert after.model.hyperparameters() == model.model.hyperparameters()
    # A bound that holds anyway changes nothing.
    low = row.assign(log_beta=before["mean"] - 8.0 * before["sd"])
    same = fitted(schema, pd.concat([without, low])).predict(table.iloc[[at]]).iloc[0]
    # 8 sd below: what the site still says.
    assert same["mean"] == pytest.approx(before["mean"], abs=1e-3)
    assert same["sd_latent"] == pytest.approx(before["sd_latent"], rel=1e-3)  # as above
    below = row.assign(log_beta=before["mean"] - 2.0 * before["sd_latent"], censoring="upper")
    less = fitted(schema, pd.concat([without, below])).predict(table.iloc[[at]]).iloc[0]
    assert less["mean"] < before["mean"] - before["sd_latent"]


def test_built_and_loaded_models_hold_the_same_stand_ins(schema, table, tmp_path):
    table = table.assign(censoring=np.where(np.arange(len(table)) < 3, "lower", "none"))
    surrogate = fitted(schema, table)
    again = Surrogate.build(schema, surrogate.recipe, table, surrogate.model.hyperparameters())
    save(surrogate, tmp_path / "m")
    loaded = load(tmp_path / "m")
    expected = surrogate.predict(table.iloc[:6])
    for other in (again, loaded):
        pd.testing.assert_frame_equal(other.predict(table.iloc[:6]), expected, rtol=SOLVED)


def test_bounds_alone_make_no_model(schema, table):
    with pytest.raises(DataError, match=r"All \d+ observations are censored"):
        fitted(schema, table.assign(censoring="upper"))


def test_bounds_are_no_values_to_be_left_out(schema, table):
    bounded = np.arange(len(table)) % 5 == 0
    surrogate = fitted(schema, table.assign(censoring=np.where(bounded, "upper", "none")))
    (found,) = surrogate.left_out()
    assert sorted(found.observed) == sorted(table["log_beta"][~bounded])


def test_what_each_stage_sees_survives_saving(tmp_path):
    known = Minteq().read()
    known = known[known["metal"] != "H"]
    chosen = [known[known["n_ligands"].eq(n)].head(40) for n in (1, 2)]
    table = standardised(pd.concat(chosen, ignore_index=True), "the data")
    schema = PublishedRecipe().fit(table)
    seen = {stage: set(names) for stage, names in schema.stages.items()}
    assert seen["beta_1"] != seen["beta_n"]
    surrogate = Surrogate.fit(schema, BetaGP(max_iter=3), table)
    found = surrogate.model.hyperparameters()
    inputs = {"pair.beta_1_mean", "pair.beta_1_variance"}
    assert set(found["beta_n"]["lengthscales"]) == seen["beta_n"] | inputs
    without = {"pair.n_ligands", "pair.complex_charge"}
    assert set(found["beta_1"]["lengthscales"]) == seen["beta_1"] - without
    save(surrogate, tmp_path / "m")
    loaded = load(tmp_path / "m")
    asked = table.iloc[np.r_[:5, -5:0]]
    pd.testing.assert_frame_equal(loaded.predict(asked), surrogate.predict(asked), rtol=SOLVED)
