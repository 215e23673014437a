"""No row that could tell a model of what it is judged on ever trains it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry.ions import PROTON, MetalIon
from bo_loop.studies.validate.folds import ByCluster, ByLigand, ByMetal, Plan, Random, training_rows

LIGANDS = ["NCC(=O)O", "NCCN", "OC(=O)C(=O)O", "c1ccncc1", "CC(=O)O", "NCCCN", "OCCO", "SCCS"]
METALS = [("Cu", 2), ("Ni", 2), ("VO", 2), ("V", 3), ("Zn", 2), ("La", 3)]


@st.composite
def tables(draw):
    """Metal constants of two sources and protonation constants; ligand 0 is always scored."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(METALS),
                st.integers(0, len(LIGANDS) - 1),
                st.integers(1, 3),
                st.sampled_from(["first", "other"]),
            ),
            max_size=60,
        )
    )
    rows += [(METALS[i % 5], i, 1, "first") for i in range(6)]
    protons = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 7)), max_size=12))
    rows += [((PROTON, k), ligand, 1, "acids") for k, ligand in protons]
    order = draw(st.permutations(range(len(rows))))
    return pd.DataFrame(
        {
            "metal": [rows[i][0][0] for i in order],
            "charge": [rows[i][0][1] for i in order],
            "smiles": [LIGANDS[rows[i][1]] for i in order],
            "ligand_group": [1000 + rows[i][1] for i in order],
            "n_ligands": [rows[i][2] for i in order],
            "source": [rows[i][3] for i in order],
        }
    )


SPLITTERS = {"random": Random(), "ligand": ByLigand(), "metal": ByMetal(), "cluster": ByCluster()}


@pytest.mark.parametrize("name", SPLITTERS)
@settings(max_examples=40, deadline=None)
@given(
    table=tables(), own=st.booleans(), seed=st.integers(0, 99), share=st.sampled_from([None, 0.3])
)
def test_nothing_leaks(name, table, own, seed, share):
    scored = np.flatnonzero(table["source"] == "first")
    keys = SPLITTERS[name].keys(table)
    plan = Plan(folds=2, repeats=2, test_share=share, seed=seed)
    protons = table["metal"].to_numpy() == PROTON
    told = {
        "random": lambda t: set(
            zip(t["metal"], t["charge"], t["ligand_group"], t["n_ligands"], strict=True)
        ),
        "ligand": lambda t: set(t["ligand_group"]),
        "metal": lambda t: {MetalIon(m, 1).element for m in t["metal"]},
        "cluster": lambda t: set(t["ligand_group"]),
    }[name]
    for split in plan.splits(keys, scored):
        train = training_rows(split, keys, table, scored, own_protonation=own)
        test = split.sets["test"]
        assert len(test)
        assert len(split.train)
        assert set(test) <= set(scored)
        assert not set(train) & set(test)
        metals = table.iloc[train[~protons[train]]]
        assert not told(metals) & told(table.iloc[test])
        held = set(table.iloc[test]["ligand_group"])
        of_held = protons & table["ligand_group"].isin(held).to_numpy()
        if name in ("ligand", "cluster"):
            assert set(np.flatnonzero(of_held)) & set(train) == (
                set(np.flatnonzero(of_held)) if own else set()
            )


@settings(max_examples=30, deadline=None)
@given(table=tables(), seed=st.integers(0, 99))
def test_every_scored_row_is_judged_once_a_repeat(table, seed):
    scored = np.flatnonzero(table["source"] == "first")
    splits = Plan(folds=3, repeats=2, seed=seed).splits(ByLigand().keys(table), scored)
    assert [(s.repeat, s.fold) for s in splits] == [(r, f) for r in (0, 1) for f in (0, 1, 2)]
    for repeat in (0, 1):
        tests = [s.sets["test"] for s in splits if s.repeat == repeat]
        assert sorted(np.concatenate(tests)) == list(scored)


def test_folds_are_balanced_and_follow_the_seed():
    keys = np.repeat(np.arange(40), np.arange(40) % 7 + 1)
    rows = np.arange(len(keys))
    one, again, other = (Plan(seed=seed).splits(keys, rows) for seed in (0, 0, 1))
    sizes = [len(split.sets["test"]) for split in one]
    assert max(sizes) - min(sizes) <= 7
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a.sets["test"], b.sets["test"])
    assert any(set(a.sets["test"]) != set(b.sets["test"]) for a, b in zip(one, other, strict=True))


def test_repeats_of_one_random_test_set():
    keys, rows = np.arange(100), np.arange(100)
    splits = Plan(repeats=50, test_share=0.2).splits(keys, rows)
    assert [len(split.sets["test"]) for split in splits] == [20] * 50
    assert len({tuple(split.sets["test"]) for split in splits}) == 50


def test_oxidation_states_and_oxo_cations_are_one_metal():
    table = pd.DataFrame({"metal": ["V", "VO", "Fe", "Fe", PROTON]})
    keys = ByMetal().keys(table)
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert len(set(keys)) == 3


def test_alike_ligands_are_held_back_together():
    smiles = ["CCCCCCCC(=O)O", "CCCCCCCCC(=O)O", "c1ccc2ncccc2c1"]
    table = pd.DataFrame({"smiles": smiles, "ligand_group": [5, 6, 7]})
    keys = ByCluster().keys(table)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "options",
    [{"folds": 1}, {"repeats": 0}, {"test_share": 0.0}, {"test_share": 1.0}, {"seed": -1}],
)
def test_options_are_checked(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        Plan(**options)


def test_a_distance_beyond_one_is_refused():
    with pytest.raises(ConfigError, match="distance"):
        ByCluster(distance=1.5)


def test_one_test_set_takes_no_more_than_two_groups():
    (split,) = Plan(test_share=0.3).splits(np.array([1, 1, 2, 2]), np.arange(4))
    assert len(split.train) == len(split.sets["test"]) == 2
    with pytest.raises(DataError, match="1 groups"):
        Plan(test_share=0.3).splits(np.array([1, 1]), np.arange(2))


def test_too_few_groups_are_refused():
    with pytest.raises(DataError, match="3 groups cannot be dealt out to 5 folds"):
        Plan().splits(np.array([1, 1, 2, 3]), np.arange(4))
