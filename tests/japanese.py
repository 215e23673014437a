"""The warning of a table that is read as Japanese text."""

import contextlib

import pytest

WARNING = "read as Japanese text"


def expect_warning(encoding: str | None) -> contextlib.AbstractContextManager:
    """A reader of a table in `encoding` warns if that is cp932, and only then."""
    if encoding == "cp932":
        return pytest.warns(UserWarning, match=WARNING)
    return contextlib.nullcontext()
