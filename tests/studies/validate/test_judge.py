from types import SimpleNamespace

import numpy as np
import pytest
from fakes import FakePosterior
from model_tables import pairs
from validations import FOLDS

from bo_loop.base.names import node_of
from bo_loop.models import MaternGP
from bo_loop.studies.validate.finished import Memory
from bo_loop.studies.validate.judge import TRAIN, Bout, Contestant, Fold, fitted
from bo_loop.studies.validate.splits import Split

NODE = {"_target_": "bo_loop.models.MaternGP", "max_iter": 5}


class Model:
    """One that says 3 ± 2 of every pair, with a noise variance of 1.5 where it was not measured."""

    def __init__(self):
        self.fit_report = {"steps": 7}

    def bind(self, asked):
        assert asked.own is None
        assert asked.source is None
        return FakePosterior(np.full(len(asked), 3.0), 4.0 * np.eye(len(asked)))

    def noise(self, asked):
        return np.full(len(asked), 1.5)

    def hyperparameters(self):
        return {"noise": 1.5}


def test_predictions_are_those_of_values_still_to_be_measured():
    features, fits = pairs(6), []

    def fit(*given):
        fits.append(given)
        return Model()

    fold = Fold(
        recipe=SimpleNamespace(fit=fit),
        train=features.take(np.arange(4)),
        y=np.arange(4.0),
        noise=np.zeros(4),
        asked=features.take(np.array([4, 5])),
        rows=np.array([14, 15]),
        sets=["test", "edge test"],
        n_ligands=np.array([1, 2]),
        relevances=False,
        facts={"known": "before"},
    )
    found = fitted(fold)
    assert len(fits) == 1
    table = found.predictions
    assert table["row"].tolist() == [14, 15]
    assert table["set"].tolist() == ["test", "edge test"]
    assert table["mean"].tolist() == [3.0, 3.0]
    assert table["sd"].tolist() == pytest.approx([5.5**0.5] * 2)
    assert table["sd_latent"].tolist() == [2.0, 2.0]
    assert table["beta_1"].isna().all()
    assert found.facts.pop("seconds") >= 0
    assert found.facts == {
        "known": "before", "hyperparameters": {"noise": 1.5}, "fit": {"steps": 7},
    }  # fmt: skip


def test_those_that_train_are_predicted_too_where_the_domain_was_mapped():
    contestant = Contestant("matern", NODE, {})
    plain = Bout(contestant, None, FOLDS[0], FOLDS[0].train)
    assert list(plain.sets) == ["test"]
    mapped = Split(FOLDS[0].train, FOLDS[0].sets, maps={"beta_1": None})
    assert list(Bout(contestant, None, mapped, mapped.train).sets) == [TRAIN, "test"]


def test_what_predictions_follow_from_names_them(tmp_path):
    memory = Memory(tmp_path, {"data": "digest"}, 6)
    matern = Contestant("matern", NODE, {})
    assert matern.node() == [node_of(MaternGP(max_iter=5)), {}, None]
    renamed, longer = Contestant("other", NODE, {}), Contestant("m", NODE | {"max_iter": 6}, {})
    names = [
        Bout(contestant, None, FOLDS[0], train).fingerprint(memory)
        for contestant, train in (
            (matern, FOLDS[0].train),
            (renamed, FOLDS[0].train),
            (longer, FOLDS[0].train),
            (matern, FOLDS[0].train[:1]),
        )
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3
