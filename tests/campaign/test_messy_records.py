"""A campaign's folder, changed at random: what says the same is read the same, the rest refused."""

import random

import pytest
import small_campaign
from messy_records import Original, try_one
from small_campaign import cheapen


@pytest.mark.parametrize("damage", [False, True])
def test_a_changed_folder_is_read_as_it_was_or_refused(tmp_path, monkeypatch, damage):
    cheapen(monkeypatch)
    path = small_campaign.measured(tmp_path).path
    original = Original.of(path)
    rng = random.Random(int(damage))
    read = [try_one(rng, original, path, damage=damage)[1] for _ in range(80)]
    assert all(read) if not damage else any(read) and not all(read)
