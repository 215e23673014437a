"""Sources through a surrogate and a campaign, on embedded data."""

import numpy as np
import pandas as pd
import pytest
from embedded import zinc
from tolerances import SOLVED

from bo_loop.campaign.campaign import Campaign
from bo_loop.data import Minteq
from bo_loop.features.recipes.published import PublishedRecipe
from bo_loop.library.model_folder import load, save
from bo_loop.models.matern_gp import MaternGP
from bo_loop.surrogate import Surrogate

OPTIONS = {"source_noise": True, "source_offset": True}


@pytest.fixture(scope="module")
def table():
    frame = Minteq().read()
    frame = frame[frame["metal"].isin(["Ni", "Cu", "Zn"]) & (frame["n_ligands"] == 1)]
    return frame.reset_index(drop=True).assign(source=lambda f: np.resize(["a", "b", "b"], len(f)))


def test_a_surrogate_is_the_same_built_anew_and_loaded(table, tmp_path):
    censored = np.arange(len(table)) < 3
    table = table.assign(
        censoring=np.where(censored, "lower", "none"),
        own=censored,
    )
    schema = PublishedRecipe().fit(table)
    surrogate = Surrogate.fit(schema, MaternGP(max_iter=10, **OPTIONS), table)
    hyperparameters = surrogate.model.hyperparameters()
    assert hyperparameters["source_noise"].keys() == {"a", "b"}
    assert hyperparameters["offset_variance"] > 0.0
    again = Surrogate.build(schema, surrogate.recipe, table, hyperparameters)
    save(surrogate, tmp_path / "m")
    loaded = load(tmp_path / "m")
    expected = surrogate.predict(table.iloc[:6])
    noise = expected["sd"] ** 2 - expected["sd_latent"] ** 2
    np.testing.assert_allclose(noise, hyperparameters["noise"])
    for other in (again, loaded):
        pd.testing.assert_frame_equal(other.predict(table.iloc[:6]), expected, rtol=SOLVED)


def test_a_bound_counts_whatever_its_source_is_off_by(table, tmp_path):
    first = np.arange(len(table)) < 1
    bounded = table.assign(
        censoring=np.where(first, "lower", "none"),
        log_beta=table["log_beta"] + np.where(first, 5.0, 0.0),
    )
    schema = PublishedRecipe().fit(table)
    recipe = MaternGP(max_iter=10, **OPTIONS)
    without = Surrogate.fit(schema, recipe, bounded[~first])
    surrogate = Surrogate.fit(schema, recipe, bounded)
    assert "offset_variance" in surrogate.model.hyperparameters()
    ours, theirs = (s.predict(bounded[first])["mean"].iloc[0] for s in (surrogate, without))
    assert ours > theirs
    save(surrogate, tmp_path / "m")
    loaded = load(tmp_path / "m").predict(bounded)
    pd.testing.assert_frame_equal(loaded, surrogate.predict(bounded), rtol=SOLVED)


def test_the_rounds_of_a_campaign_follow_from_what_they_recorded(tmp_path):
    settings = zinc(tmp_path)
    campaign = Campaign.start(**settings | {"model": {**settings["model"], **OPTIONS}})
    first = campaign.suggest()
    value = float(first["mean"].iloc[0].round(2))
    rows = f"pair_id,log_beta\n{first['pair_id'].iloc[0]},{value}\n".encode()
    campaign.log("r.csv", content=rows)
    campaign.suggest(batch_size=2)
    checks = {c.what: c for c in campaign.verify().checks}
    assert [checks[f"round {n}"].outcome for n in (1, 2)] == ["ok", "ok"]
