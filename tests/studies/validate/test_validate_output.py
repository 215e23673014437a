import json

import pandas as pd
import pytest
import yaml
from validations import found

from bo_loop.studies.validate import output


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setattr(output, "write_page", lambda *_: None)
    node = {"_target_": "bo_loop.models.MaternGP", "max_iter": 5}
    output.write(tmp_path, found(model=node), {"folds": 2})
    return tmp_path


def test_metrics_say_how_predictions_came_about(written):
    stored = json.loads((written / output.METRICS).read_text(encoding="utf-8"))
    assert stored["config"] == {"folds": 2}
    assert stored["rows"] == {"data": 6, "scored": 5}
    every = next(row for row in stored["metrics"] if row["group"] == "all")
    assert every["n"] == 5
    assert every["mae"] == pytest.approx((3 * 0.5 + 2 * 1.0) / 5)
    (outcome,) = stored["outcomes"]
    assert outcome["folds"][1] == {
        "repeat": 0, "fold": 1, "rows": {"train": 3, "test": 2}, "fit": {"steps": 3},
        "seconds": 0.1,
    }  # fmt: skip


def test_predictions_stand_beside_what_was_measured(written):
    table = pd.read_csv(written / output.PREDICTIONS, encoding="utf-8-sig")
    assert (table["mean"] - table["log_beta"]).tolist() == [0.5, 0.5, 0.5, -1.0, -1.0]
    assert not {"ligand_group", "beta_1"} & set(table.columns)


def test_a_model_with_chosen_features_is_an_option_file(written):
    text = (written / output.MODELS / "ligand_pair_gp.yaml").read_text(encoding="utf-8")
    assert text.startswith("# pair_gp with the features chosen on the split ligand.\n")
    assert yaml.safe_load(text) == {"_target_": "bo_loop.models.MaternGP", "max_iter": 5}
