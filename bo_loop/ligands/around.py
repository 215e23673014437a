"""Structures around known ligands, whatever they are good for: to ask a model about."""

from collections.abc import Sequence

import numpy as np

from bo_loop.base.types import Floats
from bo_loop.ligands.filters import Filters, Funnel
from bo_loop.ligands.generators.base import Known
from bo_loop.ligands.generators.strings import flat
from bo_loop.ligands.generators.substituents import Substituents
from bo_loop.ligands.survivors import collect

_ATTEMPTS = 30


def around(known: Sequence[str], n: int, seed: int) -> list[str]:
    """Make structures from known ligands: other substituents on their donor cores.

    Random edits of a structure were tried, and gave ligands so odd that a model knows little of
    them.

    Parameters
    ----------
    known : sequence of str
        Standardised SMILES.
    n : int
        How many are wanted.
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
    found = collect(
        Substituents(best=len(distinct)),
        every,
        _indifferent,
        funnel,
        n=n,
        oversample=1.2,
        attempts=_ATTEMPTS,
        seed=seed,
    )
    return [one.smiles for one in found]


def _indifferent(smiles: Sequence[str]) -> tuple[Floats, Floats]:
    """Value every structure alike."""
    return np.zeros(len(smiles)), np.ones(len(smiles))
