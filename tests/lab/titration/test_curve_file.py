import io
from pathlib import Path

import openpyxl
import pytest

from bo_loop.base.errors import DataError
from bo_loop.lab.titration.curve import FLUORESCENCE, POTENTIOMETRIC, SHIFTS, SPECTRA
from bo_loop.lab.titration.curve_file import read_curve


def read(text, name="curve.csv"):
    return read_curve(Path(name), text.encode("utf-8"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("V (mL),pH\n0,3.1\n0.5,4.25\n", "a.csv"),
        ("V / mL;pH\n0,0;3,1\n0,5;4,25\n", "a.csv"),
        ("volume (µL)\tpH\n0\t3.1\n500\t4.25\n", "a.tsv"),
        ("Volume  pH\n0.0   3.1\n0.5   4.25\n", "a.txt"),
        ("Titrant [L],pH\n0,3.1\n0.0005,4.25\n", "a.csv"),
        ("Volumen [µL];pH-Wert\n0;3,1\n500;4,25\n", "a.csv"),
        ("V NaOH (mL),pH,dpH/dV (pH/mL)\n0,3.1,0\n0.5,4.25,1\n", "a.csv"),
        ("pH,added/mL\n3.1,0\n4.25,0.5\n", "a.csv"),
    ],
)
def test_volumes_and_pH_as_instruments_write_them(text, name):
    found = read(text, name)
    assert found.volume_mL == pytest.approx([0.0, 0.5])
    assert found.pH == pytest.approx([3.1, 4.25])
    assert found.method == POTENTIOMETRIC
    assert found.signals is None


def test_potentials_in_volts_and_columns_that_are_not_read_are_said():
    found = read("V (mL),E (V),time (s)\n0,0.25,0\n1,0.2,60\n")
    assert found.potential_mV == pytest.approx([250.0, 200.0])
    assert any("not read: 'time (s)'" in note for note in found.notes)
    assert any("'E (V)' as potential_mV" in note for note in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        "# metal: Cu+2\n# volume_mL: 25\nV (mL),pH\n0,3\n1,4\n",
        "metal,Cu+2\nvolume_mL,25\nV (mL),pH\n0,3\n1,4\n",
        "metal: Cu+2\nvolume_mL: 25\nV (mL),pH\n0,3\n1,4\n",
    ],
)
def test_what_stands_above_the_table_is_stated(text):
    found = read(text)
    assert found.stated == {"metal": "Cu+2", "volume_mL": 25}
    assert len(found.volume_mL) == 2


def test_a_unit_names_a_column_that_no_other_is_like():
    found = read("V HCl (mL),U [mV]\n0,250\n1,200\n")
    assert found.potential_mV == pytest.approx([250.0, 200.0])
    assert "curve.csv: 'V HCl (mL)' is volume_mL by its unit" in found.notes
    named = read("V (mL),pH,start (mL)\n0,3,20\n1,4,20\n")
    assert named.volume_mL == pytest.approx([0.0, 1.0])
    with pytest.raises(DataError, match="no row names its columns"):
        read("acid (mL),base (mL),pH\n0,0,3\n1,2,4\n")


def test_what_an_instrument_writes_above_the_table_is_passed_over_and_said():
    found = read("Sample;Cu gly: 2\nDate;29.11.2026\nvolume_mL;25\n\nV (mL);pH\n0;3,1\n1;4\n")
    assert found.stated == {"volume_mL": 25}
    assert found.notes[0] == (
        "curve.csv: not read above the table: 'Sample: Cu gly: 2', 'Date: 29.11.2026'"
    )
    assert read("# volum_mL: 25\nV (mL),pH\n0,3\n1,4\n").stated == {"volum_mL": 25}  # refused later


def test_rules_and_what_stands_below_the_table_are_passed_over():
    found = read(
        "Volume (mL)  pH\n=====  =====\n0.0  3.1\n0.5  4.25\n=====\nMax reads: none\n", "a.txt"
    )
    assert found.volume_mL == pytest.approx([0.0, 0.5])
    assert any("not read below the table: 'Max reads: none'" in note for note in found.notes)
    with pytest.raises(DataError, match="1 cells cannot be read"):
        read("V (mL),pH\n0,3.1\n0.5,4.25\nO.7,5\n")


def test_spectra_as_columns_and_as_rows():
    columns = read("V (mL),pH,400 nm,A(410)\n0,3,0.1,0.2\n1,4,0.3,0.4\n")
    rows = read("wavelength (nm),0,1\n400,0.1,0.3\n410,0.2,0.4\n")
    for found in (columns, rows):
        assert found.method == SPECTRA
        assert found.labels == ("400", "410")
        assert found.signals.tolist() == [[0.1, 0.2], [0.3, 0.4]]
        assert found.volume_mL == pytest.approx([0.0, 1.0])
    assert columns.pH == pytest.approx([3.0, 4.0])


def test_shifts_and_intensities():
    shifts = read("V (mL),δ H1,H2 (ppm)\n0,7.1,8.2\n1,7.2,8.3\n")
    assert (shifts.method, shifts.labels) == (SHIFTS, ("H1", "H2"))
    light = read("V (mL),F\n0,100\n1,90\n")
    assert (light.method, light.labels) == (FLUORESCENCE, ("F",))
    assert read("V (mL),I 450 nm\n0,100\n1,90\n").method == FLUORESCENCE


def test_a_workbook():
    book = openpyxl.Workbook()
    for row in [["volume_mL", 25], ["V (mL)", "pH"], [0, 3.1], [0.5, 4.25], [None, None]]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    found = read_curve(Path("a.xlsx"), file.getvalue())
    assert found.stated == {"volume_mL": 25}
    assert found.pH == pytest.approx([3.1, 4.25])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("0,3.1\n1,4\n", "no row names its columns"),
        ("pH,x\n3,1\n", "no row names its columns"),
        ("V (mL),pH\n0,three\n1,\n", "2 cells cannot be read"),
        ("V (mL),pH\n0,>3\n1,4\n", "without sign"),
        ("V (mL),pH\n-1,3\n", "mL of titrant"),
        ("V (mL),pH\n0,=1+2\n", "1 cells cannot be read"),
        ("V (mL),V (mL),pH\n0,0,3\n", "volume_mL"),
    ],
)
def test_what_is_no_curve_is_refused(text, said):
    with pytest.raises(DataError, match=said):
        read(text)


def test_other_kinds_of_files_are_refused():
    with pytest.raises(DataError, match="Save it as one"):
        read("V,pH\n", "a.docx")
    with pytest.raises(DataError, match="not an Excel workbook"):
        read("V,pH\n", "a.xlsx")
