"""The whole of `validate`, on a part of the embedded data."""

import json
from xml.etree import ElementTree

import pandas as pd
import pytest
import yaml
from embedded import few

from bo_loop.base.config import build
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.base.parallel import Processes, Serial
from bo_loop.data import Minteq
from bo_loop.data.observations import with_keys
from bo_loop.models.gp.linalg import FitWarning
from bo_loop.studies.validate import output, run, splits
from bo_loop.studies.validate.finished import Memory
from bo_loop.studies.validate.run import validate

FEATURES = {"_target_": "bo_loop.features.PublishedRecipe"}
BETA = {"_target_": "bo_loop.models.BetaGP", "max_iter": 20, "folds": 3}
MATERN = {"_target_": "bo_loop.models.MaternGP", "max_iter": 5}
TREES = {
    "_target_": "bo_loop.studies.LightGBM",
    "trials": 2,
    "max_trees": 30,
    "dropped_share": 0.9,
    "fewest_features": 10,
}
LIGAND = {"_target_": "bo_loop.studies.ByLigand"}
METAL = {"_target_": "bo_loop.studies.ByMetal"}
OPTIONS = {
    "data": few(),
    "folds": 3,
}
CONFIG = {
    **OPTIONS,
    "models": {"beta_gp": {"model": BETA, "features": FEATURES}},
    "splits": {"edge": {"_target_": "bo_loop.studies.EdgeOfDomain"}},
    "selection": {
        "_target_": "bo_loop.models.ForwardSelection",
        "grid": 3,
        "max_iter": 8,
    },
}


def contest(**models):
    """A config of models by name, on two splits."""
    return {
        **OPTIONS,
        "models": {name: {"model": node, "features": FEATURES} for name, node in models.items()},
        "splits": {"ligand": LIGAND, "metal": METAL},
    }


def set_of(found, name, split="edge"):
    rows = found.predictions[found.predictions["split"] == split]
    return rows[rows["set"].str.split(" ").map(lambda names: name in names)]


