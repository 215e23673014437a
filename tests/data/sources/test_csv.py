"""Lab tables and protonation tables; the literature files where they are to be had."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import srd46_dump
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import BoLoopError, ConfigError, DataError
from bo_loop.data import cells, grids
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.sources import csv as tables
from bo_loop.data.sources import protonation

CONF = Path(__file__).parents[3] / "conf"
HEADER = "metal,charge,ligand,smiles,n_ligands,log_beta,temperature_C,ionic_strength_M,source"
ROWS = "Ni,2,glycine,NCC(=O)O,1,5.74,25,0.1,lab\nCu,2,,[NH3+]CC(=O)[O-],2,15.03,,,\n"


def written(folder, text, name="lab.csv", encoding="utf-8-sig"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_reads_a_table_with_defaults_for_what_is_missing(tmp_path):
    frame = tables.Csv(path=written(tmp_path, f"{HEADER}\n{ROWS}"), ionic_strength_M=0.5).read()
    assert tuple(frame.columns) == OBSERVATION_COLUMNS
    assert frame.smiles.tolist() == ["NCC(=O)O", "NCC(=O)O"]  # the zwitterion is the same ligand
    assert frame.temperature_C.tolist() == [25, 25]
    assert frame.ionic_strength_M.tolist() == [0.1, 0.5]
    assert frame.source.tolist() == ["lab", "lab"]  # the second from the name of the file
    assert frame.censoring.tolist() == ["none", "none"]
    assert frame.log_beta_sd.isna().all()
    assert frame.ligand.tolist() == ["glycine", ""]


@pytest.mark.filterwarnings("ignore:.*read as Japanese text")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_reads_japanese_names(tmp_path, encoding):
    text = f"{HEADER}\nNi,2,グリシン,NCC(=O)O,1,5.74,25,0.1,研究室\n"
    frame = tables.Csv(path=written(tmp_path, text, "測定.csv", encoding)).read()
    assert (frame.ligand[0], frame.source[0]) == ("グリシン", "研究室")


def test_na_is_no_missing_value(tmp_path):
    frame = tables.Csv(
        path=written(tmp_path, f"{HEADER}\nNa,1,NA,NCC(=O)O,1,0.2,25,0.1,null\n")
    ).read()
    assert (frame.metal[0], frame.ligand[0], frame.source[0]) == ("Na", "NA", "null")


@pytest.mark.filterwarnings("ignore:.*read")
@pytest.mark.parametrize(("separator", "number"), [(";", "5,74"), ("\t", "5.74"), (";", "５.７４")])
def test_sniffs_the_separator(tmp_path, separator, number):
    text = f'{HEADER}\nNi,2,"a,b",NCC(=O)O,1,X,25,0.1,lab\n'.replace('"a,b"', "ab")
    text = text.replace(",", separator).replace("X", number)
    assert tables.Csv(path=written(tmp_path, text)).read().log_beta.tolist() == [5.74]


def test_takes_other_peoples_headers(tmp_path):
    text = "Ion;SMILES string;n;lg K (25 °C)\nCu(2+);NCC(=O)O;1;−8,15\n"
    columns = {
        "metal": "Ion", "smiles": "SMILES string", "n_ligands": "n", "log_beta": "lg K (25 °C)",
    }  # fmt: skip
    with pytest.warns(UserWarning, match=r"metal 'Cu\(2\+\)' as Cu\+2; row 2, log_beta: '−8,15'"):
        frame = tables.Csv(path=written(tmp_path, text), columns=columns, source="thesis").read()
    assert frame.iloc[0][["metal", "charge", "log_beta", "source"]].tolist() == [
        "Cu", 2, -8.15, "thesis",
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
def test_other_formats_read_the_same(tmp_path, suffix):
    csv = written(tmp_path, f"{HEADER}\n{ROWS}")
    frame = pd.read_csv(csv)
    path = tmp_path / f"lab{suffix}"
    if suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    assert tables.Csv(path=path).read().equals(tables.Csv(path=csv).read())


def test_several_tables_keep_their_sources(tmp_path):
    one = written(tmp_path, f"{HEADER}\n{ROWS}", "one.csv")
    two = written(tmp_path, "metal,smiles,n_ligands,log_beta\nZn+2,NCC(=O)O,1,5.0\n", "two.csv")
    frame = tables.Csv(path=[str(one), str(two)]).read()
    assert frame.source.tolist() == ["lab", "one", "two"]
    assert frame.index.tolist() == [0, 1, 2]


def test_lists_every_bad_row_once_by_its_spreadsheet_number(tmp_path):
    text = (
        f"{HEADER}\n"
        "Ni,2,,NCC(=O)O,1,strong,25,0.1,\n"  # row 2
        "\n"  # row 3 is blank
        "Ni,2,,C1CC,1,5.0,25,0.1,\n"  # row 4
        "Ni,2,,NCC(=O)O,1,5.0,25,0.1\n"  # row 5 lacks a cell
        "NiOH,1,,NCC(=O)O,9,5.0,25,-1,\n"  # row 6, three times
        "Ni,2,,,1,5.0,25,0.1,\n"  # row 7
    )
    with pytest.raises(DataError) as caught:
        tables.Csv(path=written(tmp_path, text)).read()
    cells = [line.partition(":")[0] for line in caught.value.problems]
    assert cells == [
        "row 2, log_beta", "row 4, smiles", "row 5", "row 6, metal", "row 6, ionic_strength_M",
        "row 6, n_ligands", "row 7, smiles",
    ]  # fmt: skip
    assert "'strong'" in caught.value.problems[0]
    assert "lab.csv: 7 values cannot be used" in str(caught.value)


def test_lists_bad_metals_of_a_table_without_charges(tmp_path):
    text = "metal,smiles,n_ligands,log_beta\nCu,NCC(=O)O,1,5\nVO2+,NCC(=O)O,1,x\nCu+2,CCN,1,5\n"
    with pytest.raises(DataError) as caught:
        tables.Csv(path=written(tmp_path, text)).read()
    assert [line[:6] for line in caught.value.problems] == ["row 2,", "row 3,", "row 3,"]
    assert "readings" in caught.value.problems[1]


def test_one_error_for_all_tables(tmp_path):
    bad = written(tmp_path, f"{HEADER}\nNi,2,,NCC(=O)O,1,x,25,0.1,\n")
    with pytest.raises(DataError) as caught:
        tables.Csv(path=[bad, tmp_path / "absent.csv", tmp_path / "lab.docx"]).read()
    text = str(caught.value)
    assert "3 of 3 tables cannot be used" in text
    assert "row 2, log_beta" in text
    assert "absent.csv: there is no such file" in text
    assert "only .csv, .parquet, .xlsx files are read" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metal,smiles,n_ligands\nNi+2,CCN,1\n", "has no column log_beta"),
        (f"{HEADER},log_beta_sdd\n{ROWS.splitlines()[0]},1\n", "'log_beta_sd' is"),
        (f"{HEADER},source\n", "holds no rows"),
        (f"{HEADER},source\n{ROWS.splitlines()[0]},x\n", "more than one column 'source'"),
        ("", "holds no rows"),
        (f'{HEADER}\n"Ni,2\n', "not a CSV table"),
        (f"{HEADER}\nNi,2,\0,CCN,1,2,25,0.1,\n", "not text"),
    ],
)
def test_says_what_is_wrong_with_a_table(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        tables.Csv(path=written(tmp_path, text)).read()


def test_says_that_a_table_was_read_as_japanese(tmp_path):
    content = "配位子,smiles\nエチレンジアミン,NCCN\n".encode("cp932")
    with pytest.warns(UserWarning, match="read as Japanese text"):
        cells.read_cells(tmp_path / "shelf.csv", content=content)


def test_refuses_what_is_not_text_in_any_encoding(tmp_path):
    (tmp_path / "lab.csv").write_bytes(HEADER.encode() + b"\ncaf\xe9 \x81\n")
    with pytest.raises(DataError, match="not text in UTF-8, cp932 or cp1252"):
        tables.Csv(path=tmp_path / "lab.csv").read()


@pytest.mark.parametrize("name", ["lab.xlsx", "lab.parquet"])
def test_refuses_files_that_are_not_what_they_are_called(tmp_path, name):
    with pytest.raises(DataError, match="is not a"):
        tables.Csv(path=written(tmp_path, "no such thing", name)).read()


def test_refuses_a_workbook_that_unpacks_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(grids, "_MAX_UNPACKED_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "lab.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (3 << 20))
    with pytest.raises(DataError, match="unpacks to 3 MiB"):
        tables.Csv(path=tmp_path / "lab.xlsx").read()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"logbeta": "x"}}, "data.columns names logbeta"),
        ({"path": []}, "data.path is an empty list"),
        ({"protonation": []}, "data.protonation is an empty list"),
        ({"n_ligands": "x"}, "n_ligands is 'x': it must be a whole number"),
        ({"n_ligands": 0}, "n_ligands is 0: it must be a whole number"),
    ],
)
def test_refuses_options_that_make_no_sense(tmp_path, options, message):
    path = written(tmp_path, f"{HEADER}\n{ROWS}")
    with pytest.raises(ConfigError, match=message):
        tables.Csv(**{"path": path, **options}).read()


def test_says_that_a_number_of_ligands_was_not_needed(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{ROWS}")
    with pytest.warns(UserWarning, match="n_ligands=3 was not needed"):
        frame = tables.Csv(path=path, n_ligands=3).read()
    assert frame.n_ligands.tolist() == [1, 2]


def test_the_encoding_holds_for_protonation_constants_too(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{ROWS}")
    text = PROTONATION + "Глицин,NCC(=O)O,[HL]/[L][H],25,0.1,9.57,\n"
    acids = written(tmp_path, text, "acids.csv", encoding="cp1251")
    frame = tables.Csv(path=path, protonation=acids, encoding="cp1251").read()
    assert frame.ligand.tolist()[-1] == "Глицин"
    assert protonation.load(path=acids, encoding="cp1251").ligand.tolist() == ["Глицин"]


def test_names_a_mapped_header_that_is_absent(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{ROWS}")
    with pytest.raises(DataError, match=r"has no column 'lg K', which columns= names"):
        tables.Csv(path=path, columns={"log_beta": "lg K"}).read()


# Fuzzing: whatever the bytes, the reader reads or says what is wrong; it never writes.

FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read_or_refuse(path):
    try:
        outcome = tables.Csv(path=path).read()
    except BoLoopError as error:
        outcome = str(error)
    assert len(outcome) > 0
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.filterwarnings("ignore::UserWarning")
@FUZZ
@given(content=st.binary(max_size=300))
def test_fuzzed_bytes(tmp_path, content):
    path = tmp_path / "lab.csv"
    path.write_bytes(content)
    read_or_refuse(path)


@pytest.mark.filterwarnings("ignore::UserWarning")
@FUZZ
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 20)), max_size=5
    )
)
def test_fuzzed_csv(tmp_path, edits):
    raw = f"{HEADER}\n{ROWS}".encode()
    for where, replacement, removed in edits:
        at = int(where * len(raw))
        raw = raw[:at] + replacement + raw[at + removed :]
    path = tmp_path / "lab.csv"
    path.write_bytes(raw)
    read_or_refuse(path)


# Protonation constants

PROTONATION = "ligand,smiles,equilibrium,temperature_C,ionic_strength_M,log_K,note\n"


@needs_literature
@pytest.mark.parametrize(
    ("name", "read", "rows"),
    [
        ("srd46_25C_0.1M.csv", lambda path: tables.Csv(path=path).read(), 3913),
        ("iupac_lanthanides.csv", lambda path: tables.Csv(path=path).read(), 4257),
        ("srd46_protonation.csv", protonation.load, 6736),
    ],
)
def test_reads_every_row_of_the_literature(name, read, rows):
    frame = read(path=literature(name))
    assert len(frame) == rows


# Protonation constants as observations, and curation, while reading


ACIDS = PROTONATION + (
    "glycine,NCC(=O)O,[HL]/[L][H],25,0.1,9.57,\n"
    "glycine,NCC(=O)O,[H₂L]/[HL][H],25,0.1,2.36,\n"
    "glycine,NCC(=O)O,[H2L]/[H][HL],25,1.0,2.44,\n"
    "chromate,[O]=[Cr](=[O])([OH])[OH],[HL]/[L][H],25,0.0,6.51,\n"
)


def test_protonation_constants_stand_behind_the_observations_as_metal_h(tmp_path):
    table = written(tmp_path, f"{HEADER}\n{ROWS}")
    acids = written(tmp_path, ACIDS, "acids.csv")
    with pytest.warns(UserWarning, match="of 4 protonation constants, .* 1 because the acid"):
        frame = tables.Csv(path=table, protonation=acids).read()
    assert tuple(frame.columns) == OBSERVATION_COLUMNS
    assert frame.metal.tolist() == ["Ni", "Cu", "H", "H"]
    protons = frame.iloc[2:]
    assert protons.charge.tolist() == [1, 2]
    assert protons.log_beta.tolist() == [9.57, 11.93]
    assert protons.n_ligands.tolist() == [1, 1]
    assert protons.source.tolist() == ["acids", "acids"]
    # What was written can be read again.
    frame.to_parquet(tmp_path / "all.parquet")
    assert tables.Csv(path=tmp_path / "all.parquet").read().equals(frame)


def test_of_each_ligand_the_protonation_constants_nearest_to_the_conditions_are_kept(tmp_path):
    table = written(tmp_path, f"{HEADER}\n{ROWS}")
    acids = PROTONATION + (
        "glycine,NCC(=O)O,[HL]/[L][H],37,0.1,9.3,\n"  # 1.2 scales from 25 °C and 0.1 M
        "glycine,NCC(=O)O,[HL]/[L][H],25,0.5,9.5,\n"  # 0.8
        "glycine,NCC(=O)O,[H₂L]/[HL][H],25,0.5,2.4,\n"
        "glycine,NCC(=O)O,[HL]/[L][H],25,1.0,9.6,\n"  # 1.8
        "acetic acid,CC(=O)O,[HL]/[L][H],20,1.0,4.6,\n"
        "acetic acid,CC(=O)O,[HL]/[L][H],20,1.0,4.7,\n"
    )
    acids = written(tmp_path, acids, "acids.csv")
    with pytest.warns(UserWarning, match="left out: 2 because others of the ligand"):
        frame = tables.Csv(path=table, protonation=acids).read()
    protons = frame[frame["metal"].eq("H")]
    assert protons["log_beta"].tolist() == [9.5, 11.9, 4.6, 4.7]
    with pytest.warns(UserWarning, match="left out: 3 because"):
        frame = tables.Csv(path=table, protonation=acids, temperature_C=40.0).read()
    assert frame.query("metal == 'H'")["log_beta"].tolist() == [9.3, 4.6, 4.7]


def test_protonation_constants_are_read_from_the_distribution_too(tmp_path):
    table = written(tmp_path, f"{HEADER}\n{ROWS}")
    with (
        pytest.warns(UserWarning, match="16 protonation constants of NIST SRD 46, 14 are read"),
        pytest.warns(UserWarning, match="left out: 1 because a lower step"),
    ):
        frame = tables.Csv(path=table, protonation=srd46_dump.zipped(tmp_path / "d.zip")).read()
    glycine = frame.query("metal == 'H' and smiles == 'NCC(=O)O'")
    assert glycine.log_beta.tolist() == [9.57, 11.93]


@pytest.mark.parametrize(
    ("charge", "n_ligands", "expected"),
    [(9, 1, "a whole number from 1 to 8"), (1, 2, "for metal H, the number of protons")],
)
def test_refuses_protons_that_are_no_protonation_constant(tmp_path, charge, n_ligands, expected):
    row = f"H,{charge},,NCC(=O)O,{n_ligands},9.57,25,0.1,lab"
    with pytest.raises(DataError) as caught:
        tables.Csv(path=written(tmp_path, f"{HEADER}\n{row}\n{ROWS}")).read()
    assert [line[:6] for line in caught.value.problems] == ["row 2,"]
    assert expected in caught.value.problems[0]


def test_protonation_constants_without_a_first_step_are_no_use(tmp_path):
    table = written(tmp_path, f"{HEADER}\n{ROWS}")
    acids = written(
        tmp_path,
        "smiles,equilibrium,temperature_C,ionic_strength_M,log_K\nNCC(=O)O,[H2L]/[HL][H],25,0.1,2.35\n",
        "acids.csv",
    )
    with pytest.raises(DataError, match="none can be used: 1 because a lower step is not known"):
        tables.Csv(path=table, protonation=acids).read()


SUSPICIOUS = """metal,charge,smiles,ligand,n_ligands,log_beta,censoring
Cu,2,NCC(=O)O,glycine,1,8.15,none
Cu,2,NCC(=O)O,gly,1,8.2,none
Cu,2,NCCN,en,1,10.5,none
Np,4,NCCN,en,1,19,lower
Cu,2,c1ccccc1,benzene,1,13.85,none
"""


def test_suspicious_rows_are_set_apart_and_all_else_is_left_as_it_is(tmp_path):
    path = written(tmp_path, SUSPICIOUS)
    with pytest.warns(UserWarning, match="curation keeps 4 of 5 observations") as said:
        frame = tables.Csv(path=path, curation={"quarantine_only": True}).read()
    (message,) = (str(warning.message) for warning in said)
    assert "metal Cu, charge 2, ligand benzene, smiles c1ccccc1, log_beta 13.85" in message
    assert "no donor atom in the structure" in message
    assert "data.curation=null keeps everything" in message
    everything = tables.Csv(path=path).read()
    assert len(everything) == 5
    pd.testing.assert_frame_equal(frame, everything.head(4))


def test_the_command_line_does_so_unless_told_otherwise(tmp_path):
    conf = yaml.safe_load((CONF / "data" / "csv.yaml").read_text(encoding="utf-8"))
    path = written(tmp_path, SUSPICIOUS)
    with pytest.warns(UserWarning, match="1 look suspicious"):
        frame = tables.Csv(path=path, curation=conf["curation"]).read()
    assert "benzene" not in set(frame.ligand)


def test_rows_that_an_import_wrote_are_not_curated_again(tmp_path):
    head, *rows = SUSPICIOUS.splitlines()
    marked = [f"{head},curated", *(f"{row},{'yes' if 'benzene' in row else ''}" for row in rows)]
    frame = tables.Csv(
        path=written(tmp_path, "\n".join(marked)), curation={"quarantine_only": True}
    ).read()
    assert "benzene" in set(frame.ligand)
    assert tuple(frame.columns) == OBSERVATION_COLUMNS


def test_curates_while_reading(tmp_path):
    table = written(tmp_path, f"{HEADER}\n{ROWS}{ROWS}".replace("5.74", "5.7", 1))
    with pytest.warns(UserWarning, match="curation keeps 2 of 4 observations; 0 look suspicious"):
        frame = tables.Csv(path=table, curation={}).read()
    assert frame.log_beta.tolist() == [15.03, 5.74]
    with pytest.warns(UserWarning, match="curation keeps"):
        frame = tables.Csv(path=table, curation={"duplicates": "mean"}).read()
    assert frame.log_beta.tolist() == pytest.approx([5.72, 15.03])
    with pytest.raises(ConfigError, match="curation has no option duplicate: its options are"):
        tables.Csv(path=table, curation={"duplicate": "mean"}).read()
    for wrong in (
        True,
        {"excluded_metals": "Np"},
        {"excluded_elements": None},
        {"log_beta_range": 5},
        {"log_beta_range": ["a", "b"]},
        {"temperature_C": "abc"},
        {"above_beta1": "maybe"},
    ):
        with pytest.raises(ConfigError, match="curation"):
            tables.Csv(path=table, curation=wrong).read()


def test_a_column_mapped_to_nothing_goes_by_its_own_name(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{ROWS}")
    columns = dict.fromkeys(OBSERVATION_COLUMNS)
    assert tables.Csv(path=path, columns=columns).read().equals(tables.Csv(path=path).read())


@needs_literature
def test_reads_the_protonation_constants_beside_the_literature():
    with pytest.warns(UserWarning, match="of 6736 protonation constants"):
        frame = tables.Csv(
            path=literature("srd46_25C_0.1M.csv"), protonation=literature("srd46_protonation.csv")
        ).read()
    protons = frame[frame["metal"].eq("H")]
    assert len(frame) - len(protons) == 3913
    assert set(protons["charge"]) == {1, 2, 3, 4, 5, 6}
