import json
import subprocess
import sys

import duckdb
import numpy as np
import pytest
from synthetic_spectra import curve

from bo_loop.base.errors import DataError
from bo_loop.lab.spectra.cleaning import Cleaning
from bo_loop.lab.spectra.corrections import read_corrections
from bo_loop.lab.spectra.database import Lab
from bo_loop.lab.spectra.peaks import PeakSearch
from bo_loop.lab.spectra.reading import read_records

CLEANING, SEARCH = Cleaning("none"), PeakSearch(shape="gaussian")
X = np.linspace(300.0, 600.0, 200)


def write(folder, ligand, peaks, seed=0, name=None):
    y = curve(X, peaks)[0] + np.random.default_rng(seed).normal(0.0, 0.02, len(X))
    lines = [
        f"ligand,{ligand}",
        "method,UV-vis",
        "nm,A",
        *(f"{a:.6g},{b:.6g}" for a, b in zip(X, y, strict=True)),
    ]
    folder.mkdir(exist_ok=True)
    (folder / f"{name or ligand}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spectra") / "raw"
    write(folder, "edta", [(380.0, 20.0, 2.0), (500.0, 25.0, 1.0)], 1)
    write(folder, "NTA", [(382.0, 20.0, 1.0), (503.0, 25.0, 2.0)], 2)
    write(folder, "glycine", [(379.0, 20.0, 1.5)], 3)
    return folder


@pytest.fixture
def lab(folder, tmp_path):
    made = Lab(tmp_path / "lab.duckdb")
    assert made.add(read_records(folder), CLEANING, SEARCH) == []
    return made


def test_records_peaks_and_features_are_tables_and_sql(lab):
    assert len(lab.records()) == 3
    assert lab.peaks()["position_sd"].between(0.0, 2.0).all()
    features = lab.features().set_index("ligand")
    assert features.shape == (3, 3)
    low, high = (features[c] for c in features.columns[1:])
    assert low["edta"] / low["NTA"] == pytest.approx(2.0, rel=0.05)
    assert high["glycine"] == 0.0  # measured, and no peak there
    found = lab.table(
        "SELECT max(height) AS h FROM peaks JOIN records USING (record) WHERE ligand = 'edta'"
    )
    assert found["h"].item() == pytest.approx(2.0, rel=0.05)
    with pytest.raises(DataError, match="does not answer"):
        lab.table("SELECT nothing FROM nowhere")
    with pytest.raises(DataError, match="does not answer"):
        lab.table("SELECT * FROM read_csv('/etc/passwd')")


def test_adding_twice_adds_nothing_and_rebuilding_gives_the_same(lab, folder):
    before = lab.peaks()
    lab.add(read_records(folder), CLEANING, SEARCH)
    assert lab.peaks().equals(before)
    assert lab.rebuild() == []
    assert lab.peaks().equals(before)


def test_a_file_that_is_told_of_anew_is_made_anew_and_rebuilt_as_it_was_told(lab, folder):
    before = lab.peaks()
    one = folder / "glycine.csv"
    lab.add(read_records(one), CLEANING, PeakSearch(shape="lorentzian"))
    assert lab.records().set_index("ligand")["shape"].to_dict() == {
        "edta": "gaussian", "NTA": "gaussian", "glycine": "lorentzian",
    }  # fmt: skip
    told = lab.peaks()
    assert lab.rebuild() == []
    assert lab.peaks().equals(told)
    tags = {one.name: {"": {"ligand": "EDTA", "method": "Raman"}}}
    lab.add(read_records(one, tags), CLEANING, SEARCH, tags=tags)
    assert lab.records()[["ligand", "method"]].to_numpy().tolist() == [
        ["EDTA", "Raman"], ["NTA", "UV-vis"], ["edta", "UV-vis"],
    ]  # fmt: skip
    lab.rebuild()
    assert "glycine" not in set(lab.records()["ligand"])
    lab.add(read_records(folder), CLEANING, SEARCH)
    assert lab.peaks().equals(before)


