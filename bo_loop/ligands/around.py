"""Structures around known ligands, whatever they are good for: to ask a model about."""

from collections.abc import Sequence

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.ligands.filters import Filters, Funnel
from bo_loop.ligands.generators.base import Known
from bo_loop.ligands.generators.crossover import Crossover
from bo_loop.ligands.generators.mutate import Mutate
from bo_loop.ligands.generators.strings import flat
from bo_loop.ligands.generators.substituents import Substituents
from bo_loop.ligands.survivors import collect

_ATTEMPTS = 30


def around(known: Sequence[str], n: int, seed: int) -> list[str]:
    """Make structures from known ligands, a third by each generator that needs no model.

    Parameters
    ----------
    known : sequence of str
        Standardised SMILES.
    n : int
        How many are wanted, at least three.
    seed : int
        Of all random draws.

    Returns
    -------
    list of str
        Standardised SMILES of new ligands; fewer than `n` where too few passed the filters.
    """
    distinct = sorted({flat(smiles) for smiles in known})
    every = Known(tuple(distinct), np.zeros(len(distinct)))
    funnel = Funnel(Filters(max_sa_score=6.0, min_similarity=0.3), known)
    made: list[str] = []
    n_known = len(every.smiles)
    generators = Mutate(best=None), Crossover(best=n_known), Substituents(best=n_known)
    for i, generator in enumerate(generators):
        wanted = (n - len(made)) // (3 - i)
        found = collect(
            generator,
            every,
            _indifferent,
            funnel,
            n=wanted,
            oversample=1.2,
            attempts=_ATTEMPTS,
            seed=seed + i,
        )
        made += [one.smiles for one in found]
    return made


def _indifferent(smiles: Sequence[str]) -> tuple[Floats, Floats]:
    """Value every structure alike."""
    return np.zeros(len(smiles)), np.ones(len(smiles))
