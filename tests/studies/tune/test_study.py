"""Searches, most of them with a fake fit whose best option is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tolerances import SOLVED

from bo_loop.base.errors import ConfigError, DataError, FitError
from bo_loop.studies.tune import trial_folds
from bo_loop.studies.tune.study import tune
from bo_loop.studies.validate.finished import Result

BEST = 300


class Killed(BaseException):
    pass


@pytest.fixture
def fits(monkeypatch):
    """Folds that are off by the distance of fit_rows from the best; what was fitted, and a bomb."""
    seen = SimpleNamespace(folds=[], kill_at=None, fail_above=None)

    def attempted(task):
        cases, bout = task
        rows, size = bout.split.judged, bout.contestant.recipe.fit_rows
        if seen.kill_at is not None and len(seen.folds) >= seen.kill_at:
            raise Killed
        if seen.fail_above is not None and size > seen.fail_above:
            return FitError("no Cholesky factor")
        seen.folds.append((size, bout.split.fold))
        mean = cases.y[rows] + abs(size - BEST) / 100
        told = {"row": rows, "set": "test", "mean": mean, "sd": 1.0, "sd_latent": 1.0}
        table = pd.DataFrame(told).assign(beta_1=np.nan)
        found = {"hyperparameters": {"of": size, "fold": bout.split.fold}}
        return Result(table, found | {"fit": {}, "seconds": 0.1})

    monkeypatch.setattr(trial_folds, "prepared", lambda cases, bout, *_: (cases, bout))
    monkeypatch.setattr(trial_folds, "attempted", attempted)
    return seen


def without_time(found):
    return found.trials.drop(columns="seconds")


def test_the_first_trial_is_the_config_as_it_stands_and_the_best_wins(config, fits):
    found = tune(config)
    trials = found.trials
    assert trials["model.fit_rows"].iloc[0] == 900
    complete = trials[trials["state"] == "complete"]
    np.testing.assert_allclose(
        complete["score"], (complete["model.fit_rows"] - BEST).abs() / 100, atol=SOLVED
    )
    best = complete.loc[complete["score"].idxmin(), "model.fit_rows"]
    assert found.best["model"]["fit_rows"] == best
    assert found.best["model"]["max_iter"] == 3
    assert found.best["features"] == config["features"]
    assert len(trials) == config["trials"]


def test_hopeless_trials_are_pruned_after_the_first_fold(config, fits):
    found = tune({**config, "trials": 20})
    pruned = found.trials[found.trials["state"] == "pruned"]
    assert len(pruned)
    assert (pruned["folds"] < config["folds"]).all()
    complete = found.trials[found.trials["state"] == "complete"]
    assert (complete["folds"] == config["folds"]).all()
    assert pruned["score"].min() > complete["score"].min()
    assert (pruned["trial"] > config["unpruned"]).all()


@pytest.mark.parametrize("kill_at", [2, 9, 14])
def test_a_killed_search_ends_as_if_it_had_not_been(config, fits, tmp_path, kill_at):
    whole = tune({**config, "out": str(tmp_path / "whole")})
    n_fits = len(fits.folds)
    fits.folds.clear()
    fits.kill_at = kill_at
    with pytest.raises(Killed):
        tune(config)
    fits.kill_at = None
    found = tune(config)
    pd.testing.assert_frame_equal(without_time(found), without_time(whole))
    assert found.best == whole.best
    assert len(fits.folds) == n_fits  # no fold twice


def test_trials_may_be_added_and_are_those_of_a_longer_search(config, fits, tmp_path):
    tune({**config, "trials": 3})
    found = tune(config)
    pd.testing.assert_frame_equal(
        without_time(found), without_time(tune({**config, "out": str(tmp_path / "long")}))
    )


def test_the_seed_decides(config, fits, tmp_path):
    other = tune({**config, "seed": 1, "out": str(tmp_path / "other")})
    assert (
        without_time(other)["model.fit_rows"].tolist()
        != without_time(tune(config))["model.fit_rows"].tolist()
    )


def test_another_search_does_not_go_on_in_its_folder(config, fits):
    tune({**config, "trials": 1})
    with pytest.raises(DataError, match="another search"):
        tune({**config, "space": {"model.fit_rows": [10, 20]}})


def test_options_that_cannot_be_fitted_are_left(config, fits):
    fits.fail_above = 500
    found = tune(config)
    failed = found.trials[found.trials["problem"] != ""]
    assert (failed["model.fit_rows"] > 500).all()
    assert failed["trial"].iloc[0] == 1
    assert found.best["model"]["fit_rows"] <= 500


def test_nothing_that_can_be_fitted_is_an_error(config, fits):
    fits.fail_above = 0
    with pytest.raises(FitError, match="no Cholesky factor"):
        tune({**config, "trials": 2})


def test_a_time_budget_ends_the_search(config, fits):
    assert len(tune({**config, "time_budget_s": 0.0, "trials": 50}).trials) < 50


def test_real_fits_of_real_features_in_one_process_or_two(config, tmp_path):
    space = {"model.max_iter": [2, 3], "features.max_vif": {"low": 2.0, "high": 20.0}}
    config |= {"space": space, "trials": 2, "folds": 2, "score": "nll"}
    found = tune(config)
    assert np.isfinite(found.trials["score"]).all()
    beside = tune(config | {"processes": 2, "out": str(tmp_path / "beside")})
    pd.testing.assert_frame_equal(without_time(beside), without_time(found))
    assert beside.best == found.best


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"folds": "x"}, "folds: 'x' — expected a whole number"),
        ({"trials": "x"}, "trials: 'x' — expected a whole number"),
        ({"score": "r2"}, "score is 'r2'"),
        ({"group": "n=1"}, "group is 'n=1'"),
        ({"trials": 0}, "trials is 0"),
        ({"prune_after": 0}, "prune_after is 0"),
        ({"unpruned": -1}, "unpruned is -1"),
        ({"processes": 0}, "processes is 0"),
    ],
)
def test_options_are_checked(config, change, message):
    with pytest.raises(ConfigError, match=message):
        tune({**config, **change})


def test_bad_values_are_found_before_the_first_trial_all_at_once(config, fits, tmp_path):
    config["space"] = {"model.fit_rows": [300, 1, "many"], "features.max_vif": [4.0, 0.5]}
    with pytest.raises(ConfigError) as caught:
        tune(config)
    for value in ("model.fit_rows=1:", "model.fit_rows=many:", "features.max_vif=0.5:"):
        assert value in str(caught.value)
    assert fits.folds == []
    assert not (tmp_path / "out").exists()


def test_a_group_without_pairs_is_refused(config):
    with pytest.raises(DataError, match="no pair of the group 'n > 1'"):
        tune({**config, "group": "n > 1"})
