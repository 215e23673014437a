"""Descriptors that come with the package are those that the installed rules give."""

import numpy as np
import pytest

from bo_loop.data import CommonChelators
from bo_loop.features import cache
from bo_loop.features.assembly import LIGAND_BLOCKS
from bo_loop.features.blocks import ligand
from bo_loop.library import shelf

BLOCKS = ("charge", "donors", "site", "basicity", "atoms")


def described(smiles):
    tables = [LIGAND_BLOCKS[block][1](smiles) for block in BLOCKS]
    return [*tables, ligand.groups(smiles)]


@pytest.fixture(scope="module")
def known():
    return sorted(next(iter(cache._packaged().values())))


def test_the_pool_and_the_memory_are_described(known):
    pool = CommonChelators(metals=["Ni+2"]).read()
    memory = shelf.load("log_beta").pairs
    assert {*pool["smiles"], *memory["smiles"]} <= set(known)


def test_they_are_what_the_rules_give(known, monkeypatch):
    # After a change of the rules: python benchmarks/memory.py --describe.
    some = known[:: len(known) // 15]
    found = described(some)
    monkeypatch.setattr(cache, "_packaged", dict)
    for own, made in zip(found, described(some), strict=True):
        np.testing.assert_array_equal(own, made)


def test_nothing_of_them_is_computed(known, monkeypatch):
    def never(*_):
        raise AssertionError("computed")

    monkeypatch.setattr(cache.DescriptorCache, "store", never)
    assert [len(table) for table in described(known[:50])] == [50] * 6


def test_other_versions_are_not_served(known):
    with cache.DescriptorCache("another set", 1) as own:
        assert own.load(known[:3]) == {}
