"""What holds for every generator, and what is its own."""

from itertools import islice

import numpy as np
import pytest
from rdkit import Chem
from small_chemistry import LIGANDS, filters, known, option, score, worth

from bo_loop.base.errors import ConfigError
from bo_loop.base.progress import heard_by
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites
from bo_loop.ligands.filters import Funnel
from bo_loop.ligands.generators.base import Candidate, Known
from bo_loop.ligands.generators.crossover import Crossover
from bo_loop.ligands.generators.mutate import Mutate
from bo_loop.ligands.generators.smc import SMC, _log_chance, _repeats, _resampled
from bo_loop.ligands.generators.strings import flat, round_trips
from bo_loop.ligands.generators.substituents import Substituents, _cores, _library
from bo_loop.ligands.survivors import collect, most_different

NAMES = ("mutate", "crossover", "substituents", "smc")
EDTA = LIGANDS[0]


def made(generator, n, seed=0, ligands=LIGANDS):
    rng = np.random.default_rng(seed)
    return list(islice(generator.propose(known(ligands), score, rng), n))


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_the_same_candidates_and_another_gives_others(name):
    generator = option(name)
    first = made(generator, 60)
    assert made(generator, 60) == first
    assert made(generator, 60, seed=1) != first


@pytest.mark.parametrize("name", NAMES)
def test_candidates_name_known_parents_and_their_generator(name):
    for candidate in made(option(name), 60):
        assert candidate.generator == name
        assert 1 <= len(candidate.parents) <= 2
        assert set(candidate.parents) <= set(LIGANDS)


@pytest.mark.parametrize("name", NAMES)
def test_what_passes_parses_is_standard_and_comes_back_from_selfies(name):
    funnel = Funnel(filters(max_sa_score=6.0), LIGANDS)
    new = [funnel.admit(candidate) for candidate in made(option(name), 400)]
    passed = [ligand for ligand in new if ligand is not None]
    assert len(passed) >= 10
    for ligand in passed:
        assert Chem.MolFromSmiles(ligand.smiles) is not None
        assert standardise(ligand.smiles) == ligand.smiles == flat(ligand.smiles)
        assert round_trips(ligand.smiles)
        assert donor_sites(ligand.smiles)
        assert ligand.smiles not in LIGANDS
    assert len({ligand.smiles for ligand in passed}) == len(passed)
    refused = sum(count for why, count in funnel.counts.items() if why != "proposed")
    assert funnel.counts["proposed"] == len(new) == len(passed) + refused


def test_mutations_of_one_symbol_stay_close_to_their_parent():
    for candidate in made(Mutate(best=1, edits=1), 100):
        assert candidate.parents == (known().smiles[0],)
    sizes = [Chem.MolFromSmiles(c.smiles).GetNumHeavyAtoms() for c in made(Mutate(edits=1), 100)]
    assert max(sizes) <= Chem.MolFromSmiles(EDTA).GetNumHeavyAtoms() + 12


def test_known_symbols_keep_to_the_elements_of_the_known_and_robust_ones_do_not():
    def elements(generator):
        found = (Chem.MolFromSmiles(c.smiles) for c in made(generator, 300))
        return {atom.GetSymbol() for molecule in found if molecule for atom in molecule.GetAtoms()}

    lengths = {"S", "P"}  # SELFIES writes the length of a branch with these symbols, too
    assert elements(Mutate(symbols="known")) <= {"C", "N", "O", "Br", *lengths}
    assert elements(Mutate(symbols="robust")) & {"F", "Cl", "I", "B"}


def test_a_point_between_two_ligands_holds_atoms_of_both_only():
    chains = ("CCCCCC", "OOOOOO")
    for candidate in made(Crossover(best=2), 50, ligands=chains):
        assert set(candidate.parents) == set(chains)
        assert {"C", "O"} >= set(candidate.smiles) - set("()=12")
        assert candidate.smiles not in chains


def test_a_substituent_is_swapped_and_the_donors_stay():
    phenanthroline = standardise("Brc1cc2cccnc2c2ncccc12")
    (core,) = _cores(phenanthroline, 8)
    assert Chem.MolFromSmiles(core).GetNumHeavyAtoms() == 14
    library = _library(LIGANDS, 8)
    assert {"*Br", "*C", "*CC(=O)O"} <= set(library)
    ring = Chem.MolFromSmiles("c1cnc2c(c1)ccc1cccnc12")
    children = [
        Chem.MolFromSmiles(c.smiles)
        for c in made(Substituents(best=12, swaps=1), 200)
        if c.parents == (phenanthroline,)
    ]
    assert children
    assert all(child.HasSubstructMatch(ring) for child in children)


def test_edta_has_no_substituent_without_donors():
    assert _cores(EDTA, 8) == ()


