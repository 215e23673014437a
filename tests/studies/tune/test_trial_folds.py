import numpy as np
import pandas as pd
import pytest

from bo_loop.studies.tune import trial_folds
from bo_loop.studies.tune.study import tune
from bo_loop.studies.validate import judge, splits


def test_pairs_that_train_do_not_count(config, monkeypatch):
    edge = {"_target_": "bo_loop.studies.EdgeOfDomain"}
    bouts, seen = [], []

    def prepared(cases, each, *rest):
        bouts.append(each)
        return judge.prepared(cases, each, *rest)

    def attempted(fold):
        seen.append(judge.fitted(fold))
        return seen[-1]

    # UMAP takes 20 s to compile; where the edge lies is not the point.
    monkeypatch.setattr(splits, "_umap", lambda values, neighbours, seed: values[:, :2])
    monkeypatch.setattr(trial_folds, "prepared", prepared)
    monkeypatch.setattr(trial_folds, "attempted", attempted)
    (found,) = tune({**config, "split": edge, "trials": 1, "folds": 2}).trials["score"]
    each, predicted = bouts[0], seen[0].predictions
    own = predicted[predicted["row"].isin(each.split.judged)]
    assert len(own) < len(predicted)
    y = pd.read_csv(config["data"]["path"])["log_beta"].to_numpy()[own["row"]]
    assert found == pytest.approx(np.abs(own["mean"] - y).mean())
