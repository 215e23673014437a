"""A small memory, which every test of the library reads."""

import shutil

import pytest
import small_memory

from bo_loop.library.memory import save


@pytest.fixture(scope="session")
def made():
    return small_memory.memory()


@pytest.fixture(scope="session")
def folder(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("memories") / "small"
    save(made, path)
    return path


@pytest.fixture
def sent(folder, tmp_path):
    """The same, to be tampered with."""
    return shutil.copytree(folder, tmp_path / "sent")
