import numpy as np
import pandas as pd
from tolerances import SOLVED

from bo_loop.data import Minteq
from bo_loop.data.observations import standardised
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.library.model_folder import load, save
from bo_loop.models.staged.beta_gp import BetaGP
from bo_loop.surrogate import Surrogate


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
