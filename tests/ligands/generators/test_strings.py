import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_chemistry import LIGANDS

from bo_loop.chemistry.ligands import standardise
from bo_loop.ligands.generators.strings import (
    flat,
    read,
    rewritten,
    robust_alphabet,
    round_trips,
    symbol_counts,
    written,
)


def test_another_writing_is_the_same_ligand():
    rng = np.random.default_rng(0)
    for smiles in LIGANDS:
        writings = {written(smiles, rng) for _ in range(5)}
        assert {flat(read(text)) for text in writings} == {smiles}
        assert flat(read(rewritten(writings.pop(), rng))) == smiles
    assert len({written(LIGANDS[0], rng) for _ in range(10)}) > 3


def test_symbols_that_stand_for_nothing_are_left_alone():
    rng = np.random.default_rng(0)
    assert rewritten(("[nop]",), rng) == ("[nop]",)


def test_symbols_are_counted():
    assert symbol_counts(["CC", "CO"]) == {"[C]": 3, "[O]": 1}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(robust_alphabet()), min_size=1, max_size=30))
def test_any_symbols_become_a_ligand_that_is_its_own_standard_form_or_an_error(symbols):
    from bo_loop.base.errors import DataError

    try:
        smiles = flat(read(symbols))
    except DataError:
        return
    assert standardise(smiles) == smiles
    assert flat(smiles) == smiles
    assert isinstance(round_trips(smiles), bool)
