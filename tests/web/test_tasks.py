import json

import pytest
import small_campaign

from bo_loop.base.errors import DataError
from bo_loop.report import complexes
from bo_loop.web import tasks
from bo_loop.web.tasks import TASKS


@pytest.fixture
def path(tmp_path, monkeypatch):
    small_campaign.cheapen(monkeypatch)
    return str(small_campaign.start(tmp_path).path)


def test_a_round_travels_as_json(path):
    found = json.loads(json.dumps(TASKS["suggest"](path, {"batch_size": 1})))
    assert found["round"] == 1
    assert [row["pair_id"] for row in found["proposals"]] == ["Ni+2:L1:A"]
    assert found["proposals"][0]["mean"] == 10.0


def test_compared_settings_record_nothing(path):
    found = tasks.compare(path, [{}, {"batch_size": 1}])
    assert [len(rows) for rows in found] == [2, 1]
    assert tasks.suggest(path, {})["round"] == 1


def test_a_pool_is_shown_with_its_donors():
    pool = {"_target_": "bo_loop.data.CommonChelators", "metals": ["Ni+2"], "n_ligands": [1]}
    found = tasks.preview(pool)
    (edta,) = [row for row in found["ligands"] if row["ligand"] == "EDTA"]
    assert edta["denticity"] == 6
    assert edta["donors"] == "2 N, 4 O"
    assert found["pairs"] >= len(found["ligands"]) > 100


def test_a_pool_that_cannot_be_is_refused():
    with pytest.raises(DataError):
        tasks.preview({"_target_": "bo_loop.data.CommonChelators", "metals": ["Unobtainium+2"]})


def test_a_complex_is_built_in_the_process_of_the_task(path, monkeypatch):
    asked = []
    monkeypatch.setattr(complexes, "build", lambda *what: asked.append(what) or {})
    monkeypatch.setattr(complexes, "shown", lambda name, found: {"name": name} | found)
    assert tasks.structure(path, "Ni+2:L1:A", "Ni²⁺ + A") == {"name": "Ni²⁺ + A"}
    ((campaign, pair_id),) = asked
    assert (str(campaign.path), pair_id) == (path, "Ni+2:L1:A")


def test_each_task_goes_by_its_name():
    assert all(TASKS[name].__name__ == name for name in TASKS)
    assert {"start", "suggest", "rank", "predict", "report", "look"} < set(TASKS)
