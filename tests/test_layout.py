"""Where the tests of a module are: `bo_loop/a/b.py` is tested by `tests/a/test_b.py`."""

import ast
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "bo_loop"
FILES = sorted(TESTS.rglob("test_*.py"))


def has_code(path):
    """Whether a module does more than re-export names and hold constants."""
    code = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(statement, code) for statement in body)


def places(path):
    """Where a module's tests may be: pytest wants every file to have a name of its own."""
    folder = TESTS / path.relative_to(PACKAGE).parent
    if path.stem == "__init__":
        return [folder / f"test_{path.parent.name}.py"]
    return [folder / f"test_{path.stem}.py", folder / f"test_{path.parent.name}_{path.stem}.py"]


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if has_code(path)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_has_a_test_file(module):
    found = [place for place in places(module) if place.is_file()]
    assert found, f"{module.relative_to(PACKAGE.parent)} has no {places(module)[0]}"
    assert "def test_" in found[0].read_text(encoding="utf-8")


def test_no_two_test_files_have_the_same_name():
    names = Counter(path.name for path in FILES)
    assert [name for name, count in names.items() if count > 1] == []
