import numpy as np
import pandas as pd
import pytest
from embedded import few
from tolerances import SOLVED

from bo_loop.acquisition.objectives.base import Maximise
from bo_loop.base.config import build
from bo_loop.ligands.filters import Filters, Funnel
from bo_loop.ligands.worth import Judge
from bo_loop.surrogate import Surrogate

MODEL = {"_target_": "bo_loop.models.MaternGP", "max_iter": 20, "fit_rows": 300}


SELECTIVITY = {
    "_target_": "bo_loop.acquisition.Selectivity",
    "metal": "Cu+2",
    "competitors": ["Zn+2"],
}


@pytest.fixture(scope="module")
def surrogate():
    observations = build(few()).read()
    features = build({"_target_": "bo_loop.features.PublishedRecipe"})
    return Surrogate.fit(features.fit(observations), build(MODEL), observations)


def species(*metals):
    return pd.DataFrame(
        [[metal, 2, 1, 25.0, 0.1] for metal in metals],
        columns=["metal", "charge", "n_ligands", "temperature_C", "ionic_strength_M"],
    )


LIGANDS = ["NCC(=O)O", "NCCN", "O=C(O)CNCC(=O)O"]


def test_a_ligand_is_worth_its_best_pair(surrogate):
    judge = Judge(surrogate, Maximise(), species("Cu", "Zn"))
    mean, sd = judge.values(LIGANDS)
    pairs = species("Cu", "Zn").merge(pd.DataFrame({"smiles": LIGANDS, "ligand": ""}), how="cross")
    predicted = pairs.assign(**surrogate.predict(pairs))
    best = predicted.loc[predicted.groupby("smiles")["mean"].idxmax()].set_index("smiles")
    np.testing.assert_allclose(mean, best.loc[LIGANDS, "mean"])
    np.testing.assert_allclose(sd, best.loc[LIGANDS, "sd_latent"])


def test_selectivity_is_the_difference_of_means(surrogate):
    judge = Judge(surrogate, build(SELECTIVITY), species("Cu", "Zn"))
    pairs = species("Cu", "Zn").merge(pd.DataFrame({"smiles": LIGANDS, "ligand": ""}), how="cross")
    predicted = surrogate.predict(pairs)["mean"].to_numpy().reshape(2, 3)
    # A mean of 512 quasi-random draws, against the difference of exact means.
    np.testing.assert_allclose(judge.values(LIGANDS)[0], predicted[0] - predicted[1], atol=0.05)


def test_a_score_is_nan_for_what_may_not_be_proposed(surrogate):
    judge = Judge(surrogate, Maximise(), species("Cu"))
    funnel = Funnel(Filters(min_similarity=0.1), LIGANDS)
    mean, sd = judge.score(funnel)(["OC(=O)CN", "", "C1CC", "CCCCCC", "NCCN", "OC(=O)CN"])
    assert np.isnan(mean).tolist() == [False, True, True, True, False, False]
    assert mean[0] == mean[5] == pytest.approx(judge.values(["NCC(=O)O"])[0][0], rel=SOLVED)
    assert np.isnan(sd).tolist() == np.isnan(mean).tolist()


def test_a_rule_on_denticity_leaves_a_ligand_without_a_pair(surrogate):
    triple = species("Cu").assign(n_ligands=3)
    mean, _ = Judge(surrogate, Maximise(), triple, max_denticity_sum=6).values(["NCCN", "NCCNCCN"])
    assert np.isnan(mean).tolist() == [False, True]
