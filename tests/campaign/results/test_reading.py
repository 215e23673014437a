import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.campaign.results.reading import read_results

POOL = pd.DataFrame(
    {"pair_id": ["Ni+2:L1:A", "Ni+2:L1:B"], "temperature_C": 25.0, "ionic_strength_M": [0.1, 0.5]}
)


def read(tmp_path, text):
    path = tmp_path / "results.csv"
    path.write_text(text, encoding="utf-8")
    return read_results(path, POOL)


def refusal(tmp_path, text):
    with pytest.raises(DataError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_a_row_without_result_and_status_stays_pending(tmp_path):
    table = read(tmp_path, "pair_id,log_beta,status,note\nNi+2:L1:A,,,cloudy\nNi+2:L1:B,7.5,,\n")
    events, labels = table.events, table.labels
    assert labels == ["row 3"]
    assert events == [
        (
            "measured",
            {
                "pair_id": "Ni+2:L1:B",
                "censoring": "none",
                "temperature_C": 25.0,
                "ionic_strength_M": 0.5,
                "log_beta": 7.5,
            },
        )
    ]


def test_what_the_lab_states_goes_into_the_event(tmp_path):
    events = read(
        tmp_path,
        "pair_id,log_beta,log_beta_sd,temperature_C,status,note,operator,colour\n"
        "Ni+2:L1:A,7.5,0.05,20,measured,twice,Ada,red\n"
        "Ni+2:L1:B,,,,failed,precipitate,Ada,red\n",
    ).events
    assert events[0][1] == {
        "pair_id": "Ni+2:L1:A",
        "censoring": "none",
        "temperature_C": 20.0,
        "ionic_strength_M": 0.1,
        "log_beta": 7.5,
        "log_beta_sd": 0.05,
        "note": "twice",
        "operator": "Ada",
    }
    assert events[1] == (
        "failed",
        {"pair_id": "Ni+2:L1:B", "note": "precipitate", "operator": "Ada"},
    )


def test_missing_column_is_named(tmp_path):
    assert "missing columns log_beta" in refusal(tmp_path, "pair_id,value\nNi+2:L1:A,7\n")


def test_every_bad_value_is_listed_with_row_column_and_what_is_expected(tmp_path):
    text = refusal(
        tmp_path,
        "pair_id,log_beta,log_beta_sd,status\n"
        "Ni+2:L1:C,7.5,,\n"
        "Ni+2:L1:A,about 7,,\n"
        "Ni+2:L1:A,7.5,-0.1,\n"
        "Ni+2:L1:A,75,,\n"
        "Ni+2:L1:A,7.5,,done\n",
    )
    assert "5 values cannot be used" in text
    assert "row 2, pair_id: 'Ni+2:L1:C' — expected a pair of this campaign's pool" in text
    assert "row 3, log_beta: 'about 7' — only about a number" in text
    assert "row 4, log_beta_sd: '-0.1' — expected a standard deviation" in text
    assert "row 5, log_beta: '75' — expected log10" in text
    assert "between −10 and 60" in text
    assert "row 6, status: 'done' — expected measured, in_progress, failed" in text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Ni+2:L1:A,,,measured", "row 2, log_beta: empty — the status is measured"),
        ("Ni+2:L1:A,7,,failed", "row 2, status: 'failed' — log_beta holds a value"),
        ("Ni+2:L1:A,,0.1,", "row 2, log_beta: empty — log_beta_sd is given"),
    ],
)
def test_rows_that_contradict_themselves_are_refused(tmp_path, row, words):
    assert words in refusal(tmp_path, f"pair_id,log_beta,log_beta_sd,status\n{row}\n")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.csv"):
        read_results(tmp_path / "nothing.csv", POOL)


def test_says_what_was_read_otherwise_and_what_was_not_read(tmp_path):
    table = read(tmp_path, "pair_id,log_beta,Temp,buffer\nNi+2:L1:A,7.5,30,MOPS\n")
    assert table.events[0][1]["temperature_C"] == 30.0
    [note] = table.understood
    assert "read 'Temp' as temperature_C; not read: 'buffer'" in note


def test_says_which_encoding_was_taken(tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes("pair_id,log_beta,note\nNi+2:L1:A,7.5,Säure\n".encode("cp1252"))
    table = read_results(path, POOL)
    assert "read as Western European text (cp1252)" in table.understood[0]
