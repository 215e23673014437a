"""Tables as files: what a spreadsheet would run as a formula is written as text."""

import ast
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bo_loop
from bo_loop.base.errors import DataError
from bo_loop.data.writing import csv_bytes, guarded_cell, refuse_output, table_bytes

FORMULAS = [
    "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
    "＝1+1", "＋1", "－1+1", "＠SUM(A1)", " =1+1", "\u200b=1", "\ufeff@A1", "-", "=",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text_in_cells_and_headers(text):
    frame = pd.DataFrame({"ligand": [text], text: ["x"], "log_beta": [-5.0]})
    rows = list(csv.reader(io.StringIO(csv_bytes(frame).decode("utf-8-sig"), newline="")))
    written = "'" + text.replace("\r", "\n")
    assert rows == [["ligand", written, "log_beta"], [written, "x", "-5.0"]]


@pytest.mark.parametrize(
    "text", ["glycine", "-5.74", "+1.5e-3", "(+)-tartaric acid", "C=C", "2-picolinate", "", "−1"]
)
def test_other_text_is_written_as_it_is(text):
    assert guarded_cell(text) == text


def test_numbers_are_no_text_and_missing_values_are_empty():
    frame = pd.DataFrame({"a": [-1.0, float("nan")], "b": ["x", None], "c": [-1, 2]})
    assert csv_bytes(frame) == b"\xef\xbb\xbfa,b,c\n-1.0,x,-1\n,,2\n"
    assert csv_bytes(pd.DataFrame({"a": [1 / 3]}), float_format="%.6g").endswith(b"\n0.333333\n")


def test_columns_of_one_name_are_all_written():
    frame = pd.DataFrame([["=1", "=2"]], columns=["note", "note"])
    assert csv_bytes(frame).decode("utf-8-sig") == "note,note\n'=1,'=2\n"


@given(st.text(max_size=20))
@settings(deadline=None, max_examples=100)
def test_no_written_cell_starts_a_formula(text):
    first = csv_bytes(pd.DataFrame({"a": [text]}, dtype=object)).decode("utf-8-sig")
    (header, *rows) = csv.reader(io.StringIO(first, newline=""))
    assert header == ["a"]
    assert [len(row) for row in rows] == [1]
    ((cell,),) = rows
    assert not cell.lstrip().startswith(("=", "@", "＝", "＋", "－", "＠"))


def test_parquet_keeps_text_as_it_is():
    frame = pd.DataFrame({"note": ["=1"]})
    assert pd.read_parquet(io.BytesIO(table_bytes(frame, Path("a.parquet")))).equals(frame)


def test_cells_are_written_as_pandas_writes_them():
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [0.1, 1e-7],
            "missing": [None, 2.0],
            "flag": [True, False],
            "text": ["a,b", 'say "b"\nc'],
            "mixed": pd.Series([None, 0.123456789], dtype=object),
            "kind": pd.Categorical(["p", None]),
            "whole": pd.array([None, 3], dtype="Int64"),
        }
    )
    for digits in (None, "%.3g"):
        text = frame.to_csv(index=False, lineterminator="\n", float_format=digits)
        assert csv_bytes(frame, float_format=digits) == text.encode("utf-8-sig")


def test_refuses_a_name_that_is_not_a_table(tmp_path):
    with pytest.raises(DataError, match=r"only \.parquet and \.csv files are written"):
        refuse_output(tmp_path / "out.txt")
    with pytest.raises(DataError, match="there is no folder"):
        refuse_output(tmp_path / "none" / "out.csv")


def test_no_other_module_writes_csv():
    """One writer: elsewhere `to_csv` only makes text that is hashed or shipped to a process."""
    package = Path(bo_loop.__file__).parent
    callers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith((".to_csv", "csv.writer"))
    }
    assert callers == {
        "data/writing.py",
        "studies/simulate/runs.py",
        "studies/validate/finished.py",
    }
