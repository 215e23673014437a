"""The whole of `validate`, on the embedded data."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from bo_loop.config import build
from bo_loop.data import minteq
from bo_loop.data.schema import with_keys
from bo_loop.errors import DataError
from bo_loop.validate import run
from bo_loop.validate.run import validate

CONFIG = {
    "data": {"_target_": "bo_loop.data.minteq.load"},
    "features": {"_target_": "bo_loop.features.schema.FeatureRecipe"},
    "model": {"_target_": "bo_loop.models.beta_gp.BetaGP", "max_iter": 20, "folds": 3},
    "split": {"_target_": "bo_loop.validate.splits.EdgeOfDomain"},
    "selection": {
        "_target_": "bo_loop.models.selection.ForwardSelection",
        "grid": 3,
        "max_iter": 8,
    },
}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validation") / "out"
    steps = []
    found = validate({**CONFIG, "out": str(folder)}, lambda *note: steps.append(note[0]))
    return folder, found, steps


def test_every_set_is_judged(done):
    folder, found, _ = done
    stored = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    rows = {(row["set"], row["group"]): row for row in stored["metrics"]}
    assert {name for name, _ in rows} == {"train", "edge", "edge_ligands", "test"}
    test = rows["test", "all"]
    assert test["n"] == stored["rows"]["test"] == len(found.split.sets["test"])
    assert rows["test", "n = 1"]["n"] + rows["test", "n > 1"]["n"] == test["n"]
    errors = found.observations.loc[found.split.sets["test"]].eval("log_beta - mean")
    assert test["mae"] == pytest.approx(errors.abs().mean())
    assert rows["train", "all"]["mae"] < test["mae"]


def test_no_ligand_of_a_set_trained_the_model(done):
    folder, *_ = done
    table = pd.read_csv(folder / "predictions.csv", encoding="utf-8-sig")
    groups = with_keys(table.fillna({"ligand": ""}), "predictions")["ligand_group"]
    trained = set(groups[table["set"] == "train"])
    assert trained
    assert not trained & set(groups[table["set"] != "train"])


def test_features_are_chosen_for_both_stages(done):
    folder, found, _ = done
    stored = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert stored["features_chosen_on"] == "edge"
    for stage in ("beta_1", "beta_n"):
        curve = stored["selection"][stage]
        assert curve["mae"][str(curve["count"])] == min(curve["mae"].values())
        assert len(curve["kept"]) == curve["count"]
        assert set(stored["relevance"][stage]) == set(curve["kept"])
        assert sum(stored["relevance"][stage].values()) == pytest.approx(1.0)
    assert list(found.recipe.beta_1_features) == stored["selection"]["beta_1"]["kept"]


def test_the_page_and_the_figures_are_whole(done):
    folder, *_ = done
    names = {"constants", "maps", "relevance", "features", "parity", "beta_1_input", "calibration"}
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == names
    for path in (folder / "figures").glob("*.svg"):
        ElementTree.parse(path)
    for path in (folder / "figures").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    page = (folder / "validation.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(names)
    assert "http-equiv" in page


def test_the_model_file_builds_the_validated_recipe(done):
    import yaml

    folder, found, _ = done
    node = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    assert build(node) == found.recipe


def test_the_same_command_goes_on_without_fitting_again(done, monkeypatch):
    folder, found, _ = done

    def never(*_, **__):
        raise AssertionError("fitted again")

    monkeypatch.setattr("bo_loop.models.matern_gp.MaternGP.fit", never)
    again = validate({**CONFIG, "out": str(folder)})
    np.testing.assert_allclose(again.observations["mean"], found.observations["mean"], rtol=1e-7)
    assert again.table["mae"].tolist() == pytest.approx(found.table["mae"].tolist(), rel=1e-7)


def test_a_folder_of_something_else_is_refused(done, tmp_path):
    folder, *_ = done
    other = {**CONFIG, "out": str(folder), "selection": None}
    with pytest.raises(DataError, match="with another config"):
        validate(other)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="not an empty folder"):
        validate({**CONFIG, "out": str(tmp_path)})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_model_without_stages_keeps_all_features(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "write_page", lambda *_: Path())
    model = {"_target_": "bo_loop.models.matern_gp.MaternGP", "max_iter": 5}
    found = validate({**CONFIG, "model": model, "out": str(tmp_path / "out")})
    assert found.selections == {}
    assert len(found.relevances["beta_n"]) == found.features.dense().shape[1]


def test_protonation_rows_are_left_to_features_that_describe_them(tmp_path):
    rows = minteq.load().query("n_ligands == 1").head(60)
    table, acids = tmp_path / "known.csv", tmp_path / "acids.csv"
    rows.to_csv(table, index=False)
    acids.write_text(
        "ligand,smiles,equilibrium,temperature_C,ionic_strength_M,log_K,note\n"
        "glycine,NCC(=O)O,[HL]/[L][H],25,0.1,9.6,\n",
        encoding="utf-8",
    )
    data = {"_target_": "bo_loop.data.tables.load", "path": str(table), "protonation": str(acids)}
    model = {"_target_": "bo_loop.models.matern_gp.MaternGP", "max_iter": 3}
    changes = {"data": data, "model": model, "selection": None, "out": str(tmp_path / "out")}
    found = validate({**CONFIG, **changes}, lambda *note: None)
    assert "H" not in set(found.observations["metal"])
    assert len(found.observations) == 60
