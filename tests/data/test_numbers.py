"""Numbers as people and spreadsheets write them: read exactly, or refused with the fix."""

import math

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from japanese import WARNING

from bo_loop.base.errors import DataError
from bo_loop.campaign.results.reading import read_results
from bo_loop.data.numbers import understand
from bo_loop.data.writing import csv_bytes

POOL = pd.DataFrame(
    {
        "pair_id": ["Ni+2:L1:A", "Ni+2:L2:A", "Ni+2:L1:B"],
        "metal": "Ni",
        "charge": 2,
        "n_ligands": [1, 2, 1],
        "temperature_C": 25.0,
        "ionic_strength_M": 0.1,
    }
)
HEADER = "pair_id,log_beta,log_beta_sd,censoring,temperature_C,ionic_strength_M,status,date,note"


@pytest.mark.parametrize(
    ("text", "value", "sd", "censoring"),
    [
        ("12.3", 12.3, None, "none"),
        ("-1.5e-1", -0.15, None, "none"),
        ("12,3", 12.3, None, "none"),
        ("1,234", 1.234, None, "none"),  # 1234 is out of any range: a decimal comma
        ("−0.5", -0.5, None, "none"),
        ("–0,5", -0.5, None, "none"),
        ("１２．３", 12.3, None, "none"),
        ("'12.3", 12.3, None, "none"),
        ("\u00a012.3 ", 12.3, None, "none"),
        (">20", 20.0, None, "lower"),
        ("≥ 20", 20.0, None, "lower"),
        ("＞20", 20.0, None, "lower"),
        ("<1", 1.0, None, "upper"),
        ("<= −1,5", -1.5, None, "upper"),
        ("12.3 ± 0.2", 12.3, 0.2, "none"),
        ("12,3±0,2", 12.3, 0.2, "none"),
        ("12.3 +/- 0.2", 12.3, 0.2, "none"),
        ("12.34(5)", 12.34, 0.05, "none"),
        ("12,34(12)", 12.34, 0.12, "none"),
        ("12(1)", 12.0, 1.0, "none"),
        ("12.3 (± 0.2)", 12.3, 0.2, "none"),
        ("8.15*", 8.15, None, "none"),
        ("8.15 †", 8.15, None, "none"),
        ("\u20100.5", -0.5, None, "none"),
        ("\u200b12\u200d.3\ufeff", 12.3, None, "none"),
    ],
)
def test_what_is_understood(text, value, sd, censoring):
    reading = understand(text)
    assert (reading.value, reading.sd, reading.censoring) == (value, sd, censoring)
    assert reading.plain == (text.strip() in ("12.3", "-1.5e-1"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("n.d.", "failed or in_progress"),
        ("ND", "failed or in_progress"),
        ("n/a", "failed or in_progress"),
        ("-", "failed or in_progress"),
        ("nan", "failed or in_progress"),
        ("1,234.5", "thousands separators"),
        ("1.234,5", "thousands separators"),
        ("1 234", "thousands separators"),
        ("1'234", "thousands separators"),
        ("1,234,567", "thousands separators"),
        ("2025-03-12 00:00:00", "a date"),
        ("12-Mar", "a date"),
        ("Mar-12", "a date"),
        ("3/12/2025", "a date"),
        ("3月12日", "a date"),
        ("=1+11.3", "never evaluated"),
        ("=cmd|' /C calc'!A0", "never evaluated"),
        ("@SUM(A1)", "never evaluated"),
        ("#VALUE!", "error value"),
        (">20 ± 1", "a bound has no sd"),
        ("~12", "only about a number"),
        ("6.9²", "a superscript"),
        ("8.15ᵃ", "a superscript"),
        ("4.5–5.2", "a range — write one value and its sd: 4.85 ± 0.35"),
        ("4.5 to 5.2", "a range"),
        ("4–5", "a date"),
        ("1_2", "expected a number"),
        (">20(1)", "a bound has no sd"),
        ("12.3 (2)", "expected a number"),
        ("inf", "expected a number"),
        ("1_0", "expected a number"),
        ("10²", "a superscript"),  # NFKC would have read 102
        ("1½", "expected a number"),
        ("٣", "expected a number"),
        ("0x1F", "expected a number"),
        ("12 3", "expected a number"),
        ("12.3.4", "expected a number"),
        ("1E400", "expected a number"),
        ("+cmd|calc", "expected a number"),
    ],
)
def test_what_is_refused_says_how_to_mend_it(text, reason):
    with pytest.raises(ValueError, match=reason):
        understand(text)