def test_what_fails_half_way_leaves_all_as_it_was(lab, monkeypatch):
    before = lab.features()
    monkeypatch.setattr(Lab, "_derive", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lab.rebuild()
    assert lab.features().equals(before)
    assert len(lab.records()) == 3


def test_corrections_of_a_person_are_replayed(lab):
    record = lab.records().set_index("ligand").loc["NTA", "record"]
    lab.corrections.write_text(
        f"action,record,method,position,to,label\nname,,UV-vis,370,390,pi\ndrop,{record},,503,,\n",
        encoding="utf-8",
    )
    for _ in range(2):
        lab.correct()
        features = lab.features().set_index("ligand")
        assert "UV-vis@pi" in features
        assert features["UV-vis@pi"].gt(0).all()
        assert features.loc["NTA"].eq(0.0).sum() == 1  # what was dropped is not there
        lab.rebuild()
    lab.corrections.write_text("action,record,position\ndrop,absent,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 2: record 'absent' has no peak"):
        lab.correct()
    assert "UV-vis@pi" in lab.features()


def test_corrections_that_say_too_little_are_named(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(
        "action,record,position,label\nlabel,r,5,\nburn,r,5,x\ndrop,r,five,\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as refused:
        read_corrections(path)
    assert len(refused.value.problems) == 3


def test_two_writers_wait_for_one_another(folder, tmp_path):
    write(tmp_path / "other", "citrate", [(400.0, 20.0, 2.0)], 5, name="citric acid")
    (tmp_path / "other" / "citric acid.csv").write_text(
        (tmp_path / "other" / "citric acid.csv").read_text().replace("citrate", "citric acid")
    )
    code = (
        "import sys; from pathlib import Path\n"
        "from bo_loop.lab.spectra.database import Lab\n"
        "from bo_loop.lab.spectra.cleaning import Cleaning\n"
        "from bo_loop.lab.spectra.peaks import PeakSearch\n"
        "from bo_loop.lab.spectra.reading import read_records\n"
        "Lab(Path(sys.argv[1])).add(read_records(Path(sys.argv[2])), Cleaning('none'), "
        "PeakSearch(shape='gaussian'))\n"
    )
    path = tmp_path / "lab.duckdb"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(each)])
        for each in (folder, tmp_path / "other")
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert len(Lab(path).records()) == 4


def test_there_is_no_database_yet(tmp_path):
    with pytest.raises(DataError, match="bo-loop spectra read="):
        Lab(tmp_path / "absent.duckdb").peaks()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TABLE files (sha256 VARCHAR, name VARCHAR, content BLOB)", "states no format"),
        ("CREATE TABLE about (version INTEGER)", "states no format"),
        ("CREATE TABLE about (format INTEGER); INSERT INTO about VALUES (99)", "has format 99"),
        ("", "states no format"),
    ],
)
def test_a_database_of_another_format_is_refused_and_left_as_it_is(folder, tmp_path, script, said):
    other = Lab(tmp_path / "lab.duckdb")
    with duckdb.connect(str(other.path)) as db:
        db.execute(script)
    before = other.path.read_bytes()
    uses = (
        other.rebuild,
        other.correct,
        other.records,
        lambda: other.table("SELECT 1"),
        lambda: other.add(read_records(folder), CLEANING, SEARCH),
    )
    for use in uses:
        with pytest.raises(DataError, match=said) as refused:
            use()
        assert f"bo-loop spectra read=FOLDER lab={other.path}" in str(refused.value)
    assert other.path.read_bytes() == before


def test_what_is_first_added_and_fails_leaves_a_database_that_can_be_used(folder, tmp_path):
    lab = Lab(tmp_path / "lab.duckdb")
    lab.corrections.write_text("action,record,position\ndrop,absent,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 2"):
        lab.add(read_records(folder), CLEANING, SEARCH)
    lab.corrections.unlink()
    assert lab.add(read_records(folder), CLEANING, SEARCH) == []
    assert len(lab.records()) == 3


def test_another_schema_or_other_settings_need_another_format(lab):
    """Whoever changes what a database holds raises `_FORMAT`, and then these."""
    columns = lab.table(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns ORDER BY t, "
        "ordinal_position"
    )
    assert columns.groupby("t")["c"].agg(" ".join).to_dict() == {
        "about": "format",
        "constants": "campaign pair_id metal charge smiles n_ligands log_beta log_beta_sd",
        "features": "record feature position area",
        "files": "sha256 name content tags method settings",
        "peaks": "record number position position_sd width width_sd area area_sd height fraction "
        "label",
        "records": "record sha256 place ligand smiles method x_unit y_unit x y background noise "
        "shape residual_sd metadata",
    }
    said = json.loads(lab.table("SELECT settings FROM files LIMIT 1").iloc[0, 0])
    assert {name: sorted(values) for name, values in said.items()} == {
        "cleaning": ["background", "options", "smooth_points", "stiffness"],
        "search": ["max_peaks", "max_width", "min_height", "min_points", "shape"],
    }
    assert lab.table("SELECT format FROM about").iloc[0, 0] == 2
