"""Files as people send them, through the command: one test for each kind that went wrong."""

import json

import command_line
import openpyxl
import pandas as pd
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

LITERATURE = """metal,charge,smiles,ligand,n_ligands,log_beta
Cu,2,NCC(=O)O,glycine,1,8.15
Cu,2,NCC(=O)O,glycine,2,15.03
Zn,2,NCCN,ethylenediamine,1,5.7
"""


def imported(folder, name, content, *options):
    """Import a file; return the observations kept, and what was said beside them."""
    if content is not None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    out = folder / "out.parquet"
    printed = command_line.run(folder, "import", f"path={name}", f"out={out.name}", *options)
    return pd.read_parquet(out), printed


def refused(folder, name, content, *options):
    if content is not None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return command_line.run(folder, "import", f"path={name}", "out=out.csv", *options, code=2)


def test_a_column_of_kelvin_is_converted(tmp_path):
    head, *rows = LITERATURE.split()
    text = "\n".join([f"{head},T (K)", *(f"{row},310.15" for row in rows)])
    frame, _ = imported(tmp_path, "tk.csv", text)
    assert frame["temperature_C"].tolist() == [37.0] * 3


def test_298_degrees_are_doubted(tmp_path):
    text = "metal,smiles,n,log_beta,temperature_C\nCu+2,NCC(=O)O,1,8.15,298.15\n"
    assert "is it 25.00 °C, written in kelvin?" in refused(tmp_path, "k.csv", text)
    frame, _ = imported(tmp_path, "k.csv", text.replace("298.15", "298.15 °C"), "curation=null")
    assert frame["temperature_C"].tolist() == [298.15]
    # What an import wrote is believed when it is read again.
    again = command_line.run(
        tmp_path, "import", "path=out.parquet", "out=b.csv", "curation=null", "json=true"
    )
    assert json.loads(again)["temperature_C"] == [298.15, 298.15]


def test_a_footnote_in_excel_is_not_a_digit(tmp_path):
    book = openpyxl.Workbook()
    for row in LITERATURE.splitlines():
        book.active.append(row.split(","))
    raised = TextBlock(InlineFont(vertAlign="superscript"), "2")
    book.active["F3"] = CellRichText("6.9", raised)
    book.save(tmp_path / "sup.xlsx")
    assert "row 3, log_beta: '6.9²' — a superscript" in refused(tmp_path, "sup.xlsx", None)


def test_an_underscore_is_not_a_digit(tmp_path):
    assert "'1_2' — expected a number" in refused(
        tmp_path, "u.csv", LITERATURE.replace("8.15", "1_2")
    )


def test_the_separator_line_of_a_spreadsheet_is_read(tmp_path):
    text = "sep=;\r\n" + LITERATURE.replace(".", "#").replace(",", ";").replace("#", ",")
    frame, _ = imported(tmp_path, "sep.csv", text)
    assert frame["log_beta"].tolist() == [8.15, 15.03, 5.7]


def test_a_parquet_with_a_column_of_lists_is_read(tmp_path):
    frame = pd.DataFrame(
        {
            "metal": ["Cu+2"],
            "smiles": ["NCCN"],
            "n_ligands": [1],
            "log_beta": [10.5],
            "fp": [[1, 0]],
        }
    )
    frame.to_parquet(tmp_path / "fp.parquet")
    found, _ = imported(tmp_path, "fp.parquet", None)
    assert found["log_beta"].tolist() == [10.5]


def test_n_is_an_option_and_no_other_option_is_passed_over(tmp_path):
    text = "metal,smiles,log K1\nCu+2,NCC(=O)O,8.15\n"
    frame, _ = imported(tmp_path, "k1.csv", text.replace("log K1", "log_beta"), "n_ligands=1")
    assert frame["n_ligands"].tolist() == [1]
    assert "has no option 'n_ligand'. Did you mean n_ligands?" in refused(
        tmp_path, "k1.csv", text, "+n_ligand=1"
    )


@pytest.mark.parametrize(
    ("options", "name"), [((), "électrode"), (("encoding=cp932",), "駘ectrode")]
)
def test_western_text_is_not_read_as_japanese_unless_so_wished(tmp_path, options, name):
    content = LITERATURE.replace("ethylenediamine", "électrode").encode("cp1252")
    frame, _ = imported(tmp_path, "w.csv", content, *options)
    assert name in set(frame["ligand"])


def test_an_acid_without_its_first_step_is_a_clear_error(tmp_path):
    acids = "smiles,equilibrium,T,I,log_K\nNCC(=O)O,[H2L]/[HL][H],25,0.1,2.35\n"
    (tmp_path / "acids.csv").write_text(acids)
    (tmp_path / "lit.csv").write_text(LITERATURE)
    printed = command_line.run(
        tmp_path, "fit", "data=csv", "data.path=lit.csv", "data.protonation=acids.csv",
        "model_dir=m", code=2,
    )  # fmt: skip
    assert "1 because a lower step is not known" in printed


def test_salts_wildcards_and_radicals_are_refused_by_row(tmp_path):
    rows = [
        "Cu,2,NCC(O)=O.CC(N)C(O)=O,two ligands,1,8.2", "Zn,2,*CN(CC(=O)O)CC(=O)O,resin,1,7.0",
        "Zn,2,[CH3],radical,1,2.0", "Zn,2,glycine,name,1,5.0", f"Zn,2,{'C' * 9999},long,1,5.0",
    ]  # fmt: skip
    printed = refused(tmp_path, "lit.csv", LITERATURE + "\n".join(rows))
    for row, words in enumerate(
        ["may each be the ligand", "wildcard", "radical", "looks like a name", "9,999 characters"],
        5,
    ):
        assert any(f"row {row}, smiles" in line and words in line for line in printed.splitlines())


def test_formulas_are_written_as_text(tmp_path):
    content = LITERATURE.replace("glycine,1", '"\n=cmd|calc",1')
    command_line.run(tmp_path, "import", f"path={_saved(tmp_path, content)}", "out=out.csv")
    written = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd|calc" in written
    assert "\n=cmd" not in written


def _saved(folder, content):
    (folder / "formula.csv").write_text(content)
    return "formula.csv"
