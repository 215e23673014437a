"""The SRD 46 reader against a small, faithful dump; every quirk is a row of `srd46_dump`."""

import struct
import zipfile

import pytest
import srd46_dump as dump
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from literature import literature, needs_literature

from bo_loop.base.errors import BoLoopError, DataError
from bo_loop.chemistry.ligands import standardise
from bo_loop.data.observations import OBSERVATION_COLUMNS
from bo_loop.data.sources import mysql_dump, srd46
from bo_loop.data.sources.protonation import as_observations


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = dump.zipped(tmp_path_factory.mktemp("dump") / "SRD 46 SQL.zip")
    return srd46.read(path)


@pytest.fixture(scope="module")
def row(result):
    by_id = result[0].set_index("vlm_id")
    return lambda vlm_id: by_id.loc[str(vlm_id)]


@pytest.fixture(scope="module")
def step(result):
    by_name = {step.name: step for step in result[1]}
    return by_name.__getitem__


def test_reads_the_known_example(row):
    # The one row of the real database that is quoted in the literature: glycine with Ni(II).
    found = row(93798)
    assert (found.metal, found.charge, found.n_ligands) == ("Ni", 2, 1)
    assert (found.ligand, found.smiles) == ("Aminoacetic acid (Glycine)", "NCC(=O)O")
    assert (found.temperature_C, found.ionic_strength_M, found.log_beta) == (25.0, 0.1, 5.74)
    assert found.log_beta_sd == pytest.approx(0.09)
    assert (found.source, found.censoring, found.ligand_charge) == ("NIST SRD 46", "none", -1)


@pytest.mark.parametrize(
    ("vlm_id", "sd"), [(93799, 0.01), (93800, 0.6), (93801, None), (93854, None)]
)
def test_reads_errors_in_units_of_the_last_digit(row, vlm_id, sd):
    # +1 of 10.58, -6 of 14.0, 0 (none known), and "?" which is not an error.
    found = row(vlm_id).log_beta_sd
    assert found == pytest.approx(sd) if sd else found != found


def test_keeps_bracketed_values_positive_and_flagged(row, result):
    assert row(93801).log_beta == 4.13
    assert row(93801).tentative
    assert not row(93798).tentative
    assert (result[0].loc[result[0].tentative, "log_beta"] > 0).all()


def test_reads_a_temperature_with_letters(row, step):
    assert row(93801).temperature_C == 30.0
    assert step("temperature with letters").examples == ("vlm_id 93801, temperature 30tv",)


def test_reads_bounds_as_censoring(row):
    assert row(93852).censoring == "lower"
    assert row(93826).censoring == "upper"


@pytest.mark.parametrize(
    ("name", "vlm_ids"),
    [
        ("placeholders", {"93804", "93805"}),
        ("kind of constant", {"93802", "93803"}),
        ("wrong metal", {"164462", "164465"}),
        ("equilibrium", {"93806", "93807"}),
        ("solvent", {"93808"}),
        ("constant", {"93809"}),
        ("size", {"93811"}),
        ("conditions", {"93810"}),
        ("stepwise constants", {"93823", "93824", "93825"}),
    ],
)
def test_leaves_out_and_counts(step, result, name, vlm_ids):
    assert {e.split(",")[0].removeprefix("vlm_id ") for e in step(name).examples} == vlm_ids
    assert step(name).before - step(name).after == step(name).concerned == len(vlm_ids)
    assert not vlm_ids & set(result[0].vlm_id)


def test_names_every_ion_and_ligand_that_is_left_out(step, result):
    assert step("protonation").concerned == 16
    ions, ligands = step("metal ion"), step("structure")
    assert (ions.concerned, ions.examples) == (2, ("ion CH3Hg+", "ion Hg22+"))
    assert ligands.concerned == 3
    named = {e.split(",")[1] for e in ligands.examples}
    assert named == {" ligand Humic acid", " ligand Torn", " ligand Bomb"}
    left_out = {"93843", "93844", "93855", "93856", "93857"}
    assert not left_out & set(result[0].vlm_id)


def test_every_row_is_kept_or_counted(result):
    rows, steps = result
    lost = sum(step.before - step.after for step in steps)
    assert len(rows) + lost == len(dump.tables()["verkn_ligand_metal"])


def test_never_stores_a_placeholder_as_zero(result):
    assert (result[0].log_beta != 0).all()


