"""Dates as labs write them, and those that cannot be right."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from bo_loop.base.errors import DataError
from bo_loop.campaign.ledger.dates import checked_date, same_day
from bo_loop.campaign.results.reading import read_results

POOL = pd.DataFrame({"pair_id": ["Ni+2:L1:A"], "temperature_C": [25.0], "ionic_strength_M": [0.1]})


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-31", "2025/1/31", "2025.01.31", "20250131", "2025年1月31日", " ２０２５-01-31 ",
        "2025-01-31 00:00:00", "2025-01-31T00:00",
    ],
)  # fmt: skip
def test_a_day_is_the_same_however_it_is_written(text):
    assert same_day(text) == "2025-01-31"
    assert checked_date(text) == text.strip().partition(" ")[0].partition("T")[0]


def test_the_time_stays():
    assert checked_date("2025-01-31 14:30") == "2025-01-31 14:30"
    assert same_day("20250131 14:30") == same_day("2025-01-31 14:30") != same_day("2025-01-31")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025-02-31", "there is no such day"),
        ("2025-13-01", "there is no such day"),
        ("2023-02-29", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("2999-01-01", "lies in the future"),
        ("1899-12-30", "lies before 1900"),
        ("0025-01-31", "lies before 1900"),
        ("31.01.2025", "the year first, such as 2025-01-31"),
        ("1/2/2025", "the year first"),
        ("25-01-31", "the year first"),
        ("2025-01", "the year first"),
        ("45688", "the year first"),
        ("yesterday", "the year first"),
        ("2025-01/31", "the year first"),
        ("-", "the year first"),
    ],
)
def test_a_date_that_cannot_be_right_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        checked_date(text)


def test_today_is_not_the_future_wherever_the_lab_is():
    here = datetime.now(UTC).date()
    assert checked_date(str(here)) == str(here)
    with pytest.raises(ValueError, match="future"):
        checked_date(str(here + timedelta(days=2)))


def test_an_old_record_may_hold_any_text():
    assert same_day("spring 2019") == "spring 2019"
    assert same_day("") == ""


@pytest.mark.parametrize("status", ["", "failed", "in_progress"])
def test_the_file_is_refused_with_every_such_row(tmp_path, status):
    path = tmp_path / "r.csv"
    value = "" if status else "7"
    rows = [f"Ni+2:L1:A,{value},{status},{d}" for d in ("2025-02-31", "2025-02-28", "2999-01-01")]
    path.write_text("\n".join(["pair_id,log_beta,status,date", *rows]), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_results(path, POOL)
    assert [line.partition(" — ")[0] for line in caught.value.problems] == [
        "row 2, date: '2025-02-31'",
        "row 4, date: '2999-01-01'",
    ]


def test_so_is_the_date_given_for_all_rows(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("pair_id,log_beta\nNi+2:L1:A,7\n", encoding="utf-8")
    with pytest.raises(DataError, match="date: '2025-02-31' — there is no such day"):
        read_results(path, POOL, defaults={"date": "2025-02-31"})
