import csv
import io

import pytest

from bo_loop.base.errors import DataError
from bo_loop.web.results_table import pasted, table_of


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_rows_become_a_table_of_all_their_columns():
    name, content = table_of("page", [{"metal": "Ni+2", "log_beta": 7.25}, {"note": " ok "}])
    assert name == "page.csv"
    assert rows(content) == [["metal", "log_beta", "note"], ["Ni+2", "7.25", ""], ["", "", "ok"]]


def test_numbers_keep_all_their_digits():
    _, content = table_of("page.CSV", [{"log_beta": 0.1 + 0.2}])
    assert rows(content)[1] == ["0.30000000000000004"]
    assert table_of("page.CSV", [{"a": 1}])[0] == "page.CSV"


def test_no_rows_are_refused():
    with pytest.raises(DataError):
        table_of("page", [])


def test_what_a_spreadsheet_copies():
    assert pasted("EDTA\t18,4\r\n 'x'\t>20\r\n") == [["EDTA", "18,4"], ["'x'", ">20"]]
    assert pasted('"two\nlines"\t"a ""b"""\n') == [["two\nlines", 'a "b"']]
    assert pasted("alone") == [["alone"]]
