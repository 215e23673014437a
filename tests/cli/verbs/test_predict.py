"""Fit, save, load and predict, through the functions that the verbs call."""

import shutil

import known_constants
import numpy as np
import pandas as pd
import pytest
from tolerances import ROUNDING

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.cli.verbs import campaign as commands
from bo_loop.data import Minteq
from bo_loop.library.model_folder import load

CONDITIONS = {"temperature_C": 25.0, "ionic_strength_M": 0.0, "encoding": None}


def predict(folder, pairs, out="pred.csv", **conditions):
    """Predict `pairs`, a file or the text of one, and return the text of what came out."""
    if isinstance(pairs, str):
        (folder / "pairs.csv").write_text(pairs, encoding="utf-8")
        pairs = folder / "pairs.csv"
    (folder / out).unlink(missing_ok=True)
    config = {
        "model_dir": str(folder / "m"),
        "pairs": str(pairs),
        "out": str(folder / out),
        "protonation": False,
        **CONDITIONS,
        **conditions,
    }
    commands.predict(config)
    return (folder / out).read_text(encoding="utf-8-sig")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a model of Cu, Zn and Pb, saved."""
    path = tmp_path_factory.mktemp("models")
    known = Minteq().read()
    known = known[known["metal"].isin(["Cu", "Zn", "Pb"])]
    known.to_csv(path / "lit.csv", index=False, encoding="utf-8-sig")
    config = {
        "data": {"_target_": "bo_loop.data.Csv", "path": str(path / "lit.csv")},
        "features": {"_target_": "bo_loop.features.PublishedRecipe"},
        "model": {"_target_": "bo_loop.models.MaternGP", "max_iter": 5},
        "model_dir": str(path / "m"),
        "sources": [],
        "property": None,
    }
    commands.fit(config)
    return path


def exact(folder, pairs):
    """Predict a file of pairs, all digits kept."""
    out = folder / "exact.parquet"
    out.unlink(missing_ok=True)
    config = {
        "model_dir": str(folder / "m"),
        "pairs": str(pairs),
        "out": str(out),
        "protonation": False,
    }
    commands.predict(config | CONDITIONS)
    return pd.read_parquet(out)


GLYCINE = "metal,charge,smiles,n_ligands\nCu,2,NCC(=O)O,1\n"


def means(text):
    """The predicted means; those of equal pairs agree to rounding, whatever stands beside them."""
    found = [float(line.split(",")[-3]) for line in text.splitlines()[1:]]
    return np.round(found, 9).tolist()


def test_a_saved_model_predicts_what_it_did_before(folder):
    known = Minteq().read()
    pairs = known[known["metal"].eq("Cu")].head(20)
    pairs.to_csv(folder / "known.csv", index=False)
    predicted = exact(folder, folder / "known.csv")
    expected = load(folder / "m").predict(pairs)
    np.testing.assert_allclose(predicted[["mean", "sd"]], expected[["mean", "sd"]], rtol=ROUNDING)
    # It learned something: the constants it was fitted to are near.
    assert np.corrcoef(predicted["mean"], pairs["log_beta"])[0, 1] > 0.9
    # Predictive: with noise.
    assert (expected["sd"] > expected["sd_latent"]).all()


def test_columns_come_back_as_they_were_written(folder):
    text = (
        'note, id ,n_ligands,smiles,charge,metal\n"a, b",007,1,NCC(=O)O,2,Cu\n\n'
        " x ,1e3,1.0,[NH3+]CC(=O)[O-],2,Cu\n"
    )
    header, *rows = predict(folder, text).splitlines()
    assert header == "note, id ,n_ligands,smiles,charge,metal,mean,sd,outside_domain"
    assert [row.rsplit(",", 3)[0] for row in rows] == [
        '"a, b",007,1,NCC(=O)O,2,Cu',
        " x ,1e3,1.0,[NH3+]CC(=O)[O-],2,Cu",
    ]
    # The zwitterion is the same ligand.
    glycine, zwitterion = (row.rsplit(",", 3)[1:3] for row in rows)
    np.testing.assert_allclose(np.float64(glycine), np.float64(zwitterion))


def test_a_ligand_without_donors_is_outside_the_domain(folder):
    rows = predict(folder, "metal,smiles,n_ligands\nCu+2,CCCCCC,1\nCu+2,NCC(=O)O,1\n").splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows] == ["outside_domain", "yes", "no"]


@pytest.mark.parametrize("ion", ["Cu+2", "Cu2+", "Cu²⁺"])
def test_takes_charges_from_the_metal(folder, ion):
    text = predict(folder, f"metal,smiles,n_ligands\n{ion},NCC(=O)O,1\n")
    assert text.splitlines()[1].startswith(f"{ion},NCC(=O)O,1,")
    assert means(text) == means(predict(folder, GLYCINE))


def test_defaults_stand_in_for_conditions_that_are_not_stated(folder):
    rows = "temperature_C\nCu,2,NCC(=O)O,1,50\nCu,2,NCC(=O)O,1,\n"
    stated, default = means(predict(folder, GLYCINE.split("\n")[0] + "," + rows))
    assert default == means(predict(folder, GLYCINE))[0]
    assert stated == means(predict(folder, GLYCINE, temperature_C=50.0))[0] != default


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_reads_other_tables(folder, suffix):
    frame = pd.DataFrame({"metal": ["Cu+2"], "smiles": ["NCC(=O)O"], "n_ligands": [1]})
    path = folder / f"pairs{suffix}"
    frame.to_excel(path, index=False) if suffix == ".xlsx" else frame.to_parquet(path)
    assert means(predict(folder, path)) == means(predict(folder, GLYCINE))


def test_writes_parquet(folder):
    (folder / "pairs.csv").write_text(GLYCINE, encoding="utf-8")
    frame = exact(folder, folder / "pairs.csv")
    assert frame["mean"].round(3).tolist() == means(predict(folder, GLYCINE))
    assert frame["mean"].tolist() != means(predict(folder, GLYCINE))


def test_a_table_for_people_holds_three_decimals_and_its_own_numbers_as_they_were(folder):
    text = "metal,smiles,n_ligands,my value\nCu+2,NCC(=O)O,1,1.23456789\n"
    header, row = predict(folder, text).splitlines()
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert told["my value"] == "1.23456789"
    for name in ("mean", "sd"):
        assert len(told[name].partition(".")[2]) <= 3
        assert 0.1 < float(told[name]) < 30


def test_lists_every_bad_row_and_writes_nothing(folder):
    text = (
        "metal,charge,smiles,n_ligands,ionic_strength_M\n"
        "Cu,2,C1CC,1,0\n\nCu,two,NCC(=O)O,9,salty\nCu,2,NCC(=O)O,1\n"
        "H,1,NCC(=O)O,1,0\nCu,2,NCC(=O)O,1,0\n"
    )
    with pytest.raises(DataError) as caught:
        predict(folder, text)
    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "row 2, smiles", "row 4, charge", "row 4, ionic_strength_M", "row 4, n_ligands", "row 5",
        "row 6, metal",
    ]  # fmt: skip
    assert not (folder / "pred.csv").exists()


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("metal,smiles\nCu+2,CCN\n", "has no column n_ligands"),
        (GLYCINE.replace("n_ligands", "n_ligands,mean").replace(",1\n", ",1,0\n"), "'mean'"),
        (GLYCINE.replace("smiles", "smiles,temperature_c").replace(",1\n", ",1,0\n"), "'0.0' — "),
        ("metal,smiles,n_ligands\n", "holds no rows"),
        ("metal,smiles,n_ligands\nH+,CCN,1\n", "is the proton, not a metal ion"),
    ],
)
def test_says_what_is_wrong_with_the_pairs(folder, pairs, message):
    with pytest.raises(DataError, match=message):
        predict(folder, pairs)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pairs": "absent.csv"}, "there is no such file"),
        ({"model_dir": "no model"}, "holds no model"),
        ({"model_dir": "cut"}, "training.npz is damaged, or was not written by bo-loop"),
        ({"out": "pred.xlsx"}, "only .parquet and .csv files are written"),
        ({"out": "no folder/pred.csv"}, "there is no folder"),
        ({"out": "lit.csv"}, "exists already"),
    ],
)
def test_says_what_is_wrong_with_the_files(folder, changed, message, monkeypatch):
    monkeypatch.chdir(folder)
    if not (folder / "cut").exists():
        shutil.copytree(folder / "m", folder / "cut")
        (folder / "cut" / "training.npz").write_bytes(b"PK\x03\x04 and no more")
    (folder / "good.csv").write_text(GLYCINE, encoding="utf-8")
    (folder / "pred.csv").unlink(missing_ok=True)
    files = {"model_dir": "m", "pairs": "good.csv", "out": "pred.csv", "protonation": False}
    with pytest.raises(BoLoopError, match=message):
        commands.predict(files | CONDITIONS | changed)


def test_a_model_without_protonation_constants_knows_no_pka(folder):
    text = "metal,charge,smiles,n_ligands\nCu,2,NCC(=O)O,1\n"
    with pytest.raises(DataError, match="learned from no protonation constants"):
        predict(folder, text, protonation=True)
    assert not (folder / "pred.csv").exists()


def test_pka_stand_beside_log_beta(tmp_path):
    acid = {"equilibrium": "[HL]/[L][H]", "temperature_C": 25, "ionic_strength_M": 0.1}
    pkas = {"NCC(=O)O": 9.6, "NCCN": 9.9, "CC(=O)O": 4.6, "c1ccncc1": 5.3}
    pd.DataFrame([{"smiles": s, "log_K": k, **acid} for s, k in pkas.items()]).to_csv(
        tmp_path / "acids.csv", index=False
    )
    known = known_constants.observations()
    known[known["metal"] != "H"].to_csv(tmp_path / "lit.csv", index=False)
    data = {"path": str(tmp_path / "lit.csv"), "protonation": str(tmp_path / "acids.csv")}
    commands.fit(
        {
            "data": {"_target_": "bo_loop.data.Csv", **data},
            "features": {"_target_": "bo_loop.features.ChemistryRecipe"},
            "model": {"_target_": "bo_loop.models.PairGP", "max_iter": 20},
            "model_dir": str(tmp_path / "m"),
            "sources": [],
            "property": None,
        }
    )
    text = "metal,charge,smiles,n_ligands\nNi,2,NCC(=O)O,1\nNi,2,c1ccncc1,1\n"
    lines = predict(tmp_path, text, protonation=True).splitlines()
    assert lines[0].endswith("outside_domain,pKa_HL,pKa_HL_sd,pKa_H2L,pKa_H2L_sd")
    glycine, pyridine = (line.split(",")[-4:] for line in lines[1:])
    assert float(glycine[0]) == pytest.approx(9.6, abs=1.0)
    assert float(pyridine[0]) == pytest.approx(5.3, abs=1.0)
    assert float(pyridine[1]) > 0
    assert pyridine[2:] == ["", ""]
    plain = predict(tmp_path, text)
    assert "pKa" not in plain
