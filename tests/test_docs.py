"""The docs are tests: their Python runs, their commands exist, the tables come from the code."""

import doctest
import importlib.util
import re
from pathlib import Path

import pytest

from bo_loop import Campaign
from bo_loop.cli.main import VERBS

DOCS = Path(__file__).parents[1] / "docs"


def test_the_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = doctest.testfile(str(DOCS / "python.md"), module_relative=False, encoding="utf-8")
    assert ran.failed == 0
    assert ran.attempted > 10


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_commands_exist(page):
    shown = re.findall(r"bo-loop (\w+)", page.read_text(encoding="utf-8"))
    assert set(shown) <= set(VERBS)


def test_the_methods_exist():
    table = (DOCS / "python.md").read_text(encoding="utf-8").partition("## Methods")[2]
    names = re.findall(r"`(?:Campaign\.)?([a-z]+)(?:\([^`]*\))?`", table.partition("Errors")[0])
    assert len(names) > 12
    for name in names:
        assert hasattr(Campaign, name)


def test_the_ledger_page_shows_the_table_of_the_code():
    spec = importlib.util.spec_from_file_location("docs_tables", DOCS / "tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    page = tables.on_page_markdown((DOCS / "record.md").read_text(encoding="utf-8"))
    assert "{{" not in page
    assert re.search(r"^\| `measured` \| pair_id, log_beta, log_beta_sd\?", page, re.MULTILINE)
    assert re.search(r"^\| `hash` \| SHA-256 of", page, re.MULTILINE)
