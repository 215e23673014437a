"""Imports: a small NIST SRD 46 distribution and tables, from reading to the files written."""

import json

import command_line
import pandas as pd
import pytest
import srd46_dump
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import BoLoopError, CampaignError, ConfigError, DataError
from bo_loop.base.progress import heard_by
from bo_loop.cli.verbs import imports
from bo_loop.cli.verbs.imports import import_literature
from bo_loop.data.curation.curate import curate
from bo_loop.data.observations import OBSERVATION_COLUMNS, validate_observations
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import srd46
from bo_loop.data.sources.property_tables import read_property

HEADER = "metal,smiles,n_ligands,log_beta\n"
OUTPUTS = ["out.parquet", "out.report.html", "out.report.json"]


@pytest.fixture
def table(tmp_path):
    """A table whose last value is that of the same pair as ln."""
    path = tmp_path / "lab.csv"
    path.write_text(
        HEADER + "Ni+2,NCC(=O)O,1,5.74\nNi+2,NCC(=O)O,1,5.8\nCu+2,[NH3+]CC(=O)[O-],1,8.15\n"
        "Ni+2,NCC(=O)O,1,13.22\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "written"
    folder.mkdir()
    return folder / "out.parquet"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_what_is_kept_and_two_reports(table, out):
    done = import_literature("csv", str(table), out)
    assert names(out.parent) == OUTPUTS
    assert tuple(path.name for path in done.files) == (OUTPUTS[0], OUTPUTS[2], OUTPUTS[1])
    kept = tables.Csv(path=out).read()
    assert kept[["metal", "log_beta"]].values.tolist() == [["Ni", 5.8], ["Cu", 8.15]]
    assert kept.equals(done.curated.observations)
    report = json.loads((out.parent / OUTPUTS[2]).read_text(encoding="utf-8"))
    assert report == done.report
    assert (report["title"], report["rows_read"], report["rows_kept"]) == ("lab.csv", 4, 2)
    assert [row["log_beta"] for row in report["quarantine"]] == [13.22]
    page = (out.parent / OUTPUTS[1]).read_text(encoding="utf-8")
    assert "looks like ln, not log10" in page
    assert "<svg" in page


def test_writes_csv_for_people(table, out):
    import_literature("csv", str(table), out.with_suffix(".csv"))
    raw = out.with_suffix(".csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfmetal,charge,")
    assert tables.Csv(path=out.with_suffix(".csv")).read()["log_beta"].tolist() == [5.8, 8.15]


def test_reads_several_tables_with_other_headers(tmp_path, table, out):
    other = tmp_path / "other.csv"
    other.write_text("metal,smiles,n_ligands,log_beta\nZn+2,NCCN,1,5.7\n", encoding="utf-8")
    done = import_literature("csv", [str(table), str(other)], out, curation={"duplicates": "keep"})
    assert done.curated.observations["source"].tolist() == ["lab", "lab", "lab", "other"]
    assert done.report["title"] == "lab.csv, other.csv"
    strange = tmp_path / "strange.csv"
    strange.write_text("M;L;n;lg K\nZn+2;NCCN;1;5,7\n", encoding="utf-8")
    options = {
        "columns": {
            "metal": "M", "smiles": "L", "n_ligands": "n", "log_beta": "lg K", "source": None,
        },
        "ionic_strength_M": 0.5,
        "source": "thesis",
    }  # fmt: skip
    done = import_literature("csv", str(strange), out.with_name("b.csv"), table_options=options)
    row = done.curated.observations.iloc[0]
    assert (row.log_beta, row.ionic_strength_M, row.source) == (5.7, 0.5, "thesis")


def test_reads_srd46_and_reports_what_the_reader_left_out(tmp_path, out):
    path = srd46_dump.zipped(tmp_path / "SRD 46 SQL.zip")
    said = []
    with heard_by(lambda *heard: said.append(heard)):
        done = import_literature("srd46", str(path), out)
    rows, steps = srd46.read(path)
    assert done.report["rows_read"] == len(rows)
    found = [step["name"] for step in done.report["steps"]]
    assert found[: len(steps)] == [step.name for step in steps]
    assert said == [
        ("importing", 0, 3, f"reading {path}"),
        ("importing", 1, 3, f"curating {len(rows)} observations"),
        ("importing", 2, 3, "writing"),
        ("importing", 3, 3, ""),
    ]
    kept = tables.Csv(path=out).read()
    assert set(kept["source"]) == {srd46.SOURCE}
    assert (kept["censoring"] == "none").all()
    reasons = [row["reason"] for row in done.report["quarantine"]]
    assert "structure is C6H9NO6, the database says C4H7NO4" in reasons
    kept_bounds = import_literature(
        "srd46", str(path), out.with_name("b.parquet"), curation={"bounds": "keep"}
    )
    assert "lower" in set(kept_bounds.curated.observations["censoring"])


def test_what_is_not_curated_is_written_as_it_is_and_left_for_later(table, out):
    done = import_literature("csv", str(table), out, curation=None)
    assert (done.report["rows_read"], done.report["rows_kept"]) == (4, 4)
    with pytest.warns(UserWarning, match="curation keeps 3 of 4 observations"):
        kept = tables.Csv(path=out, curation={"quarantine_only": True}).read()
    assert kept["log_beta"].tolist() == [5.74, 5.8, 8.15]


@pytest.mark.parametrize("taken", OUTPUTS)
def test_overwrites_nothing(table, out, taken):
    (out.parent / taken).write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=f"{taken} exists already"):
        import_literature("csv", str(table), out)
    assert names(out.parent) == [taken]
    assert (out.parent / taken).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("failing", OUTPUTS)
