"""From a stream of candidates to different new ligands."""

import math
from collections.abc import Sequence
from itertools import islice

import numpy as np
from rdkit.SimDivFilters.rdSimDivPickers import MaxMinPicker

from bo_loop.base.progress import report
from bo_loop.ligands.filters import Accepted, Funnel, fingerprint
from bo_loop.ligands.generators.base import Generator, Known, Score

_SIMILAR = "too like another"


def collect(
    generator: Generator,
    known: Known,
    score: Score,
    funnel: Funnel,
    *,
    n: int,
    oversample: float,
    attempts: int,
    seed: int,
) -> list[Accepted]:
    """Generate until enough candidates have passed, and keep the most different.

    Parameters
    ----------
    generator : Generator
        Makes candidates.
    known : Known
        What it makes them from.
    score : Score
        What it may be guided by.
    funnel : Funnel
        Refuses and counts.
    n : int
        New ligands wanted.
    oversample : float
        For each of them, so many have to pass before the most different are picked.
    attempts : int
        Most candidates looked at for each that has to pass.
    seed : int
        Of all random draws.

    Returns
    -------
    list of Accepted
        At most n, in the order in which they came.
    """
    wanted = math.ceil(n * oversample)
    rng = np.random.default_rng(seed)
    passed: list[Accepted] = []
    for candidate in islice(generator.propose(known, score, rng), wanted * attempts):
        if (new := funnel.admit(candidate)) is not None:
            passed.append(new)
            report("new ligands", len(passed), wanted)
            if len(passed) == wanted:
                break
    report("new ligands", wanted, wanted)
    kept = most_different([new.smiles for new in passed], n, seed)
    funnel.counts[_SIMILAR] += len(passed) - len(kept)
    return [passed[i] for i in kept]


def most_different(smiles: Sequence[str], n: int, seed: int) -> list[int]:
    """Pick n positions by MaxMin: each the least like those picked before it; in their order.

    Ashton et al., *Quant. Struct.-Act. Relat.* 2002, **21**, 598.
    """
    if len(smiles) <= n:
        return list(range(len(smiles)))
    prints = [fingerprint(text) for text in smiles]
    picks = MaxMinPicker().LazyBitVectorPick(prints, len(prints), n, seed=seed)
    return sorted(picks)