def test_sums_stepwise_constants_where_the_overall_one_is_missing(row):
    assert row(93821).log_beta == 15.03  # 8.15 + 6.88, at 25 °C and 0.1 M
    assert (row(93821).n_ligands, row(93821).derived) == (2, True)
    assert row(93821).log_beta_sd == pytest.approx(0.05)  # √(0.03² + 0.04²)
    assert row(93822).log_beta == 16.0  # β3 is given: K3 = 0.5 is not added to β2
    assert not row(93822).derived


def test_sums_up_to_six_steps_and_keeps_them_tentative_from_the_first_bracket(result):
    summed = result[0].query("ligand == 'Ethylenediamine'").set_index("n_ligands")
    assert summed.log_beta.to_dict() == {1: 7.3, 2: 13.5, 3: 17.6, 4: 19.6, 5: 20.6, 6: 21.1}
    assert summed.index[summed.tentative].tolist() == [3, 4, 5, 6]


def test_a_stepwise_constant_needs_a_value_not_a_bound(row, step):
    # β1 at I = 1 M is "<9.0": K2 = 6.9 cannot be added to it.
    assert row(93826).censoring == "upper"
    assert (
        "vlm_id 93825, beta_definitionnr 868, constant 6.9" in step("stepwise constants").examples
    )


@pytest.mark.parametrize(
    ("vlm_id", "ion"), [(93840, ("UO2", 2)), (93841, ("VO", 2)), (93842, ("Na", 1))]
)
def test_reads_the_charge_from_the_superscript_only(row, vlm_id, ion):
    assert (row(vlm_id).metal, row(vlm_id).charge) == ion


@pytest.mark.parametrize(
    ("vlm_id", "smiles", "charge"),
    [
        (93850, "C[C@H](N)C(=O)O", -1),
        (93851, "O=C(O)/C=C/C(=O)O", -2),
        (93852, "C[N+](C)(C)CC(=O)O", 0),
        (93840, "O=C(O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", -4),
        (93858, "c1ccc(-c2ccccn2)nc1", 0),
    ],
)
def test_reads_structures_with_stereochemistry_and_charge(row, vlm_id, smiles, charge):
    assert row(vlm_id).smiles == standardise(smiles)
    assert row(vlm_id).ligand_charge == charge


def test_undoes_mysql_escapes_and_cp1252(row):
    assert row(93858).ligand == "2,2’-Bipyridyl \\ café \x81".strip()
    assert row(93858).electrolyte == "KNO<sub>3</sub>"
    assert row(93800).footnote == "Na+ salt\tused"
    assert row(93851).ligand == "trans-Butenedioic acid"
    assert row(93859).ligand == ""


def test_reports_structures_that_disagree_with_the_formula(row, step):
    doubted, remarked = step("structure and formula"), step("protons of the structure")
    assert doubted.concerned == 1
    assert row(93853).structure_doubt == "structure is C6H9NO6, the database says C4H7NO4"
    assert row(93798).structure_doubt == ""
    # Hydrogens alone make no doubt, but are reported; and so is a charge that does not fit.
    assert row(93854).structure_doubt == ""
    assert any("C3H7NO2, the database says C3H6NO2" in e for e in remarked.examples)
    assert any("charge -2 by H2L, -1 by its acid groups" in e for e in remarked.examples)


def test_load_gives_plain_observations_and_reads_folders_too(tmp_path, result):
    nested = dump.folder(tmp_path / "unpacked" / "SRD 46 SQL").parent
    frame = srd46.load(path=nested)
    assert tuple(frame.columns) == OBSERVATION_COLUMNS
    assert frame.equals(result[0][list(OBSERVATION_COLUMNS)])


