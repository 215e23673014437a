"""What holds for every generator, and what is its own."""

import pytest
from rdkit import Chem
from small_chemistry import LIGANDS, filters, made, option

from bo_loop.base.errors import ConfigError
from bo_loop.chemistry.ligands import standardise
from bo_loop.chemistry.sites import donor_sites
from bo_loop.ligands.filters import Funnel
from bo_loop.ligands.generators.base import Candidate
from bo_loop.ligands.generators.crossover import Crossover
from bo_loop.ligands.generators.mutate import Mutate
from bo_loop.ligands.generators.smc import SMC
from bo_loop.ligands.generators.strings import flat, round_trips
from bo_loop.ligands.generators.substituents import Substituents

NAMES = ("mutate", "crossover", "substituents", "smc")
FEWER = {"smc": {"particles": 60}}
EDTA = LIGANDS[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_the_same_candidates_and_another_gives_others(name):
    generator = option(name, **FEWER.get(name, {}))
    first = made(generator, 60)
    assert made(generator, 60) == first
    assert made(generator, 60, seed=1) != first
    for candidate in first:  # each names known parents and its generator
        assert candidate.generator == name
        assert 1 <= len(candidate.parents) <= 2
        assert set(candidate.parents) <= set(LIGANDS)


@pytest.mark.parametrize("name", NAMES)
def test_what_passes_parses_is_standard_and_comes_back_from_selfies(name):
    funnel = Funnel(filters(max_sa_score=6.0), LIGANDS)
    new = [funnel.admit(candidate) for candidate in made(option(name, **FEWER.get(name, {})), 200)]
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


@pytest.mark.parametrize("name", ["mutate", "crossover", "smc"])
def test_parents_that_selfies_cannot_write_are_too_few(name):
    perchlorates = ("O=Cl(=O)(=O)O", "O=Cl(=O)(=O)OC")
    with pytest.raises(ConfigError, match=r"it takes [12]"):
        made(option(name), 1, ligands=perchlorates)


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


def test_a_candidate_that_is_no_molecule_is_counted():
    funnel = Funnel(filters(), LIGANDS)
    for smiles in ("", "C1CC", "[Cu]", "O"):
        assert funnel.admit(Candidate(smiles, (EDTA,), "mutate")) is None
    assert funnel.counts["not a molecule"] == 4