def test_writes_all_or_nothing(table, out, failing, monkeypatch):
    real = imports.write_once

    def write_once(path, content):
        if path.name == failing:
            raise CampaignError("the disk is full")
        real(path, content)

    monkeypatch.setattr(imports, "write_once", write_once)
    with pytest.raises(CampaignError, match="the disk is full"):
        import_literature("csv", str(table), out)
    assert names(out.parent) == []


@pytest.mark.parametrize(
    ("source", "paths", "options", "message"),
    [
        ("excel", "lab.csv", {}, "source is 'excel': choose one of srd46, csv"),
        ("srd46", ["lab.csv", "lab.csv"], {}, "reads one path"),
        ("csv", "lab.csv", {"curation": {"duplicate": "mean"}}, "curation has no option duplicate"),
        ("csv", "lab.csv", {"curation": {"duplicates": "best"}}, "choose one of larger"),
        ("csv", "lab.csv", {"table_options": {"columns": {"lgK": "x"}}}, "columns names lgK"),
        ("csv", "absent.csv", {}, "there is no such file"),
        ("csv", [], {}, "empty list"),
        ("srd46", "absent.zip", {}, "does not exist"),
        ("srd46", "lab.csv", {}, "cannot be read as a zip file"),
    ],
)
def test_says_what_is_wrong_and_writes_nothing(
    table, out, source, paths, options, message, monkeypatch
):
    monkeypatch.chdir(table.parent)
    with pytest.raises((ConfigError, DataError), match=message):
        import_literature(source, paths, out, **options)
    assert names(out.parent) == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 20)),
        min_size=1,
        max_size=4,
    )
)
def test_fuzzed_tables_leave_all_files_or_none(table, out, edits):
    raw = (HEADER + "Ni+2,NCC(=O)O,1,5.74\nCu+2,NCC(=O)O,1,8.15\n").encode()
    for where, replacement, removed in edits:
        at = int(where * len(raw))
        raw = raw[:at] + replacement + raw[at + removed :]
    fuzzed = table.with_name("fuzzed.csv")
    fuzzed.write_bytes(raw)
    for path in out.parent.iterdir():
        path.unlink()
    try:
        import_literature("csv", str(fuzzed), out)
    except BoLoopError:
        assert names(out.parent) == []
    else:
        assert names(out.parent) == OUTPUTS


# The verb


def run(folder, *arguments, code=0):
    return command_line.run(folder, "import", *arguments, code=code, columns=160)


def test_the_verb_prints_steps_suspicions_and_a_summary(tmp_path):
    srd46_dump.folder(tmp_path / "SRD 46 SQL")
    printed = run(tmp_path, "source=srd46", "path=SRD 46 SQL", "out=out.parquet")
    for words in ("placeholders", "window of conditions", "the database says C4H7NO4", "per n"):
        assert words in printed
    assert set(OUTPUTS) < set(names(tmp_path))
    assert "exists already" in run(
        tmp_path, "source=srd46", "path=SRD 46 SQL", "out=out.parquet", code=2
    )


