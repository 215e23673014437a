"""Structures between two good ligands."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bo_loop.base.checks import require_count
from bo_loop.ligands.generators.base import Candidate, Known, Score
from bo_loop.ligands.generators.strings import PADDING, parents, read, written


@dataclass(frozen=True, kw_only=True)
class Crossover:
    """Go from one ligand's SELFIES to another's, symbol by symbol in random order.

    Parameters
    ----------
    best : int
        Only the best so many ligands are joined, two at a time, each pair as likely as the others.

    Raises
    ------
    ConfigError
        If it is not a whole number of at least 2.

    Notes
    -----
    The shorter of the two is padded. A child is a point between the ends of one path: where the
    two differ, a random number of symbols, at random places, is the second's. Nigam et al.,
    *Chem. Sci.* 2021, **12**, 7079: chemical paths.
    """

    best: int = 100

    def __post_init__(self):
        require_count("generator.best", self.best, least=2)

    def propose(self, known: Known, score: Score, rng: np.random.Generator) -> Iterator[Candidate]:
        """Yield children without end."""
        able = parents(known, self.best, least=2)
        while True:
            pair = tuple(able[i] for i in rng.choice(len(able), size=2, replace=False))
            first, second = (list(written(parent, rng)) for parent in pair)
            length = max(len(first), len(second))
            first += [PADDING] * (length - len(first))
            second += [PADDING] * (length - len(second))
            differing = np.flatnonzero(np.array(first) != np.array(second))
            taken = rng.permutation(differing)[: rng.integers(1, max(2, len(differing)))]
            for at in taken:
                first[at] = second[at]
            yield Candidate(read(first), pair, "crossover")
