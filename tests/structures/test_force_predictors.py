import numpy as np
import pytest

from bo_loop.structures import force_predictors as module
from bo_loop.structures.force_predictors import Boosted, Network


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    monkeypatch.setattr(module, "_MOST_TREES", 100)
    monkeypatch.setitem(module._TREES, "feature_fraction", 1.0)  # of few columns, each counts


def data(n, seed):
    """Two columns that forces follow from, two that say nothing; one that never changes."""
    rng = np.random.default_rng(seed)
    columns = np.column_stack([rng.normal(size=(n, 4)), np.ones(n)])
    forces = np.column_stack([columns[:, 0], -2.0 * columns[:, 1], columns[:, 0] * columns[:, 1]])
    return columns, 10.0 * forces


MEMBERS = [
    pytest.param(lambda: Network(width=32, epochs=150), id="network"),
    pytest.param(Boosted, id="trees"),
]


@pytest.mark.parametrize("make", MEMBERS)
def test_forces_follow_from_columns_and_a_seed_decides(make):
    if make is Boosted:
        pytest.importorskip("lightgbm", reason="the extra structures is not installed")
    learnt, checked, (columns, forces) = data(600, 0), data(100, 1), data(200, 2)
    found = []
    for _ in range(2):
        member = make()
        member.fit(*learnt, *checked, seed=0)
        found.append(member.predict(columns))
    assert np.array_equal(*found)
    assert found[0].shape == forces.shape
    assert np.abs(found[0] - forces).mean() < 0.35 * np.abs(forces).mean()
