"""The literature tables, for the tests that read them where they are."""

import os
from pathlib import Path

import pytest

needs_literature = pytest.mark.skipif(
    "BO_LOOP_LITERATURE" not in os.environ,
    reason="BO_LOOP_LITERATURE does not point at the literature tables",
)


def literature(name: str) -> Path:
    """One of the tables; only in tests that are marked `needs_literature`."""
    return Path(os.environ["BO_LOOP_LITERATURE"], name)
