from itertools import islice

import numpy as np
from small_chemistry import known, score, worth

from bo_loop.ligands.generators.smc import SMC, _log_chance, _repeats, _resampled


def test_sequential_monte_carlo_goes_where_the_score_wants_it():
    def indifferent(structures):
        mean, sd = score(structures)
        return np.where(np.isnan(mean), np.nan, 0.0), sd

    def late(score):
        candidates = SMC(particles=40, steps=5).propose(known(), score, np.random.default_rng(0))
        return np.mean([worth(candidate.smiles) for candidate in islice(candidates, 400, 560)])

    assert late(score) > late(indifferent) + 1.0


def test_sequential_monte_carlo_gives_up_where_nothing_is_a_ligand():
    def hopeless(structures):
        return np.full(len(structures), np.nan), np.full(len(structures), np.nan)

    rng = np.random.default_rng(0)
    assert list(SMC(particles=3).propose(known(), hopeless, rng)) == []


def test_a_ligand_counts_once_however_it_is_written():
    assert _repeats(["OCC", "CCO", "C1CC", "NC", "CCO", "C1CC"]) == [1, 4, 5]


def test_the_chance_of_the_wanted_region_and_resampling_by_hand():
    chance = np.exp(_log_chance(np.array([1.0, 0.0, np.nan]), np.array([1.0, 1.0, np.nan]), 1.0))
    np.testing.assert_allclose(chance, [0.5, 0.158655, 0.0], atol=1e-6)  # stated to six decimals
    rng = np.random.default_rng(0)
    drawn = _resampled(np.log([0.75, 0.25, 1e-300, 1e-300]), rng)
    assert drawn.tolist() == [0, 0, 0, 1]
    assert len(_resampled(np.full(3, -np.inf), rng)) == 0
