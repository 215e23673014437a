import sys

import numpy as np
import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.types import PairFeatures
from bo_loop.studies.validate.boosted import LightGBM

QUICK = LightGBM(trials=3, max_trees=80, patience=10, fewest_features=3, threads=1)


def pairs(n=240, n_ligands=40, d=30, seed=0):
    """log β follows one metal feature and the second of 30 ligand features; noise sd 0.3."""
    rng = np.random.default_rng(seed)
    features = PairFeatures(
        metal={"properties": np.linspace(-1, 1, 6)[:, None]},
        ligand={"mordred": rng.standard_normal((n_ligands, d))},
        ligand_group=np.arange(n_ligands),
        metal_row=rng.integers(6, size=n),
        ligand_row=rng.integers(n_ligands, size=n),
        pair=np.ones((n, 1)),
        names={
            "properties": ("hardness",),
            "mordred": tuple(f"d{j}" for j in range(d)),
            "pair": ("n_ligands",),
        },
    )
    ligand = features.ligand["mordred"][features.ligand_row, 1]
    y = 8 + 3 * features.metal["properties"][features.metal_row, 0] + 2 * ligand
    return features, y + 0.3 * rng.standard_normal(n)


@pytest.fixture(scope="module")
def found():
    features, y = pairs()
    train, test = np.arange(180), np.arange(180, 240)
    return features, y, QUICK.predict(features.take(train), y[train], features.take(test))


def test_what_matters_is_found_and_comes_first(found):
    _, y, told = found
    assert set(list(told.contributions)[:2]) == {"d1", "hardness"}
    assert np.abs(told.mean - y[180:]).mean() < 0.6 * np.abs(y[180:] - y[:180].mean()).mean()


def test_features_are_eliminated_by_steps(found):
    *_, told = found
    path = told.report["elimination"]
    counts = list(path)
    assert counts[0] == 31  # n_ligands never varies
    assert counts[-1] == 3
    assert counts == sorted(counts, reverse=True)
    assert len(told.contributions) == min(path, key=lambda count: (path[count], count))


def test_the_sd_is_that_of_residuals_on_other_ligands(found):
    _, y, told = found
    # No smaller than the noise, nor larger than knowing nothing.
    assert 0.3 < told.sd < y[:180].std()
    assert told.report["inner_mae"] < told.sd


def test_the_seed_gives_the_same_twice_and_the_answer_of_the_test_is_not_known():
    features, y = pairs(120)
    train, test = np.arange(90), np.arange(90, 120)
    one = QUICK.predict(features.take(train), y[train], features.take(test))
    two = QUICK.predict(features.take(train), y[train], features.take(test[::-1]))
    np.testing.assert_array_equal(one.mean, two.mean[::-1])
    assert one.report == two.report
    assert one.sd == two.sd


def test_inner_folds_are_of_ligands():
    features, y = pairs(60, n_ligands=2)
    with pytest.raises(DataError, match="2 groups cannot be dealt out to 3 folds"):
        QUICK.predict(features, y, features)


def test_a_time_budget_ends_the_trials():
    features, y = pairs(90)
    steps = []
    recipe = LightGBM(trials=500, time_budget_s=0.01, max_trees=5, fewest_features=20, threads=1)
    recipe.predict(features, y, features, lambda *note: steps.append(note[0]))
    assert 1 <= steps.count("trying hyperparameters") < 10


def test_undefined_descriptors_are_no_obstacle():
    features, y = pairs(90)
    features.ligand["mordred"][:5, 7] = np.nan
    features.ligand["mordred"][:, 8] = np.nan
    told = QUICK.predict(features, y, features)
    assert np.isfinite(told.mean).all()
    assert "d8" not in told.contributions


def test_it_is_no_surrogate():
    with pytest.raises(ConfigError, match=r"baseline for bo-loop validate.* model=pair_gp"):
        QUICK.fit(None, None, None)


def test_without_the_package_one_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    features, y = pairs(60)
    for ask in (lambda: QUICK.predict(features, y, features), lambda: QUICK.describe(None)):
        with pytest.raises(ConfigError, match=r"pip install 'bo-loop\[validate\]'"):
            ask()


@pytest.mark.parametrize(
    "option", [{"inner_folds": 1}, {"dropped_share": 1.0}, {"trials": 0}, {"fewest_features": 0}]
)
def test_options_are_checked(option):
    with pytest.raises(ConfigError, match=next(iter(option))):
        LightGBM(**option)
