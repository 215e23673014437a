import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from validations import FOLDS

from bo_loop.base.errors import DataError
from bo_loop.studies.validate.finished import Memory, Result

DATA = pd.DataFrame({"log_beta": [1.0, 2.0, 3.0]})
JUDGED = np.array([0, 2])
FACTS = {"fit": {"start": "cold"}, "seconds": 0.5}


def table(**changed):
    columns = {
        "row": [0, 2],
        "set": ["test", "test"],
        "mean": [1.5, 2.5],
        "sd": [0.5, 0.25],
        "sd_latent": [np.nan, np.nan],
        "beta_1": [np.nan, 1.0],
    }
    made = pd.DataFrame(columns | changed)
    return made.drop(columns=[name for name, values in changed.items() if values is None])


@pytest.fixture
def memory(tmp_path):
    return Memory.open(tmp_path / "out", DATA)


def kept(memory, frame, facts=FACTS):
    memory.keep("a model", "0f", Result(frame, facts))
    return next((memory.folder / "folds").glob("*.parquet"))


def test_a_finished_fold_is_recalled(memory):
    assert memory.recalled("a model", "0f", JUDGED) is None
    kept(memory, table())
    found = memory.recalled("a model", "0f", JUDGED)
    pd.testing.assert_frame_equal(found.predictions, table())
    assert found.facts == FACTS


@pytest.mark.parametrize(
    ("changed", "facts", "words"),
    [
        ({"row": [0, 3]}, FACTS, "one that is not there"),
        ({"row": [-1, 2]}, FACTS, "one that is not there"),
        ({"row": [2, 2]}, FACTS, "predicts a pair twice"),
        ({"row": [1, 2]}, FACTS, "lacks predictions"),
        ({"row": [0.0, 2.0]}, FACTS, "the columns row hold other values"),
        ({"mean": [1.0, np.inf]}, FACTS, "the columns mean hold other values"),
        ({"sd": ["a", "b"]}, FACTS, "the columns sd hold other values"),
        ({"sd": None}, FACTS, "lacks the columns sd"),
        ({"beta_1": None}, FACTS, "lacks predictions"),
        ({}, {"fit": [], "seconds": 1.0}, "fit is missing"),
        ({}, {"fit": {}}, "seconds is missing"),
    ],
)
def test_a_fold_of_other_content_is_computed_again(memory, changed, facts, words):
    kept(memory, table(**changed), facts)
    with pytest.warns(UserWarning, match=f"{words}.*This fold is computed again"):
        assert memory.recalled("a model", "0f", JUDGED) is None


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "no facts", "folder"])
def test_a_damaged_fold_is_computed_again(memory, damage):
    path = kept(memory, table())
    content = path.read_bytes()
    if damage == "no facts":
        pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({"cut": content[:-9], "text": b"no table", "empty": b""}[damage])
    with pytest.warns(UserWarning, match="This fold is computed again"):
        assert memory.recalled("a model", "0f", JUDGED) is None


@pytest.mark.parametrize("damage", ["edited", "cut", "deep"])
def test_a_damaged_state_is_refused(memory, damage):
    memory.part("selection")[7] = {"mae": [0.5, 0.25]}
    memory.part("selection")[10] = {}
    memory.save()
    path = memory.folder / "state.json"
    assert Memory.open(memory.folder, DATA).part("selection")["7"] == {"mae": [0.5, 0.25]}
    text = path.read_text()
    path.write_text(
        {
            "edited": text.replace("0.25", "0.15"),
            "cut": text[:-9],
            "deep": "[" * 100_000,
        }[damage]
    )
    with pytest.raises(DataError, match="is damaged"):
        Memory.open(memory.folder, DATA)


def test_a_state_of_an_earlier_version_is_read(memory):
    path = memory.folder / "state.json"
    contents = json.loads(path.read_text())
    del contents["sha256"]
    path.write_text(json.dumps(contents))
    assert Memory.open(memory.folder, DATA).contents == contents


def test_a_split_is_made_once(memory):
    made = []

    def make():
        made.append(1)
        return FOLDS[1]

    for _ in range(2):
        found = memory.split({"seed": 0}, [1, 2], make)
        memory = Memory.open(memory.folder, DATA)
    assert found.train.tolist() == FOLDS[1].train.tolist()
    assert found.fold == 1
    assert len(made) == 1
    memory.split({"seed": 1}, [1, 2], make)
    assert len(made) == 2


def test_a_fingerprint_stands_for_the_data_and_all_that_was_named(memory, tmp_path):
    other = Memory.open(tmp_path / "other", DATA + 1.0)
    fingerprints = {memory.fingerprint("a", [1]), memory.fingerprint("a", [2])}
    assert len(fingerprints | {other.fingerprint("a", [1])}) == 3
    assert memory.fingerprint({"a": 1, "b": 2}) == memory.fingerprint({"b": 2, "a": 1})


def test_a_folder_is_of_one_data_set_and_one_process(memory):
    with pytest.raises(DataError, match="other data"):
        Memory.open(memory.folder, DATA.head(1))
    again = Memory.open(memory.folder, DATA)
    with memory.alone(), pytest.raises(DataError, match="Another bo-loop"), again.alone():
        pass
    with again.alone():  # let go of
        pass
