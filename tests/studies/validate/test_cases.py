import numpy as np
import pytest
from validations import CASES, OBSERVATIONS

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.studies.validate import cases
from bo_loop.studies.validate.cases import Cases, Described


@pytest.fixture
def load(monkeypatch):
    """The rows that a data node would give, whatever it says."""
    data = OBSERVATIONS.drop(columns="ligand_group")

    def load(scored_sources=None, rows=data):
        monkeypatch.setattr(cases, "read", lambda node, name: rows)
        return Cases.load({}, scored_sources)

    load.data = data
    return load


def test_protonation_trains_and_bounds_are_no_cases(load):
    bounds = load.data.assign(censoring=["lower", *["none"] * 5])
    found = load(rows=bounds)
    assert found.y.tolist() == [6.0, 8.0, 9.0, 4.0, 7.0]
    assert found.scored.tolist() == [0, 1, 2, 3]


def test_one_source_or_several_are_scored(load):
    assert load("paper").scored.tolist() == [2, 3]
    assert load(["book", "paper"]).scored.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(ConfigError, match=r"names 'novel'; the data have 'book' \(3\)"):
        load(["novel"])


def test_without_a_metal_constant_there_is_nothing_to_judge_by(load):
    with pytest.raises(DataError, match="no metal constant"):
        load(rows=load.data.tail(1))


def test_reported_variances_and_none_where_none_was_reported():
    np.testing.assert_allclose(CASES.noise, [0.01, 0, 0.04, 0, 0, 0])


def test_rows_that_a_model_cannot_use_are_left_out():
    described = Described(features=None, at=np.array([0, -1, 1, -1]))
    assert described.usable(np.array([0, 1, 2])).tolist() == [0, 2]
