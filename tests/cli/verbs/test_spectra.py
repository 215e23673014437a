"""bo-loop spectra, as it is typed, and what was measured in a campaign and a validation."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from command_line import run
from synthetic_spectra import curve

from bo_loop.chemistry.ligands import standardise

X = np.linspace(300.0, 600.0, 150)
LIGANDS = {"edta": 1.0, "NTA": 0.7, "glycine": 0.3, "oxalic acid": 0.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    columns = [
        curve(X, [(400.0, 20.0, share), (500.0, 20.0, 1.2 - share)])[0]
        + np.random.default_rng(i).normal(0.0, 0.01, len(X))
        for i, share in enumerate(LIGANDS.values())
    ]
    table = pd.DataFrame({"nm": X, **dict(zip(LIGANDS, columns, strict=True))})
    (folder / "UV-vis").mkdir()
    table.to_csv(folder / "UV-vis" / "all.csv", index=False)
    (folder / "UV-vis" / "bad.jdx").write_text("nothing")
    printed = run(
        folder, "spectra", "read=UV-vis", "method=UV-vis", "background=none", "shape=gaussian"
    )
    assert "4 records, 4 ligands, 8 peaks" in printed
    assert "bad.jdx: it has no line that begins with ##" in printed
    return folder


def test_tables_come_out_as_json_csv_and_sql(folder):
    found = json.loads(run(folder, "spectra", "table=features", "json=true"))
    assert len(found["rows"]) == 4
    assert len(found["rows"][0]) == 4  # ligand, smiles, two columns
    run(folder, "spectra", "table=curves", "out=curves.csv")
    curves = pd.read_csv(folder / "curves.csv", encoding="utf-8-sig")
    assert curves.shape[0] == 4
    assert curves.shape[1] > 100
    sql = "sql=SELECT count(*) AS n FROM peaks WHERE area > 0"
    assert json.loads(run(folder, "spectra", sql, "json=true"))["rows"] == [{"n": 8}]


def test_latent_features_are_chosen_written_and_drawn(folder):
    pd.DataFrame({"ligand": list(LIGANDS), "share": list(LIGANDS.values())}).to_csv(
        folder / "share.csv", index=False
    )
    asked = ("spectra", "table=latent", "property=share.csv", "models=[pca]", "components=[1]")
    refused = run(folder, *asked, code=2)
    assert "4 groups cannot be dealt out to 5 folds" in refused
    for name, share in (("citric acid", 0.2), ("DTPA", 0.9)):
        y = curve(X, [(400.0, 20.0, share), (500.0, 20.0, 1.2 - share)])[0]
        pd.DataFrame({"nm": X, name: y}).to_csv(folder / f"{name}.csv", index=False)
        run(folder, "spectra", "lab=six.duckdb", f"read={name}.csv", "method=UV-vis",
            "background=none", "shape=gaussian")  # fmt: skip
    run(folder, "spectra", "lab=six.duckdb", "read=UV-vis/all.csv", "method=UV-vis",
        "background=none", "shape=gaussian")  # fmt: skip
    run(folder, *asked[:2], "lab=six.duckdb", *asked[3:], "out=l.csv", "figure=l.svg")
    latent = pd.read_csv(folder / "l.csv", encoding="utf-8-sig")
    assert list(latent.columns) == ["ligand", "smiles", "pca_1"]
    assert len(latent) == 6
    assert "<svg" in (folder / "l.svg").read_text(encoding="utf-8")
    assert "it needs table=latent" in run(folder, "spectra", "figure=x.svg", code=2)


def test_bad_options_end_with_one_message(folder):
    assert "table is" in run(folder, "spectra", "table=nonsense", code=2)
    assert "background is" in run(folder, "spectra", "background=magic", code=2)
    assert "no file or folder" in run(folder, "spectra", "read=absent", code=2)
    assert "exists already" in run(folder, "spectra", "out=UV-vis/all.csv", code=2)
    assert "There is no" in run(folder, "spectra", "lab=none.duckdb", code=2)


def test_a_database_of_an_earlier_version_ends_with_one_message(folder):
    with duckdb.connect(str(folder / "old.duckdb")) as db:
        db.execute(
            "CREATE TABLE files (sha256 VARCHAR PRIMARY KEY, name VARCHAR, content BLOB, "
            "tags VARCHAR, method VARCHAR);"
            "INSERT INTO files VALUES ('0', 'a.csv', '\\x41'::BLOB, '{}', 'UV-vis');"
        )
    for use in ("rebuild=true", "table=peaks", "table=latent", "sql=SELECT 1", "read=UV-vis"):
        said = run(folder, "spectra", "lab=old.duckdb", use, code=2)
        assert "old.duckdb states no format" in said, use
        assert "bo-loop spectra read=FOLDER lab=old.duckdb" in said, use
        assert "Traceback" not in said


def test_a_campaign_learns_from_what_was_measured(folder):
    run(folder, "spectra", "table=peaks", "out=peaks.csv")
    pd.DataFrame(
        {
            "metal": "Ni", "charge": 2, "n_ligands": 1,
            "smiles": [standardise(s) for s in ("NCC(=O)O", "NCCN", "OC(=O)CN(CC(O)=O)CC(O)=O",
                                                "OC(=O)C(=O)O", "c1ccncc1", "CC(=O)O")],
            "log_beta": [5.7, 7.3, 11.5, 5.2, 1.9, 0.9],
        }
    ).to_csv(folder / "lit.csv", index=False)  # fmt: skip
    run(
        folder, "start", "name=c", "pool.metals=[Ni+2]", "data=csv", "data.path=lit.csv",
        "features.measured=peaks.csv", "model.max_iter=5",
    )  # fmt: skip
    sealed = json.loads((folder / "campaigns" / "c" / "features.json").read_text())
    assert len(sealed["measured"]) == 4
    (folder / "peaks.csv").unlink()  # what start sealed is enough
    told = json.loads(run(folder, "suggest", "name=c", "batch_size=2", "json=true"))
    assert told
    model = json.loads((folder / "campaigns" / "c" / "rounds" / "001" / "model.json").read_text())
    assert any("measured" in name for name in model["hyperparameters"]["lengthscales"])
    assert "FAILED" not in run(folder, "verify", "name=c")

    result = {"pair_id": [told[0]["pair_id"]], "log_beta": [6.5], "log_beta_sd": [0.1]}
    pd.DataFrame(result).to_csv(folder / "result.csv", index=False)
    run(folder, "log", "name=c", "results=result.csv", "confirm=true")
    sql = "sql=SELECT campaign, metal, charge, smiles, log_beta, log_beta_sd FROM constants"
    for _ in range(2):  # what was kept before is replaced
        kept = json.loads(run(folder, "spectra", "name=c", sql, "json=true"))["rows"]
        assert kept == [
            {"campaign": "c", "metal": "Ni", "charge": 2, "smiles": told[0]["smiles"],
             "log_beta": 6.5, "log_beta_sd": 0.1}
        ]  # fmt: skip


def test_validation_with_and_without(folder):
    rng = np.random.default_rng(0)
    smiles = [standardise("NC" + "C" * i + "C(=O)O") for i in range(12)]
    hidden = rng.normal(size=12)
    table = pd.DataFrame(
        {"metal": "Ni", "charge": 2, "n_ligands": 1, "smiles": smiles, "log_beta": 6.0 + hidden}
    )
    table.to_csv(folder / "v.csv", index=False)
    pd.DataFrame({"smiles": smiles, "shift": hidden}).to_csv(folder / "shift.csv", index=False)
    told = run(
        folder, "validate", "data=csv", "data.path=v.csv", "split=ligand", "folds=3", "out=v",
        "models=[pair_gp,pair_gp features.measured=shift.csv]", "json=true",
    )  # fmt: skip
    mae = {row["model"]: row["mae"] for row in json.loads(told)["metrics"]}
    assert mae["pair_gp features.measured=shift.csv"] < 0.7 * mae["pair_gp"]