def test_the_verb_takes_lists_options_and_json(tmp_path, table):
    text = f"{HEADER}Zn+2,NCCN,1,5.7\n".replace("log_beta", "lg K (25 °C)")
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    printed = run(
        tmp_path, "path=[lab.csv]", "out=測定.csv", "curation.quarantine=keep", "json=true"
    )
    report = json.loads(printed)
    assert report["rows_kept"] == 2
    assert report["files"] == ["測定.csv", "測定.report.json", "測定.report.html"]
    printed = run(
        tmp_path, "path=b.csv", "columns.log_beta=lg K (25 °C)", "out=b.parquet", "json=true"
    )
    assert json.loads(printed)["rows_kept"] == 1


# The literature tables, where they are to be had


@pytest.fixture(scope="module")
def distribution(tmp_path_factory):
    """The real NIST SRD 46, read once and not curated."""
    out = tmp_path_factory.mktemp("srd46") / "srd46.parquet"
    return import_literature("srd46", str(literature("srd46_sql.zip")), out, curation=None)


@needs_literature
def test_reads_the_real_distribution_and_counts_what_it_leaves_out(distribution):
    report = distribution.report
    left_out = {
        step["name"]: step["before"] - step["after"]
        for step in report["steps"]
        if step["before"] > step["after"]
    }
    # What depends on the structures: a drawing that cannot be read, or holds a metal.
    assert 80 <= left_out.pop("structure") <= 150
    assert 45 <= left_out.pop("stepwise constants") <= 55
    assert left_out == {
        "placeholders": 10065,
        "kind of constant": 16293,
        "protonation": 13984,
        "wrong metal": 2,
        "equilibrium": 15678,
        "metal ion": 255,
    }
    assert 24_050 <= report["rows_read"] == report["rows_kept"] <= 24_150
    assert report["ions"] == 95
    assert 2_400 <= report["ligands"] <= 2_520
    rows = distribution.curated.observations
    assert 2_050 <= rows["tentative"].sum() <= 2_099
    # No value is checked a second time after it was read: so it must have been done there.
    pd.testing.assert_frame_equal(validate_observations(rows, "the distribution"), rows)


@needs_literature
def test_curates_the_real_distribution(distribution):
    curated = curate(distribution.curated.observations)
    found = {step.name: step.before - step.after for step in curated.steps}
    assert found["window of conditions"] == 0
    assert 700 <= found["quarantine"] <= 900
    assert 22_000 <= len(curated.observations) <= 23_300
    # Weak complexes, of which K2 is below 1, are not among them: they were 61.
    stepwise = curated.quarantine["reason"].str.contains("not above log β1")
    assert stepwise.sum() <= 10


@needs_literature
def test_imports_the_literature(out):
    paths = [str(literature(name)) for name in ("srd46_25C_0.1M.csv", "iupac_lanthanides.csv")]
    done = import_literature("csv", paths, out)
    assert done.report["rows_read"] == 3913 + 4257
    with pytest.warns(UserWarning, match="of 6736 protonation constants, these are left out"):
        kept = tables.Csv(path=out, protonation=literature("srd46_protonation.csv")).read()
    constants = kept[kept["metal"].ne("H")]
    assert constants.reset_index(drop=True).equals(done.curated.observations)
    assert tuple(kept.columns) == OBSERVATION_COLUMNS
    assert 0 < len(kept) - len(constants) <= 6736


def test_enthalpies_of_srd46_are_written_as_a_property(tmp_path, out):
    path = srd46_dump.zipped(tmp_path / "SRD 46 SQL.zip")
    done = import_literature("srd46", str(path), out, quantity="ΔH")
    assert done.about == srd46.ENTHALPY
    assert names(out.parent) == OUTPUTS
    written = pd.read_parquet(out)
    assert written["delta_H"].tolist() == [-8.2]
    assert not {"log_beta", "censoring"} & set(written)
    (row,) = read_property(tables.Csv(path=out), srd46.ENTHALPY).to_dict("records")
    assert (row["metal"], row["n_ligands"], row["log_beta"]) == ("Ni", 1, -8.2)
    page = (out.parent / OUTPUTS[1]).read_text(encoding="utf-8")
    assert "values of ΔH" in page
    assert "log β" not in page
    said = command_line.run(
        tmp_path, "import", "source=srd46", f"path={path}", "property=delta_H", "out=h.parquet"
    )
    assert 'property={name: "ΔH", unit: "kJ/mol"}' in said


@pytest.mark.parametrize(
    ("source", "quantity", "said"), [("srd46", "ΔG", "are read"), ("csv", "ΔH", "data=csv")]
)
def test_other_quantities_are_refused(table, out, source, quantity, said):
    with pytest.raises(ConfigError, match=said):
        import_literature(source, str(table), out, quantity=quantity)
    assert not list(out.parent.iterdir())