def test_reads_windows_line_ends(tmp_path, result):
    folder = dump.folder(tmp_path)
    for file in folder.glob("liganden.txt"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n").replace(b"\\\r\n", b"\\\n"))
    assert srd46.read(folder)[0].ligand.tolist() == result[0].ligand.tolist()


def test_protonation_constants(tmp_path):
    with pytest.warns(UserWarning, match="14 are read; left out are 1: not one proton more"):
        frame = srd46.protonation(dump.zipped(tmp_path / "d.zip"))
    glycine = frame.query("smiles == 'NCC(=O)O'").set_index("n_protons")
    assert glycine.log_k.to_dict() == {1: 9.57, 2: 2.36}
    assert glycine.log_beta.to_dict() == {1: 9.57, 2: 11.93}
    alone = frame.query("smiles == 'C[C@H](N)C(=O)O'")
    assert alone.log_k.tolist() == [2.3]
    assert alone.log_beta.isna().all()


def test_reads_every_protonation_step_and_counts_what_is_none(tmp_path):
    with pytest.warns(UserWarning, match="of 16 protonation constants of NIST SRD 46, 14 are read"):
        frame = srd46.protonation(dump.zipped(tmp_path / "d.zip"))
    edta = frame[frame.smiles.eq(standardise("OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O"))]
    assert edta.n_protons.tolist() == list(range(1, 12))
    assert edta.log_beta.tolist() == [sum(range(11, 11 - k, -1)) for k in range(1, 12)]
    with pytest.warns(UserWarning, match="3 because they are of more than 8 protons"):
        observations = as_observations(frame, temperature_C=25, ionic_strength_M=0.1)
    assert observations.charge.max() == 8


def test_a_sum_that_no_observation_can_have_is_left_out(tmp_path):
    content = dump.tables()
    content["verkn_ligand_metal"] = [
        dump.constant(k, dump.EDTA, dump.PROTON, definition, "25")
        for k, definition in enumerate(("79", "32", "53"))
    ]
    frame = srd46.protonation(dump.zipped(tmp_path / "d.zip", content))
    with pytest.warns(UserWarning, match="1 because log β of all protons is outside -10 to 60"):
        observations = as_observations(frame, temperature_C=25, ionic_strength_M=0.1)
    assert observations.log_beta.tolist() == [25, 50]


@needs_literature
def test_reads_the_protonation_constants_of_the_real_distribution():
    with pytest.warns(UserWarning, match="of 13984 protonation constants of NIST SRD 46, 13"):
        frame = srd46.protonation(literature("srd46_sql.zip"))
    assert 13_550 <= len(frame) <= 13_600
    assert frame.n_protons.max() == 11
    beyond = "15 because they are of more than 8 protons, 5 because log β of all protons"
    with pytest.warns(UserWarning, match=beyond):
        observations = as_observations(frame, temperature_C=25, ionic_strength_M=0.1)
    assert observations.charge.max() == 8


def test_columns_and_tables_that_are_only_nice_to_have_may_be_absent(tmp_path, result):
    content, columns = dump.tables(), {
        "verkn_ligand_metal": ("error", "footnoteNr", "solventNr", "electrolyte"),
        "liganden": ("name_ligand", "formula", "figure_definition"),
        "footnote": ("name_footnote",),
    }  # fmt: skip
    folder = dump.folder(tmp_path, content, without=columns)
    rows, steps = srd46.read(folder)
    named = [step for step in steps if "not in the file, so taken as empty" in step.detail]
    assert [step.name.partition(":")[0] for step in named] == list(columns)
    assert rows.log_beta_sd.isna().all()
    assert (rows.ligand == "").all()
    # Without a column of solvents, the row in 50 % dioxane is taken for one in water.
    assert len(rows) == len(result[0]) + 1
    for file in folder.glob("footnote.*"):
        file.unlink()
    assert srd46.read(folder)[0].equals(rows)


def test_names_what_is_missing(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        srd46.read(tmp_path / "none.zip")
    dump.folder(tmp_path)
    (tmp_path / "metal.txt").unlink()
    with pytest.raises(DataError, match=r"metal\.txt is missing"):
        srd46.read(tmp_path)


def test_refuses_a_schema_without_the_columns(tmp_path):
    folder = dump.folder(tmp_path)
    schema = folder / "metal.sql"
    schema.write_text(schema.read_text().replace("`name_metal`", "`nom`"))
    with pytest.raises(DataError, match=r"metal\.sql does not describe the columns name_metal"):
        srd46.read(folder)


def test_counts_torn_rows(tmp_path):
    folder = dump.folder(tmp_path)
    file = folder / "verkn_ligand_metal.txt"
    file.write_bytes(file.read_bytes() + b"99999\t5760\t112\t81")
    rows, steps = srd46.read(folder)
    assert steps[0].name == "verkn_ligand_metal: whole rows"
    assert steps[0].concerned == 1
    assert "99999" not in set(rows.vlm_id)


def test_says_so_if_nothing_can_be_read(tmp_path):
    content = dump.tables()
    content["metal"] = []
    with pytest.raises(DataError, match="no overall constant that can be read") as caught:
        srd46.read(dump.folder(tmp_path, content))
    assert any("metal ion" in line for line in caught.value.problems)


def test_extracts_nothing_and_minds_no_path(tmp_path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped.txt", "x")
        for name, raw in dump.usual_files().items():
            archive.writestr(f"..\\..\\{name}", raw)
    before = sorted(tmp_path.parent.rglob("*"))
    assert len(srd46.load(path=path)) > 20
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_refuses_a_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(mysql_dump, "_MAX_TABLE_BYTES", 1 << 20)
    path = dump.zipped(tmp_path / "bomb.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/metal.txt", b"\0" * (4 << 20))
    with pytest.raises(DataError, match="more than 1 MiB"):
        srd46.read(path)


def test_a_molfile_bomb_is_bounded(row, step):
    bombed = [e for e in step("structure").examples if "ligand Bomb" in e]
    assert "unpacks to more than a molfile can hold" in bombed[0]


# Fuzzing: whatever the bytes, the reader reads, or says what is wrong; it never writes.

EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=6
)
RELAXED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def edited(raw: bytes, edits) -> bytes:
    for where, replacement, removed in edits:
        at = int(where * len(raw))
        raw = raw[:at] + replacement + raw[at + removed :]
    return raw


def read_or_refuse(path):
    before = sorted(path.parent.rglob("*"))
    try:
        outcome = srd46.read(path)[0]
    except BoLoopError as error:
        outcome = str(error)
    assert len(outcome) > 0
    assert sorted(path.parent.rglob("*")) == before


@RELAXED
@given(name=st.sampled_from(sorted(dump.usual_files())), edits=EDITS)
def test_fuzzed_tables(tmp_path, name, edits):
    folder = dump.folder(tmp_path / "dump")
    (folder / name).write_bytes(edited((folder / name).read_bytes(), edits))
    read_or_refuse(folder)


@RELAXED
@given(edits=EDITS, cut=st.floats(0, 1))
def test_fuzzed_archives(tmp_path, edits, cut):
    path = dump.zipped(tmp_path / "dump.zip")
    raw = path.read_bytes()
    path.write_bytes(edited(raw, edits)[: max(1, int(len(raw) * max(cut, 0.2)))])
    read_or_refuse(path)


def test_refuses_an_encrypted_archive(tmp_path):
    path = dump.zipped(tmp_path / "dump.zip")
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            struct.pack_into("<H", raw, at + flags, 1)
            at = raw.find(signature, at + 4)
    path.write_bytes(raw)
    with pytest.raises(DataError, match="cannot be read as a zip file"):
        srd46.read(path)


def test_enthalpies_of_complexation_are_read_and_the_rest_counted(tmp_path):
    content = dump.tables()
    content["verkn_ligand_metal"] += [
        dump.constant(1, dump.ETHYLENEDIAMINE, dump.COPPER, 840, "-105.9", kind="2", error="+/-4"),
        dump.constant(2, dump.ETHYLENEDIAMINE, dump.COPPER, 812, "<-50", kind="2"),
        dump.constant(3, dump.GLYCINE, dump.PROTON, 79, "-44", kind="2"),
        dump.constant(4, dump.WRONG, dump.NICKEL, 812, "-20", kind="2"),
        dump.constant(5, dump.GLYCINE, dump.COPPER, 812, "-5000", kind="2"),
    ]
    rows, steps = srd46.thermodynamic(dump.folder(tmp_path / "d", content), srd46.ENTHALPY)
    found = rows.set_index("vlm_id")
    assert set(found.index) == {"93802", "1", "4"}
    assert found.loc["93802", ["metal", "n_ligands", "log_beta"]].tolist() == ["Ni", 1, -8.2]
    assert found.loc["1", ["n_ligands", "log_beta"]].tolist() == [2, -105.9]
    assert found.loc["1", "log_beta_sd"] == pytest.approx(0.4)
    assert found.loc["4", "structure_doubt"]
    counts = {step.name: step.concerned for step in steps}
    assert (counts["bounds"], counts["size"]) == (1, 1)


def test_a_distribution_without_enthalpies_is_refused(tmp_path):
    content = dump.tables()
    rows = content["verkn_ligand_metal"]
    content["verkn_ligand_metal"] = [row for row in rows if row[4] != "2"]
    with pytest.raises(DataError, match="does not hold an enthalpy"):
        srd46.thermodynamic(dump.folder(tmp_path / "d", content), srd46.ENTHALPY)


def test_entropies_are_read_by_their_own_limits(tmp_path):
    content = dump.tables()
    content["verkn_ligand_metal"] += [
        dump.constant(1, dump.ETHYLENEDIAMINE, dump.COPPER, 812, "-820", kind="4"),
        dump.constant(2, dump.ETHYLENEDIAMINE, dump.COPPER, 840, "-5000", kind="4"),
    ]
    rows, _ = srd46.thermodynamic(dump.folder(tmp_path / "d", content), srd46.ENTROPY)
    assert -820.0 in rows["log_beta"].tolist()
    assert -5000.0 not in rows["log_beta"].tolist()
    assert srd46.curation_of(srd46.ENTROPY)["log_beta_range"] == (-1500.0, 1500.0)
