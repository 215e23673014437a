"""The config of a search on a few embedded constants."""

import pytest

from bo_loop.data import Minteq


@pytest.fixture
def config(tmp_path):
    rows = Minteq().read().query("n_ligands == 1").head(80)
    rows.to_csv(tmp_path / "known.csv", index=False)
    return {
        "data": {"_target_": "bo_loop.data.Csv", "path": str(tmp_path / "known.csv")},
        "model": {"_target_": "bo_loop.models.MaternGP", "max_iter": 3, "fit_rows": 900},
        "features": {"_target_": "bo_loop.features.PublishedRecipe", "max_vif": 4.0},
        "split": {"_target_": "bo_loop.studies.ByLigand"},
        "space": {"model.fit_rows": {"low": 10, "high": 1000}},
        "trials": 8,
        "score": "mae",
        "group": "all",
        "unpruned": 3,
        "prune_after": 1,
        "time_budget_s": None,
        "folds": 4,
        "repeats": 1,
        "test_share": None,
        "seed": 0,
        "scored_sources": None,
        "processes": 1,
        "out": str(tmp_path / "out"),
    }
