import numpy as np
import pytest
from model_tables import counted

from bo_loop.base.types import PairFeatures
from bo_loop.models.gp.widening import left_out, widening
from bo_loop.models.pair_gp import PairGP

TERMS = ["metal * ligand * atoms", "metal * ligand", "ligand", "metal"]


def recipe(**options) -> PairGP:
    return PairGP(**({"terms": TERMS, "source_noise": False, "source_offset": False} | options))


def test_rows_to_fit_on_are_an_equal_share_of_each_source():
    features = counted(40)
    source = np.array(["big"] * 34 + ["small"] * 6)
    rows = recipe().fill(PairFeatures(**(vars(features) | {"source": source})), 16)
    assert len(rows) == 16
    assert (np.diff(rows) > 0).all()
    assert (source[rows] == "small").sum() == 6
    assert len(recipe().fill(features, 100)) == 40


@pytest.mark.parametrize("noise_var", [0.0, 0.04], ids=["no known noise", "known noise"])
def test_what_is_widened_on_all_pairs_is_built_again_from_its_hyperparameters(noise_var):
    features = counted(150, n_ligands=80)
    rng = np.random.default_rng(2)
    y = 5.0 + rng.standard_normal(150)
    y[::15] += 12.0  # more than one in twenty is far off
    noise = np.full(150, noise_var)
    fitted = recipe(fit_rows=60, max_iter=20).fit(features, y, noise)
    stated = fitted.hyperparameters()
    assert stated["widened"] > 1.0
    built = recipe().build(features, y, noise, stated)
    every = np.arange(len(features))
    a, b = fitted.bind(features), built.bind(features)
    np.testing.assert_allclose(a.mean(every), b.mean(every), rtol=1e-9)
    np.testing.assert_allclose(a.variance(every), b.variance(every), rtol=1e-9)
    group = features.ligand_group[features.ligand_row][built.data.order.numpy()]
    rows, error, sd = left_out(built.data.factor, built.data.alpha, group, seed=0)
    several = features.pair[built.data.order.numpy()[rows], 0] > 1.0
    if noise_var == 0.0:  # then exactly
        assert widening(error / sd, group[rows], several) == pytest.approx(1.0, abs=1e-9)
