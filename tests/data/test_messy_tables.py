"""Tables as people have them: the well meant are read as they were meant, the others refused."""

import random

import pytest
from messy_tables import READERS, damaged, try_one, well_meant


@pytest.mark.parametrize("seed", range(5))
def test_what_was_well_meant_is_read_as_it_was_meant(tmp_path, seed):
    rng = random.Random(seed)
    inputs = [well_meant(rng) for _ in range(40)]
    assert {messy.reader for messy in inputs} == set(READERS)
    assert all(try_one(messy, tmp_path) for messy in inputs)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(5))
def test_what_was_damaged_is_read_or_refused(tmp_path, seed):
    rng = random.Random(1000 + seed)
    accepted = [try_one(damaged(rng), tmp_path) for _ in range(40)]
    assert not all(accepted)