@pytest.fixture(scope="module", autouse=True)
def in_this_process():
    """Where folds run changes no result (below), and processes take seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run.parallel, "processes", lambda workers, n: Serial())
        # UMAP takes 20 s to compile, and has tests of its own.
        patch.setattr(splits, "_umap", lambda values, neighbours, seed: values[:, :2])
        yield


@pytest.fixture
def without_figures(monkeypatch):
    """They take seconds, and `done` and `compared` draw them all."""
    monkeypatch.setattr(output, "write_page", lambda *_: None)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validation") / "out"
    steps = []
    found = validate({**CONFIG, "out": str(folder)}, lambda *note: steps.append(note[0]))
    return folder, found, steps


def test_every_set_is_judged(done):
    folder, found, steps = done
    stored = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    rows = {(row["set"], row["group"]): row for row in stored["metrics"]}
    assert [name for name, group in rows if group == "all"] == [
        "train", "edge", "edge_ligands", "test",
    ]  # fmt: skip
    test = rows["test", "all"]
    counts = stored["outcomes"][0]["folds"][0]["rows"]
    assert test["n"] == counts["test"] == len(found.splits["edge"][0].sets["test"])
    assert rows["test", "n = 1"]["n"] + rows["test", "n > 1"]["n"] == test["n"]
    errors = set_of(found, "test").eval("log_beta - mean")
    assert test["mae"] == pytest.approx(errors.abs().mean())
    assert rows["train", "all"]["mae"] < test["mae"]
    assert {"choosing features of beta_1", "choosing features of beta_n"} <= set(steps)


def test_no_ligand_of_a_set_trained_the_model(done):
    folder, *_ = done
    table = pd.read_csv(folder / "predictions.csv", encoding="utf-8-sig")
    groups = with_keys(table.fillna({"ligand": ""}), "predictions")["ligand_group"]
    trained = set(groups[table["set"] == "train"])
    assert trained
    assert not trained & set(groups[table["set"] != "train"])


def test_features_are_chosen_for_both_stages(done):
    folder, *_ = done
    stored = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["outcomes"][0]
    assert stored["features_chosen_on"] == "edge"
    node = yaml.safe_load((folder / "models" / "edge_beta_gp.yaml").read_text(encoding="utf-8"))
    for stage in ("beta_1", "beta_n"):
        curve = stored["selection"][stage]
        assert curve["mae"][str(curve["count"])] == min(curve["mae"].values())
        assert len(curve["kept"]) == curve["count"]
        relevances = stored["folds"][0]["relevances"][stage]
        assert set(relevances) == set(curve["kept"])
        assert sum(relevances.values()) == pytest.approx(1.0)
        assert list(getattr(build(node), f"{stage}_features")) == curve["kept"]


def test_the_page_and_the_figures_are_whole(done):
    folder, *_ = done
    names = {"constants", "maps", "calibration_edge"}
    names |= {
        f"{kind}_edge_beta_gp" for kind in ("relevance", "features", "parity", "beta_1_input")
    }
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == names
    for path in (folder / "figures").glob("*.svg"):
        ElementTree.parse(path)
    for path in (folder / "figures").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    page = (folder / "validation.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(names)
    assert "http-equiv" in page


@pytest.mark.usefixtures("without_figures")
def test_the_same_command_goes_on_without_fitting_again(done, monkeypatch):
    folder, found, _ = done

    def never(*_, **__):
        raise AssertionError("fitted again")

    monkeypatch.setattr("bo_loop.models.matern_gp.MaternGP.fit", never)
    again = validate({**CONFIG, "out": str(folder)})
    pd.testing.assert_frame_equal(again.predictions, found.predictions)
    pd.testing.assert_frame_equal(again.table, found.table)


def test_a_folder_of_something_else_is_refused(done, tmp_path):
    folder, *_ = done
    data = few() | {"include_inorganic": True}
    with pytest.raises(DataError, match="of other data"):
        validate({**CONFIG, "data": data, "out": str(folder)})
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="not an empty folder"):
        validate({**CONFIG, "out": str(tmp_path)})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.usefixtures("without_figures")
def test_two_at_once_in_a_folder_are_refused(done):
    folder, found, _ = done
    with (
        Memory.open(folder, found.cases.observations).alone(),
        pytest.raises(DataError, match="Another bo-loop is at work"),
    ):
        validate({**CONFIG, "out": str(folder)})
    validate({**CONFIG, "out": str(folder)})


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison") / "out"
    config = {**contest(matern_gp=MATERN, lightgbm=TREES), "out": str(folder)}
    return folder, config, validate(config)


def test_models_are_judged_on_the_same_rows(compared):
    _, _, found = compared
    scored = found.cases.scored
    where = ["split", "fold", "metal", "charge", "smiles", "n_ligands", "log_beta"]
    for (split, _), rows in found.predictions.groupby(["split", "model"]):
        assert len(rows) == len(scored)
        others = found.predictions[found.predictions["split"] == split]
        first = others[others["model"] == others["model"].iloc[0]]
        assert rows[where].values.tolist() == first[where].values.tolist()
    all_of_it = found.table[found.table["group"] == "all"]
    assert all_of_it["n"].tolist() == [len(scored)] * 4
    assert all_of_it["model"].tolist() == ["matern_gp", "lightgbm"] * 2
    assert (all_of_it["mae_sd"] > 0).all()


def test_a_comparison_shows_boxes_parity_and_contributions(compared):
    folder, *_ = compared
    names = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert {"boxes_ligand", "boxes_metal", "parity_ligand_lightgbm"} <= names
    assert {"contributions_ligand_lightgbm", "calibration_metal"} <= names
    assert not {name for name in names if name.startswith(("maps", "relevance"))}


class Killed(BaseException):
    pass


@pytest.mark.usefixtures("without_figures")
def test_a_killed_validation_goes_on_where_it_stopped(compared, tmp_path, monkeypatch):
    _, config, whole = compared
    config = {**config, "out": str(tmp_path / "out")}
    fits, fitted = [], run.fitted

    def counted(fold):
        fits.append(fold.recipe)
        if len(fits) == 3:
            raise Killed
        return fitted(fold)

    monkeypatch.setattr(run, "fitted", counted)
    with pytest.raises(Killed):
        validate(config)
    assert len(list((tmp_path / "out" / "folds").glob("*.parquet"))) == 2
    found = validate(config)
    assert len(fits) == 3 + 12 - 2
    reports = [each.facts["fit"] for outcome in found.outcomes for each in outcome.results]
    starts = {fit["start"] for fit in reports if "start" in fit}
    assert starts == {"cold"}  # no fold has seen what another is judged by
    pd.testing.assert_frame_equal(found.predictions, whole.predictions)

    more = {**config, "models": {**config["models"], **contest(beta_gp=BETA)["models"]}}
    more["splits"] = {"ligand": LIGAND}
    fits[:] = [None] * 3
    validate(more)
    assert [type(recipe).__name__ for recipe in fits[3:]] == ["BetaGP"] * 3


@pytest.mark.usefixtures("without_figures")
def test_processes_change_no_result_and_go_on_where_they_stopped(with_acids, tmp_path, monkeypatch):
    config = {**contest(matern_gp=MATERN, lightgbm=TREES), "splits": {"ligand": LIGAND}}
    config["data"] = {"_target_": "bo_loop.data.Csv", "path": with_acids["path"]}
    kept, keep = [], Memory.keep

    def killed(memory, *of_fold):
        keep(memory, *of_fold)
        kept.append(of_fold[0])
        if len(kept) == 2:
            raise Killed

    monkeypatch.setattr(Memory, "keep", killed)
    out, notes = str(tmp_path / "two"), []
    with pytest.raises(Killed):
        validate({**config, "processes": 2, "out": out})
    monkeypatch.setattr(run.parallel, "processes", lambda workers, n: Processes(workers))
    with pytest.warns(FitWarning, match="stopped after 5 iterations"):
        found = validate({**config, "processes": 2, "out": out}, lambda *n: notes.append(n[1:3]))
    assert len(kept) == len(set(kept)) == 6
    assert [done for done, total in notes if total == 6] == [2] * 4 + [3, 4, 5, 6]
    monkeypatch.setattr(run.parallel, "processes", lambda workers, n: Serial())
    alone = validate({**config, "processes": 1, "out": str(tmp_path / "one")})
    pd.testing.assert_frame_equal(found.predictions, alone.predictions, check_exact=True)


@pytest.mark.usefixtures("without_figures")
def test_a_model_without_stages_keeps_all_features(tmp_path):
    models = {"matern_gp": {"model": MATERN, "features": FEATURES}}
    found = validate({**CONFIG, "models": models, "out": str(tmp_path / "out")})
    assert found.outcomes[0].selections() == {}
    features = found.outcomes[0].bouts[0].described.features
    assert len(found.outcomes[0].facts("relevances")["beta_n"]) == features.dense().shape[1]


@pytest.fixture
def with_acids(tmp_path):
    """A table of two sources, with protonation constants beside them."""
    rows = Minteq().read().query("n_ligands == 1").head(90)
    rows = rows.assign(source=["first"] * 60 + ["other"] * 30)
    table, acids = tmp_path / "known.csv", tmp_path / "acids.csv"
    rows.to_csv(table, index=False)
    pd.DataFrame(
        {
            "smiles": rows["smiles"].unique()[:2],
            "equilibrium": "[HL]/[L][H]",
            "temperature_C": 25,
            "ionic_strength_M": 0.1,
            "log_K": [9.6, 5.7],
        }
    ).to_csv(acids, index=False)
    return {"_target_": "bo_loop.data.Csv", "path": str(table), "protonation": str(acids)}


@pytest.mark.usefixtures("without_figures")
def test_protonation_rows_are_left_to_features_that_describe_them(with_acids, tmp_path):
    config = contest(matern_gp=MATERN) | {"data": with_acids, "own_protonation": "both"}
    found = validate({**config, "splits": {"ligand": LIGAND}, "out": str(tmp_path / "out")})
    assert "H" not in set(found.predictions["metal"])
    assert len(found.cases.observations) == 92
    assert len(found.predictions) == 90
    # both would be the same: it is done once
    assert [each.own_protonation for each in found.outcomes] == [False]


@pytest.mark.usefixtures("without_figures")
def test_protonation_of_ligands_held_back_trains_only_where_asked_for(with_acids, tmp_path):
    chemistry = {"_target_": "bo_loop.features.ChemistryRecipe"}
    model = {"_target_": "bo_loop.models.PairGP", "max_iter": 2}
    found = validate(
        {
            **OPTIONS,
            "data": with_acids,
            "models": {"pair_gp": {"model": model, "features": chemistry}},
            "splits": {"ligand": LIGAND, "metal": METAL},
            "own_protonation": "both",
            "out": str(tmp_path / "out"),
        }
    )
    # a metal that is held back says nothing of a ligand: there both would be the same
    done = [(each.split, each.own_protonation) for each in found.outcomes]
    assert done == [("ligand", False), ("ligand", True), ("metal", False)]
    data = found.cases.observations
    protons = data.index[data["metal"] == "H"].to_numpy()
    without, own, _ = found.outcomes
    for bout in without.bouts:
        held = set(data["ligand_group"].iloc[bout.split.judged])
        assert set(protons) & set(bout.train) == {
            row for row in protons if data["ligand_group"][row] not in held
        }
    assert all(set(protons) <= set(bout.train) for bout in own.bouts)
    assert any(not set(protons) <= set(bout.train) for bout in without.bouts)
    table = found.table[found.table["group"] == "all"]
    assert table["own_protonation"].tolist() == [False, True, False]


@pytest.mark.usefixtures("without_figures")
def test_a_source_that_is_not_scored_only_trains(with_acids, tmp_path):
    config = contest(matern_gp=MATERN) | {"data": with_acids, "scored_sources": ["first"]}
    found = validate({**config, "splits": {"ligand": LIGAND}, "out": str(tmp_path / "out")})
    assert set(found.predictions["source"]) == {"first"}
    sources = found.cases.observations["source"].to_numpy()
    assert any("other" in sources[bout.train] for bout in found.outcomes[0].bouts)
    with pytest.raises(ConfigError, match=r"'else'; the data have 'first' \(60\), 'other' \(30\)"):
        validate({**config, "scored_sources": ["else"], "out": str(tmp_path / "more")})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"own_protonation": "yes"}, "true, false or both"),
        ({"models": {}}, "one or more"),
        ({"processes": "two"}, "processes: 'two' — expected a whole number"),
    ],
)
def test_options_are_checked(change, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        validate({**contest(matern_gp=MATERN), **change, "out": str(tmp_path / "out")})
    assert not (tmp_path / "out").exists()


def test_every_model_is_held_against_its_features_before_any_is_judged(tmp_path, monkeypatch):
    chemistry = {"_target_": "bo_loop.features.ChemistryRecipe"}
    config = contest(matern_gp=MATERN) | {"splits": {"ligand": LIGAND}}
    config["models"]["of_counts"] = {"model": MATERN, "features": chemistry}
    monkeypatch.setattr(run, "prepared", lambda *_: pytest.fail("judged before all was checked"))
    with pytest.raises(ConfigError, match="hold counts"):
        validate({**config, "out": str(tmp_path / "out")})
