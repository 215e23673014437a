"""The verb, and that what it writes can be used."""

import json
import subprocess
import sys
import time

import pandas as pd
import pytest
import yaml
from command_line import run

from bo_loop.data import Minteq


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    Minteq().read().query("n_ligands == 1").head(50).to_csv(folder / "known.csv", index=False)
    return folder


DATA = ("data=csv", "data.path=known.csv")
TUNE = (
    *("tune", *DATA, "model=matern_gp", "model.max_iter=2", "folds=2", "name=mine", "out=t"),
    "space={model.max_iter: [2, 3], features.max_vif: {low: 2.0, high: 20.0}}",
)


def test_the_best_config_is_one_that_model_can_name(folder):
    assert "conf/model/mine.yaml" in run(folder, *TUNE, "trials=3")
    best = json.loads((folder / "t" / "best.json").read_text(encoding="utf-8"))
    for group in ("model", "features"):
        written = yaml.safe_load((folder / "conf" / group / "mine.yaml").read_text("utf-8"))
        assert written == best[group]
    run(folder, "fit", *DATA, "model=mine", "features=mine", "model_dir=m")
    fitted = json.loads((folder / "m" / "model.json").read_text(encoding="utf-8"))
    assert fitted["model"]["max_iter"] == best["model"]["max_iter"]
    assert fitted["features"]["recipe"]["max_vif"] == best["features"]["max_vif"]
    # validate takes the features of the same name without being told
    printed = run(folder, "validate", *DATA, "model=mine", "folds=2", "out=v", "json=true")
    models = json.loads(printed)["config"]["models"]
    assert models["mine"]["features"]["max_vif"] == best["features"]["max_vif"]

    # the same command goes on; another search does not overwrite what was found
    assert json.loads(run(folder, *TUNE, "trials=4", "json=true"))["name"] == "mine"
    other = [word.replace("out=t", "out=u") for word in TUNE]
    assert "nothing is overwritten" in run(folder, *other, "trials=1", code=2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["name=a b"], "give a word"),
        (["name=pair_gp"], "nothing is overwritten"),
        (["space={model.max_itr: [2]}"], "model.max_iter"),
        (["model=lightgbm"], "no search space for model=lightgbm"),
    ],
)
def test_what_cannot_be_searched_is_refused(folder, words, message):
    assert message in run(folder, "tune", *DATA, "name=other", "out=w", *words, code=2)


def test_a_search_killed_by_the_system_goes_on(folder):
    words = [word.replace("out=t", "out=k").replace("name=mine", "name=other") for word in TUNE]
    words += ["trials=4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bo_loop.cli.main", *words], cwd=folder, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while len(kept := sorted((folder / "k" / "folds").glob("*.parquet"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    written = {path: path.stat().st_mtime_ns for path in kept}
    run(folder, *words)
    assert {path: path.stat().st_mtime_ns for path in kept} == written
    trials = pd.read_csv(folder / "k" / "trials.csv", encoding="utf-8-sig")
    assert trials["trial"].tolist() == [1, 2, 3, 4]
    whole = [word.replace("out=k", "out=w").replace("name=other", "name=whole") for word in words]
    run(folder, *whole)
    other = pd.read_csv(folder / "w" / "trials.csv", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(
        # Printed digits.
        trials.drop(columns="seconds"),
        other.drop(columns="seconds"),
        rtol=1e-6,
    )