@given(value=st.floats(-10, 60), sd=st.none() | st.floats(0, 9))
@settings(max_examples=500, deadline=None)
def test_a_number_comes_back_whatever_its_signs(value, sd):
    spread = "" if sd is None else f" ± {sd!r}"
    for written in (f"{value!r}{spread}", f"{value!r}{spread}".replace(".", ",")):
        reading = understand(written.replace("-", "−"))
        assert (reading.value, reading.sd) == (value, sd)


@given(st.text(max_size=30) | st.from_regex(r"[<>=+\-±0-9., eE'nd/#%年月]{0,12}", fullmatch=True))
@example("1E400")
@settings(max_examples=1500, deadline=None)
def test_any_text_is_a_finite_number_or_refused(text):
    try:
        reading = understand(text)
    except ValueError:
        return
    assert math.isfinite(reading.value)
    assert any(c.isdigit() for c in text)  # nothing is read out of nothing


# ------------------------------------------------------------------ whole tables


def read(tmp_path, content, name="results.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_results(path, POOL)


def refusal(tmp_path, content, name="results.csv"):
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, name)
    return str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_separators_and_encodings_of_spreadsheets(tmp_path, separator, encoding):
    rows = [["pair_id", "log_beta", "note"], ["Ni+2:L1:A", '"12,5"', "沈殿"], ["", "", ""]]
    text = "\r\n".join(separator.join(row) for row in [*rows, ["Ni+2:L1:B", "<1", ""]])
    found = read(tmp_path, text.encode(encoding))
    assert [event["log_beta"] for _, event in found.events] == [12.5, 1.0]
    assert found.events[0][1]["note"] == "沈殿"
    assert found.events[1][1]["censoring"] == "upper"
    assert found.labels == ["row 2", "row 4"]  # as the spreadsheet numbers them
    of_file = found.understood[:-2]
    assert len(of_file) == (encoding == "cp932")
    assert all("was read as Japanese text (cp932), as in '沈殿'" in line for line in of_file)
    assert found.understood[-2:] == [
        "row 2, log_beta: '12,5' was read as 12.5",
        "row 4, log_beta: '<1' was read as below 1.0",
    ]


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_with_dates_and_formulas(tmp_path):
    import datetime

    day = datetime.datetime(2025, 3, 12)
    path = workbook(
        tmp_path / "r.xlsx",
        [
            ["pair_id", "log_beta", "temperature_C", "date"],
            ["Ni+2:L1:A", 12.5, 25, day],
            ["Ni+2:L1:B", day, 25, None],
            ["Ni+2:L2:A", "=B2+1", "=20+5", None],
        ],
    )
    with pytest.raises(DataError) as caught:
        read_results(path, POOL)
    text = str(caught.value)
    assert "row 3, log_beta: '2025-03-12 00:00:00' — a date" in text
    assert "row 4, log_beta: '=B2+1' — a formula, which is never evaluated" in text
    assert "row 4, temperature_C: '=20+5' — a formula" in text
    assert "row 2" not in text
    path = workbook(tmp_path / "s.xlsx", [["pair_id", "log_beta", "date"], ["Ni+2:L1:A", 1, day]])
    assert read_results(path, POOL).events[0][1]["date"] == "2025-03-12"


def test_a_table_through_a_pipe(tmp_path):
    found = read_results(tmp_path / "no.csv", POOL, content=b"pair_id,log_beta\nNi+2:L1:A,5\n")
    assert found.events[0][1]["log_beta"] == 5.0