def test_sequential_monte_carlo_goes_where_the_score_wants_it():
    def indifferent(structures):
        mean, sd = score(structures)
        return np.where(np.isnan(mean), np.nan, 0.0), sd

    def late(score):
        candidates = SMC(particles=60, steps=5).propose(known(), score, np.random.default_rng(0))
        return np.mean([worth(candidate.smiles) for candidate in islice(candidates, 600, 800)])

    assert late(score) > late(indifferent) + 1.0


def test_sequential_monte_carlo_gives_up_where_nothing_is_a_ligand():
    def hopeless(structures):
        return np.full(len(structures), np.nan), np.full(len(structures), np.nan)

    rng = np.random.default_rng(0)
    assert list(SMC(particles=3).propose(known(), hopeless, rng)) == []


@pytest.mark.parametrize("name", ["mutate", "crossover", "smc"])
def test_parents_that_selfies_cannot_write_are_too_few(name):
    perchlorates = ("O=Cl(=O)(=O)O", "O=Cl(=O)(=O)OC")
    with pytest.raises(ConfigError, match=r"it takes [12]"):
        made(option(name), 1, ligands=perchlorates)


def test_a_ligand_counts_once_however_it_is_written():
    assert _repeats(["OCC", "CCO", "C1CC", "NC", "CCO", "C1CC"]) == [1, 4, 5]


def test_the_chance_of_the_wanted_region_and_resampling_by_hand():
    chance = np.exp(_log_chance(np.array([1.0, 0.0, np.nan]), np.array([1.0, 1.0, np.nan]), 1.0))
    np.testing.assert_allclose(chance, [0.5, 0.158655, 0.0], atol=1e-6)  # stated to six decimals
    rng = np.random.default_rng(0)
    drawn = _resampled(np.log([0.75, 0.25, 1e-300, 1e-300]), rng)
    assert drawn.tolist() == [0, 0, 0, 1]
    assert len(_resampled(np.full(3, -np.inf), rng)) == 0


def test_the_most_different_are_picked():
    ligands = ["NCC(=O)O", "NCCC(=O)O", "c1cnc2c(c1)ccc1cccnc12", "NCCCC(=O)O"]
    assert 2 in most_different(ligands, 2, seed=0)
    assert most_different(ligands, 9, seed=0) == [0, 1, 2, 3]


def test_collecting_stops_at_what_was_asked_for_and_at_the_attempts():
    funnel = Funnel(filters(), LIGANDS)
    heard = []
    with heard_by(lambda *said: heard.append(said)):
        kept = collect(
            Mutate(), known(), score, funnel, n=5, oversample=2.0, attempts=100, seed=3
        )  # fmt: skip
    assert len(kept) == 5
    assert heard[0] == ("new ligands", 1, 10, "")
    assert heard[-1] == ("new ligands", 10, 10, "")
    assert funnel.counts["too like another"] == 5
    nothing = Funnel(filters(min_similarity=1.0), LIGANDS)
    few = collect(
        Mutate(), known(), score, nothing, n=5, oversample=1.0, attempts=4, seed=3
    )  # fmt: skip
    assert few == []
    assert nothing.counts["proposed"] == 20


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        (Mutate, {"edits": 0}, "generator.edits is 0"),
        (Mutate, {"symbols": "greek"}, "'known' or 'robust'"),
        (Crossover, {"best": 1}, "at least 2"),
        (Substituents, {"size": 1.5}, "generator.size is 1.5"),
        (SMC, {"quantile": 2.0}, "between 0 and 1"),
        (SMC, {"particles": True}, "generator.particles is True"),
    ],
)
def test_bad_options_are_refused(kind, options, words):
    with pytest.raises(ConfigError, match=words):
        kind(**options)


def test_ligands_without_substituents_have_none_to_give():
    with pytest.raises(ConfigError, match="None of the 2 known ligands has a substituent"):
        made(Substituents(), 1, ligands=("c1ccncc1", "c1cnc[nH]1"))


def test_one_ligand_is_not_enough():
    with pytest.raises(ConfigError, match="at least two"):
        Known.ranked([EDTA], np.array([1.0]))


def test_the_best_come_first_and_ties_go_by_name():
    ranked = Known.ranked(["b", "c", "a"], np.array([1.0, 2.0, 1.0]))
    assert ranked.smiles == ("c", "a", "b")
    assert ranked.best(2) == ("c", "a")
    assert ranked.best(None) == ranked.smiles


def test_a_candidate_that_is_no_molecule_is_counted():
    funnel = Funnel(filters(), LIGANDS)
    for smiles in ("", "C1CC", "[Cu]", "O"):
        assert funnel.admit(Candidate(smiles, (EDTA,), "mutate")) is None
    assert funnel.counts["not a molecule"] == 4
