import json

import numpy as np
import pytest
from model_tables import log_beta, pairs

from bo_loop.base.errors import ConfigError
from bo_loop.models.explain.forward_selection import ForwardSelection, Selection, Task, _around_best
from bo_loop.models.matern_gp import MaternGP


@pytest.fixture(scope="module")
def task():
    """log β follows two of ten features."""
    features = pairs(120, n_metals=8, n_ligands=30)
    ligand, metal = features.ligand["mordred"], features.metal["properties"]
    y = 3.0 * ligand[features.ligand_row, 1] + 2.0 * metal[features.metal_row, 0]
    y = y + 0.1 * np.random.default_rng(0).standard_normal(120)
    return Task(features, y, np.zeros(120), np.arange(90), np.arange(90, 120))


def test_the_features_that_matter_come_first_and_are_kept(task):
    found = ForwardSelection(every=True, max_iter=20).run(task, MaternGP(), {})
    assert set(list(found.relevance)[:2]) == {"mordred.mordred1", "properties.properties0"}
    assert list(found.mae) == list(range(1, 11))
    assert found.mae[2] < 0.3 * found.mae[1]
    assert found.count >= 2
    assert found.names == list(found.relevance)[: found.count]


def test_mae_is_that_of_a_gp_with_those_features(task):
    selection = ForwardSelection(grid=2, max_iter=20)
    found = selection.run(task, MaternGP(), memory := {})
    hyper = memory["mae"]["10"]["hyperparameters"]
    train = task.features.take(task.train)
    model = MaternGP().build(train, task.y[task.train], None, hyper)
    error = model.bind(task.features).mean(task.valid) - task.y[task.valid]
    assert found.mae[10] == pytest.approx(np.abs(error).mean())


def test_an_interrupted_selection_goes_on_where_it_stopped(task):
    class Interrupted(Exception):
        pass

    def stop(done, total, mae):
        if done == 3:
            raise Interrupted

    selection = ForwardSelection(grid=4, max_iter=10)
    memory = {}
    with pytest.raises(Interrupted):
        selection.run(task, MaternGP(), memory, stop)
    memory = json.loads(json.dumps(memory))
    told = []
    again = selection.run(task, MaternGP(), memory, lambda *call: told.append(call))
    whole = selection.run(task, MaternGP(), {})
    assert told[0][0] == 3
    assert dict(again.mae) == pytest.approx(dict(whole.mae))
    assert again.names == whole.names


def test_only_so_many_rows_are_fitted(task):
    memory = {}
    ForwardSelection(max_rows=30, grid=2, max_iter=5).run(task, MaternGP(), memory)
    small = ForwardSelection(max_rows=30)._drawn(task.train)
    assert len(small) == 30
    assert set(small) <= set(task.train)


def test_best_count_is_the_smaller_of_two():
    found = Selection({"a": 0.7, "b": 0.2, "c": 0.1}, {1: 0.5, 2: 0.3, 3: 0.3})
    assert found.count == 2
    assert found.names == ["a", "b"]


@pytest.mark.parametrize(
    ("mae", "ahead"),
    [
        ({1: 0.9, 10: 0.2, 20: 0.4}, [5, 15]),
        ({1: 0.1, 10: 0.2, 20: 0.4}, [5]),
        ({1: 0.9, 10: 0.6, 20: 0.4}, [15]),
        ({1: 0.9, 9: 0.6, 10: 0.1, 11: 0.4}, []),
    ],
)
def test_refinement_halves_the_gaps_beside_the_best(mae, ahead):
    assert _around_best({str(c): {"mae": m} for c, m in mae.items()}, 20) == ahead


def test_options_are_checked():
    with pytest.raises(ConfigError, match=r"selection\.max_rows is 1"):
        ForwardSelection(max_rows=1)


def test_log_beta_of_all_features_keeps_many():
    features = pairs(100)
    task = Task(features, log_beta(features), np.zeros(100), np.arange(80), np.arange(80, 100))
    found = ForwardSelection(grid=3, max_iter=10).run(task, MaternGP(), {})
    assert found.count > 1