def test_what_is_said_on_the_command_line_holds_where_a_row_says_nothing(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("pair_id,log_beta,operator\nNi+2:L1:A,5,Ada\nNi+2:L1:B,6,\n")
    found = read_results(path, POOL, defaults={"operator": "Kei", "method": "UV", "note": ""})
    assert [(e["operator"], e["method"]) for _, e in found.events] == [("Ada", "UV"), ("Kei", "UV")]
    assert "note" not in found.events[0][1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Ni+2:L1:A,12 ± 0.1,0.2,,,,,,", "row 2, log_beta_sd: '0.2' — log_beta says ± 0.1"),
        ("Ni+2:L1:A,>12,,upper,,,,,", "row 2, censoring: 'upper' — log_beta says lower"),
        ("Ni+2:L1:A,12,,above,,,,,", "row 2, censoring: 'above' — expected none, lower"),
        ("Ni+2:L1:A,12,>0.1,,,,,,", "row 2, log_beta_sd: '>0.1' — expected a standard"),
        ("Ni+2:L1:A,12,,,25 ± 1,,,,", "row 2, temperature_C: '25 ± 1' — expected degrees"),
        ("Ni+2:L1:A,12 ± 99,,,,,,,", "behind ±"),
        ("Ni+2:L1:A,12", "row 2: 2 cells where the header has 9"),
    ],
)
def test_rows_that_cannot_be_meant(tmp_path, row, words):
    assert words in refusal(tmp_path, f"{HEADER}\n{row}\n")


def test_censoring_may_have_its_own_column(tmp_path):
    found = read(tmp_path, f"{HEADER}\nNi+2:L1:A,20,,lower,,,,,\n")
    assert found.events[0][1]["censoring"] == "lower"


def test_ten_megabytes_of_garbage_get_a_short_message(tmp_path):
    import random

    noise = random.Random(0).randbytes(10_000_000)
    printable = bytes(32 + b % 95 for b in noise[:5_000_000])
    for content in (noise, b"\xff\xfe" + noise, printable, b"pair_id,log_beta\n" + printable):
        assert len(refusal(tmp_path, content)) < 40_000
    lines = b"pair_id,log_beta\n" + b"x,y\n" * 100_000
    text = refusal(tmp_path, lines)
    assert "200000 values cannot be used" in text
    assert "and 199800 more" in text
    assert len(text) < 60_000


def test_what_spreadsheets_would_run_is_written_as_text_and_read_back(tmp_path):
    note = "=cmd|' /C calc'!A0"
    frame = pd.DataFrame({"pair_id": ["Ni+2:L1:A"], "log_beta": [-5.0], "note": [note]})
    written = csv_bytes(frame)
    assert b",'=cmd" in written or b"\"'=cmd" in written
    found = read(tmp_path, written)
    assert found.events[0][1]["log_beta"] == -5.0
    assert found.events[0][1]["note"] == "'" + note  # text, now and for ever


CELLS = st.one_of(
    st.sampled_from(["", "Ni+2:L1:A", "measured", "failed", ">20", "12,3", "=1+1", "n.d.", "0.1"]),
    st.text(max_size=12),
    st.floats().map(repr),
)


@given(rows=st.lists(st.lists(CELLS, max_size=10), max_size=5), separator=st.sampled_from(",;\t"))
@settings(max_examples=300, deadline=None)
def test_any_table_is_read_or_refused(tmp_path_factory, rows, separator):
    lines = [HEADER.replace(",", separator), *(separator.join(row) for row in rows)]
    content = "\n".join(lines).encode("utf-8", "replace")
    try:
        found = read_results(tmp_path_factory.getbasetemp() / "f.csv", POOL, content=content)
    except DataError:
        return
    for kind, data in found.events:
        assert data["pair_id"] in set(POOL["pair_id"])
        if kind == "measured":
            assert -10 <= data["log_beta"] <= 60
            assert data["censoring"] in ("none", "lower", "upper")


@pytest.mark.filterwarnings(f"ignore:.*{WARNING}")
@given(content=st.binary(max_size=200), name=st.sampled_from(["f.csv", "f.xlsx", "f.parquet"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, name):
    with pytest.raises(DataError):
        read_results(tmp_path_factory.getbasetemp() / name, POOL, content=content)


@pytest.mark.slow
def test_fuzzed_bytes_are_read_or_refused(tmp_path):
    """Coverage-guided, in a process of its own; needs the package atheris."""
    pytest.importorskip("atheris", reason="atheris is not installed: pip install atheris")
    import subprocess
    import sys

    code = """
import sys, atheris
with atheris.instrument_imports(include=["bo_loop.campaign", "bo_loop.data"]):
    from pathlib import Path
    from test_numbers import POOL
    from bo_loop.campaign.results.reading import read_results
    from bo_loop.base.errors import DataError
def one(data):
    try:
        read_results(Path("f.csv"), POOL, content=b"pair_id,log_beta\\n" + data)
    except DataError:
        pass
atheris.Setup([sys.argv[0], "-runs=20000", "-max_len=400"], one)
atheris.Fuzz()
"""
    from pathlib import Path

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
