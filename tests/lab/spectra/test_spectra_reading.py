import numpy as np
import pytest

from bo_loop.base.errors import DataError
from bo_loop.data.ligand_cells import ligand_smiles
from bo_loop.lab.spectra.reading import read_records, read_tags

EDTA = ligand_smiles("edta")
X = np.linspace(200.0, 400.0, 21)
Y = np.exp(-(((X - 270.0) / 20.0) ** 2))


def csv(path, header, *columns, above=()):
    rows = [",".join(f"{v:.6g}" for v in row) for row in zip(*columns, strict=True)]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([*above, header, *rows]) + "\n", encoding="utf-8")


def jcamp(y=Y, n=None, kind="UV/VIS SPECTRUM", title="edta", x_unit="NANOMETERS", extra=""):
    lines = [
        f"{X[i]:g} " + " ".join(str(round(v * 1000)) for v in y[i : i + 7]) for i in (0, 7, 14)
    ]
    return (
        f"##TITLE={title}\n##JCAMP-DX=4.24\n##DATA TYPE={kind}\n##XUNITS={x_unit}\n"
        f"##YUNITS=ABSORBANCE\n{extra}##FIRSTX=200\n##LASTX=400\n##NPOINTS={n or len(y)}\n"
        "##XFACTOR=1\n##YFACTOR=0.001\n##XYDATA=(X++(Y..Y))\n" + "\n".join(lines) + "\n##END=\n"
    )


def test_jcamp_dx_says_what_it_is_of(tmp_path):
    (tmp_path / "a.jdx").write_text(jcamp())
    (record,) = read_records(tmp_path / "a.jdx").records
    assert (record.method, record.smiles, record.ligand) == ("UV-vis", EDTA, "edta")
    assert record.x == pytest.approx(X)
    assert record.y == pytest.approx(Y, abs=6e-4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (jcamp(n=25), "states 25 points"),
        (jcamp(n=10**11), "more than"),
        (jcamp(kind="NOVEL SPECTRUM"), "not a method"),
        (jcamp(title="unobtainium"), "no known ligand"),
        ("no jcamp", "##"),
        (jcamp().replace("##XYDATA", "##FOO"), "no spectrum"),
        (jcamp(x_unit="FURLONGS"), "unknown"),
    ],
)
def test_a_damaged_file_is_named_and_the_rest_is_read(tmp_path, text, reason):
    (tmp_path / "bad.jdx").write_text(text)
    (tmp_path / "good.jdx").write_text(jcamp())
    found = read_records(tmp_path)
    assert len(found.records) == 1
    ((name, said),) = found.problems
    assert name == "bad.jdx"
    assert reason in said


def test_a_table_of_several_ligands_in_other_units(tmp_path):
    head = "wavelength (um),edta,NTA,unobtainium"
    csv(tmp_path / "IR" / "many.csv", head, X / 40.0, Y, 2 * Y, Y)
    found = read_records(tmp_path)
    assert [r.ligand for r in found.records] == ["edta", "NTA"]
    assert found.records[0].method == "IR"
    assert found.records[0].x == pytest.approx(np.sort(1e4 / (X / 40.0)), rel=1e-4)
    assert [name for name, _ in found.problems] == ["IR/many.csv, unobtainium"]


def test_transmittance_becomes_absorbance_and_lines_above_the_header_are_read(tmp_path):
    above = ["ligand,edta", "method,UV-vis", "# temperature: 25"]
    csv(tmp_path / "t.csv", "nm,T (%)", X, 100.0 * 10**-Y, above=above)
    (record,) = read_records(tmp_path / "t.csv").records
    assert record.y == pytest.approx(Y, abs=1e-4)
    assert record.metadata == {"temperature": "25"}


def test_tags_come_before_what_files_say(tmp_path):
    csv(tmp_path / "s1.csv", "x,y", X, Y)
    tags = tmp_path / "tags.csv"
    tags.write_text("file,ligand,method,solvent\ns1.csv,NTA,Raman,water\n")
    (record,) = read_records(tmp_path, read_tags(tags, tmp_path)).records
    assert (record.ligand, record.method) == ("NTA", "Raman")
    assert record.metadata["solvent"] == "water"
    tags.write_text("file,ligand\ns2.csv,NTA\n")
    with pytest.raises(DataError, match=r"'s2\.csv': there is no such file"):
        read_tags(tags, tmp_path)


def test_files_of_one_name_are_tagged_with_their_folders(tmp_path):
    for folder in ("IR", "Raman"):
        (tmp_path / folder).mkdir()
        csv(tmp_path / folder / "s1.csv", "x,y", X, Y + (folder == "IR"))
    tags = tmp_path / "tags.csv"
    tags.write_text("file,ligand\nIR/s1.csv,NTA\nRaman\\s1.csv,EDTA\n")
    found = read_records(tmp_path, read_tags(tags, tmp_path)).records
    assert [(r.method, r.ligand) for r in found] == [("IR", "NTA"), ("Raman", "EDTA")]
    tags.write_text("file,ligand\ns1.csv,NTA\n")
    with pytest.raises(DataError, match=r"which of IR/s1\.csv, Raman/s1\.csv\?"):
        read_tags(tags, tmp_path)


def test_a_voltammogram_is_two_sweeps(tmp_path):
    up = np.linspace(-500.0, 500.0, 50)
    down = up[-2::-1]
    current = [np.exp(-((up / 100) ** 2)), -np.exp(-((down / 100) ** 2))]
    csv(tmp_path / "edta.csv", "E / mV,I", np.concatenate([up, down]), np.concatenate(current))
    found = {r.method: r for r in read_records(tmp_path, method="CV").records}
    assert set(found) == {"CV anodic", "CV cathodic"}
    for record in found.values():
        assert record.x[[0, -1]] == pytest.approx([-0.5, 0.5])
        assert record.y.max() == pytest.approx(1.0, abs=0.02)


def test_hz_and_q_need_what_turns_them(tmp_path):
    extra = "##.OBSERVE FREQUENCY=400\n"
    (tmp_path / "n.jdx").write_text(jcamp(kind="NMR SPECTRUM", x_unit="HZ", extra=extra))
    assert read_records(tmp_path / "n.jdx").records[0].x[[0, -1]] == pytest.approx([0.5, 1.0])
    csv(tmp_path / "edta.csv", "q (1/nm),I", X / 20.0, Y)
    (tmp_path / "n.jdx").unlink()
    assert "wavelength" in read_records(tmp_path, method="WAXS").problems[0][1]


def test_text_among_numbers_is_said_with_its_row(tmp_path):
    (tmp_path / "edta.csv").write_text("nm,A\n200,1\n210,1\n220,saturated\n")
    ((_, why),) = read_records(tmp_path, method="UV-vis").problems
    assert "row 4, column 2: 'saturated'" in why


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(DataError, match="no file that is read"):
        read_records(tmp_path)
    with pytest.raises(DataError, match="no file or folder"):
        read_records(tmp_path / "absent")
